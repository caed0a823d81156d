package dev.verticker.trading.order;

import dev.verticker.message.trading.Orders.Side;
import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.message.trading.Orders.Type;
import dev.verticker.message.trading.Orders.Verdict;
import java.math.BigDecimal;

/** The amount of the paid asset that an order on paper locks. */
final class OrderLock {
  private OrderLock() {}

  /** Returns the amount that a new order locks: an estimate if its price or quantity is not known yet. */
  static BigDecimal initial(Ticket ticket, Verdict verdict) {
    if (ticket.type() != Type.MARKET) {
      return remaining(ticket, BigDecimal.ZERO, BigDecimal.ZERO);
    }
    return ticket.side() == Side.BUY
        ? first(ticket.quoteQty(), verdict.estimatedNotional())
        : first(ticket.qty(), verdict.estimatedQty());
  }

  /** Returns the amount that the unfilled rest of an order needs; 0 for a market order whose rest has no known price. */
  static BigDecimal remaining(Ticket ticket, BigDecimal executedQty, BigDecimal executedQuoteQty) {
    if (ticket.quoteQty() != null) {
      return ticket.side() == Side.BUY
          ? positive(ticket.quoteQty().subtract(executedQuoteQty))
          : BigDecimal.ZERO;
    }
    var rest = positive(ticket.qty().subtract(executedQty));
    if (ticket.side() == Side.SELL) {
      return rest;
    }
    return ticket.price() == null ? BigDecimal.ZERO : rest.multiply(ticket.price());
  }

  private static BigDecimal first(BigDecimal ordered, BigDecimal estimated) {
    return ordered != null ? ordered : estimated;
  }

  private static BigDecimal positive(BigDecimal amount) {
    return amount.max(BigDecimal.ZERO);
  }
}
