package dev.verticker.api.socket;

import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.verticker.api.user.Forged;
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

/** Thousands of sockets, each of another user, are gone and back at once. */
@Tag("alone")
class SocketStormTest {
  /** What is promised. Clients, servers and database share the machine that it is promised on. */
  private static final Duration ALL_BACK = Duration.ofSeconds(30);

  /** Without a promise: until the test has what it begins with. */
  private static final Duration ALL_PREPARED = Duration.ofSeconds(60);

  private static final long RETRY_MS = 250;

  private final Vertx clients = Vertx.vertx();
  private final WebSocketClient client =
      clients.createWebSocketClient(new WebSocketClientOptions().setMaxConnections(20_000));
  private final TestDatabase database = TestDatabase.create();
  private final ConcurrentLinkedQueue<Long> questions = new ConcurrentLinkedQueue<>();
  private final AtomicInteger away = new AtomicInteger();
  private UserFrontDoor door = open();
  private List<Returner> sockets = List.of();

  @AfterEach
  void close() {
    sockets.forEach(Returner::forget);
    clients.close().await();
    door.close();
  }

  @Test
  void all_are_back_with_nothing_missed_and_the_log_is_asked_once_a_second_at_most() {
    storm(300);
  }

  @Test
  @Tag("faults")
  @Timeout(300)
  @Provokes(
      value = 15,
      missing =
          "10,000 sockets: both ends of each are files of one process, and the test machine allows it 20,000")
  void so_are_nine_thousand() {
    storm(9000);
  }

  private void storm(int count) {
    // Both ends of each socket are files of this process.
    var files = ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class)
        .getMaxFileDescriptorCount();
    assertTrue(
        files > 2 * count + 1000, () -> "too few open files are allowed (ulimit -n): " + files);
    var began = System.nanoTime();
    sockets = users(count);
    sockets.forEach(Returner::connect);
    awaitAll(ALL_PREPARED, "listen", 0);

    sockets.forEach(Returner::drop);
    until(ALL_PREPARED, "all gone", () -> openSockets() == 0);
    tell();
    until(ALL_PREPARED, "told to nobody", () -> logged() == 2 * count);
    var back = System.nanoTime();
    sockets.forEach(Returner::connect);
    tell();
    awaitAll(ALL_BACK, "are back", 2);
    var toTheSame = System.nanoTime() - back;
    expectQuietLog();

    // Another node, which has heard nothing of what they miss.
    sockets.forEach(Returner::drop);
    tell();
    until(ALL_PREPARED, "told to nobody", () -> logged() == 6 * count);
    door.close();
    door = open();
    var left = System.nanoTime();
    sockets.forEach(Returner::connect);
    tell();
    awaitAll(ALL_BACK, "are at the other", 4);
    var toTheOther = System.nanoTime() - left;
    expectQuietLog();

    tell();
    awaitAll(ALL_BACK, "listen on", 5);
    System.out.printf(
        "%d sockets: there after %d ms, back after %d ms, at another node after %d ms; sent away meanwhile: %d%n",
        count,
        (back - began) / 1_000_000,
        toTheSame / 1_000_000,
        toTheOther / 1_000_000,
        away.get());
  }

  /** All of them, and none has heard anything twice, out of order or else. */
  private void awaitAll(Duration limit, String what, int events) {
    until(limit, "all " + what, () -> count(events) == sockets.size());
    var expected = LongStream.rangeClosed(1, events).boxed().toList();
    for (var socket : sockets) {
      assertEquals(expected, socket.heard(), socket.topic);
      assertEquals(List.of(), socket.surprises());
    }
  }

  private long count(int events) {
    return sockets.stream()
        .filter(socket -> socket.isStanding() && socket.heard().size() >= events)
        .count();
  }

  /** What was asked of the log since the door was opened. */
  private void expectQuietLog() {
    var times = List.copyOf(questions);
    for (var i = 1; i < times.size(); i++) {
      var gap = times.get(i) - times.get(i - 1);
      assertTrue(gap > 990_000_000, "two questions within " + gap / 1_000_000 + " ms");
    }
    assertTrue(!times.isEmpty());
    assertEquals(
        times.size(), door.metrics.get("socket_replay_queries_total").counter().count());
  }

  private UserFrontDoor open() {
    questions.clear();
    var fresh = UserFrontDoor.open(database, Map.of("USER_API_HOST", "127.0.0.1"));
    fresh.vertx.eventBus().addOutboundInterceptor(sending -> {
      if (sending.message().address().equals(Notifications.REPLAY.name())) {
        questions.add(System.nanoTime());
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

  private List<Returner> users(int count) {
    database.execute(
        """
        INSERT INTO account.users (username, password_hash, roles, created_at, updated_at)
        SELECT 'storm-' || n, '$fake$of$a$hash$000000000000', '{user}', now(), now()
          FROM generate_series(1, %d) AS n"""
            .formatted(count));
    var first = database.number("SELECT min(id) FROM account.users WHERE username LIKE 'storm-%'");
    return IntStream.range(0, count).mapToObj(i -> new Returner(first + i)).toList();
  }

  /** One thing to each of them, as a change of the user would be. */
  private void tell() {
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

  /** A client that comes back until it is let in, and goes on after the last event it has. */
  private final class Returner {
    private final String topic;
    private final String token;
    private final List<Long> heard = new ArrayList<>();
    private final List<String> surprises = new ArrayList<>();
    private JsonObject since;
    private WebSocket socket;
    private boolean wanted;
    private boolean standing;

    Returner(long userId) {
      this.topic = Notifications.ownTopic(userId);
      this.token = Forged.faithful(userId);
    }

    synchronized void connect() {
      wanted = true;
      client
          .connect(new WebSocketConnectOptions()
              .setHost("127.0.0.1")
              .setPort(door.port())
              .setURI("/ws"))
          .onSuccess(this::connected)
          .onFailure(refused -> again());
    }

    synchronized void drop() {
      wanted = false;
      standing = false;
      socket.close();
    }

    synchronized void forget() {
      wanted = false;
    }

    synchronized boolean isStanding() {
      return standing;
    }

    synchronized List<Long> heard() {
      return List.copyOf(heard);
    }

    synchronized List<String> surprises() {
      return List.copyOf(surprises);
    }

    private void again() {
      clients.setTimer(RETRY_MS, timer -> {
        if (wanted) {
          connect();
        }
      });
    }

    private synchronized void connected(WebSocket fresh) {
      socket = fresh;
      fresh.textMessageHandler(text -> hear(new JsonObject(text)));
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
      if (wanted && socket == ended) {
        standing = false;
        if (ended.closeStatusCode() != 1012) {
          away.incrementAndGet();
        }
        again();
      }
    }

    private synchronized void hear(JsonObject frame) {
      switch (frame.getString("event")) {
        case "hello", "authenticated" -> {}
        case "subscribed" -> {
          standing = true;
          if (since == null) {
            since = position(frame);
          } else if (!frame.getBoolean("recovered") || !since.equals(position(frame))) {
            surprises.add(frame.encode());
          }
        }
        case "user_updated" -> {
          heard.add(frame.getLong("seq"));
          since = position(frame);
        }
        // Sent away for now; the close follows.
        case "error" -> {
          if (frame.getInteger("status") != 503 && frame.getInteger("status") != 401) {
            surprises.add(frame.encode());
          }
        }
        default -> surprises.add(frame.encode());
      }
    }

    private static JsonObject position(JsonObject frame) {
      return new JsonObject()
          .put("epoch", frame.getString("epoch"))
          .put("seq", frame.getLong("seq"));
    }
  }
}
