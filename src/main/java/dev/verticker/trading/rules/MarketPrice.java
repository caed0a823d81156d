package dev.verticker.trading.rules;

import dev.verticker.message.trading.Orders.Side;
import java.math.BigDecimal;
import java.time.Instant;

/**
 * The newest price of a symbol at its venue.
 *
 * @param bid null if unknown, like {@code ask}
 * @param receivedAt receipt from the venue
 * @param stale whether the next confirmation is overdue
 */
public record MarketPrice(
    BigDecimal last, BigDecimal bid, BigDecimal ask, Instant receivedAt, boolean stale) {
  /** Returns the price at which a market order of this side begins to trade, as far as known. */
  BigDecimal opposite(Side side) {
    var best = side == Side.BUY ? ask : bid;
    return best == null || best.signum() <= 0 ? last : best;
  }
}
