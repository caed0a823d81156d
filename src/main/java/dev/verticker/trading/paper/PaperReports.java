package dev.verticker.trading.paper;

import dev.verticker.data.LeaderLease;
import dev.verticker.exchange.OrderGateway.VenueTrade;
import dev.verticker.trading.order.OrderReport;
import dev.verticker.trading.order.OrderReports;
import dev.verticker.trading.paper.PaperMatching.Placement.Entered;
import dev.verticker.trading.paper.PaperOrders.OrderChangedException;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * Reports changes of resting orders. The transaction of a report fails if this node does not lead any more, or if another node
 * changed the order; it stores the position of the order too, so that its matching continues there.
 */
final class PaperReports {
  private final OrderReports reports;
  private final LeaderLease lease;
  private final PaperOrders orders;
  private final PaperVenue venue;
  private final Clock clock;

  PaperReports(
      OrderReports reports, LeaderLease lease, PaperOrders orders, PaperVenue venue, Clock clock) {
    this.reports = reports;
    this.lease = lease;
    this.orders = orders;
    this.venue = venue;
    this.clock = clock;
  }

  /** Reports trades that led to {@code order}; returns the order if it still rests. */
  Future<Optional<WorkingOrder>> trade(WorkingOrder order, List<VenueTrade> trades) {
    var report = new OrderReport(order.report(clock.instant()), trades);
    return apply(order, report);
  }

  /** Reports that a stop-limit order was triggered, and how its limit order entered the book. */
  Future<Optional<WorkingOrder>> enter(WorkingOrder triggered, Entered entered) {
    var order = triggered.after(entered.fills());
    var now = clock.instant();
    return apply(
        order,
        new OrderReport(
            order.report(entered.status(), entered.reason(), now),
            null,
            order.trades(entered.fills(), order.matched().time()),
            now));
  }

  private Future<Optional<WorkingOrder>> apply(WorkingOrder order, OrderReport report) {
    var id = order.identity();
    return reports
        .checkedBy(tx -> lease.check(tx).compose(leads -> orders.advance(tx, order)))
        .apply(venue.gateway(id.accountId()), id.accountId(), id.orderId(), report)
        .compose(stored -> {
          if (stored.order().status().isFinal()) {
            return Future.succeededFuture(Optional.empty());
          }
          return stored.order().executedQty().compareTo(order.executedQty()) == 0
              ? Future.succeededFuture(Optional.of(order.withNextVersion()))
              : Future.failedFuture(new OrderChangedException(id.orderId()));
        });
  }
}
