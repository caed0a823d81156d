package dev.verticker.trading.order;

import dev.verticker.exchange.OrderGateway.VenueOrder;
import dev.verticker.message.trading.Orders.Status;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The state of an order, merged from the reports of its venue: their order and repetitions do not change the result, and the
 * most advanced report decides the status. It does not count trades.
 *
 * @param reportedQty the highest executed quantity that was reported
 * @param executionId of the report that decided the status; null if it had none
 */
record OrderState(
    Status status,
    BigDecimal reportedQty,
    BigDecimal preventedQty,
    String exchangeOrderId,
    String executionId,
    String reason,
    List<String> oddities) {
  private static final int MAX_ODDITIES = 20;

  OrderState {
    reportedQty = reportedQty.stripTrailingZeros();
    preventedQty = preventedQty.stripTrailingZeros();
    oddities = List.copyOf(oddities);
  }

  /** Every report replaces a status that was concluded here; an earlier report does not change a final status. */
  private static final Comparator<OrderState> PROGRESS = Comparator.<OrderState>comparingInt(
          state -> isReported(state.status) ? 1 : 0)
      .thenComparing(state -> state.status.isFinal())
      .thenComparing(OrderState::reportedQty)
      .thenComparing(
          OrderState::executionId,
          Comparator.nullsFirst(
              Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder())))
      .thenComparing(OrderState::status);

  static OrderState of(StoredOrder stored) {
    var order = stored.order();
    return new OrderState(
        order.status(),
        stored.reportedQty(),
        order.preventedQty(),
        order.exchangeOrderId(),
        stored.lastExecutionId(),
        order.reason(),
        stored.oddities());
  }

  /** Returns this state after the report of the venue. */
  OrderState merge(StoredOrder stored, VenueOrder report, String reportId) {
    var reported = new OrderState(
        report.status(),
        report.executedQty(),
        report.preventedQty(),
        report.exchangeOrderId(),
        reportId,
        report.reason(),
        oddities(stored, report));
    var progress = PROGRESS.compare(reported, this);
    var decisive = progress > 0 ? reported : this;
    return new OrderState(
        decisive.status,
        reportedQty.max(report.executedQty()),
        preventedQty.max(report.preventedQty()),
        exchangeOrderId == null ? report.exchangeOrderId() : exchangeOrderId,
        decisive.executionId,
        progress == 0 && reason == null ? report.reason() : decisive.reason,
        reported.oddities);
  }

  /** Returns this state with a status that no report contains. */
  OrderState concluded(Status newStatus, String newReason) {
    return new OrderState(
        newStatus, reportedQty, preventedQty, exchangeOrderId, executionId, newReason, oddities);
  }

  /** A rejection does not count as reported: an order that the venue reports later exists. */
  private static boolean isReported(Status status) {
    return switch (status) {
      case OPEN, PARTIALLY_FILLED, FILLED, CANCELED, EXPIRED, EXPIRED_IN_MATCH -> true;
      case PENDING, REJECTED, OUTCOME_UNKNOWN, VENUE_RESET, UNKNOWN -> false;
    };
  }

  private List<String> oddities(StoredOrder stored, VenueOrder report) {
    var found = new ArrayList<>(oddities);
    var ordered = stored.ticket();
    var ticket = report.ticket();
    add(found, differs(report.exchangeOrderId(), exchangeOrderId), "exchange_order_id");
    add(found, ticket.side() != ordered.side(), "side");
    add(found, ticket.type() != ordered.type(), "type");
    add(found, differs(ticket.qty(), ordered.qty()), "qty");
    add(found, differs(ticket.price(), ordered.price()), "price");
    add(
        found,
        status == Status.REJECTED && isReported(report.status()),
        "reported_after_rejection");
    return found;
  }

  private static void add(List<String> oddities, boolean found, String oddity) {
    if (found && !oddities.contains(oddity) && oddities.size() < MAX_ODDITIES) {
      oddities.add(oddity);
    }
  }

  private static boolean differs(String reported, String known) {
    return reported != null && known != null && !reported.equals(known);
  }

  private static boolean differs(BigDecimal reported, BigDecimal ordered) {
    return reported != null && ordered != null && reported.compareTo(ordered) != 0;
  }
}
