package dev.verticker.dev.exchange;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.SplittableRandom;

/**
 * Generates candles in whole ticks, equal for equal seed, symbol and length. The walk ends at its first price, so that
 * its repetition has no jump.
 */
final class RandomWalk {
  private final long seed;
  private final int minutes;

  RandomWalk(long seed, int minutes) {
    this.seed = seed;
    this.minutes = minutes;
  }

  CandleSeries series(String symbol) {
    var listing = ListedPair.of(symbol);
    var random = new SplittableRandom(seed * 31 + symbol.hashCode());
    var closes = closes(
        listing.price().divide(listing.tick(), RoundingMode.HALF_EVEN).longValueExact(), random);
    var candles = new Candle[minutes];
    for (int minute = 0; minute < minutes; minute++) {
      candles[minute] = candle(minute, closes[minute], closes[minute + 1], listing, random);
    }
    return new CandleSeries(candles);
  }

  /** Closes of the minutes in ticks, preceded by the first price. */
  private long[] closes(long first, SplittableRandom random) {
    var closes = new long[minutes + 1];
    closes[0] = first;
    for (int minute = 1; minute <= minutes; minute++) {
      var stride = stride(closes[minute - 1]);
      closes[minute] =
          Math.max(first / 2, closes[minute - 1] + random.nextLong(-stride, stride + 1));
    }
    var drift = closes[minutes] - first;
    for (int minute = 1; minute <= minutes; minute++) {
      closes[minute] = Math.max(1, closes[minute] - drift * minute / minutes);
    }
    return closes;
  }

  private static Candle candle(
      int minute, long open, long close, ListedPair listing, SplittableRandom random) {
    var high = Math.max(open, close) + random.nextLong(stride(open) / 2 + 1);
    var low = Math.max(1, Math.min(open, close) - random.nextLong(stride(open) / 2 + 1));
    var volume = amount(random.nextLong(100, 200_000), listing.step());
    return Candle.derived(
        Instant.EPOCH.plusSeconds(60L * minute),
        amount(open, listing.tick()),
        amount(high, listing.tick()),
        amount(low, listing.tick()),
        amount(close, listing.tick()),
        volume);
  }

  /** Max move within a minute: a thousandth of the price, at least one tick. */
  private static long stride(long ticks) {
    return Math.max(1, ticks / 1000);
  }

  private static BigDecimal amount(long units, BigDecimal unit) {
    return unit.multiply(BigDecimal.valueOf(units)).setScale(Candle.DECIMALS);
  }
}
