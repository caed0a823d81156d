package dev.verticker.trading.paper;

import dev.verticker.exchange.OrderGateway.VenueOrder;
import dev.verticker.exchange.OrderGateway.VenueTrade;
import dev.verticker.message.trading.Orders.Side;
import dev.verticker.message.trading.Orders.Status;
import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.message.trading.Orders.TimeInForce;
import dev.verticker.trading.rules.Instrument;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;

/**
 * An order that rests at the paper venue.
 *
 * @param triggered whether the stop price was reached; true for an order without one
 * @param matched the last trade or minute of the market that it was matched with
 */
record WorkingOrder(
    Identity identity,
    Instrument instrument,
    Ticket ticket,
    BigDecimal executedQty,
    BigDecimal executedQuoteQty,
    boolean triggered,
    MarketPosition matched) {

  /** @param version as in {@code trading.paper_orders} */
  record Identity(
      long orderId, long accountId, String exchangeOrderId, String clientOrderId, long version) {}

  /**
   * The result of one trade or minute of the market.
   *
   * @param fill null if the order did not trade
   * @param triggers whether the stop price was reached; then the order trades with later prints only
   */
  record Match(WorkingOrder order, PaperFill fill, boolean triggers) {}

  /** Matches the order with a print; a print that the order was matched with before changes nothing. */
  Match match(MarketPrint print) {
    if (!matched.isBefore(print) || isFilled()) {
      return new Match(this, null, false);
    }
    var position = print.position(matched.market());
    if (!triggered) {
      var triggers = PaperMatching.isTriggered(ticket, print);
      return new Match(with(triggers, position), null, triggers);
    }
    var fill = PaperMatching.fill(instrument, ticket, remaining(), print).orElse(null);
    return new Match(
        fill == null ? with(true, position) : with(true, position).after(fill), fill, false);
  }

  WorkingOrder after(PaperFill fill) {
    return new WorkingOrder(
        identity,
        instrument,
        ticket,
        executedQty.add(fill.qty()),
        executedQuoteQty.add(fill.quoteQty()),
        triggered,
        matched);
  }

  WorkingOrder after(List<PaperFill> fills) {
    var order = this;
    for (var fill : fills) {
      order = order.after(fill);
    }
    return order;
  }

  /** Returns the order after another change of its row. */
  WorkingOrder withNextVersion() {
    return new WorkingOrder(
        new Identity(
            identity.orderId(),
            identity.accountId(),
            identity.exchangeOrderId(),
            identity.clientOrderId(),
            identity.version() + 1),
        instrument,
        ticket,
        executedQty,
        executedQuoteQty,
        triggered,
        matched);
  }

  /** Returns whether prices in this range may change the order. */
  boolean isAffectedBy(BigDecimal low, BigDecimal high) {
    var buys = ticket.side() == Side.BUY;
    if (triggered) {
      return buys ? low.compareTo(ticket.price()) < 0 : high.compareTo(ticket.price()) > 0;
    }
    return buys ? high.compareTo(ticket.stopPrice()) >= 0 : low.compareTo(ticket.stopPrice()) <= 0;
  }

  /** Returns the order as matched up to a position. */
  WorkingOrder at(MarketPosition position) {
    return with(triggered, position);
  }

  private WorkingOrder with(boolean reached, MarketPosition position) {
    return new WorkingOrder(
        identity, instrument, ticket, executedQty, executedQuoteQty, reached, position);
  }

  BigDecimal remaining() {
    return ticket.qty().subtract(executedQty);
  }

  boolean isFilled() {
    return remaining().signum() <= 0;
  }

  /** Returns whether the quantity that does not trade at once expires. */
  boolean isImmediate() {
    return ticket.timeInForce() == TimeInForce.IOC || ticket.timeInForce() == TimeInForce.FOK;
  }

  /** Returns the order as the venue reports it while it rests, or after its last trade. */
  VenueOrder report(Instant at) {
    var open = executedQty.signum() == 0 ? Status.OPEN : Status.PARTIALLY_FILLED;
    return report(isFilled() ? Status.FILLED : open, null, at);
  }

  List<VenueTrade> trades(List<PaperFill> fills, Instant at) {
    return fills.stream().map(fill -> trade(fill, at)).toList();
  }

  /** @param at time of the trade */
  VenueTrade trade(PaperFill fill, Instant at) {
    return new VenueTrade(
        fill.id(),
        identity.exchangeOrderId(),
        ticket.symbol(),
        ticket.side(),
        fill.price(),
        fill.qty(),
        fill.quoteQty(),
        fill.feeAsset(),
        fill.fee(),
        fill.maker(),
        at);
  }

  VenueOrder report(Status status, String reason, Instant at) {
    return new VenueOrder(
        identity.exchangeOrderId(),
        identity.clientOrderId(),
        ticket,
        status,
        executedQty,
        executedQuoteQty,
        BigDecimal.ZERO,
        reason,
        at);
  }
}
