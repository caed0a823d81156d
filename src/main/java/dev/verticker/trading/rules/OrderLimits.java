package dev.verticker.trading.rules;

import static dev.verticker.message.trading.OrderJson.decimal;

import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.message.trading.Orders.Type;
import dev.verticker.message.trading.Orders.Violation;
import dev.verticker.message.trading.TradingAccounts.Limits;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** Checks the limits of an account that depend on one order only. */
final class OrderLimits {
  private OrderLimits() {}

  /**
   * @param notional in units of the quote asset; null if unknown: then its limit refuses the order
   * @param last the last price; null if unknown: then the limit of the distance refuses an order with a price
   */
  static List<Violation> check(Limits limits, Ticket ticket, BigDecimal notional, BigDecimal last) {
    var violations = new ArrayList<Violation>();
    if (limits.symbols() != null && !limits.symbols().contains(ticket.symbol())) {
      violations.add(new Violation(
          "/symbol",
          "symbol-not-allowed",
          "The limits of the account do not allow " + ticket.symbol()
              + ": choose an allowed symbol.",
          null,
          null,
          null));
    }
    var most = limits.maxOrderNotional();
    if (most != null && (notional == null || notional.compareTo(most) > 0)) {
      violations.add(new Violation(
          ticket.qty() == null ? OrderFilters.QUOTE_QTY : OrderFilters.QTY,
          "max-order-notional",
          notional == null
              ? "The notional of the order is unknown without a price, and the account limits it to "
                  + decimal(most) + "."
              : "The notional " + decimal(notional) + " exceeds the limit of the account, "
                  + decimal(most) + ": order less.",
          notional,
          most,
          null));
    }
    if (limits.maxPriceDistance() != null && ticket.type() != Type.MARKET) {
      checkDistance(limits.maxPriceDistance(), ticket.price(), last, violations);
    }
    return violations;
  }

  private static void checkDistance(
      BigDecimal most, BigDecimal price, BigDecimal last, List<Violation> violations) {
    if (last == null) {
      violations.add(new Violation(
          OrderFilters.PRICE,
          "max-price-distance",
          "The account limits the distance from the last price, which is unknown: try again later.",
          price,
          most,
          null));
    } else if (price.subtract(last).abs().compareTo(most.multiply(last)) > 0) {
      violations.add(new Violation(
          OrderFilters.PRICE,
          "max-price-distance",
          "The price " + decimal(price) + " is further from the last price " + decimal(last)
              + " than the limit of the account, " + decimal(most) + " of it.",
          price,
          most,
          null));
    }
  }
}
