package dev.verticker.trading.control;

import dev.verticker.data.Database;
import dev.verticker.data.Rows;
import dev.verticker.message.trading.Orders.Status;
import dev.verticker.trading.order.CancelService;
import dev.verticker.trading.order.OrderReports;
import dev.verticker.trading.order.OrderRepository;
import dev.verticker.trading.order.OrderStore.Conclusion;
import dev.verticker.trading.order.StoredOrder;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** Completes commands whose node failed before it received or stored their outcome. */
public final class InterruptedCommands {
  /** Longer than the venue takes to respond. */
  static final Duration CANCEL_AGAIN = Duration.ofSeconds(15);

  private static final int BATCH = 50;

  private static final String NOT_SENT =
      "not sent: the node failed before it reached the paper venue";

  /** The paper venue refuses an order by the time with which it was signed, so none of these can be filled any more. */
  private static final String PENDING_ON_PAPER =
      """
      SELECT o.*, i.base, i.quote
        FROM trading.orders AS o
        JOIN trading.instruments AS i USING (venue, symbol)
       WHERE o.status IN ('pending', 'unknown')
         AND o.sent_at < $1
         AND o.venue = 'paper'
       ORDER BY o.sent_at
       LIMIT %d
      """
          .formatted(BATCH);

  private static final String CANCEL_REQUESTED =
      """
      SELECT o.*, i.base, i.quote
        FROM trading.orders AS o
        JOIN trading.instruments AS i USING (venue, symbol)
       WHERE o.cancel_requested_at BETWEEN $1::timestamptz - interval '10 minutes' AND $1
         AND o.status IN ('open', 'partially_filled')
         AND o.source = 'own'
       ORDER BY o.cancel_requested_at
       LIMIT %d
      """
          .formatted(BATCH);

  private final Database database;
  private final OrderReports reports;
  private final CancelService cancellations;
  private final Clock clock;

  public InterruptedCommands(
      Database database, OrderReports reports, CancelService cancellations, Clock clock) {
    this.database = database;
    this.reports = reports;
    this.cancellations = cancellations;
    this.clock = clock;
  }

  /** Rejects orders that never reached the paper venue. */
  Future<Void> rejectUnsent() {
    return each(PENDING_ON_PAPER, HaltService.SENDABLE, this::reject);
  }

  /** Repeats cancellations that the venue has not confirmed, for ten minutes after their request. */
  Future<Void> cancelAgain() {
    return each(CANCEL_REQUESTED, CANCEL_AGAIN, cancellations::send);
  }

  private Future<Void> each(
      String sql, Duration age, Function<StoredOrder, Future<StoredOrder>> action) {
    return database
        .query(sql, Tuple.of(Rows.utc(clock.instant().minus(age))))
        .compose(rows -> each(Rows.all(rows, OrderRepository::order), 0, action));
  }

  private static Future<Void> each(
      List<StoredOrder> orders, int index, Function<StoredOrder, Future<StoredOrder>> action) {
    return index == orders.size()
        ? Future.succeededFuture()
        : action.apply(orders.get(index)).compose(done -> each(orders, index + 1, action));
  }

  private Future<StoredOrder> reject(StoredOrder order) {
    return reports.conclude(
        order.order().accountId(),
        order.id(),
        stored -> !stored.order().status().isFinal() && stored.isUnacknowledged(),
        new Conclusion(Status.REJECTED, NOT_SENT));
  }
}
