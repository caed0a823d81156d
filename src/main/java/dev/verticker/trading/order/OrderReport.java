package dev.verticker.trading.order;

import dev.verticker.exchange.OrderGateway.ExecutionReport;
import dev.verticker.exchange.OrderGateway.Outcome.Accepted;
import dev.verticker.exchange.OrderGateway.VenueOrder;
import dev.verticker.exchange.OrderGateway.VenueTrade;
import java.time.Instant;
import java.util.List;

/**
 * A report of a venue about one order.
 *
 * @param executionId grows with each report of the order; null if the venue sends none
 * @param trades some or all trades of the order
 * @param triggeredAt as in {@link StoredOrder}; null if the venue does not report it
 */
public record OrderReport(
    VenueOrder order, String executionId, List<VenueTrade> trades, Instant triggeredAt) {
  public OrderReport {
    trades = List.copyOf(trades);
  }

  public OrderReport(VenueOrder order, List<VenueTrade> trades) {
    this(order, null, trades, null);
  }

  public static OrderReport of(Accepted outcome) {
    return new OrderReport(outcome.order(), outcome.trades());
  }

  public static OrderReport of(ExecutionReport report) {
    return new OrderReport(
        report.order(),
        report.executionId(),
        report.trade() == null ? List.of() : List.of(report.trade()),
        null);
  }
}
