package dev.verticker.data;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.failureOf;
import static dev.verticker.testing.Await.run;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.verticker.data.LeaderLease.Key;
import dev.verticker.data.LeaderLease.LeaseLostException;
import dev.verticker.testing.TestDatabase;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LeaderLeaseTest {
  private static final Key KEY = new Key("trading", "work");
  private static final Duration TERM = Duration.ofSeconds(2);

  private final Vertx vertx = Vertx.vertx();
  private final TestDatabase test = TestDatabase.create();
  private final Database database = Database.open(vertx, test.settings("trading"));
  private final List<String> events = new CopyOnWriteArrayList<>();

  /** Added to the monotonic clock of the first node. */
  private final AtomicLong suspended = new AtomicLong();

  private final Node first = new Node("first", suspended);
  private final Node second = new Node("second", new AtomicLong());

  private final class Node implements LeaderLease.Listener {
    private final String name;
    private final Context context = vertx.getOrCreateContext();
    private final LeaderLease lease;

    Node(String name, AtomicLong ahead) {
      this.name = name;
      this.lease = new LeaderLease(
              vertx, database, KEY, TERM, () -> System.nanoTime() + ahead.get())
          .addListener(this);
    }

    @Override
    public void onElected() {
      events.add(name + " elected");
    }

    @Override
    public void onResigned() {
      events.add(name + " resigned");
    }

    void start() {
      context.runOnContext(start -> lease.start());
    }

    Future<Void> write() {
      return run(context, () -> database.transaction(lease::check));
    }

    Future<Void> stop() {
      return run(context, lease::stop);
    }
  }

  LeaderLeaseTest() {
    until(
        "PostgreSQL is available",
        () -> await(database.query("SELECT 1", Tuple.tuple()).map(true).otherwise(false)));
  }

  @AfterEach
  void close() {
    await(vertx.close());
  }

  @Test
  void one_node_leads_until_it_stops_and_the_next_one_has_a_higher_token() {
    first.start();
    until("the first node leads", () -> events.contains("first elected"));
    second.start();
    await(first.write());
    assertInstanceOf(LeaseLostException.class, failureOf(second.write()));
    assertEquals(1, token());

    await(first.stop());

    until("the second node leads", () -> events.contains("second elected"));
    assertEquals(List.of("first elected", "first resigned", "second elected"), events);
    assertEquals(2, token());
    await(second.write());
  }

  @Test
  void a_leader_that_was_suspended_resigns_before_it_writes() {
    first.start();
    until("the first node leads", () -> events.contains("first elected"));

    var leads = await(first.context, () -> {
      suspended.set(TERM.toNanos());
      return Future.succeededFuture(first.lease.isHeld());
    });

    assertFalse(leads);
    assertEquals("first resigned", events.get(1));
  }

  @Test
  void a_transaction_fails_after_another_node_acquired_the_lease() {
    first.start();
    until("the first node leads", () -> events.contains("first elected"));

    // As if the clock of the first node had stopped.
    test.execute(
        "UPDATE trading.leases SET holder = 'other', token = token + 1, expires_at = now() + interval '1 hour'");

    assertInstanceOf(LeaseLostException.class, failureOf(first.write()));
    until("the first node resigns", () -> events.contains("first resigned"));
    assertFalse(events.contains("second elected"));
  }

  private long token() {
    return test.number("SELECT token FROM trading.leases");
  }
}
