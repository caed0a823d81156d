package dev.verticker.message;

import dev.verticker.message.Candles.Candle;
import dev.verticker.message.Candles.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Rolls up candles to a longer interval, exactly: the open of the first, the close of the last, the highest high, the lowest
 * low, the sums of volumes and trades. Absent parts are left out. The result is forming until its interval has ended, then
 * pending while a part is pending, amended if a part was amended, and absent if all parts are.
 */
public final class CandleRollUp {
  private static final Set<State> NOT_ENDED =
      EnumSet.of(State.PENDING, State.FORMING, State.UNKNOWN);

  private CandleRollUp() {}

  /**
   * Rolls up all candles.
   *
   * @param parts oldest first, without gaps from the start of their intervals to {@code now}
   * @param now time at the exchange
   */
  public static List<Candle> rollUp(List<Candle> parts, Interval interval, Instant now) {
    var candles = new ArrayList<Candle>();
    for (int first = 0, next; first < parts.size(); first = next) {
      var openTime = interval.openTime(parts.get(first).openTime());
      var end = interval.next(openTime);
      next = first + 1;
      while (next < parts.size() && parts.get(next).openTime().isBefore(end)) {
        next++;
      }
      candles.add(merge(parts.subList(first, next), openTime, !end.isAfter(now)));
    }
    return candles;
  }

  /**
   * Merges the parts of one candle.
   *
   * @param parts oldest first, at least one
   * @param ended whether the interval of the result has ended
   */
  public static Candle merge(List<Candle> parts, Instant openTime, boolean ended) {
    var known = parts.stream().filter(Candle::isKnown).toList();
    var state = ended ? ended(parts) : State.FORMING;
    if (known.isEmpty()) {
      return Candle.unknown(openTime, state);
    }
    var first = known.get(0);
    var high = first.high();
    var low = first.low();
    var volume = first.volume();
    var quoteVolume = first.quoteVolume();
    var trades = first.trades();
    var takerVolume = first.takerVolume();
    var takerQuoteVolume = first.takerQuoteVolume();
    for (var part : known.subList(1, known.size())) {
      high = high.max(part.high());
      low = low.min(part.low());
      volume = volume.add(part.volume());
      quoteVolume = quoteVolume.add(part.quoteVolume());
      trades += part.trades();
      takerVolume = takerVolume.add(part.takerVolume());
      takerQuoteVolume = takerQuoteVolume.add(part.takerQuoteVolume());
    }
    var close = known.get(known.size() - 1).close();
    return new Candle(
        openTime,
        first.open(),
        high,
        low,
        close,
        volume,
        quoteVolume,
        trades,
        takerVolume,
        takerQuoteVolume,
        state);
  }

  private static State ended(List<Candle> parts) {
    var states = EnumSet.noneOf(State.class);
    parts.forEach(part -> states.add(part.state()));
    if (!Collections.disjoint(states, NOT_ENDED)) {
      return State.PENDING;
    }
    if (states.contains(State.AMENDED)) {
      return State.AMENDED;
    }
    return states.contains(State.FINAL) ? State.FINAL : State.ABSENT;
  }
}
