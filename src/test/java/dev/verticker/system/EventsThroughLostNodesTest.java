package dev.verticker.system;

import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.user.UserFrontDoor;
import dev.verticker.testing.NodeProcess;
import dev.verticker.testing.Provokes;
import dev.verticker.testing.TestDatabase;
import dev.verticker.testing.TestHttpClient;
import dev.verticker.testing.TestNode;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Tests two node processes that are killed, frozen and restarted while users change and clients are subscribed. */
@Tag("alone")
@ExtendWith(VertxExtension.class)
class EventsThroughLostNodesTest {
  private static final int WRITERS = 20;
  private static final Duration MAX_WAIT = Duration.ofSeconds(60);
  private static final Duration UNANSWERED = Duration.ofSeconds(3);

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;

  private final Vertx vertx;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<Integer, TestHttpClient> clientsByPort = new ConcurrentHashMap<>();
  private final TestDatabase postgres = TestDatabase.create();
  private final Map<String, String> cluster = TestNode.pair();
  private final List<NodeProcess> nodes = new ArrayList<>();
  private final AtomicInteger tried = new AtomicInteger();
  private final AtomicInteger answered = new AtomicInteger();
  private final Set<String> promised = ConcurrentHashMap.newKeySet();
  private volatile boolean enoughFaults;
  private List<Long> users;
  private String token;

  EventsThroughLostNodesTest(Vertx vertx) {
    this.vertx = vertx;
  }

  @BeforeEach
  void two_nodes_and_a_user_for_each_writer() {
    for (var name : List.of("a", "b")) {
      nodes.add(new NodeProcess(
          folder.resolve(name),
          settings(),
          List.of("--cluster", "user-api", "user", "notification")));
    }
    nodes.forEach(NodeProcess::start);
    nodes.forEach(NodeProcess::awaitReady);
    postgres.column(
        """
        INSERT INTO account.users (username, password_hash, roles, created_at, updated_at)
        SELECT 'writer-' || n, '$fake$of$a$hash$000000000000', '{user}', now(), now()
          FROM generate_series(1, %d) AS n"""
            .formatted(WRITERS));
    users =
        postgres
            .column("SELECT id::text FROM account.users WHERE username LIKE 'writer-%'")
            .stream()
            .map(Long::valueOf)
            .toList();
    token = signIn();
  }

  @AfterEach
  void stop() {
    threads.shutdownNow();
    nodes.forEach(NodeProcess::close);
  }

  @Test
  void
      each_client_receives_each_change_once_and_in_order_although_one_node_is_killed_and_one_frozen()
          throws Exception {
    var clients = clients();
    var changes = changes(300, 300);
    until(MAX_WAIT, "the first changes", () -> answered.get() > 40);

    nodes.get(0).kill();
    nodes.get(0).start();
    nodes.get(0).awaitReady();
    // Longer than clients wait for a response.
    nodes.get(1).freeze();
    pause(4000);
    nodes.get(1).thaw();
    enoughFaults = true;

    expectAllOfItHeard(clients, changes);
    clients.forEach(client -> assertTrue(client.resumed() > 0, "went on where it was"));
    assertTrue(answered.get() >= 300);
  }

  @Test
  @Tag("faults")
  @Timeout(600)
  @Provokes({10, 11})
  void five_thousand_changes_arrive_once_and_in_order_while_nodes_are_killed_frozen_and_restarted()
      throws Exception {
    var seed = Long.getLong("seed", System.nanoTime());
    System.out.println("nodes are lost at random: -Dseed=" + seed);
    enoughFaults = true;
    var clients = clients();
    var changes = changes(5000, 300);
    var random = new Random(seed);
    var faults = new ArrayList<Future<Integer>>();
    for (var node : nodes) {
      var own = new Random(random.nextLong());
      faults.add(threads.submit(() -> lose(node, own, changes)));
    }
    var lost = 0;
    for (var fault : faults) {
      lost += fault.get();
    }

    expectAllOfItHeard(clients, changes);
    System.out.printf(
        "%d changes, %d tried, %d times a node was lost, clients resumed %s times%n",
        5000, tried.get(), lost, clients.stream().map(ResumingClient::resumed).toList());
    assertTrue(lost >= 10, "nodes lost: " + lost);
  }

  /** Causes faults of the node until all changes are made. Returns the number of faults; the node is ready again. */
  private int lose(NodeProcess node, Random random, List<Future<Void>> changes)
      throws InterruptedException {
    var times = 0;
    while (changes.stream().anyMatch(change -> !change.isDone())) {
      pause(random.nextInt(12_000));
      times++;
      switch (random.nextInt(4)) {
        case 0 -> {
          node.kill();
          pause(random.nextInt(4000));
          node.start();
        }
        case 1 -> {
          node.stop();
          node.start();
        }
        case 2 -> {
          node.freeze();
          pause(random.nextInt(4000));
          node.thaw();
        }
        default -> {
          node.freeze();
          pause(8000 + random.nextInt(12_000));
          node.thaw();
        }
      }
      node.awaitReady();
    }
    return times;
  }

  /** Returns one subscribed client per node. */
  private List<ResumingClient> clients() {
    Supplier<SocketAddress> a = () -> address(nodes.get(0));
    Supplier<SocketAddress> b = () -> address(nodes.get(1));
    var clients = List.of(
        new ResumingClient(vertx, List.of(a, b), token),
        new ResumingClient(vertx, List.of(b, a), token));
    until(MAX_WAIT, "both listen", () -> clients.stream().allMatch(ResumingClient::isSubscribed));
    return clients;
  }

  private static SocketAddress address(NodeProcess node) {
    var port = node.port("user-api");
    return port < 0 ? null : SocketAddress.inetSocketAddress(port, "127.0.0.1");
  }

  private List<Future<Void>> changes(int count, int pauseMs) {
    var writers = new ArrayList<Future<Void>>();
    for (var user : users) {
      writers.add(threads.submit(() -> {
        write(user, count, pauseMs);
        return null;
      }));
    }
    return writers;
  }

  /** Makes changes sequentially until all writers together have {@code count} responses and enough faults have occurred. */
  private void write(long user, int count, int pauseMs) throws InterruptedException {
    var node = (int) (user % 2);
    while (answered.get() < count || !enoughFaults) {
      var name = "name " + tried.incrementAndGet();
      if (changed(nodes.get(node), user, name)) {
        promised.add(user + " " + name);
        answered.incrementAndGet();
        pause(pauseMs / 2 + (int) (Math.random() * pauseMs));
      } else {
        // The result is unknown; the test compares with the database at the end.
        node = 1 - node;
        pause(50);
      }
    }
  }

  private boolean changed(NodeProcess node, long user, String name) throws InterruptedException {
    var port = node.port("user-api");
    if (port < 0) {
      return false;
    }
    try {
      var response = http(port)
          .patch("/users/" + user)
          .bearer(token)
          .body(
              "application/merge-patch+json",
              new JsonObject().put("full_name", name).toBuffer())
          .timeout(UNANSWERED)
          .send();
      assertTrue(Set.of(200, 503).contains(response.status()), response::toString);
      return response.status() == 200;
    } catch (Exception connectionLost) {
      return false;
    }
  }

  private void expectAllOfItHeard(List<ResumingClient> clients, List<Future<Void>> changes)
      throws InterruptedException, ExecutionException {
    for (var change : changes) {
      change.get();
    }
    until(MAX_WAIT, "all of it handed over", () -> postgres
        .column("SELECT id::text FROM account.outbox")
        .isEmpty());
    var newest = newest();
    for (var client : clients) {
      until(MAX_WAIT, "received up to " + newest, () -> {
        var events = client.events();
        return !events.isEmpty() && events.get(events.size() - 1).getLong("seq") >= newest;
      });
    }
    // Duplicates and late events would arrive before this change.
    until(MAX_WAIT, "one more change", () -> changedSomewhere());
    // A node may commit a change after its client has stopped waiting: compares up to this event.
    until("it is in the log", () -> newest() > newest);
    var end = newest();
    for (var client : clients) {
      until(MAX_WAIT, "the last event arrives", () -> {
        var events = client.events();
        return events.get(events.size() - 1).getLong("seq") >= end;
      });
    }

    var delivered = delivered(end);
    for (var client : clients) {
      assertEquals(List.of(), client.unexpectedFrames());
      var from = client.start().getLong("seq") + 1;
      var events =
          client.events().stream().filter(event -> event.getLong("seq") <= end).toList();
      assertEquals(
          LongStream.rangeClosed(from, end).boxed().toList(),
          events.stream().map(event -> event.getLong("seq")).toList(),
          "each sequence once, in order");
      assertEquals(
          delivered.subList(delivered.size() - events.size(), delivered.size()),
          events.stream().map(EventsThroughLostNodesTest::change).toList(),
          "as the log has it");
    }
    until(MAX_WAIT, "the log has each committed change once", () -> committed()
        .equals(sorted(delivered(Long.MAX_VALUE))));
    var committed = committed();
    var kept = new HashSet<>(committed);
    assertEquals(committed.size(), kept.size());
    assertTrue(kept.containsAll(promised), "what was answered was committed");
  }

  private boolean changedSomewhere() {
    try {
      var name = "name " + tried.incrementAndGet();
      return changed(nodes.get(0), users.get(0), name) || changed(nodes.get(1), users.get(0), name);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static String change(JsonObject event) {
    return event.getLong("user_id") + " " + event.getJsonObject("changes").getString("full_name");
  }

  /** Sorts by user and keeps the order of the changes of each user. */
  private static List<String> sorted(List<String> changes) {
    var sorted = new ArrayList<>(changes);
    sorted.sort((one, other) -> Long.compare(user(one), user(other)));
    return sorted;
  }

  private static long user(String change) {
    return Long.parseLong(change.substring(0, change.indexOf(' ')));
  }

  private List<String> committed() {
    return postgres.column(
        """
        SELECT user_id || ' ' || (details -> 'full_name' ->> 'to')
          FROM account.audit WHERE action = 'user.updated' ORDER BY user_id, id""");
  }

  private List<String> delivered(long upTo) {
    return postgres.column(
        """
        SELECT user_id || ' ' || (payload #>> '{changes,full_name}')
          FROM notification.events
         WHERE topic = 'users' AND event = 'user_updated' AND seq <= %d
         ORDER BY seq"""
            .formatted(upTo));
  }

  private long newest() {
    return Long.parseLong(postgres
        .column("SELECT seq::text FROM notification.topics WHERE name = 'users'")
        .get(0));
  }

  private String signIn() {
    return http(nodes.get(0).port("user-api"))
        .post("/auth/login")
        .form("username", "admin", "password", "admin1234")
        .expect(200)
        .object()
        .getString("access_token");
  }

  private TestHttpClient http(int port) {
    return clientsByPort.computeIfAbsent(port, any -> new TestHttpClient(vertx, "127.0.0.1", port));
  }

  private Map<String, String> settings() {
    var settings = UserFrontDoor.environment(postgres, Map.of("USER_API_HOST", "127.0.0.1"));
    settings.putAll(cluster);
    settings.put("MANAGEMENT_PORT", "0");
    settings.put("DRAIN_SECONDS", "0");
    return settings;
  }

  private static void pause(int ms) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(ms);
  }
}
