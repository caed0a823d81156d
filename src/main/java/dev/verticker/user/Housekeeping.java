package dev.verticker.user;

import dev.verticker.data.Database;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what this schema need not keep: every minute, on whichever node gets the lock, in batches of a thousand rows with
 * a transaction each, so that nothing else waits. Each table's owner names what is too old.
 */
final class Housekeeping {
  private static final Logger log = LoggerFactory.getLogger(Housekeeping.class);
  private static final Duration INTERVAL = Duration.ofMinutes(1);
  private static final int BATCH = 1000;

  /** The rest waits for the next minute: a long clean-up leaves the lock to others now and then. */
  private static final int MOST_BATCHES = 50;

  private final Vertx vertx;
  private final Database database;
  private final Clock clock;
  private final MeterRegistry metrics;
  private final List<Chore> chores = new ArrayList<>();
  private boolean running;

  private record Chore(String name, String sql, Duration kept, boolean worrying) {}

  Housekeeping(Vertx vertx, Database database, Clock clock, MeterRegistry metrics) {
    this.vertx = vertx;
    this.database = database;
    this.clock = clock;
    this.metrics = metrics;
  }

  /**
   * @param name as the metric {@code housekeeping_removed_total} shows it
   * @param sql deletes at most $2 (an integer) rows that are older than $1 (a time), and skips those somebody has locked:
   *     its order of locking is not theirs
   * @param kept how long before now $1 is; zero where a column says when its row ends
   */
  Housekeeping removing(String name, String sql, Duration kept) {
    chores.add(new Chore(name, sql, kept, false));
    return this;
  }

  /** As {@link #removing}, for rows that should have been taken by somebody: each removal is a warning. */
  Housekeeping removingUnwanted(String name, String sql, Duration kept) {
    chores.add(new Chore(name, sql, kept, true));
    return this;
  }

  void start() {
    vertx.setPeriodic(INTERVAL.toMillis(), id -> run());
  }

  /** Completes when every chore is done, or has been left to another node or to the next time. */
  Future<Void> run() {
    if (running) {
      return Future.succeededFuture();
    }
    running = true;
    var done = Future.<Void>succeededFuture();
    for (var chore : chores) {
      done = done.compose(before -> run(chore, MOST_BATCHES));
    }
    return done.onFailure(
            failure -> log.warn("housekeeping was cut short: {}", failure.getMessage()))
        .onComplete(result -> running = false);
  }

  private Future<Void> run(Chore chore, int batches) {
    return batch(chore).compose(removed -> {
      if (removed > 0) {
        metrics.counter("housekeeping_removed_total", "what", chore.name()).increment(removed);
        if (chore.worrying()) {
          log.warn(
              "{} rows of {} were removed: nobody took them in {}",
              removed,
              chore.name(),
              chore.kept());
        }
      }
      return removed < BATCH || batches == 1 ? Future.succeededFuture() : run(chore, batches - 1);
    });
  }

  private Future<Integer> batch(Chore chore) {
    var before = clock.instant().minus(chore.kept());
    return database.transaction(tx -> Locks.HOUSEKEEPING
        .tryAcquire(tx)
        .compose(alone -> alone
            ? tx.preparedQuery(chore.sql()).execute(parameters(before)).map(rows -> rows.rowCount())
            : Future.succeededFuture(0)));
  }

  private static Tuple parameters(Instant before) {
    return Tuple.of(before.atOffset(ZoneOffset.UTC), BATCH);
  }
}
