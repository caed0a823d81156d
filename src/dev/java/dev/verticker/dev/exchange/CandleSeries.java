package dev.verticker.dev.exchange;

import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Consecutive minutes of one symbol with their trades, counted from 0; a minute that was not recorded is absent.
 * Thread-safe.
 */
final class CandleSeries {
  private final Bar[] bars;
  private final MinuteTrades.Sum[] sums;
  private final long[] tradesBefore;
  private final Units units;
  private final long seed;

  /** @param seed of the trades: equal seeds and bars have equal trades */
  CandleSeries(Bar[] bars, Units units, long seed) {
    if (Arrays.stream(bars).allMatch(Objects::isNull)) {
      throw new IllegalArgumentException("a symbol needs at least one candle");
    }
    this.bars = bars.clone();
    this.sums = new MinuteTrades.Sum[bars.length];
    this.tradesBefore = tradesBefore(bars);
    this.units = units;
    this.seed = seed;
  }

  int length() {
    return bars.length;
  }

  Units units() {
    return units;
  }

  Optional<Bar> at(int index) {
    return Optional.ofNullable(bars[index]);
  }

  Bar first() {
    return Arrays.stream(bars).filter(Objects::nonNull).findFirst().orElseThrow();
  }

  long averageVolume() {
    return (long) Arrays.stream(bars)
        .filter(Objects::nonNull)
        .mapToLong(Bar::volume)
        .average()
        .orElse(0);
  }

  /** Trades from minute 0 to the beginning of the minute, over several rounds if needed. */
  long tradesBefore(long minute) {
    var rounds = Math.floorDiv(minute, (long) bars.length);
    return rounds * tradesBefore[bars.length] + tradesBefore[Math.floorMod(minute, bars.length)];
  }

  /** Only for a minute that is not absent. */
  MinuteTrades trades(int index) {
    return new MinuteTrades(bars[index], units, new SplittableRandom(seed * 1_000_003 + index));
  }

  /** The figures of all trades of a minute that is not absent. */
  MinuteTrades.Sum sum(int index) {
    var known = sums[index];
    if (known == null) {
      var bar = bars[index];
      known = bar.trades() == 0
          ? MinuteTrades.Sum.without(bar.close())
          : trades(index).sum(bar.trades());
      sums[index] = known;
    }
    return known;
  }

  private static long[] tradesBefore(Bar[] bars) {
    var before = new long[bars.length + 1];
    for (int index = 0; index < bars.length; index++) {
      before[index + 1] = before[index] + (bars[index] == null ? 0 : bars[index].trades());
    }
    return before;
  }
}
