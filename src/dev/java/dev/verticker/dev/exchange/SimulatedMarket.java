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
 * The simulated market, whose prices follow the recording minute by minute. The four quarters of a minute show open,
 * low or high, high or low (the order is seeded) and close, so a client that polls at least every ten seconds sees the
 * recorded close last. In a gap of the recording the last price is kept. Thread-safe.
 */
public final class SimulatedMarket {
  private static final int MAX_SERVED = 50_000;
  /** First trade id, so that trades before the first round have positive ids, too. */
  private static final long FIRST_TRADE = 1_000_000_000L;

  private final RecordedMarketData recording;
  private final SimulatedTime time;
  private final Timeline timeline;
  private final long seed;
  private final Map<String, Deque<ServedMarket>> served = new ConcurrentHashMap<>();
  private final Map<String, ClosedDay> closedDays = new ConcurrentHashMap<>();

  /** Statistics of the closed minutes of a day, cached for one minute; the current minute is added per request. */
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
   * The recorded candle of the minute that contains the instant, complete even if that minute has not ended; empty in a
   * gap of the recording, more than 24 hours before the start, and for an unknown symbol.
   */
  public Optional<Candle> candle(String symbol, Instant minute) {
    return recording.has(symbol) ? candle(symbol, Timeline.minute(minute)) : Optional.empty();
  }

  /** Served prices without corrupted ones, oldest first; the newest 50,000 are kept. */
  public List<ServedMarket> served(String symbol) {
    var kept = served.getOrDefault(symbol, new ArrayDeque<>());
    synchronized (kept) {
      return List.copyOf(kept);
    }
  }

  void serve(String symbol, ServedMarket price) {
    var kept = served.computeIfAbsent(symbol, first -> new ArrayDeque<>());
    synchronized (kept) {
      if (kept.size() == MAX_SERVED) {
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
        .orElseGet(() -> lastClose(symbol, minute));
  }

  /** The candle of a minute as known at {@code now}: complete if the minute has ended, else forming. */
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
        (key, cached) -> cached != null && cached.minute == minute
            ? cached
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

  /** Random numbers for figures that candles lack (book quantities): equal for equal symbol, minute and purpose. */
  SplittableRandom random(String symbol, long minute, int purpose) {
    return new SplittableRandom(
        ((seed * 31 + symbol.hashCode()) * 31 + purpose) * 1_000_003 + minute);
  }

  private DayStatistics closedDay(String symbol, long minute) {
    var first = minute - RecordedMarketData.HISTORY + 1;
    var day = DayStatistics.after(
        candle(symbol, first - 1).map(Candle::close).orElseGet(() -> lastClose(symbol, first - 1)));
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

  private BigDecimal lastClose(String symbol, long minute) {
    return recording.of(symbol).latest(timeline.index(minute)).close();
  }

  private boolean lowFirst(String symbol, long minute) {
    return random(symbol, minute, 0).nextBoolean();
  }
}
