package dev.verticker.system;

import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Bus;
import dev.verticker.context.NodeContext;
import dev.verticker.dev.TestServers;
import dev.verticker.message.Actor;
import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.Event;
import dev.verticker.message.Notifications.ReadLog;
import dev.verticker.message.Users;
import dev.verticker.message.Users.FieldUpdate;
import dev.verticker.message.Users.Update;
import dev.verticker.notification.NotificationVerticle;
import dev.verticker.settings.SettingsFiles;
import dev.verticker.testing.Provokes;
import dev.verticker.testing.RecordedHealth;
import dev.verticker.testing.TestDatabase;
import dev.verticker.user.UserVerticle;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests two services that change users while the database, the bus and the log fail and recover. */
class EventsThroughFaultsTest {
  private static final int WRITERS = 20;
  private static final int CHANGES = 400;

  private final TestDatabase postgres = TestDatabase.create();
  private final JsonObject settings = settings(postgres);
  private final List<Service> services = new ArrayList<>();
  private final AtomicInteger changes = new AtomicInteger();
  private final List<Event> received = new CopyOnWriteArrayList<>();

  /** The user and notification verticles of one machine; both machines share only the database. */
  private final class Service {
    final Vertx vertx = Vertx.vertx();
    final Bus bus = new Bus(vertx, Clock.systemUTC(), new SimpleMeterRegistry());
    private final NodeContext node = new NodeContext(
        bus, Clock.systemUTC(), new RecordedHealth(), handler -> {}, new SimpleMeterRegistry());
    private String notifications;

    Service() {
      vertx.deployVerticle(() -> new UserVerticle(node), options()).await();
      deploy();
    }

    void deploy() {
      notifications =
          vertx.deployVerticle(() -> new NotificationVerticle(node), options()).await();
    }

    void undeploy() {
      vertx.undeploy(notifications).await();
    }

    private DeploymentOptions options() {
      return new DeploymentOptions().setConfig(settings);
    }
  }

  @BeforeEach
  void two_services_and_a_user_for_each_writer() {
    services.add(new Service());
    services.add(new Service());
    postgres.execute(
        """
        INSERT INTO account.users (username, password_hash, roles, created_at, updated_at)
        SELECT 'writer-' || n, '$fake$of$a$hash$000000000000', '{user}', now(), now()
          FROM generate_series(1, %d) AS n"""
            .formatted(WRITERS));
  }

  @AfterEach
  void stop() {
    services.forEach(service -> service.vertx.close().await());
  }

  @Test
  @Provokes(1)
  void every_change_is_delivered_once_and_in_order_although_nodes_and_postgres_restart() {
    var a = services.get(0);
    var b = services.get(1);
    var log =
        a.bus.request(Notifications.READ_LOG, new ReadLog(null, 0)).await().epoch();
    var writers = new ArrayList<Future<Void>>();
    for (var id : postgres.column("SELECT id FROM account.users WHERE username LIKE 'writer-%'")) {
      writers.add(write(services.get(writers.size() % 2), Long.parseLong(id)));
    }
    changed(CHANGES / 5);
    a.undeploy();
    changed(2 * CHANGES / 5);
    b.undeploy();
    changed(3 * CHANGES / 5);
    a.deploy();
    TestServers.postgres().kill();
    TestServers.postgres().start();
    changed(4 * CHANGES / 5);
    b.deploy();
    Future.all(writers).await();
    until(Duration.ofSeconds(30), "all of it handed over", () -> postgres
        .column("SELECT id FROM account.outbox")
        .isEmpty());
    until(Duration.ofSeconds(10), "read to the end", () -> readOn(b, log));

    var committed = postgres.column(
        """
        SELECT user_id || ' ' || (details -> 'full_name' ->> 'to')
          FROM account.audit WHERE action = 'user.updated' ORDER BY user_id, id""");
    assertTrue(committed.size() > CHANGES / 2, () -> "committed: " + committed.size());
    assertEquals(committed, delivered("users"), "each once, in the order of its user's changes");
    assertGapless();
    assertEquals(
        LongStream.rangeClosed(1, received.size()).boxed().toList(),
        received.stream().map(Event::position).toList());
  }

  /** Makes changes sequentially until the total is reached; failed changes do not count. */
  private Future<Void> write(Service service, long userId) {
    var number = changes.incrementAndGet();
    if (number > CHANGES) {
      return Future.succeededFuture();
    }
    return change(service, userId, number)
        .recover(away -> {
          // The change failed or its result is unknown: the next attempt is another change.
          changes.decrementAndGet();
          return service.vertx.timer(50).mapEmpty();
        })
        .compose(changed -> write(service, userId));
  }

  private Future<Void> change(Service service, long userId, int number) {
    return service
        .bus
        .request(
            Users.UPDATE,
            new Update(
                Actor.system(),
                userId,
                null,
                null,
                FieldUpdate.of("name " + number + " " + System.nanoTime()),
                null,
                null,
                null))
        .mapEmpty();
  }

  private void changed(int least) {
    until(Duration.ofSeconds(30), least + " changes", () -> changes.get() >= least);
  }

  /** Reads the next page; returns true at the end of the log. */
  private boolean readOn(Service service, String log) {
    var position = received.isEmpty() ? 0 : received.get(received.size() - 1).position();
    var news =
        service.bus.request(Notifications.READ_LOG, new ReadLog(log, position)).await();
    assertEquals(log, news.epoch());
    received.addAll(news.events());
    return news.events().isEmpty();
  }

  private void assertGapless() {
    var last = new HashMap<String, Long>();
    for (var event : received) {
      assertEquals(last.getOrDefault(event.topic(), 0L) + 1, event.seq(), event.topic());
      last.put(event.topic(), event.seq());
    }
    assertEquals(WRITERS + 1 + administrators(), last.size());
  }

  private int administrators() {
    // The first administrator causes an event like any other new user.
    return received.stream().anyMatch(event -> event.payload().contains("user_created")) ? 1 : 0;
  }

  private List<String> delivered(String topic) {
    var byUser = new TreeMap<Long, List<String>>();
    received.stream()
        .filter(event -> event.topic().equals(topic))
        .map(event -> new JsonObject(event.payload()))
        .filter(payload -> payload.getString("event").equals("user_updated"))
        .forEach(payload -> byUser
            .computeIfAbsent(payload.getLong("user_id"), id -> new ArrayList<>())
            .add(payload.getLong("user_id") + " "
                + payload.getJsonObject("changes").getString("full_name")));
    return byUser.values().stream().flatMap(List::stream).toList();
  }

  private static JsonObject settings(TestDatabase postgres) {
    var environment = new HashMap<>(postgres.settings());
    environment.putAll(Map.of("JWT_SECRET", "0123456789abcdef0123456789abcdef"));
    return SettingsFiles.load(environment, Path.of("target"));
  }
}
