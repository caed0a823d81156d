package dev.verticker.dev.exchange;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** The candles of one symbol, indexed by minute of the recording; a minute that was not recorded is empty. */
final class CandleSeries {
  private final Candle[] minutes;
  private final int[] latest;
  private final long[] tradesBefore;
  private final BigDecimal tick;
  private final BigDecimal step;

  CandleSeries(Candle[] minutes) {
    this.minutes = minutes.clone();
    this.latest = latest(minutes);
    this.tradesBefore = tradesBefore(minutes);
    this.tick = unit(present(minutes).stream()
        .flatMap(candle -> Stream.of(candle.open(), candle.high(), candle.low(), candle.close()))
        .toList());
    this.step = unit(present(minutes).stream().map(Candle::volume).toList());
  }

  int length() {
    return minutes.length;
  }

  Optional<Candle> at(int index) {
    return Optional.ofNullable(minutes[index]);
  }

  /**
   * The newest candle at or before the index; before the first candle it is the last of the recording, which repeats.
   */
  Candle latest(int index) {
    return minutes[latest[index]];
  }

  /** Trades from minute 0 of the first round to the begin of the minute, over several rounds if needed. */
  long tradesBefore(long minute) {
    var rounds = Math.floorDiv(minute, (long) minutes.length);
    return rounds * tradesBefore[minutes.length]
        + tradesBefore[Math.floorMod(minute, minutes.length)];
  }

  /** The finest price step seen. */
  BigDecimal tick() {
    return tick;
  }

  /** The finest quantity step seen. */
  BigDecimal step() {
    return step;
  }

  private static int[] latest(Candle[] minutes) {
    var last = minutes.length - 1;
    while (last >= 0 && minutes[last] == null) {
      last--;
    }
    if (last < 0) {
      throw new IllegalArgumentException("a symbol needs at least one candle");
    }
    var latest = new int[minutes.length];
    for (int index = 0; index < minutes.length; index++) {
      last = minutes[index] == null ? last : index;
      latest[index] = last;
    }
    return latest;
  }

  private static long[] tradesBefore(Candle[] minutes) {
    var before = new long[minutes.length + 1];
    for (int index = 0; index < minutes.length; index++) {
      before[index + 1] = before[index] + (minutes[index] == null ? 0 : minutes[index].trades());
    }
    return before;
  }

  private static List<Candle> present(Candle[] minutes) {
    return Arrays.stream(minutes).filter(Objects::nonNull).toList();
  }

  private static BigDecimal unit(List<BigDecimal> amounts) {
    var decimals = amounts.stream()
        .mapToInt(amount -> Math.max(0, amount.stripTrailingZeros().scale()))
        .max()
        .orElse(0);
    return BigDecimal.ONE.movePointLeft(decimals).setScale(Candle.DECIMALS);
  }
}
