package dev.verticker.trading.rules;

import dev.verticker.message.trading.OrderJson;
import dev.verticker.message.trading.Orders.Side;
import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.message.trading.Orders.TimeInForce;
import dev.verticker.message.trading.Orders.Type;
import dev.verticker.message.trading.Orders.Violation;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** Checks that a ticket has exactly the values that its type requires, and that all are positive. */
final class TicketContent {
  private final Ticket ticket;
  private final List<Violation> violations = new ArrayList<>();

  private TicketContent(Ticket ticket) {
    this.ticket = ticket;
  }

  static List<Violation> check(Ticket ticket) {
    var content = new TicketContent(ticket);
    content.check();
    return content.violations;
  }

  private void check() {
    var type = ticket.type();
    if (type == null || type == Type.UNKNOWN) {
      violate("/type", "required", "Send the type: market, limit, limit_maker or stop_limit.");
      return;
    }
    if (ticket.side() == null || ticket.side() == Side.UNKNOWN) {
      violate("/side", "required", "Send the side: buy or sell.");
    }
    var market = type == Type.MARKET;
    if (!market) {
      require(OrderFilters.QTY, ticket.qty());
      forbid(OrderFilters.QUOTE_QTY, ticket.quoteQty());
    } else if (ticket.qty() != null) {
      forbid(OrderFilters.QUOTE_QTY, ticket.quoteQty());
    } else if (ticket.quoteQty() == null) {
      violate(OrderFilters.QTY, "required", "A market order requires qty or quote_qty.");
    }
    check("/price", ticket.price(), !market);
    check("/stop_price", ticket.stopPrice(), type == Type.STOP_LIMIT);
    checkTimeInForce();
    checkPositive(OrderFilters.QTY, ticket.qty());
    checkPositive(OrderFilters.QUOTE_QTY, ticket.quoteQty());
    checkPositive("/price", ticket.price());
    checkPositive("/stop_price", ticket.stopPrice());
  }

  private void checkTimeInForce() {
    var timeInForce = ticket.timeInForce();
    var needed = ticket.type() == Type.LIMIT || ticket.type() == Type.STOP_LIMIT;
    if (needed && (timeInForce == null || timeInForce == TimeInForce.UNKNOWN)) {
      violate("/time_in_force", "required", "Send the time in force: GTC, IOC or FOK.");
    } else if (!needed && timeInForce != null) {
      violate("/time_in_force", "not-allowed", notAllowed("time_in_force"));
    }
  }

  private void check(String pointer, BigDecimal value, boolean needed) {
    if (needed) {
      require(pointer, value);
    } else {
      forbid(pointer, value);
    }
  }

  private void require(String pointer, BigDecimal value) {
    if (value == null) {
      violate(
          pointer,
          "required",
          "An order of the type " + OrderJson.wireName(ticket.type()) + " requires "
              + pointer.substring(1) + ".");
    }
  }

  private void forbid(String pointer, BigDecimal value) {
    if (value != null) {
      violate(pointer, "not-allowed", notAllowed(pointer.substring(1)));
    }
  }

  private String notAllowed(String field) {
    return field.equals("quote_qty") && ticket.type() == Type.MARKET
        ? "Send either qty or quote_qty, not both."
        : "An order of the type " + OrderJson.wireName(ticket.type()) + " has no " + field
            + ": omit it.";
  }

  private void checkPositive(String pointer, BigDecimal value) {
    if (value != null && value.signum() <= 0) {
      violations.add(new Violation(
          pointer,
          "positive",
          "The value " + OrderJson.decimal(value) + " is not greater than 0: send a positive one.",
          value,
          BigDecimal.ZERO,
          null));
    }
  }

  private void violate(String pointer, String code, String detail) {
    violations.add(new Violation(pointer, code, detail, null, null, null));
  }
}
