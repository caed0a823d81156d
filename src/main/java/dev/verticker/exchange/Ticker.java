package dev.verticker.exchange;

import dev.verticker.message.Prices.Day;
import java.math.BigDecimal;
import java.time.Instant;

/**
 * The current prices and volume of one symbol.
 *
 * @param price last price, positive, exact
 * @param bid null if missing, like ask, changePercent, volume and the figures of {@code day}
 * @param eventTime end of the 24 hour window of the values; null if missing
 * @param tradeId id of the newest trade that the ticker covers; 0 if missing
 * @param json the exchange's own object with {@code price} added, which PostgreSQL can store. After a restart the other
 *     figures are read from its {@code bidPrice}, {@code askPrice}, {@code priceChangePercent} and {@code volume}
 */
public record Ticker(
    String symbol,
    BigDecimal price,
    BigDecimal bid,
    BigDecimal ask,
    BigDecimal changePercent,
    BigDecimal volume,
    Day day,
    Instant eventTime,
    long tradeId,
    String json) {}
