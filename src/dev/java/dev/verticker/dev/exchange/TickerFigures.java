package dev.verticker.dev.exchange;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;

/**
 * The 24-hour figures and the order book of one symbol.
 *
 * @param day the figures of 24 hours at minute precision; without trades the last price and no volume
 */
record TickerFigures(
    SymbolMarket market, SimulatedTrade last, Candle day, SimulatedBook book, Instant time) {
  private static final BigDecimal PERCENT = BigDecimal.valueOf(100);

  static TickerFigures of(SymbolMarket market, Instant now) {
    var last = market.lastTrade(now);
    var price = last.price();
    var none = Candle.NONE;
    var day = market
        .day(now)
        .orElseGet(
            () -> new Candle(now, price, price, price, price, none, none, 0, none, none, -1));
    return new TickerFigures(market, last, day, market.book(now), now);
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
}
