package dev.verticker.price.candle;

import dev.verticker.message.CandleRollUp;
import dev.verticker.message.Candles;
import dev.verticker.message.Candles.Candle;
import dev.verticker.message.Candles.FindCandles;
import dev.verticker.message.Candles.State;
import dev.verticker.message.Interval;
import dev.verticker.price.candle.CandleRepository.Range;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Assembles the candles of one symbol from stored ones and the live minutes: each from the longest series that is stored, and
 * the current one down to the minute.
 */
final class CandleAssembly {
  /** The leader requests a minute that it missed within this time, so reads need not. */
  private static final Duration RECENT = Duration.ofMinutes(3);

  private final String symbol;
  private final Interval interval;
  private final BaseSeries base;
  private final Instant now;
  private final LiveCandles live;
  private final Map<BaseSeries, Map<Instant, Candle>> stored = new EnumMap<>(BaseSeries.class);

  /** @param now open time of the current minute at the exchange */
  CandleAssembly(String symbol, Interval interval, Instant now, LiveCandles live) {
    this.symbol = symbol;
    this.interval = interval;
    this.base = BaseSeries.baseOf(interval).orElseThrow();
    this.now = now;
    this.live = live;
  }

  String symbol() {
    return symbol;
  }

  CandleSpan span(FindCandles request) {
    return CandleSpan.of(request, now);
  }

  /** Returns the ranges to read: the span from the longest series, and from the shorter series only the newest candles. */
  List<Range> ranges(CandleSpan span) {
    var ranges = new ArrayList<Range>();
    ranges.add(new Range(symbol, base, span.first(), span.until()));
    for (var series = base; series.finer() != null; series = series.finer()) {
      var newest = series.interval().openTime(now).minus(series.length());
      var first = newest.isBefore(span.first()) ? span.first() : newest;
      if (first.isBefore(span.until())) {
        ranges.add(new Range(symbol, series.finer(), first, span.until()));
      }
    }
    return ranges;
  }

  void add(StoredCandle candle) {
    stored
        .computeIfAbsent(candle.series(), series -> new HashMap<>())
        .put(candle.openTime(), candle.candle());
  }

  /** Returns the candle that opens at this time; null if a part of it is missing or it has not begun. */
  Candle candle(Instant openTime) {
    return rollUp(openTime, interval, base, now.plusSeconds(1));
  }

  /** Returns the parts of the current candle. */
  Candles.Live live() {
    return new Candles.Live(rollUp(interval.openTime(now), interval, base, now), now, minute(now));
  }

  /** Returns whether the candle begins with the current minute: it does not exist before its first trade. */
  boolean beginsNow(Instant openTime) {
    return openTime.equals(now);
  }

  boolean hasEnded(Instant openTime) {
    return !interval.next(openTime).isAfter(now);
  }

  /** @param until parts that open later are left out */
  private Candle rollUp(Instant openTime, Interval target, BaseSeries parts, Instant until) {
    var end = target.next(openTime);
    var known = new ArrayList<Candle>();
    for (var part = openTime;
        part.isBefore(end) && part.isBefore(until);
        part = parts.interval().next(part)) {
      var candle = part(parts, part, until);
      if (candle != null) {
        known.add(candle);
      } else if (!part.equals(now)) {
        return null;
      }
    }
    // Without the current minute, all parts have ended.
    var ended = !end.isAfter(now) || !until.isAfter(now);
    return known.isEmpty() ? null : CandleRollUp.merge(known, openTime, ended);
  }

  private Candle part(BaseSeries series, Instant openTime, Instant until) {
    var found = stored.getOrDefault(series, Map.of()).get(openTime);
    if (found != null) {
      return found;
    }
    if (series == BaseSeries.MINUTES) {
      var minute = minute(openTime);
      return minute != null || !isRecent(openTime)
          ? minute
          : Candle.unknown(openTime, State.PENDING);
    }
    return rollUp(openTime, series.interval(), series.finer(), until);
  }

  private Candle minute(Instant openTime) {
    return live.minutes(symbol).get(openTime);
  }

  private boolean isRecent(Instant openTime) {
    return openTime.isBefore(now)
        && !openTime.isBefore(now.minus(RECENT))
        && live.isLive(symbol, openTime);
  }
}
