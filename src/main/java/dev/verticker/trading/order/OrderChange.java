package dev.verticker.trading.order;

import java.math.BigDecimal;
import java.time.Instant;

/**
 * The columns of an order that may change.
 *
 * @param executedQty sum of its trades, like {@code executedQuoteQty}
 * @param locked as in {@link StoredOrder}, like {@code triggeredAt}
 * @param cancelRequestedAt null unless a cancellation was requested
 */
record OrderChange(
    OrderState state,
    BigDecimal executedQty,
    BigDecimal executedQuoteQty,
    BigDecimal locked,
    Instant triggeredAt,
    Instant cancelRequestedAt) {
  OrderChange {
    executedQty = executedQty.stripTrailingZeros();
    executedQuoteQty = executedQuoteQty.stripTrailingZeros();
    locked = locked.stripTrailingZeros();
  }

  /** Returns the stored values, unchanged. */
  static OrderChange none(StoredOrder stored) {
    var order = stored.order();
    return new OrderChange(
        OrderState.of(stored),
        order.executedQty(),
        order.executedQuoteQty(),
        stored.locked(),
        stored.triggeredAt(),
        order.cancelRequestedAt());
  }

  OrderChange with(OrderState newState) {
    return new OrderChange(
        newState, executedQty, executedQuoteQty, locked, triggeredAt, cancelRequestedAt);
  }

  OrderChange locking(BigDecimal newLocked) {
    return new OrderChange(
        state, executedQty, executedQuoteQty, newLocked, triggeredAt, cancelRequestedAt);
  }

  OrderChange cancelRequested(Instant at) {
    return new OrderChange(state, executedQty, executedQuoteQty, locked, triggeredAt, at);
  }
}
