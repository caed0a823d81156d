package dev.verticker.data;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Queue of rows to store, bounded while PostgreSQL is unavailable: above the maximum, the oldest is dropped and counted. A row
 * that PostgreSQL rejects for its content is left out, logged and counted in {@code price_rejected_total}, so that it does not
 * block the others. Used on one event loop.
 */
public final class PendingRows<R> {
  private static final Logger log = LoggerFactory.getLogger(PendingRows.class);

  private final Table<R> table;
  private final MeterRegistry metrics;
  private final Deque<R> pending = new ArrayDeque<>();
  private final Counter dropped;
  private Future<Void> running = Future.succeededFuture();
  private boolean failing;

  /**
   * Where the rows are stored.
   *
   * @param metric prefix of the metrics {@code _waiting} and {@code _dropped_total}
   * @param max number of rows in the queue
   * @param batch number of rows in a statement
   * @param insert inserts rows; existing ones are kept
   * @param name names a row in the log
   */
  public record Table<R>(
      String metric,
      int max,
      int batch,
      Function<List<R>, Future<Void>> insert,
      Function<R, String> name) {}

  public PendingRows(Table<R> table, MeterRegistry metrics) {
    this.table = table;
    this.metrics = metrics;
    this.dropped = metrics.counter(table.metric() + "_dropped_total");
    metrics.gauge(table.metric() + "_waiting", pending, Deque::size);
  }

  public void add(Collection<R> rows) {
    pending.addAll(rows);
    limit();
  }

  public boolean isEmpty() {
    return pending.isEmpty();
  }

  /** Stores batch after batch until the queue is empty or PostgreSQL is unavailable; concurrent calls share one flush. */
  public Future<Void> flush() {
    if (running.isComplete()) {
      running = storeNext();
    }
    return running;
  }

  /** Stores new rows without delay; after a failure the next {@link #flush} stores them. */
  public void flushUnlessFailing() {
    if (!failing) {
      flush();
    }
  }

  private Future<Void> storeNext() {
    if (pending.isEmpty()) {
      return Future.succeededFuture();
    }
    var batch = new ArrayList<R>(table.batch());
    while (batch.size() < table.batch() && !pending.isEmpty()) {
      batch.add(pending.removeFirst());
    }
    return store(batch).onFailure(failure -> putBack(batch, failure)).compose(stored -> {
      if (failing) {
        failing = false;
        log.info("pending rows are stored again ({})", table.metric());
      }
      return storeNext();
    });
  }

  private void putBack(List<R> batch, Throwable failure) {
    for (var i = batch.size() - 1; i >= 0; i--) {
      pending.addFirst(batch.get(i));
    }
    limit();
    if (!failing) {
      failing = true;
      log.warn(
          "{} rows queued until they can be stored ({}): {}",
          pending.size(),
          table.metric(),
          failure.getMessage());
    }
  }

  private void limit() {
    while (pending.size() > table.max()) {
      pending.removeFirst();
      dropped.increment();
    }
  }

  private Future<Void> store(List<R> rows) {
    return table.insert().apply(rows).recover(failure -> {
      if (!isRejection(failure)) {
        return Future.failedFuture(failure);
      }
      if (rows.size() == 1) {
        log.warn(
            "{} rejected by PostgreSQL and dropped: {}",
            table.name().apply(rows.get(0)),
            failure.getMessage());
        metrics.counter("price_rejected_total", "reason", "refused-by-postgres").increment();
        return Future.succeededFuture();
      }
      var half = rows.size() / 2;
      return store(rows.subList(0, half)).compose(stored -> store(rows.subList(half, rows.size())));
    });
  }

  /**
   * Class 22: the data cannot be represented; class 23: it violates a constraint. A missing partition is reported in that
   * class, too, but it is an outage: the row can be stored when the partition exists.
   */
  private static boolean isRejection(Throwable failure) {
    return failure instanceof PgException rejection
        && rejection.getSqlState() != null
        && (rejection.getSqlState().startsWith("22") || rejection.getSqlState().startsWith("23"))
        && !MonthlyPartitions.isMissing(rejection);
  }
}
