package dev.verticker.trading.paper;

import dev.verticker.message.Candles.Candle;
import dev.verticker.message.Trades.Trade;
import java.math.BigDecimal;
import java.time.Instant;

/**
 * A trade of the market, or all trades of a minute.
 *
 * @param id unique in the market
 * @param firstTradeId 0 for a minute, like {@code lastTradeId}
 * @param to time of the last moment that it covers
 * @param low lowest price
 * @param high highest price
 * @param qty traded quantity
 */
record MarketPrint(
    String id,
    long firstTradeId,
    long lastTradeId,
    Instant from,
    Instant to,
    BigDecimal low,
    BigDecimal high,
    BigDecimal qty) {
  private static final long MINUTE_MS = 60_000;

  static MarketPrint of(Trade trade) {
    return new MarketPrint(
        Long.toString(trade.lastTradeId()),
        trade.firstTradeId(),
        trade.lastTradeId(),
        trade.time(),
        trade.time(),
        trade.price(),
        trade.price(),
        trade.quantity());
  }

  /** @param minute a candle of one minute with figures that do not change any more */
  static MarketPrint of(Candle minute) {
    return new MarketPrint(
        "minute-" + minute.openTime().getEpochSecond() / 60,
        0,
        0,
        minute.openTime(),
        minute.openTime().plusMillis(MINUTE_MS - 1),
        minute.low(),
        minute.high(),
        minute.volume());
  }

  MarketPosition position(String market) {
    return new MarketPosition(market, lastTradeId, to);
  }
}
