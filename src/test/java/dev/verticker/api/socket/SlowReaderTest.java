package dev.verticker.api.socket;

import static dev.verticker.api.openapi.ApiClient.expect;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.price.FakePrices;
import dev.verticker.api.user.UserFrontDoor;
import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.Append;
import dev.verticker.message.Notifications.Audience;
import dev.verticker.message.Notifications.OutboxEntry;
import dev.verticker.message.Notifications.Recipient;
import dev.verticker.message.Prices.Quote;
import dev.verticker.testing.Await;
import dev.verticker.testing.Provokes;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Tests clients that stop reading. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SlowReaderTest {
  private static final int EVENT_BYTES = 100_000;

  /** Events that exceed the kernel's buffers but not the write limit of a socket. */
  private static final int BELOW_LIMIT = 9;

  private static final int ABOVE_LIMIT = 60;
  private static final int MAX_SOCKETS = 6;
  private static final int MAX_UNSENT_MB = 2;
  private static final String PING = "{\"op\":\"ping\"}";
  private static final AtomicLong entries = new AtomicLong(1_000_000);

  private final UserFrontDoor door = UserFrontDoor.openAlone(
      "SOCKET_SILENCE_SECONDS", "5",
      "SOCKETS_MAX", "" + MAX_SOCKETS,
      "SOCKETS_UNAUTHENTICATED_MAX", "" + MAX_SOCKETS,
      "SOCKETS_UNSENT_MB", "" + MAX_UNSENT_MB);

  @AfterAll
  void close() {
    door.close();
  }

  @BeforeEach
  void awaitNoSockets() {
    Await.until("the sockets of the previous test have ended", () -> sockets(door, "open") == 0);
  }

  @Test
  @Provokes(14)
  void a_slow_reader_is_closed_while_other_clients_receive_every_event() throws IOException {
    var before = closes(door, "slow-reader");
    var healthy = healthy(door);
    try (var plain = plain(door);
        var bridged = bridged(door, "users")) {
      Await.until("all are signed in", () -> sockets(door, "signed-in") == 3);
      append(door, ABOVE_LIMIT);
      assertReceived(healthy, ABOVE_LIMIT);
      Await.until("both have ended", () -> sockets(door, "signed-in") == 1);
      Await.until("nothing is unsent", () -> unsent(door) == 0);
      assertEquals(2, closes(door, "slow-reader") - before);
      assertEquals("reset reset", plain.ending() + " " + bridged.ending());
    }
    healthy.close();
  }

  @Test
  void a_slow_reader_is_reset_when_it_reads_nothing_or_does_not_respond_for_too_long()
      throws IOException {
    var stalledBefore = closes(door, "stalled");
    var silentBefore = closes(door, "silent");
    var healthy = healthy(door);
    var bearer = door.admin().bearer();
    try (var plain = plain(door);
        var bridged = bridged(door, "users");
        var plainSilent = RawWebSocket.plain(door.port(), "");
        var bridgedSilent = bridged(door, "prices")) {
      plainSilent.send(
          new JsonObject().put("op", "auth").put("token", bearer.substring(7)).encode());
      Await.until("all are signed in", () -> sockets(door, "signed-in") == 5);
      append(door, BELOW_LIMIT);
      assertTrue(unsent(door) > 0);
      var pinging = door.vertx.setPeriodic(200, timer -> {
        sendPing(plain, PING);
        sendPing(bridged, "{\"type\":\"ping\"}");
      });
      Await.until("the socket furthest behind is measured", () -> unsentOfOne(door) > EVENT_BYTES);
      Await.until("all but one have ended", () -> sockets(door, "signed-in") == 1);
      door.vertx.cancelTimer(pinging);
      assertEquals(2, closes(door, "stalled") - stalledBefore);
      assertEquals(2, closes(door, "silent") - silentBefore);
      for (var socket : List.of(plain, bridged, plainSilent, bridgedSilent)) {
        assertEquals("reset", socket.ending());
      }
      assertReceived(healthy, BELOW_LIMIT);
      assertEquals(0, unsent(door));
      assertFalse(healthy.isClosed(), "it responds to pings");
    }
    healthy.close();
  }

  @Test
  void a_slow_reader_receives_conflated_prices_when_it_reads_again() throws IOException {
    var now = door.clock.instant();
    door.prices.tick(FakePrices.quote(1, "BTCUSDT", "100", now));
    try (var behind = plain(door)) {
      behind
          .send("{\"op\":\"subscribe\",\"topic\":\"prices.BTCUSDT\"}")
          .until("\"event\":\"prices\"");
      append(door, BELOW_LIMIT);
      Await.until("the socket is behind", () -> unsent(door) > EVENT_BYTES);
      var before = conflated(door);
      var quotes = new ArrayList<Quote>();
      for (var price : List.of("101", "107", "93", "99")) {
        now = now.plusMillis(1);
        quotes.add(FakePrices.quote(2, "BTCUSDT", price, now));
      }
      door.prices.tick(quotes.toArray(Quote[]::new));
      // The server sends the first change immediately and the others together.
      Await.until("two frames were conflated", () -> conflated(door) == before + 2);

      var received = new JsonObject(behind.next("\"event\":\"prices\""))
          .getJsonArray("data")
          .getJsonObject(0);
      assertEquals(
          "99 107 93",
          received.getString("price") + " " + received.getString("high") + " "
              + received.getString("low"));
    }
  }

  @Test
  void a_slow_reader_is_closed_when_all_sockets_together_exceed_the_limit_of_the_node()
      throws IOException {
    var before = closes(door, "slow-reader");
    var healthy = healthy(door);
    var blocked = new ArrayList<RawWebSocket>();
    for (var i = 1; i < MAX_SOCKETS; i++) {
      blocked.add(plain(door));
    }
    Await.until("all are signed in", () -> sockets(door, "signed-in") == MAX_SOCKETS);
    var most = 0.0;
    for (var i = 0; i < BELOW_LIMIT; i++) {
      append(door, 1);
      most = Math.max(most, unsent(door));
    }
    assertReceived(healthy, BELOW_LIMIT);
    assertTrue(closes(door, "slow-reader") > before, "closed by the limit of the node");
    assertTrue(most <= MAX_UNSENT_MB * 1_048_576 + MAX_SOCKETS * EVENT_BYTES, "unsent: " + most);
    for (var socket : blocked) {
      socket.close();
    }
    assertFalse(healthy.isClosed());
    healthy.close();
  }

  @Test
  void a_node_accepts_no_more_sockets_than_its_limit() throws IOException {
    var open = new ArrayList<RawWebSocket>();
    for (var i = 0; i < MAX_SOCKETS; i++) {
      open.add(RawWebSocket.plain(door.port(), ""));
    }
    Await.until("all sockets are counted", () -> sockets(door, "open") == MAX_SOCKETS);
    assertEquals(503, SocketClient.handshakeStatus(door.vertx, door.port(), "/ws"));
    try (var bridged = RawWebSocket.bridged(door.port())) {
      assertEquals("1000 ", bridged.ending());
    }
    for (var socket : open) {
      socket.close();
    }
    Await.until("all sockets have ended", () -> sockets(door, "open") == 0);
    assertEquals(101, SocketClient.handshakeStatus(door.vertx, door.port(), "/ws"));
  }

  @Test
  @Tag("faults")
  @Provokes(14)
  void the_default_idle_timeout_is_thirty_seconds() throws IOException {
    try (var standard = UserFrontDoor.openAlone();
        var plain = plain(standard);
        var bridged = bridged(standard, "users");
        var silent = plain(standard)) {
      Await.until("all are signed in", () -> sockets(standard, "signed-in") == 3);
      var begun = System.nanoTime();
      append(standard, BELOW_LIMIT);
      var pinging = standard.vertx.setPeriodic(1000, timer -> {
        sendPing(plain, PING);
        sendPing(bridged, "{\"type\":\"ping\"}");
      });
      Await.until(
          Duration.ofSeconds(40), "all have ended", () -> sockets(standard, "signed-in") == 0);
      var seconds = Duration.ofNanos(System.nanoTime() - begun).toMillis() / 1000.0;
      standard.vertx.cancelTimer(pinging);
      assertTrue(seconds > 29 && seconds < 33, "after " + seconds + " s");
      assertEquals("reset", silent.ending());
    }
  }

  private static void sendPing(RawWebSocket socket, String ping) {
    try {
      socket.send(ping);
    } catch (IOException reset) {
      // The server reset the connection.
    }
  }

  private static void assertReceived(SocketClient socket, int events) {
    Await.until("all events", () -> socket.sequences("users").size() == events);
    var first = socket.sequences("users").get(0);
    assertEquals(
        LongStream.range(first, first + events).boxed().toList(), socket.sequences("users"));
  }

  private static double sockets(UserFrontDoor door, String state) {
    return door.metrics.get("sockets").tag("state", state).gauges().stream()
        .mapToDouble(gauge -> gauge.value())
        .sum();
  }

  private static double closes(UserFrontDoor door, String reason) {
    return door.metrics.find("socket_closes_total").tag("reason", reason).counters().stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  private static double unsent(UserFrontDoor door) {
    return door.metrics.get("socket_unsent_bytes").gauge().value();
  }

  private static double conflated(UserFrontDoor door) {
    return door.metrics.counter("socket_prices_conflated_total").count();
  }

  private static double unsentOfOne(UserFrontDoor door) {
    return door.metrics.get("socket_unsent_bytes_of_one").gauge().value();
  }

  private static SocketClient healthy(UserFrontDoor door) {
    var socket = SocketClient.plain(door.vertx, door.port(), "?ticket=" + ticket(door));
    socket.subscribe("users").next("subscribed");
    return socket;
  }

  /** Opens a socket that is subscribed and reads nothing after that. */
  private static RawWebSocket plain(UserFrontDoor door) throws IOException {
    return RawWebSocket.plain(door.port(), "?ticket=" + ticket(door))
        .send("{\"op\":\"subscribe\",\"topic\":\"users\"}")
        .until("subscribed");
  }

  private static RawWebSocket bridged(UserFrontDoor door, String topic) throws IOException {
    var headers = new JsonObject().put("Authorization", door.admin().bearer());
    return RawWebSocket.bridged(door.port())
        .send(new JsonObject()
            .put("type", "register")
            .put("address", topic)
            .put("headers", headers)
            .encode())
        .until("subscribed");
  }

  private static void append(UserFrontDoor door, int events) {
    for (var i = 0; i < events; i++) {
      Await.await(door.bus.request(Notifications.APPEND, big(entries.incrementAndGet())));
    }
  }

  private static Append big(long id) {
    var payload = new JsonObject()
        .put("event", "user_updated")
        .put("user_id", 7)
        .put("data", new JsonObject().put("full_name", "x".repeat(EVENT_BYTES)));
    return new Append(
        "account",
        List.of(new OutboxEntry(
            id,
            Instant.now(),
            "user_updated",
            7,
            null,
            false,
            List.of(new Recipient(Notifications.USERS, Audience.permission("users.read"))),
            payload.encode())));
  }

  private static String ticket(UserFrontDoor door) {
    return expect(200, door.as(door.admin(), HttpMethod.POST, "/auth/ticket", null))
        .object()
        .getString("ticket");
  }
}
