package dev.verticker.trading.rules;

import java.math.BigDecimal;

/**
 * A symbol of a venue.
 *
 * @param base asset that is bought and sold
 * @param quote asset of the price
 * @param baseScale decimals of amounts of the base asset, like {@code quoteScale}
 * @param tickSize 0 = no rule, like {@code stepSize} and {@code minNotional}
 * @param filters the venue's own object of the symbol, as JSON text
 */
public record Instrument(
    String venue,
    String symbol,
    String base,
    String quote,
    int baseScale,
    int quoteScale,
    BigDecimal tickSize,
    BigDecimal stepSize,
    BigDecimal minNotional,
    String filters) {}
