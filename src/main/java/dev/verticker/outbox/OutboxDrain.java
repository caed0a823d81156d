package dev.verticker.outbox;

import dev.verticker.bus.Bus;
import dev.verticker.data.Database;
import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.Append;
import dev.verticker.message.Notifications.OutboxEntry;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands a domain's outbox to the notifications, in the order of its ids, each entry at least once; the log drops what it
 * has already. Any node of the domain may do it, one at a time: the lock ends with the transaction, and PostgreSQL ends the
 * transaction of a node that froze in it after three seconds. Used from one event loop.
 */
public final class OutboxDrain {
  private static final Logger log = LoggerFactory.getLogger(OutboxDrain.class);
  private static final Duration POLL = Duration.ofMillis(250);
  private static final Duration MAX_PAUSE = Duration.ofSeconds(5);
  private static final Duration WORTH_SAYING = Duration.ofSeconds(10);

  /** "outb": apart from the locks of the domain in the same database. */
  static final int LOCK_SPACE = 0x6f757462;

  private static final String TRY_LOCK =
      "SELECT pg_catalog.pg_try_advisory_xact_lock($1::int, pg_catalog.hashtext($2))";

  private final Vertx vertx;
  private final Database database;
  private final Bus bus;
  private final Clock clock;
  private final String schema;
  private final Function<Row, OutboxEntry> entry;
  private final String oldest;
  private final String next;
  private final String remove;
  private volatile Instant waitingSince;
  private Duration pause = POLL;
  private Future<?> working = Future.succeededFuture();
  private boolean busy;
  private boolean again;
  private volatile boolean stopped;

  /**
   * @param database connections of nobody else; one is enough
   * @param schema whose table {@code outbox} has {@code id} and {@code at}; also the source by which the log knows its rows
   * @param entry makes an entry of a row with all its columns
   */
  public OutboxDrain(
      Vertx vertx,
      Database database,
      Bus bus,
      Clock clock,
      MeterRegistry metrics,
      String schema,
      Function<Row, OutboxEntry> entry) {
    this.vertx = vertx;
    this.database = database;
    this.bus = bus;
    this.clock = clock;
    this.schema = schema;
    this.entry = entry;
    this.oldest = "SELECT at FROM %s.outbox ORDER BY id LIMIT 1".formatted(schema);
    this.next =
        "SELECT * FROM %s.outbox ORDER BY id LIMIT %d".formatted(schema, Notifications.MAX_EVENTS);
    this.remove = "DELETE FROM %s.outbox WHERE id = ANY ($1)".formatted(schema);
    TimeGauge.builder(
            "outbox_lag", this, TimeUnit.MILLISECONDS, drain -> drain.lag().toMillis())
        .tag("source", schema)
        .register(metrics);
  }

  /** From now on it looks four times a second. */
  public void start() {
    vertx.setPeriodic(POLL.toMillis(), id -> {
      if (stopped) {
        vertx.cancelTimer(id);
      } else {
        wake();
      }
    });
  }

  /** Completes when nothing is under way any more. */
  public Future<Void> stop() {
    stopped = true;
    return working.otherwiseEmpty().eventually(database::close).mapEmpty();
  }

  /** Looks now: something was just committed. Never waits. */
  public void wake() {
    if (busy) {
      again = true;
    } else if (!stopped) {
      busy = true;
      again = false;
      working = look().onComplete(handed -> {
        if (handed.succeeded()) {
          pause = POLL;
          rest(handed.result() == Notifications.MAX_EVENTS || again ? Duration.ZERO : null);
        } else {
          // The notifications, or PostgreSQL, are away: nothing is lost, it waits.
          if (pause.equals(POLL)) {
            log.warn("the outbox of {} waits: {}", schema, handed.cause().getMessage());
          }
          rest(pause);
          pause = longer(pause);
        }
      });
    }
  }

  /** How long the oldest entry has waited, as seen from this node when it looked last. */
  public Duration lag() {
    var since = waitingSince;
    var lag = since == null ? Duration.ZERO : Duration.between(since, clock.instant());
    return lag.isNegative() ? Duration.ZERO : lag;
  }

  /** What an operator should know; empty while entries are taken in time. */
  public Optional<String> delay() {
    return Optional.of(lag())
        .filter(lag -> lag.compareTo(WORTH_SAYING) > 0)
        .map(lag ->
            "events of " + schema + " wait for the notifications since " + lag.toSeconds() + " s");
  }

  /** How many entries were handed over; fewer than the most when that was all, or another node is at it. */
  private Future<Integer> look() {
    return database.query(oldest, Tuple.tuple()).compose(rows -> {
      waitingSince = rows.size() == 0
          ? null
          : rows.iterator().next().getOffsetDateTime("at").toInstant();
      return rows.size() == 0
          ? Future.succeededFuture(0)
          : database.transaction(
              tx -> tryLock(tx).compose(alone -> alone ? handOver(tx) : Future.succeededFuture(0)));
    });
  }

  private Future<Boolean> tryLock(SqlConnection tx) {
    return tx.preparedQuery(TRY_LOCK)
        .execute(Tuple.of(LOCK_SPACE, schema))
        .map(rows -> rows.iterator().next().getBoolean(0));
  }

  /** An answer that gets lost, or a commit that fails, makes the same entries be handed over again. */
  private Future<Integer> handOver(SqlConnection tx) {
    return tx.query(next).execute().compose(rows -> {
      var entries = new ArrayList<OutboxEntry>();
      rows.forEach(row -> entries.add(entry.apply(row)));
      if (entries.isEmpty()) {
        return Future.succeededFuture(0);
      }
      var ids = entries.stream().map(OutboxEntry::id).toArray(Long[]::new);
      return bus.request(Notifications.APPEND, new Append(schema, entries))
          .compose(appended -> tx.preparedQuery(remove).execute(Tuple.of(ids)))
          .map(removed -> ids.length);
    });
  }

  /** @param time null = until it is woken */
  private void rest(Duration time) {
    if (time == null || stopped) {
      busy = false;
      return;
    }
    vertx.setTimer(Math.max(1, time.toMillis()), id -> {
      busy = false;
      wake();
    });
  }

  private static Duration longer(Duration pause) {
    var doubled = pause.multipliedBy(2);
    return doubled.compareTo(MAX_PAUSE) < 0 ? doubled : MAX_PAUSE;
  }
}
