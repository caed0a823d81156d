package dev.verticker.data;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes expired rows and removes personal data of one schema. Runs every minute on the node that gets the lock, in
 * batches of 1,000 rows with one transaction each, which keeps other statements fast. A task that fails is retried a
 * minute later and does not stop the other tasks.
 */
public final class Housekeeping {
  private static final Logger log = LoggerFactory.getLogger(Housekeeping.class);
  private static final Duration INTERVAL = Duration.ofMinutes(1);
  private static final int BATCH = 1000;

  /** A long clean-up continues a minute later and lets other nodes take the lock in between. */
  private static final int MAX_BATCHES = 50;

  /** Skips locked rows, because other transactions may lock them in another order. */
  private static final String DELETE =
      """
      DELETE FROM %1$s
       WHERE (%2$s) IN (SELECT %2$s FROM %1$s WHERE %3$s < $1 ORDER BY %3$s LIMIT $2 FOR UPDATE SKIP LOCKED)
      """;

  private final Vertx vertx;
  private final Database database;
  private final AdvisoryLock lock;
  private final Clock clock;
  private final MeterRegistry metrics;
  private final List<CleanupTask> tasks = new ArrayList<>();
  private boolean running;

  /** @param work removes one batch */
  private record CleanupTask(String name, Supplier<Future<Batch>> work, boolean warnOnDelete) {}

  /**
   * The result of one transaction.
   *
   * @param rows number of rows that were deleted or rewritten
   * @param more whether the next transaction may find more
   */
  public record Batch(int rows, boolean more) {}

  /** Removes data from rows that stay. */
  @FunctionalInterface
  public interface Rewrite {
    /**
     * @param before only data older than this
     * @param limit max number of rows
     */
    Future<Batch> run(SqlConnection tx, OffsetDateTime before, int limit);
  }

  public Housekeeping(
      Vertx vertx, Database database, AdvisoryLock lock, Clock clock, MeterRegistry metrics) {
    this.vertx = vertx;
    this.database = database;
    this.lock = lock;
    this.clock = clock;
    this.metrics = metrics;
  }

  /**
   * Deletes the rows whose time is older than the retention.
   *
   * @param retention zero if the column holds the time at which a row expires
   * @param name tag of the metrics {@code housekeeping_removed_total} and {@code housekeeping_failures_total}
   * @param key the columns of the primary key
   * @param time the column with the time, indexed
   */
  public Housekeeping deleteOlderThan(
      Duration retention, String name, String table, String key, String time) {
    return deleteOlderThan(retention, name, DELETE.formatted(table, key, time));
  }

  /**
   * Adds such a task with this statement.
   *
   * @param sql deletes at most $2 (an integer) rows that are older than $1 (a time)
   */
  public Housekeeping deleteOlderThan(Duration retention, String name, String sql) {
    return delete(name, sql, () -> cutoff(retention), false);
  }

  /** Removes data older than the delay from rows that stay. @param name as in {@link #deleteOlderThan} */
  public Housekeeping rewriteOlderThan(Duration delay, String name, Rewrite rewrite) {
    return run(name, () -> inTransaction((tx, limit) -> rewrite.run(tx, cutoff(delay), limit)));
  }

  /** Adds work that takes the lock itself, because a part of it cannot run in a transaction. @param name as above */
  public Housekeeping run(String name, Supplier<Future<Batch>> work) {
    tasks.add(new CleanupTask(name, work, false));
    return this;
  }

  /** Deletes rows of an outbox that were not delivered; each deletion logs a warning. */
  public Housekeeping deleteUndelivered(Duration retention, String name, String outbox) {
    var sql = DELETE.formatted(outbox, "id", "at");
    return delete(name, sql, () -> cutoff(retention), true);
  }

  public void start() {
    vertx.setPeriodic(INTERVAL.toMillis(), id -> run());
  }

  /** Completes after every task has succeeded, failed, or been left to another node or to the next run. */
  public Future<Void> run() {
    if (running) {
      return Future.succeededFuture();
    }
    running = true;
    var done = Future.<Void>succeededFuture();
    for (var task : tasks) {
      done =
          done.compose(before -> run(task, MAX_BATCHES).recover(failure -> failed(task, failure)));
    }
    return done.onComplete(result -> running = false);
  }

  private Housekeeping delete(
      String name, String sql, Supplier<Object> bound, boolean warnOnDelete) {
    tasks.add(new CleanupTask(
        name,
        () -> inTransaction((tx, limit) -> tx.preparedQuery(sql)
            .execute(Tuple.of(bound.get(), limit))
            .map(rows -> new Batch(rows.rowCount(), rows.rowCount() >= limit))),
        warnOnDelete));
    return this;
  }

  private Future<Void> run(CleanupTask task, int batches) {
    return task.work().get().compose(batch -> {
      if (batch.rows() > 0) {
        metrics.counter("housekeeping_removed_total", "what", task.name()).increment(batch.rows());
        if (task.warnOnDelete()) {
          log.warn(
              "deleted {} undelivered rows of {}: their retention is over",
              batch.rows(),
              task.name());
        }
      }
      return batch.more() && batches > 1 ? run(task, batches - 1) : Future.succeededFuture();
    });
  }

  private Future<Void> failed(CleanupTask task, Throwable failure) {
    log.warn(
        "housekeeping of {} failed, retrying in {} s: {}",
        task.name(),
        INTERVAL.toSeconds(),
        failure.getMessage());
    metrics.counter("housekeeping_failures_total", "what", task.name()).increment();
    return Future.succeededFuture();
  }

  private Future<Batch> inTransaction(BiFunction<SqlConnection, Integer, Future<Batch>> work) {
    return database.transaction(tx -> lock.tryAcquire(tx)
        .compose(acquired ->
            acquired ? work.apply(tx, BATCH) : Future.succeededFuture(new Batch(0, false))));
  }

  private OffsetDateTime cutoff(Duration retention) {
    return Rows.utc(clock.instant().minus(retention));
  }
}
