package dev.verticker.trading.portfolio;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * The quantity of an asset that trades acquired, at its average cost. Cost and profit are in the asset of the valuation, with at
 * most {@link #SCALE} decimals; each is null from the first trade on that makes it unknown.
 *
 * @param qty never negative
 * @param cost of {@code qty}; 0 if that is 0
 * @param realizedProfit sum of proceeds minus the cost that was removed
 */
record CostBasis(BigDecimal qty, BigDecimal cost, BigDecimal realizedProfit) {
  static final int SCALE = 18;
  static final CostBasis EMPTY = new CostBasis(BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO);

  /** @param paid null = unknown */
  CostBasis acquire(BigDecimal acquired, BigDecimal paid) {
    var total = cost == null || paid == null ? null : cost.add(paid);
    return new CostBasis(qty.add(acquired), total, realizedProfit);
  }

  /**
   * Removes the cost of the quantity in proportion; the last sale removes all of it. If more is disposed of than the quantity,
   * the cost of the excess and the profit are unknown.
   *
   * @param proceeds null = unknown
   */
  CostBasis dispose(BigDecimal disposed, BigDecimal proceeds) {
    if (disposed.signum() == 0) {
      return this;
    }
    var excess = disposed.compareTo(qty);
    if (excess > 0) {
      return new CostBasis(BigDecimal.ZERO, BigDecimal.ZERO, null);
    }
    var removed = excess == 0 ? cost : costOf(disposed);
    var rest = cost == null ? null : cost.subtract(removed);
    return new CostBasis(
        qty.subtract(disposed),
        excess == 0 ? BigDecimal.ZERO : rest,
        removed == null || proceeds == null || realizedProfit == null
            ? null
            : realizedProfit.add(proceeds).subtract(removed));
  }

  /** Returns the cost of a part of the quantity; null if it is unknown. */
  BigDecimal costOf(BigDecimal part) {
    return cost == null ? null : cost.multiply(part).divide(qty, SCALE, RoundingMode.HALF_EVEN);
  }
}
