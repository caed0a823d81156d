package dev.verticker.trading.paper;

import dev.verticker.message.Books.Level;
import dev.verticker.message.trading.Orders.Side;
import dev.verticker.message.trading.Orders.Status;
import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.message.trading.Orders.TimeInForce;
import dev.verticker.trading.rules.Instrument;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The rules by which the paper venue fills an order: pure functions. An order that trades at once walks the book, as if it were
 * alone in the market. A resting order trades only when the market trades strictly through its price.
 */
final class PaperMatching {
  /** The exchange's code for an order that it rejects. */
  static final int NEW_ORDER_REJECTED = -2010;

  static final String NO_LIQUIDITY = "no liquidity at this price in the known levels of the book";
  static final String IMMEDIATE_OR_CANCEL = "immediate or cancel";
  static final String FILL_OR_KILL = "fill or kill";

  /** @param complete whether the order is filled */
  private record Walk(List<PaperFill> fills, boolean complete) {}

  private static final String TAKER = "taker-";
  private static final String TRIGGERED = "stop-";

  private PaperMatching() {}

  /** The result of a placement. */
  sealed interface Placement {
    record Refused(int code, String message) implements Placement {}

    /** @param reason of an expiry; null otherwise */
    record Entered(List<PaperFill> fills, Status status, String reason) implements Placement {
      public Entered {
        fills = List.copyOf(fills);
      }
    }
  }

  static Placement place(Instrument instrument, Ticket ticket, PaperMarket market) {
    var levels = market.opposite(ticket.side());
    return switch (ticket.type()) {
      case MARKET -> levels.isEmpty() ? noPrice(ticket) : market(instrument, ticket, levels);
      case LIMIT -> limit(instrument, ticket, levels, TAKER);
      case LIMIT_MAKER ->
        !levels.isEmpty() && crosses(ticket, levels.get(0).price())
            ? rejected("Order would immediately match and take.")
            : rest(List.of());
      case STOP_LIMIT -> stop(ticket, market);
      case UNKNOWN -> rejected("The paper venue does not know this type of order.");
    };
  }

  /** Enters the limit order of a stop-limit order into the book after its stop price was reached. */
  static Placement.Entered enter(Instrument instrument, Ticket ticket, PaperMarket market) {
    return limit(instrument, ticket, market.opposite(ticket.side()), TRIGGERED);
  }

  static boolean isTriggered(Ticket ticket, MarketPrint print) {
    return ticket.side() == Side.BUY
        ? print.high().compareTo(ticket.stopPrice()) >= 0
        : print.low().compareTo(ticket.stopPrice()) <= 0;
  }

  /** Returns the trade of a resting order; empty if the market does not trade strictly through its price. */
  static Optional<PaperFill> fill(
      Instrument instrument, Ticket ticket, BigDecimal remaining, MarketPrint print) {
    var through = ticket.side() == Side.BUY
        ? print.low().compareTo(ticket.price()) < 0
        : print.high().compareTo(ticket.price()) > 0;
    var qty = remaining.min(print.qty());
    return through && qty.signum() > 0
        ? Optional.of(
            PaperFill.of(instrument, ticket.side(), print.id(), ticket.price(), qty, true))
        : Optional.empty();
  }

  private static Placement market(Instrument instrument, Ticket ticket, List<Level> levels) {
    var walk = ticket.qty() == null
        ? spend(instrument, ticket, levels)
        : walk(instrument, ticket, levels, TAKER);
    return walk.complete()
        ? new Placement.Entered(walk.fills(), Status.FILLED, null)
        : new Placement.Entered(walk.fills(), Status.EXPIRED, NO_LIQUIDITY);
  }

  private static Placement.Entered limit(
      Instrument instrument, Ticket ticket, List<Level> levels, String prefix) {
    var crossed =
        levels.stream().takeWhile(level -> crosses(ticket, level.price())).toList();
    var walk = walk(instrument, ticket, crossed, prefix);
    if (walk.complete()) {
      return new Placement.Entered(walk.fills(), Status.FILLED, null);
    }
    if (ticket.timeInForce() == TimeInForce.FOK) {
      return new Placement.Entered(List.of(), Status.EXPIRED, FILL_OR_KILL);
    }
    return ticket.timeInForce() == TimeInForce.IOC
        ? new Placement.Entered(walk.fills(), Status.EXPIRED, IMMEDIATE_OR_CANCEL)
        : rest(walk.fills());
  }

  private static Placement stop(Ticket ticket, PaperMarket market) {
    if (market.last() == null) {
      return noPrice(ticket);
    }
    var reached = ticket.side() == Side.BUY
        ? market.last().compareTo(ticket.stopPrice()) >= 0
        : market.last().compareTo(ticket.stopPrice()) <= 0;
    return reached ? rejected("Stop price would trigger immediately.") : rest(List.of());
  }

  private static Placement.Entered rest(List<PaperFill> fills) {
    return new Placement.Entered(
        fills, fills.isEmpty() ? Status.OPEN : Status.PARTIALLY_FILLED, null);
  }

  /** Trades the quantity of the ticket, as far as the levels have it. */
  private static Walk walk(
      Instrument instrument, Ticket ticket, List<Level> levels, String prefix) {
    var fills = new ArrayList<PaperFill>();
    var remaining = ticket.qty();
    for (var level : levels) {
      var qty = remaining.min(level.quantity());
      if (qty.signum() > 0) {
        fills.add(PaperFill.of(
            instrument, ticket.side(), prefix + fills.size(), level.price(), qty, false));
        remaining = remaining.subtract(qty);
      }
    }
    return new Walk(fills, remaining.signum() == 0);
  }

  /** Trades for the quote quantity of the ticket, in whole steps, until the rest is less than the price of one step. */
  private static Walk spend(Instrument instrument, Ticket ticket, List<Level> levels) {
    var fills = new ArrayList<PaperFill>();
    var budget = ticket.quoteQty();
    for (var level : levels) {
      var affordable = affordable(instrument, budget, level.price());
      var qty = affordable.min(level.quantity());
      if (qty.signum() > 0) {
        var fill = PaperFill.of(
            instrument, ticket.side(), TAKER + fills.size(), level.price(), qty, false);
        fills.add(fill);
        budget = budget.subtract(fill.quoteQty());
      }
      if (affordable.compareTo(level.quantity()) <= 0) {
        return new Walk(fills, !fills.isEmpty());
      }
    }
    return new Walk(fills, false);
  }

  /** Returns the quantity that costs at most the budget, in whole steps. */
  private static BigDecimal affordable(Instrument instrument, BigDecimal budget, BigDecimal price) {
    var smallest = BigDecimal.ONE.movePointLeft(instrument.baseScale());
    var step = instrument.stepSize().signum() > 0 ? instrument.stepSize() : smallest;
    return budget.divide(price.multiply(step), 0, RoundingMode.DOWN).multiply(step);
  }

  private static boolean crosses(Ticket ticket, BigDecimal price) {
    return ticket.side() == Side.BUY
        ? price.compareTo(ticket.price()) <= 0
        : price.compareTo(ticket.price()) >= 0;
  }

  private static Placement noPrice(Ticket ticket) {
    return rejected("The paper venue has no current price of " + ticket.symbol() + ".");
  }

  private static Placement rejected(String message) {
    return new Placement.Refused(NEW_ORDER_REJECTED, message);
  }
}
