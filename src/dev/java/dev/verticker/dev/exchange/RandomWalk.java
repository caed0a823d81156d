package dev.verticker.dev.exchange;

import java.util.SplittableRandom;

/** Generates minutes of a random walk in whole ticks, equal for equal seeds. */
final class RandomWalk {
  private final SplittableRandom random;
  private final long minVolume;
  private final long maxVolume;

  /** @param maxVolume of a minute, in steps */
  RandomWalk(long seed, long minVolume, long maxVolume) {
    this.random = new SplittableRandom(seed);
    this.minVolume = minVolume;
    this.maxVolume = Math.max(minVolume, maxVolume);
  }

  /**
   * Returns a walk of this number of minutes that opens at the first price and closes at the last.
   *
   * @param trades per minute; 0 = derived from the volume
   */
  Bar[] bars(long first, long last, int minutes, int trades) {
    var closes = closes(first, last, minutes);
    var bars = new Bar[minutes];
    for (int minute = 0; minute < minutes; minute++) {
      bars[minute] = bar(closes[minute], closes[minute + 1], trades);
    }
    return bars;
  }

  /** Closes of the minutes, preceded by the first price. */
  private long[] closes(long first, long last, int minutes) {
    var closes = new long[minutes + 1];
    closes[0] = first;
    for (int minute = 1; minute <= minutes; minute++) {
      var stride = stride(closes[minute - 1]);
      closes[minute] =
          Math.max(first / 2, closes[minute - 1] + random.nextLong(-stride, stride + 1));
    }
    var drift = closes[minutes] - last;
    for (int minute = 1; minute <= minutes; minute++) {
      closes[minute] = Math.max(1, closes[minute] - drift * minute / minutes);
    }
    return closes;
  }

  private Bar bar(long open, long close, int trades) {
    var high = Math.max(open, close) + random.nextLong(stride(open) / 2 + 1);
    var low = Math.max(1, Math.min(open, close) - random.nextLong(stride(open) / 2 + 1));
    return Bar.of(open, high, low, close, random.nextLong(minVolume, maxVolume + 1), trades);
  }

  /** Max move within a minute: a thousandth of the price, at least one tick. */
  private static long stride(long ticks) {
    return Math.max(1, ticks / 1000);
  }
}
