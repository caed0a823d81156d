package dev.verticker.notification;

import dev.verticker.data.Database;
import dev.verticker.settings.NotificationSettings;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what the log need not keep: every minute, on whichever node gets the lock, in batches of a thousand rows with a
 * transaction each. Always the oldest of a topic first, so what is kept of it has no gaps.
 */
final class Retention {
  private static final Logger log = LoggerFactory.getLogger(Retention.class);
  private static final Duration INTERVAL = Duration.ofMinutes(1);
  private static final int BATCH = 1000;

  /** The rest waits for the next minute: a long clean-up leaves the lock to others now and then. */
  private static final int MOST_BATCHES = 50;

  /** An outbox keeps no entry for half as long. */
  private static final Duration RECEIVED_KEPT = Duration.ofDays(14);

  /** By position, not by time: clocks of several nodes may differ, and a gap would look like a loss. */
  private static final String TOO_OLD =
      """
      DELETE FROM notification.events
       WHERE position IN (
               SELECT position
                 FROM notification.events
                WHERE position <= (SELECT max(position) FROM notification.events WHERE logged_at < $1)
                ORDER BY position
                LIMIT $2
             )
      """;

  private static final String TOO_MANY =
      """
      DELETE FROM notification.events
       WHERE position IN (
               SELECT events.position
                 FROM notification.topics
                 JOIN notification.events ON events.topic = topics.name AND events.seq <= topics.seq - $1
                WHERE topics.seq > $1
                ORDER BY events.topic, events.seq
                LIMIT $2
             )
      """;

  private static final String RECEIVED =
      """
      DELETE FROM notification.received
       WHERE (source, entry) IN (
               SELECT source, entry
                 FROM notification.received
                WHERE received_at < $1
                ORDER BY received_at
                LIMIT $2
             )
      """;

  private static final String ERASED =
      """
      DELETE FROM notification.erased_users
       WHERE user_id IN (
               SELECT user_id
                 FROM notification.erased_users
                WHERE erased_at < $1
                ORDER BY erased_at
                LIMIT $2
             )
      """;

  private final Vertx vertx;
  private final Database database;
  private final NotificationSettings settings;
  private final Clock clock;
  private final MeterRegistry metrics;
  private boolean running;

  Retention(
      Vertx vertx,
      Database database,
      NotificationSettings settings,
      Clock clock,
      MeterRegistry metrics) {
    this.vertx = vertx;
    this.database = database;
    this.settings = settings;
    this.clock = clock;
    this.metrics = metrics;
  }

  void start() {
    vertx.setPeriodic(INTERVAL.toMillis(), id -> run());
  }

  /** Completes when all of it is done, or has been left to another node or to the next time. */
  Future<Void> run() {
    if (running) {
      return Future.succeededFuture();
    }
    running = true;
    return remove("by-age", TOO_OLD, before(settings.retention()), MOST_BATCHES)
        .compose(done -> remove("by-count", TOO_MANY, settings.mostPerTopic(), MOST_BATCHES))
        .compose(done -> remove("received", RECEIVED, before(RECEIVED_KEPT), MOST_BATCHES))
        .compose(done -> remove("erased-users", ERASED, before(RECEIVED_KEPT), MOST_BATCHES))
        .onFailure(failure -> log.warn("old events were not removed: {}", failure.getMessage()))
        .onComplete(done -> running = false);
  }

  /** @param bound $1: the time before which, or how many are kept */
  private Future<Void> remove(String why, String sql, Object bound, int batches) {
    return batch(sql, bound).compose(removed -> {
      if (removed > 0) {
        metrics.counter("notification_removed_total", "why", why).increment(removed);
      }
      return removed < BATCH || batches == 1
          ? Future.succeededFuture()
          : remove(why, sql, bound, batches - 1);
    });
  }

  private Future<Integer> batch(String sql, Object bound) {
    return database.transaction(tx -> Locks.RETENTION
        .tryAcquire(tx)
        .compose(alone -> alone
            ? tx.preparedQuery(sql).execute(Tuple.of(bound, BATCH)).map(rows -> rows.rowCount())
            : Future.succeededFuture(0)));
  }

  private Object before(Duration kept) {
    return clock.instant().minus(kept).atOffset(ZoneOffset.UTC);
  }
}
