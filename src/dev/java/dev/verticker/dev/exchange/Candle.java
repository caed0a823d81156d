package dev.verticker.dev.exchange;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.Objects;

/**
 * One minute of one symbol. Every amount is exact with 8 decimals, so {@link BigDecimal#toPlainString()} is its text on
 * the wire. Figures that a recording lacks are derived: quote volume = volume x the mean of the four prices, trades = 1
 * + the integer square root of the quote volume, taker volumes = half.
 *
 * @param openTime start of the minute; in {@link SimulatedMarket} shifted to simulated time
 * @param volume in units of the base asset
 * @param quoteVolume in units of the quote asset
 * @param trades number of trades in the minute
 * @param takerVolume bought by takers, base asset
 * @param takerQuoteVolume bought by takers, quote asset
 */
public record Candle(
    Instant openTime,
    BigDecimal open,
    BigDecimal high,
    BigDecimal low,
    BigDecimal close,
    BigDecimal volume,
    BigDecimal quoteVolume,
    long trades,
    BigDecimal takerVolume,
    BigDecimal takerQuoteVolume) {

  static final int DECIMALS = 8;
  static final BigDecimal NONE = BigDecimal.ZERO.setScale(DECIMALS);
  private static final BigDecimal TWO = BigDecimal.valueOf(2);
  private static final BigDecimal FOUR = BigDecimal.valueOf(4);

  public Candle {
    Objects.requireNonNull(openTime);
    if (low.signum() <= 0
        || low.compareTo(open.min(close)) > 0
        || high.compareTo(open.max(close)) < 0) {
      throw new IllegalArgumentException("prices must be positive and lie between low and high");
    }
    if (volume.signum() < 0 || quoteVolume.signum() < 0 || trades < 0) {
      throw new IllegalArgumentException("volumes and trades must not be negative");
    }
  }

  /** A minute with prices and volume only; the other figures are derived. */
  static Candle derived(
      Instant openTime,
      BigDecimal open,
      BigDecimal high,
      BigDecimal low,
      BigDecimal close,
      BigDecimal volume) {
    var quoteVolume = quoteVolume(open, high, low, close, volume);
    return new Candle(
        openTime,
        open,
        high,
        low,
        close,
        volume,
        quoteVolume,
        trades(quoteVolume),
        half(volume),
        half(quoteVolume));
  }

  static BigDecimal quoteVolume(
      BigDecimal open, BigDecimal high, BigDecimal low, BigDecimal close, BigDecimal volume) {
    var mean = open.add(high).add(low).add(close).divide(FOUR);
    return mean.multiply(volume).setScale(DECIMALS, RoundingMode.HALF_EVEN);
  }

  static long trades(BigDecimal quoteVolume) {
    return quoteVolume.signum() == 0 ? 0 : 1 + quoteVolume.toBigInteger().sqrt().longValueExact();
  }

  static BigDecimal half(BigDecimal volume) {
    return volume.divide(TWO, DECIMALS, RoundingMode.DOWN);
  }

  /** The price in quarter 0 to 3 of the minute: open, one extreme, the other, close. */
  BigDecimal price(int quarter, boolean lowFirst) {
    return switch (quarter) {
      case 0 -> open;
      case 1 -> lowFirst ? low : high;
      case 2 -> lowFirst ? high : low;
      default -> close;
    };
  }

  /** The forming candle in quarter 0 to 3 of its minute. */
  Candle soFar(int quarter, boolean lowFirst) {
    if (quarter == 3) {
      return this;
    }
    var sawLow = quarter == 2 || quarter == 1 && lowFirst;
    var sawHigh = quarter == 2 || quarter == 1 && !lowFirst;
    return new Candle(
        openTime,
        open,
        sawHigh ? high : open,
        sawLow ? low : open,
        price(quarter, lowFirst),
        share(volume, quarter),
        share(quoteVolume, quarter),
        trades * (quarter + 1) / 4,
        share(takerVolume, quarter),
        share(takerQuoteVolume, quarter));
  }

  Candle at(Instant shifted) {
    return new Candle(
        shifted,
        open,
        high,
        low,
        close,
        volume,
        quoteVolume,
        trades,
        takerVolume,
        takerQuoteVolume);
  }

  private static BigDecimal share(BigDecimal amount, int quarter) {
    return amount
        .multiply(BigDecimal.valueOf(quarter + 1L))
        .divide(FOUR, DECIMALS, RoundingMode.DOWN);
  }
}
