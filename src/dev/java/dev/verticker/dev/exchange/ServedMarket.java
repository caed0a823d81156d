package dev.verticker.dev.exchange;

import java.time.Instant;

/**
 * One price that left the simulator as the market had it; what a fault changed is never one.
 *
 * @param at simulated time, whole milliseconds; the {@code closeTime} of a 24 hour ticker
 * @param price the text as it stood in the answer
 */
public record ServedMarket(Instant at, String price) {}
