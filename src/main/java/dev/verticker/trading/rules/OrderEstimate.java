package dev.verticker.trading.rules;

import dev.verticker.message.trading.Orders.Side;
import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.message.trading.Orders.Type;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * The quantity, notional and fee that an order would have at the known price; null without a price.
 *
 * @param qty of the base asset
 * @param notional in units of the quote asset
 * @param fee in units of {@code feeAsset}; null if unknown
 */
record OrderEstimate(BigDecimal qty, BigDecimal notional, BigDecimal fee, String feeAsset) {
  static final OrderEstimate NONE = new OrderEstimate(null, null, null, null);

  /**
   * @param price null if unknown
   * @param feeRate null if unknown
   */
  static OrderEstimate of(SymbolRules rules, Ticket ticket, MarketPrice price, BigDecimal feeRate) {
    var each = ticket.type() != Type.MARKET
        ? ticket.price()
        : price == null ? null : price.opposite(ticket.side());
    var qty = ticket.qty() != null ? ticket.qty() : affordable(rules, ticket.quoteQty(), each);
    var notional =
        ticket.quoteQty() != null ? ticket.quoteQty() : each == null ? null : each.multiply(qty);
    if (feeRate == null) {
      return new OrderEstimate(qty, notional, null, null);
    }
    var instrument = rules.instrument();
    var buys = ticket.side() == Side.BUY;
    var received = buys ? qty : notional;
    var fee = received == null
        ? null
        : received
            .multiply(feeRate)
            .setScale(buys ? instrument.baseScale() : instrument.quoteScale(), RoundingMode.UP);
    return new OrderEstimate(qty, notional, fee, buys ? instrument.base() : instrument.quote());
  }

  private static BigDecimal affordable(SymbolRules rules, BigDecimal amount, BigDecimal each) {
    if (each == null) {
      return null;
    }
    var range = rules.quantity(Type.MARKET);
    var step = range.step() == null
        ? BigDecimal.ONE.movePointLeft(rules.instrument().baseScale())
        : range.step();
    return amount.divide(each.multiply(step), 0, RoundingMode.FLOOR).multiply(step);
  }
}
