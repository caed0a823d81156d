package dev.verticker.dev.exchange;

import java.math.BigDecimal;
import java.time.Instant;

/**
 * A trade. Amounts have 8 decimals.
 *
 * @param id consecutive per symbol
 * @param quantity in units of the base asset
 * @param quoteQuantity price x quantity; digits beyond the eighth decimal are cut off
 * @param time simulated time, whole milliseconds
 * @param buyerIsMaker whether the taker sold
 */
public record SimulatedTrade(
    long id,
    BigDecimal price,
    BigDecimal quantity,
    BigDecimal quoteQuantity,
    Instant time,
    boolean buyerIsMaker) {
  /** Aggregate ids differ from trade ids, so that a client that confuses them fails. */
  private static final long AGGREGATE_IDS = 300_000_000;

  /** Each aggregate trade consists of one trade. */
  public long aggregateId() {
    return id - AGGREGATE_IDS;
  }

  static long ofAggregate(long aggregateId) {
    return Math.min(aggregateId, Long.MAX_VALUE - AGGREGATE_IDS) + AGGREGATE_IDS;
  }
}
