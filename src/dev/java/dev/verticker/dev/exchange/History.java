package dev.verticker.dev.exchange;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * The generated days of all symbols before the first minute of the recording, so that charts are never empty. Walking back
 * from the first recorded price, each day begins up to some percent higher or lower; the newest day closes at the first
 * recorded price. Every minute has the same number of trades, so that trade ids need no counting. Thread-safe.
 */
final class History {
  static final int DAYS = 400;
  static final int DAY = 24 * 60;
  static final int TRADES = 4;
  private static final int PARTS = 1_000;
  /** In parts of the price. */
  private static final int MAX_DAILY_CHANGE = 30;
  /** Limits of the first price of a day, relative to the first recorded price. */
  private static final int MAX_RATIO = 3;

  private static final int MAX_SERIES = 64;
  private static final int MAX_CANDLES = 50_000;

  private final long seed;
  private final Map<Key, CandleSeries> series = new LeastRecentlyUsed<>(MAX_SERIES);
  private final Map<Key, Optional<Candle>> hours = new LeastRecentlyUsed<>(MAX_CANDLES);

  /** Neighbouring minutes are requested together. */
  private volatile Latest latest = new Latest("", 0, null);

  private record Key(String symbol, long number) {}

  private record Latest(String symbol, int day, CandleSeries series) {}

  private static final class LeastRecentlyUsed<V> extends LinkedHashMap<Key, V> {
    private final int maxSize;

    LeastRecentlyUsed(int maxSize) {
      super(16, 0.75f, true);
      this.maxSize = maxSize;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<Key, V> eldest) {
      return size() > maxSize;
    }
  }

  History(long seed) {
    this.seed = seed;
  }

  /** @param day 0 = the newest, which ends when the recording begins */
  CandleSeries day(String symbol, CandleSeries recording, int day) {
    var last = latest;
    if (last.day == day && last.symbol.equals(symbol)) {
      return last.series;
    }
    synchronized (series) {
      var found =
          series.computeIfAbsent(new Key(symbol, day), key -> generate(symbol, recording, day));
      latest = new Latest(symbol, day, found);
      return found;
    }
  }

  /**
   * The candle of a whole hour that has ended, generated or recorded.
   *
   * @param hour since the epoch
   */
  Optional<Candle> hour(String symbol, long hour, Supplier<Optional<Candle>> sum) {
    var key = new Key(symbol, hour);
    synchronized (hours) {
      if (hours.containsKey(key)) {
        return hours.get(key);
      }
    }
    var candle = sum.get();
    synchronized (hours) {
      hours.put(key, candle);
    }
    return candle;
  }

  private CandleSeries generate(String symbol, CandleSeries recording, int day) {
    var last = recording.first().open();
    var prices = prices(symbol, last, day + 1);
    var daySeed = seed(symbol) + day;
    var walk = new RandomWalk(daySeed, TRADES, 2 * recording.averageVolume());
    return new CandleSeries(
        walk.bars(prices[day + 1], prices[day], DAY, TRADES), recording.units(), daySeed);
  }

  /** Prices at the ends of the days, newest first. */
  private long[] prices(String symbol, long last, int days) {
    var random = new SplittableRandom(seed(symbol));
    var prices = new long[days + 1];
    prices[0] = last;
    for (int day = 1; day <= days; day++) {
      var change = random.nextInt(-MAX_DAILY_CHANGE, MAX_DAILY_CHANGE + 1);
      var price = prices[day - 1] + prices[day - 1] * change / PARTS;
      prices[day] = Math.max(Math.max(1, last / MAX_RATIO), Math.min(last * MAX_RATIO, price));
    }
    return prices;
  }

  private long seed(String symbol) {
    return (seed * 31 + symbol.hashCode()) * 1_009;
  }
}
