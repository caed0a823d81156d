package dev.verticker.outbox;

import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.data.Database;
import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.Append;
import dev.verticker.message.Notifications.Appended;
import dev.verticker.message.Notifications.OutboxEntry;
import dev.verticker.settings.PostgresSettings;
import dev.verticker.testing.Await;
import dev.verticker.testing.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Tests the relay with an event log that records the batches. */
@Execution(ExecutionMode.CONCURRENT)
class OutboxRelayTest {
  private final TestDatabase postgres = TestDatabase.create();
  private final PostgresSettings settings = postgres.settings("account");
  private final Vertx vertx = Vertx.vertx();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final Bus bus = new Bus(vertx, Clock.systemUTC(), metrics);
  private final Context context = vertx.getOrCreateContext();
  private final List<List<Long>> batches = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void entries_are_delivered_in_order_and_in_batches_and_then_deleted() {
    serve(this::taken);
    insert(1200);
    relay();

    until("empty", () -> waiting() == 0);

    assertEquals(List.of(500, 500, 200), batches.stream().map(List::size).toList());
    assertEquals(ids(1, 1200), delivered());
    until("no lag", () -> lag() == 0);
  }

  @Test
  void entries_are_found_by_polling_and_after_a_wake_up() {
    serve(this::taken);
    var relay = relay();
    insert(1);
    until("found by polling", () -> delivered().size() == 1);
    insert(1);
    run(() -> {
      relay.wake();
      return Future.succeededFuture();
    });
    until("found after the wake-up", () -> delivered().size() == 2);
  }

  @Test
  void undelivered_entries_wait_and_the_lag_is_reported() {
    insert(3);
    postgres.execute("UPDATE account.outbox SET at = now() - interval '1 minute'");
    var relay = relay();
    until("lag", () -> lag() >= 60);
    assertTrue(
        relay.delay().orElseThrow().startsWith("events of account have not been delivered for "));
    assertEquals(3, waiting());

    serve(this::taken);

    until("taken", () -> waiting() == 0);
    assertEquals(ids(1, 3), delivered());
  }

  @Test
  void a_batch_is_delivered_again_after_a_lost_response_or_a_failure() {
    var answers = new AtomicInteger();
    serve(append -> switch (answers.incrementAndGet()) {
      case 1 -> taken(append).compose(taken -> Promise.<Appended>promise().future());
      case 2 ->
        taken(append)
            .compose(taken -> Future.failedFuture(new Failure.Unavailable("unavailable", "No.")));
      default -> taken(append);
    });
    insert(2);
    relay();

    until(Duration.ofSeconds(20), "taken", () -> waiting() == 0);

    assertEquals(List.of(ids(1, 2), ids(1, 2), ids(1, 2)), batches);
  }

  @Test
  void of_two_relays_one_delivers_at_a_time() {
    var concurrent = new AtomicInteger();
    var maxConcurrent = new AtomicInteger();
    serve(append -> {
      maxConcurrent.accumulateAndGet(concurrent.incrementAndGet(), Math::max);
      return vertx.timer(20).compose(later -> {
        concurrent.decrementAndGet();
        return taken(append);
      });
    });
    relay();
    relay();
    for (var i = 0; i < 30; i++) {
      insert(100);
    }

    until("empty", () -> waiting() == 0);

    assertEquals(1, maxConcurrent.get());
    assertEquals(ids(1, 3000), delivered());
  }

  @Test
  void a_node_frozen_in_a_transaction_blocks_other_relays_for_three_seconds() throws SQLException {
    serve(this::taken);
    insert(1);
    try (var frozen = postgres.connect();
        var statement = frozen.createStatement()) {
      statement.execute("SET idle_in_transaction_session_timeout = '3s'");
      frozen.setAutoCommit(false);
      statement.execute("SELECT pg_advisory_xact_lock(%d, %d)"
          .formatted(OutboxRelay.LOCK_CLASS, "account".hashCode()));
      relay();
      until("taken by another", () -> waiting() == 0);
    }
    assertEquals(ids(1, 1), delivered());
  }

  @Test
  void a_relay_without_the_lock_does_not_poll_at_every_wake_up() throws SQLException {
    serve(this::taken);
    insert(1);
    postgres.execute("ALTER TABLE account.outbox RENAME TO outbox_rows");
    postgres.execute("CREATE SEQUENCE account.polls");
    postgres.execute(
        "CREATE VIEW account.outbox AS"
            + " SELECT outbox_rows.* FROM (SELECT nextval('account.polls')) AS poll, account.outbox_rows");
    try (var other = postgres.connect();
        var statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("SELECT pg_advisory_xact_lock(%d, %d)"
          .formatted(OutboxRelay.LOCK_CLASS, "account".hashCode()));
      var relay = relay();
      var began = System.nanoTime();
      run(() -> {
        vertx.setPeriodic(1, timer -> relay.wake());
        return vertx.timer(2000);
      });
      var seconds = (System.nanoTime() - began) / 1e9;
      var polls = postgres.number("SELECT last_value FROM account.polls");
      assertTrue(polls <= 25 * seconds, polls + " polls in " + seconds + " s");
    }
  }

  @Test
  void stopping_waits_for_the_current_batch() {
    var received = Promise.<Void>promise();
    serve(append -> {
      received.tryComplete();
      return vertx.timer(300).compose(later -> taken(append));
    });
    insert(1);
    var relay = relay();
    received.future().await();

    run(relay::stop);

    assertEquals(0, waiting());
    assertEquals(ids(1, 1), delivered());
  }

  private OutboxRelay relay() {
    return run(() -> {
      var relay = new OutboxRelay(
          vertx,
          Database.open(vertx, settings.withPoolSize(1)),
          bus,
          Clock.systemUTC(),
          metrics,
          new OutboxTable("account", OutboxRelayTest::entry));
      relay.start();
      return Future.succeededFuture(relay);
    });
  }

  private <T> T run(Supplier<Future<T>> work) {
    return Await.await(context, work);
  }

  private void serve(Function<Append, Future<Appended>> handler) {
    bus.serve(Notifications.APPEND, handler).await();
  }

  private Future<Appended> taken(Append append) {
    assertEquals("account", append.source());
    batches.add(append.entries().stream().map(OutboxEntry::id).toList());
    return Future.succeededFuture(new Appended(append.entries().size()));
  }

  private static OutboxEntry entry(Row row) {
    return new OutboxEntry(
        row.getLong("id"),
        row.getOffsetDateTime("at").toInstant(),
        row.getString("event"),
        row.getLong("user_id"),
        null,
        false,
        List.of(),
        "{}");
  }

  private List<Long> delivered() {
    return batches.stream().flatMap(List::stream).toList();
  }

  private static List<Long> ids(long first, long last) {
    return LongStream.rangeClosed(first, last).boxed().toList();
  }

  private double lag() {
    return metrics.get("outbox_lag").tag("source", "account").timeGauge().value(TimeUnit.SECONDS);
  }

  private void insert(int rows) {
    postgres.execute(
        """
        INSERT INTO account.outbox (at, event, user_id, topics, payload)
        SELECT now(), 'test', 1, '{users}', '{}' FROM generate_series(1, %d)"""
            .formatted(rows));
  }

  private long waiting() {
    return postgres.number("SELECT count(*) FROM account.outbox");
  }
}
