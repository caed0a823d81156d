package dev.verticker.outbox;

import dev.verticker.bus.Bus;
import dev.verticker.data.AdvisoryLock;
import dev.verticker.data.Database;
import dev.verticker.data.Rows;
import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.Append;
import dev.verticker.message.Notifications.OutboxEntry;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the entries of a domain's outbox to the event log, in the order of their ids, each at least once; the log ignores
 * duplicates. One node of the domain does so at a time: the lock ends with the transaction, and PostgreSQL ends the
 * transaction of a suspended node after three seconds. Not thread-safe: runs on one event loop.
 */
public final class OutboxRelay {
  private static final Logger log = LoggerFactory.getLogger(OutboxRelay.class);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(250);

  /** After another node held the lock. */
  private static final Duration CONTENTION_DELAY = Duration.ofMillis(50);

  private static final Duration MAX_BACK_OFF = Duration.ofSeconds(5);
  private static final Duration REPORTED_LAG = Duration.ofSeconds(10);

  /** Advisory lock class: ASCII of "outb", so that the domains in the same database do not share lock ids. */
  static final int LOCK_CLASS = 0x6f757462;

  private enum Poll {
    EMPTIED,
    MORE,
    LOCKED_BY_ANOTHER_NODE
  }

  private final Vertx vertx;
  private final Database database;
  private final Bus bus;
  private final Clock clock;
  private final OutboxTable outbox;
  private final AdvisoryLock lock;
  private final DeliveredIds delivered = new DeliveredIds();
  private volatile Instant oldestAt;
  private Duration backOff = POLL_INTERVAL;
  private Future<?> working = Future.succeededFuture();
  private boolean busy;
  private boolean pollAgain;
  private volatile boolean stopped;

  /** @param database used by this relay alone; one connection is enough */
  public OutboxRelay(
      Vertx vertx,
      Database database,
      Bus bus,
      Clock clock,
      MeterRegistry metrics,
      OutboxTable outbox) {
    this.vertx = vertx;
    this.database = database;
    this.bus = bus;
    this.clock = clock;
    this.outbox = outbox;
    this.lock = new AdvisoryLock(LOCK_CLASS, outbox.schema().hashCode());
    TimeGauge.builder(
            "outbox_lag", this, TimeUnit.MILLISECONDS, relay -> relay.lag().toMillis())
        .tag("source", outbox.schema())
        .register(metrics);
  }

  /** Starts polling four times a second. */
  public void start() {
    vertx.setPeriodic(POLL_INTERVAL.toMillis(), id -> {
      if (stopped) {
        vertx.cancelTimer(id);
      } else {
        wake();
      }
    });
  }

  /** Completes when the current batch has completed. */
  public Future<Void> stop() {
    stopped = true;
    return working.otherwiseEmpty().eventually(database::close).mapEmpty();
  }

  /** Polls immediately. Call it after a commit that inserted entries. */
  public void wake() {
    if (busy) {
      pollAgain = true;
    } else if (!stopped) {
      busy = true;
      pollAgain = false;
      working = poll().onComplete(result -> {
        if (result.succeeded()) {
          backOff = POLL_INTERVAL;
          schedule(nextPoll(result.result()));
        } else {
          if (backOff.equals(POLL_INTERVAL)) {
            log.warn(
                "outbox of {} cannot be delivered to the event log, retrying: {}",
                outbox.schema(),
                result.cause().getMessage());
          }
          schedule(backOff);
          backOff = doubled(backOff);
        }
      });
    }
  }

  /** Returns the delay until the next poll; null = until the next wake-up. */
  private Duration nextPoll(Poll last) {
    if (last == Poll.MORE) {
      return Duration.ZERO;
    }
    if (!pollAgain) {
      return null;
    }
    // The other node delivers the new entries too, unless it read its batch before they were
    // committed.
    return last == Poll.LOCKED_BY_ANOTHER_NODE ? CONTENTION_DELAY : Duration.ZERO;
  }

  /** Returns the age of the oldest entry at the last poll. */
  public Duration lag() {
    var since = oldestAt;
    var lag = since == null ? Duration.ZERO : Duration.between(since, clock.instant());
    return lag.isNegative() ? Duration.ZERO : lag;
  }

  /** A note for operators; empty while entries are delivered in time. */
  public Optional<String> delay() {
    return Optional.of(lag())
        .filter(lag -> lag.compareTo(REPORTED_LAG) > 0)
        .map(lag -> "events of " + outbox.schema() + " have not been delivered for "
            + lag.toSeconds() + " s");
  }

  private Future<Poll> poll() {
    return database
        .query(outbox.selectOldest(), Tuple.of(delivered.limit()))
        .onFailure(failure -> delivered.reset())
        .compose(rows -> {
          var row = rows.iterator().next();
          delivered.onPoll(new DeliveredIds.Poll(
              row.getLong("id"), row.getLong("running"), row.getLong("next"), row.getLong("last")));
          oldestAt = Rows.instant(row, "at");
          return oldestAt == null
              ? Future.succeededFuture(Poll.EMPTIED)
              : database.transaction(tx -> lock.tryAcquire(tx)
                  .compose(locked ->
                      locked ? deliver(tx) : Future.succeededFuture(Poll.LOCKED_BY_ANOTHER_NODE)));
        });
  }

  /** Delivers one batch; after a lost response or a failed commit, the same entries are delivered again. */
  private Future<Poll> deliver(SqlConnection tx) {
    var oldest = tx.preparedQuery(outbox.selectBatch()).execute(Tuple.of(delivered.limit()));
    return oldest.compose(rows -> {
      var entries = Rows.all(rows, outbox.entry());
      if (entries.isEmpty()) {
        return Future.succeededFuture(Poll.EMPTIED);
      }
      var ids = entries.stream().map(OutboxEntry::id).toArray(Long[]::new);
      return bus.request(Notifications.APPEND, new Append(outbox.schema(), entries))
          .compose(appended -> tx.preparedQuery(outbox.delete()).execute(Tuple.of(ids)))
          .map(deleted -> ids.length == Notifications.MAX_EVENTS ? Poll.MORE : Poll.EMPTIED);
    });
  }

  /** @param delay until the next poll; null = until the next wake-up */
  private void schedule(Duration delay) {
    if (delay == null || stopped) {
      busy = false;
      return;
    }
    vertx.setTimer(Math.max(1, delay.toMillis()), id -> {
      busy = false;
      wake();
    });
  }

  private static Duration doubled(Duration backOff) {
    var doubled = backOff.multipliedBy(2);
    return doubled.compareTo(MAX_BACK_OFF) < 0 ? doubled : MAX_BACK_OFF;
  }
}
