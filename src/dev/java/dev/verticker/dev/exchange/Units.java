package dev.verticker.dev.exchange;

import java.math.BigDecimal;
import java.util.stream.Stream;

/**
 * The decimals of a symbol. The simulator computes in whole ticks (prices), steps (quantities) and quote units, which are
 * exact and fast, and converts to amounts with 8 decimals for the wire.
 *
 * @param price decimals of prices, 0 to 8
 * @param quantity decimals of quantities, 0 to 8
 */
record Units(int price, int quantity) {
  /** The finest decimals among the amounts. */
  static int decimals(Stream<BigDecimal> amounts) {
    return amounts
        .mapToInt(amount -> Math.max(0, amount.stripTrailingZeros().scale()))
        .max()
        .orElse(0);
  }

  static Units of(BigDecimal tick, BigDecimal step) {
    return new Units(decimals(Stream.of(tick)), decimals(Stream.of(step)));
  }

  BigDecimal tick() {
    return price(1);
  }

  BigDecimal step() {
    return quantity(1);
  }

  BigDecimal price(long ticks) {
    return amount(ticks, price);
  }

  BigDecimal quantity(long steps) {
    return amount(steps, quantity);
  }

  BigDecimal quote(BigDecimal quoteUnits) {
    return quoteUnits.movePointLeft(quoteDecimals()).setScale(Candle.DECIMALS);
  }

  BigDecimal quote(long quoteUnits) {
    return amount(quoteUnits, quoteDecimals());
  }

  /** Price times quantity; digits beyond the eighth decimal are cut off. */
  long quoteUnits(long ticks, long steps) {
    var product = Math.multiplyExact(ticks, steps);
    for (int excess = price + quantity; excess > quoteDecimals(); excess--) {
      product /= 10;
    }
    return product;
  }

  long ticks(BigDecimal amount) {
    return amount.movePointRight(price).longValueExact();
  }

  long steps(BigDecimal amount) {
    return amount.movePointRight(quantity).longValueExact();
  }

  private int quoteDecimals() {
    return Math.min(Candle.DECIMALS, price + quantity);
  }

  private static BigDecimal amount(long units, int decimals) {
    return BigDecimal.valueOf(units, decimals).setScale(Candle.DECIMALS);
  }
}
