package dev.verticker.trading.order;

import dev.verticker.exchange.OrderGateway;
import dev.verticker.exchange.OrderGateway.ExecutionReport;
import dev.verticker.trading.order.OrderStore.Conclusion;
import dev.verticker.trading.portfolio.Ledger;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies reports of venues about orders. Reports may arrive in any order and any number of times; the resulting rows are the
 * same.
 */
public final class OrderReports {
  private static final Logger log = LoggerFactory.getLogger(OrderReports.class);

  private final OrderRepository orders;
  private final OrderStore store;

  public OrderReports(OrderRepository orders, OrderStore store) {
    this.orders = orders;
    this.store = store;
  }

  /** Returns reports whose transactions begin with a check, such as that of a lease, and fail with it. */
  public OrderReports checkedBy(Function<SqlConnection, Future<Void>> check) {
    return new OrderReports(orders, store.checkedBy(check));
  }

  /**
   * Applies a report about a stored order of the account; empty if there is none. The exchange order id identifies the order,
   * or else the client order id.
   */
  public Future<Optional<StoredOrder>> apply(
      OrderGateway gateway, long accountId, ExecutionReport report) {
    var order = report.order();
    return orders
        .findReported(
            accountId, order.ticket().symbol(), order.exchangeOrderId(), order.clientOrderId())
        .compose(id -> id.isEmpty()
            ? Future.succeededFuture(Optional.empty())
            : apply(gateway, accountId, id.get(), OrderReport.of(report)).map(Optional::of));
  }

  /**
   * Applies a report about a stored order. If the reported quantity exceeds that of the known trades, the trades are read from
   * the gateway first; if that fails, only the status is applied, and reconciliation adds the trades later. A report of the
   * paper venue about an order whose status is final changes nothing. Fails with {@link Ledger#isInsufficient} if an order on
   * paper costs more than its account has.
   */
  public Future<StoredOrder> apply(
      OrderGateway gateway, long accountId, long orderId, OrderReport report) {
    return isComplete(report)
        ? store
            .apply(accountId, orderId, report)
            .compose(applied -> complete(gateway, applied, report))
        : withTrades(gateway, report).compose(whole -> store.apply(accountId, orderId, whole));
  }

  /** As {@link OrderStore#conclude}. */
  public Future<StoredOrder> conclude(
      long accountId, long orderId, Predicate<StoredOrder> expected, Conclusion conclusion) {
    return store.conclude(accountId, orderId, expected, conclusion);
  }

  /** A report of a later trade contains that trade only. */
  private Future<StoredOrder> complete(
      OrderGateway gateway, StoredOrder applied, OrderReport report) {
    return applied.reportedQty().compareTo(applied.order().executedQty()) <= 0
        ? Future.succeededFuture(applied)
        : withTrades(gateway, report)
            .compose(whole -> store.apply(applied.order().accountId(), applied.id(), whole));
  }

  private static boolean isComplete(OrderReport report) {
    return !report.trades().isEmpty() || report.order().executedQty().signum() == 0;
  }

  private static Future<OrderReport> withTrades(OrderGateway gateway, OrderReport report) {
    var order = report.order();
    var reference = new OrderGateway.OrderReference(
        order.ticket().symbol(), order.exchangeOrderId(), order.clientOrderId());
    return gateway
        .trades(reference)
        .map(trades -> new OrderReport(order, report.executionId(), trades, report.triggeredAt()))
        .otherwise(failure -> {
          log.warn(
              "trades of order {} cannot be read, its status is applied without them: {}",
              order.clientOrderId(),
              failure.getMessage());
          return report;
        });
  }
}
