package dev.verticker.dev.exchange;

import java.time.Instant;

/**
 * A price that the simulator has served, not changed by a fault.
 *
 * @param at simulated time, whole milliseconds; the {@code closeTime} of a 24-hour ticker
 * @param price the text in the response
 */
public record ServedMarket(Instant at, String price) {}
