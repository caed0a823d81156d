package dev.verticker.api.socket;

import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.verticker.api.user.ForgedTokens;
import dev.verticker.api.user.UserFrontDoor;
import dev.verticker.message.Notifications;
import dev.verticker.testing.Provokes;
import dev.verticker.testing.TestDatabase;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests thousands of sockets, each of another user, that disconnect and reconnect at the same time. */
@Tag("alone")
class SocketStormTest {
  /** The guaranteed time, although clients, server and database share the machine. */
  private static final Duration MAX_RECONNECT = Duration.ofSeconds(30);

  /** The timeout of the preparation. */
  private static final Duration MAX_PREPARATION = Duration.ofSeconds(150);

  private static final long RETRY_MS = 250;

  private final Vertx clients = Vertx.vertx();
  private final WebSocketClient client =
      clients.createWebSocketClient(new WebSocketClientOptions().setMaxConnections(20_000));
  private final TestDatabase database = TestDatabase.create();
  private final ConcurrentLinkedQueue<Long> queries = new ConcurrentLinkedQueue<>();
  private final AtomicInteger refused = new AtomicInteger();
  private UserFrontDoor door = open();
  private List<ResumingClient> sockets = List.of();

  @AfterEach
  void close() {
    sockets.forEach(ResumingClient::stop);
    clients.close().await();
    door.close();
  }

  @Test
  void all_clients_resume_without_loss_and_the_log_gets_at_most_one_query_per_second() {
    storm(300);
  }

  @Test
  @Tag("faults")
  @Timeout(600)
  @Provokes(
      value = 15,
      missing =
          "10,000 sockets: the test process holds both ends of each, and the test machine allows it 20,000 files")
  void nine_thousand_clients_resume_without_loss() {
    storm(9000);
  }

  private void storm(int count) {
    // Both ends of each socket are file descriptors of this process.
    var files = ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class)
        .getMaxFileDescriptorCount();
    assertTrue(
        files > 2 * count + 1000, () -> "too few open files are allowed (ulimit -n): " + files);
    var began = System.nanoTime();
    sockets = users(count);
    sockets.forEach(ResumingClient::connect);
    awaitAll(MAX_PREPARATION, "are subscribed", 0);

    sockets.forEach(ResumingClient::drop);
    until(MAX_PREPARATION, "all have disconnected", () -> openSockets() == 0);
    appendEvents();
    until(MAX_PREPARATION, "the events are in the log", () -> logged() == 2 * count);
    var back = System.nanoTime();
    sockets.forEach(ResumingClient::connect);
    appendEvents();
    awaitAll(MAX_RECONNECT, "have resumed", 2);
    var toTheSame = System.nanoTime() - back;
    assertQueryRate();

    // Another node, which has no recent events in memory.
    sockets.forEach(ResumingClient::drop);
    appendEvents();
    until(MAX_PREPARATION, "the events are in the log", () -> logged() == 6 * count);
    door.close();
    door = open();
    var left = System.nanoTime();
    sockets.forEach(ResumingClient::connect);
    appendEvents();
    awaitAll(MAX_RECONNECT, "have resumed at the other node", 4);
    var toTheOther = System.nanoTime() - left;
    assertQueryRate();

    appendEvents();
    awaitAll(MAX_RECONNECT, "stay subscribed", 5);
    System.out.printf(
        "%d sockets: connected after %d ms, reconnected after %d ms, at another node after %d ms; refused in between: %d%n",
        count,
        (back - began) / 1_000_000,
        toTheSame / 1_000_000,
        toTheOther / 1_000_000,
        refused.get());
  }

  /** Asserts that every client received every event once and in order, and nothing else. */
  private void awaitAll(Duration limit, String what, int events) {
    until(limit, "all " + what, () -> count(events) == sockets.size());
    var expected = LongStream.rangeClosed(1, events).boxed().toList();
    for (var socket : sockets) {
      assertEquals(expected, socket.received(), socket.topic);
      assertEquals(List.of(), socket.unexpected());
    }
  }

  private long count(int events) {
    return sockets.stream()
        .filter(socket -> socket.isSubscribed() && socket.received().size() >= events)
        .count();
  }

  /** Asserts at most one query per second since the start of the server. */
  private void assertQueryRate() {
    var times = List.copyOf(queries);
    for (var i = 1; i < times.size(); i++) {
      var gap = times.get(i) - times.get(i - 1);
      assertTrue(gap > 990_000_000, "two queries within " + gap / 1_000_000 + " ms");
    }
    assertTrue(!times.isEmpty());
    assertEquals(
        times.size(), door.metrics.get("socket_replay_queries_total").counter().count());
  }

  private UserFrontDoor open() {
    queries.clear();
    var fresh =
        UserFrontDoor.open(database, Map.of("USER_API_HOST", "127.0.0.1", "SOCKETS_MAX", "20000"));
    fresh.vertx.eventBus().addOutboundInterceptor(sending -> {
      if (sending.message().address().equals(Notifications.REPLAY.name())) {
        queries.add(System.nanoTime());
      }
      sending.next();
    });
    return fresh;
  }

  private double openSockets() {
    return door.metrics
        .get("sockets")
        .tags("framing", "plain", "state", "open")
        .gauge()
        .value();
  }

  private List<ResumingClient> users(int count) {
    database.execute(
        """
        INSERT INTO account.users (username, password_hash, roles, created_at, updated_at)
        SELECT 'storm-' || n, '$fake$of$a$hash$000000000000', '{user}', now(), now()
          FROM generate_series(1, %d) AS n"""
            .formatted(count));
    var first = database.number("SELECT min(id) FROM account.users WHERE username LIKE 'storm-%'");
    return IntStream.range(0, count)
        .mapToObj(i -> new ResumingClient(first + i))
        .toList();
  }

  /** Writes one event for each client, as a change of its user does. */
  private void appendEvents() {
    database.execute(
        """
        INSERT INTO account.outbox (at, event, user_id, topics, payload)
        SELECT now(), 'user_updated', id, ARRAY['users', 'user.' || id],
               jsonb_build_object('event', 'user_updated', 'user_id', id, 'username', username, 'by', null,
                                  'changes', '{}'::jsonb, 'data', '{}'::jsonb, 'before', '{}'::jsonb)
          FROM account.users WHERE username LIKE 'storm-%'""");
  }

  private long logged() {
    return database.number("SELECT count(*) FROM notification.events WHERE event = 'user_updated'");
  }

  /** A client that reconnects until it is accepted, and resumes after the last event it received. */
  private final class ResumingClient {
    private final String topic;
    private final String token;
    private final List<Long> received = new ArrayList<>();
    private final List<String> unexpected = new ArrayList<>();
    private JsonObject since;
    private WebSocket socket;
    private boolean connecting;
    private boolean subscribed;

    ResumingClient(long userId) {
      this.topic = Notifications.ownTopic(userId);
      this.token = ForgedTokens.validToken(userId);
    }

    synchronized void connect() {
      connecting = true;
      client
          .connect(new WebSocketConnectOptions()
              .setHost("127.0.0.1")
              .setPort(door.port())
              .setURI("/ws"))
          .onSuccess(this::connected)
          .onFailure(refused -> retry());
    }

    synchronized void drop() {
      connecting = false;
      subscribed = false;
      socket.close();
    }

    synchronized void stop() {
      connecting = false;
    }

    synchronized boolean isSubscribed() {
      return subscribed;
    }

    synchronized List<Long> received() {
      return List.copyOf(received);
    }

    synchronized List<String> unexpected() {
      return List.copyOf(unexpected);
    }

    private void retry() {
      clients.setTimer(RETRY_MS, timer -> {
        if (connecting) {
          connect();
        }
      });
    }

    private synchronized void connected(WebSocket fresh) {
      socket = fresh;
      fresh.textMessageHandler(text -> onFrame(new JsonObject(text)));
      fresh.closeHandler(closed -> ended(fresh));
      var subscribe = new JsonObject().put("op", "subscribe").put("topic", topic);
      if (since != null) {
        subscribe.put("since", since);
      }
      fresh.writeTextMessage(
          new JsonObject().put("op", "auth").put("token", token).encode());
      fresh.writeTextMessage(subscribe.encode());
    }

    private synchronized void ended(WebSocket ended) {
      if (connecting && socket == ended) {
        subscribed = false;
        if (ended.closeStatusCode() != 1012) {
          refused.incrementAndGet();
        }
        retry();
      }
    }

    private synchronized void onFrame(JsonObject frame) {
      switch (frame.getString("event")) {
        case "hello", "authenticated" -> {}
        case "subscribed" -> {
          subscribed = true;
          if (since == null) {
            since = position(frame);
          } else if (!frame.getBoolean("recovered") || !since.equals(position(frame))) {
            unexpected.add(frame.encode());
          }
        }
        case "user_updated" -> {
          received.add(frame.getLong("seq"));
          since = position(frame);
        }
        // A temporary refusal; the close follows.
        case "error" -> {
          if (frame.getInteger("status") != 503 && frame.getInteger("status") != 401) {
            unexpected.add(frame.encode());
          }
        }
        default -> unexpected.add(frame.encode());
      }
    }

    private static JsonObject position(JsonObject frame) {
      return new JsonObject()
          .put("epoch", frame.getString("epoch"))
          .put("seq", frame.getLong("seq"));
    }
  }
}
