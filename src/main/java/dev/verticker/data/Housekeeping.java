package dev.verticker.data;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what a schema need not keep: every minute, on whichever node gets the lock, in batches of a thousand rows with a
 * transaction each, so that nothing else waits. A chore that fails is left to the next minute and does not keep the others.
 * Each table's owner names what is too old.
 */
public final class Housekeeping {
  private static final Logger log = LoggerFactory.getLogger(Housekeeping.class);
  private static final Duration INTERVAL = Duration.ofMinutes(1);
  private static final int BATCH = 1000;

  /** The rest waits for the next minute: a long clean-up leaves the lock to others now and then. */
  private static final int MAX_BATCHES = 50;

  private final Vertx vertx;
  private final Database database;
  private final AdvisoryLock lock;
  private final Clock clock;
  private final MeterRegistry metrics;
  private final List<CleanupTask> chores = new ArrayList<>();
  private boolean running;

  private record CleanupTask(
      String name, String sql, Supplier<Object> bound, boolean warnOnDelete) {}

  public Housekeeping(
      Vertx vertx, Database database, AdvisoryLock lock, Clock clock, MeterRegistry metrics) {
    this.vertx = vertx;
    this.database = database;
    this.lock = lock;
    this.clock = clock;
    this.metrics = metrics;
  }

  /**
   * @param name as the metrics {@code housekeeping_removed_total} and {@code housekeeping_failures_total} show it
   * @param sql deletes at most $2 (an integer) rows that are older than $1 (a time), and skips those somebody has locked:
   *     its order of locking is not theirs
   * @param kept how long before now $1 is; zero where a column says when its row ends
   */
  public Housekeeping removing(String name, String sql, Duration kept) {
    chores.add(new CleanupTask(name, sql, () -> before(kept), false));
    return this;
  }

  /** As {@link #removing}, for rows that should have been taken by somebody: each removal is a warning. */
  public Housekeeping removingUnwanted(String name, String sql, Duration kept) {
    chores.add(new CleanupTask(name, sql, () -> before(kept), true));
    return this;
  }

  /** As {@link #removing}, by number: $1 is how many are kept. */
  public Housekeeping removingAllBut(long kept, String name, String sql) {
    chores.add(new CleanupTask(name, sql, () -> kept, false));
    return this;
  }

  public void start() {
    vertx.setPeriodic(INTERVAL.toMillis(), id -> run());
  }

  /** Completes when every chore is done, has failed, or has been left to another node or to the next time. */
  public Future<Void> run() {
    if (running) {
      return Future.succeededFuture();
    }
    running = true;
    var done = Future.<Void>succeededFuture();
    for (var chore : chores) {
      done = done.compose(
          before -> run(chore, MAX_BATCHES).recover(failure -> failed(chore, failure)));
    }
    return done.onComplete(result -> running = false);
  }

  private Future<Void> run(CleanupTask chore, int batches) {
    return batch(chore).compose(removed -> {
      if (removed > 0) {
        metrics.counter("housekeeping_removed_total", "what", chore.name()).increment(removed);
        if (chore.warnOnDelete()) {
          log.warn("{} rows of {} were removed: nobody took them in time", removed, chore.name());
        }
      }
      return removed < BATCH || batches == 1 ? Future.succeededFuture() : run(chore, batches - 1);
    });
  }

  private Future<Void> failed(CleanupTask chore, Throwable failure) {
    log.warn("housekeeping of {} was cut short: {}", chore.name(), failure.getMessage());
    metrics.counter("housekeeping_failures_total", "what", chore.name()).increment();
    return Future.succeededFuture();
  }

  private Future<Integer> batch(CleanupTask chore) {
    return database.transaction(tx -> lock.tryAcquire(tx)
        .compose(alone -> alone
            ? tx.preparedQuery(chore.sql())
                .execute(Tuple.of(chore.bound().get(), BATCH))
                .map(rows -> rows.rowCount())
            : Future.succeededFuture(0)));
  }

  private Object before(Duration kept) {
    return Rows.utc(clock.instant().minus(kept));
  }
}
