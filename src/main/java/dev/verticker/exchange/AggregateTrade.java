package dev.verticker.exchange;

import java.math.BigDecimal;
import java.time.Instant;

/**
 * Trades of one taker order at one price.
 *
 * @param id consecutive per symbol, as {@code firstTradeId} and {@code lastTradeId} are
 * @param buyerIsMaker whether the taker sold
 */
public record AggregateTrade(
    String symbol,
    long id,
    BigDecimal price,
    BigDecimal quantity,
    long firstTradeId,
    long lastTradeId,
    Instant time,
    boolean buyerIsMaker) {}
