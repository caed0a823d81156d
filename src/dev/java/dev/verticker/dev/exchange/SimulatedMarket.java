package dev.verticker.dev.exchange;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The simulated market: prices that follow the recording minute by minute. Inside a minute four equal quarters show
 * open, low or high, high or low (which first is seeded) and close, so whoever asks at least every sixth of a minute
 * ends on the recorded close. In a gap of the recording the last price stands. Safe for any thread.
 */
public final class SimulatedMarket {
  private static final int SERVED_KEPT = 50_000;
  /** Trade ids begin here, so that a history before the first round still has positive ones. */
  private static final long FIRST_TRADE = 1_000_000_000L;

  private final RecordedMarketData recording;
  private final SimulatedTime time;
  private final Timeline timeline;
  private final long seed;
  private final Map<String, Deque<ServedMarket>> served = new ConcurrentHashMap<>();
  private final Map<String, ClosedDay> closedDays = new ConcurrentHashMap<>();

  /** The day's closed minutes as they stood during one minute; only the running minute is added per question. */
  private record ClosedDay(long minute, DayStatistics day) {}

  SimulatedMarket(RecordedMarketData recording, SimulatedTime time, long seed) {
    this.recording = recording;
    this.time = time;
    this.timeline = Timeline.startingAt(time.start(), recording.minutes());
    this.seed = seed;
  }

  /** The simulated time, in whole milliseconds; it starts at the real time and only moves forward. */
  public Instant now() {
    return time.simulated();
  }

  /** Symbols with prices, in the exchange's order. */
  public List<String> symbols() {
    return recording.symbols();
  }

  /**
   * The recorded candle of the minute that holds the instant, whole even while that minute runs or lies ahead; empty in
   * a gap of the recording, more than 24 hours before the start, and for an unknown symbol.
   */
  public Optional<Candle> candle(String symbol, Instant minute) {
    return recording.has(symbol) ? candle(symbol, Timeline.minute(minute)) : Optional.empty();
  }

  /** Prices that left unspoiled, oldest first; the newest 50 000 are kept. */
  public List<ServedMarket> served(String symbol) {
    var kept = served.getOrDefault(symbol, new ArrayDeque<>());
    synchronized (kept) {
      return List.copyOf(kept);
    }
  }

  void serve(String symbol, ServedMarket price) {
    var kept = served.computeIfAbsent(symbol, first -> new ArrayDeque<>());
    synchronized (kept) {
      if (kept.size() == SERVED_KEPT) {
        kept.removeFirst();
      }
      kept.addLast(price);
    }
  }

  long oldestMinute() {
    return timeline.oldestMinute();
  }

  BigDecimal step(String symbol) {
    return recording.of(symbol).step();
  }

  BigDecimal price(String symbol, Instant at) {
    var minute = Timeline.minute(at);
    return candle(symbol, minute)
        .map(candle -> candle.price(Timeline.quarter(at), lowFirst(symbol, minute)))
        .orElseGet(() -> standing(symbol, minute));
  }

  /** The minute as it is known at {@code now}: whole when it is over, as far as it got while it runs. */
  Optional<Candle> candle(String symbol, long minute, Instant now) {
    return minute < Timeline.minute(now)
        ? candle(symbol, minute)
        : candle(symbol, minute)
            .map(candle -> candle.soFar(Timeline.quarter(now), lowFirst(symbol, minute)));
  }

  DayStatistics day(String symbol, Instant now) {
    var minute = Timeline.minute(now);
    var closed = closedDays.compute(
        symbol,
        (key, known) -> known != null && known.minute == minute
            ? known
            : new ClosedDay(minute, closedDay(symbol, minute)));
    return candle(symbol, minute, now).map(closed.day::plus).orElse(closed.day);
  }

  /** Id of the newest trade at {@code now}. */
  long lastTrade(String symbol, Instant now) {
    var minute = Timeline.minute(now);
    var before = recording.of(symbol).tradesBefore(timeline.played(minute));
    var running = candle(symbol, minute, now).map(Candle::trades).orElse(0L);
    return FIRST_TRADE + before + running - 1;
  }

  /** A number for figures that no candle knows (book quantities): the same for the same symbol, minute and purpose. */
  SplittableRandom chance(String symbol, long minute, int purpose) {
    return new SplittableRandom(
        ((seed * 31 + symbol.hashCode()) * 31 + purpose) * 1_000_003 + minute);
  }

  private DayStatistics closedDay(String symbol, long minute) {
    var first = minute - RecordedMarketData.HISTORY + 1;
    var day = DayStatistics.after(
        candle(symbol, first - 1).map(Candle::close).orElseGet(() -> standing(symbol, first - 1)));
    for (var past = first; past < minute; past++) {
      var candle = candle(symbol, past);
      day = candle.isPresent() ? day.plus(candle.get()) : day;
    }
    return day;
  }

  private Optional<Candle> candle(String symbol, long minute) {
    return minute < timeline.oldestMinute()
        ? Optional.empty()
        : recording
            .of(symbol)
            .at(timeline.index(minute))
            .map(candle -> candle.at(Timeline.start(minute)));
  }

  private BigDecimal standing(String symbol, long minute) {
    return recording.of(symbol).latest(timeline.index(minute)).close();
  }

  private boolean lowFirst(String symbol, long minute) {
    return chance(symbol, minute, 0).nextBoolean();
  }
}
