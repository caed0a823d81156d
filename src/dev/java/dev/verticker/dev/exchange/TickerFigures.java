package dev.verticker.dev.exchange;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;

/**
 * The 24-hour figures and the best bid and ask of one symbol. The newest trade was at the bid if the taker sold, else at
 * the ask; the other side is one tick away. The quantities of the book are generated.
 *
 * @param day the figures of 24 hours at minute precision; without trades the last price and no volume
 */
record TickerFigures(
    SymbolMarket market, SimulatedTrade last, Candle day, BigDecimal tick, Instant time) {
  private static final BigDecimal PERCENT = BigDecimal.valueOf(100);
  private static final int MAX_STEPS = 5_000;

  /** @param tick difference between bid and ask */
  static TickerFigures of(SymbolMarket market, BigDecimal tick, Instant now) {
    var last = market.lastTrade(now);
    var price = last.price();
    var none = Candle.NONE;
    var day = market
        .day(now)
        .orElseGet(
            () -> new Candle(now, price, price, price, price, none, none, 0, none, none, -1));
    return new TickerFigures(market, last, day, tick, now);
  }

  Instant openTime() {
    return time.minus(Duration.ofDays(1));
  }

  BigDecimal previousClose() {
    return market.closeBeforeDay(time);
  }

  BigDecimal change() {
    return last.price().subtract(day.open());
  }

  String changePercent() {
    return change()
        .multiply(PERCENT)
        .divide(day.open(), 3, RoundingMode.HALF_UP)
        .toPlainString();
  }

  BigDecimal average() {
    return day.volume().signum() == 0
        ? Candle.NONE
        : day.quoteVolume().divide(day.volume(), Candle.DECIMALS, RoundingMode.HALF_EVEN);
  }

  BigDecimal bid() {
    return last.price().compareTo(tick) > 0 && !last.buyerIsMaker()
        ? last.price().subtract(tick)
        : last.price();
  }

  BigDecimal ask() {
    return bid().add(tick);
  }

  BigDecimal bidQuantity() {
    return quantity(1);
  }

  BigDecimal askQuantity() {
    return quantity(2);
  }

  /** Id of the newest change of the book: each trade changes it. */
  long updateId() {
    return last.id() * 3;
  }

  private BigDecimal quantity(int purpose) {
    return market.units().quantity(market.random(last.id(), purpose).nextInt(1, MAX_STEPS));
  }
}
