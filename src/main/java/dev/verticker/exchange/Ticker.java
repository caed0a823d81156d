package dev.verticker.exchange;

import dev.verticker.exchange.binance.TickerParser;
import java.math.BigDecimal;
import java.time.Instant;

/**
 * What the exchange said of one symbol.
 *
 * @param price last price, positive, exact
 * @param bid null when not said; so are ask, changePercent, volume
 * @param eventTime end of the window the figures describe; null when not said
 * @param json the exchange's own object with {@code price} added, which a database can keep; a restarted node reads the
 *     other figures from it under the names {@link TickerParser} knows
 */
public record Ticker(
    String symbol,
    BigDecimal price,
    BigDecimal bid,
    BigDecimal ask,
    BigDecimal changePercent,
    BigDecimal volume,
    Instant eventTime,
    String json) {}
