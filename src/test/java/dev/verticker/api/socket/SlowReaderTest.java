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

/** Somebody stops reading, for good. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SlowReaderTest {
  private static final int EVENT_BYTES = 100_000;

  /** More than a kernel takes for a peer, less than a socket may have unsent. */
  private static final int SOME = 9;

  private static final int MORE_THAN_ALLOWED = 60;
  private static final int MOST = 6;
  private static final int ALL_UNSENT_MB = 2;
  private static final String PING = "{\"op\":\"ping\"}";
  private static final AtomicLong entries = new AtomicLong(1_000_000);

  private final UserFrontDoor door = UserFrontDoor.openAlone(
      "SOCKET_SILENCE_SECONDS", "3",
      "SOCKETS_MOST", "" + MOST,
      "SOCKETS_UNSENT_MB", "" + ALL_UNSENT_MB);

  @AfterAll
  void close() {
    door.close();
  }

  @BeforeEach
  void nobody() {
    Await.until("the sockets before are gone", () -> sockets(door, "open") == 0);
  }

  @Test
  @Provokes(14)
  void is_cut_while_the_others_hear_everything() throws IOException {
    var before = closes(door, "slow-reader");
    var healthy = healthy(door);
    try (var plain = plain(door);
        var bridged = bridged(door, "users")) {
      Await.until("all are signed in", () -> sockets(door, "signed-in") == 3);
      append(door, MORE_THAN_ALLOWED);
      assertHeard(healthy, MORE_THAN_ALLOWED);
      Await.until("both are gone", () -> sockets(door, "signed-in") == 1);
      Await.until("nothing is held for them", () -> unsent(door) == 0);
      assertEquals(2, closes(door, "slow-reader") - before);
      assertEquals("reset reset", plain.ending() + " " + bridged.ending());
    }
    healthy.close();
  }

  @Test
  void is_cut_when_it_takes_nothing_or_says_nothing_for_too_long() throws IOException {
    var stalledBefore = closes(door, "stalled");
    var silentBefore = closes(door, "silent");
    var healthy = healthy(door);
    var bearer = door.admin().bearer();
    try (var plain = plain(door);
        var bridged = bridged(door, "users");
        var plainSilent = RawWebSocket.plain(door.port(), "");
        var bridgedSilent = bridged(door, "prices")) {
      plainSilent.say(
          new JsonObject().put("op", "auth").put("token", bearer.substring(7)).encode());
      Await.until("all are signed in", () -> sockets(door, "signed-in") == 5);
      append(door, SOME);
      assertTrue(unsent(door) > 0);
      var lively = door.vertx.setPeriodic(200, timer -> {
        sayStillThere(plain, PING);
        sayStillThere(bridged, "{\"type\":\"ping\"}");
      });
      Await.until("the furthest behind is known", () -> unsentOfOne(door) > EVENT_BYTES);
      Await.until("they are gone", () -> sockets(door, "signed-in") == 1);
      door.vertx.cancelTimer(lively);
      assertEquals(2, closes(door, "stalled") - stalledBefore);
      assertEquals(2, closes(door, "silent") - silentBefore);
      for (var socket : List.of(plain, bridged, plainSilent, bridgedSilent)) {
        assertEquals("reset", socket.ending());
      }
      assertHeard(healthy, SOME);
      assertEquals(0, unsent(door));
      assertFalse(healthy.isClosed(), "it answers pings");
    }
    healthy.close();
  }

  @Test
  void gets_the_prices_of_the_meantime_as_one_when_it_reads_again() throws IOException {
    var now = door.clock.instant();
    door.prices.tick(FakePrices.quote(1, "BTCUSDT", "100", now));
    try (var behind = plain(door)) {
      behind
          .say("{\"op\":\"subscribe\",\"topic\":\"prices.BTCUSDT\"}")
          .until("\"event\":\"prices\"");
      append(door, SOME);
      Await.until("it is behind", () -> unsent(door) > EVENT_BYTES);
      var before = conflated(door);
      var quotes = new ArrayList<Quote>();
      for (var price : List.of("101", "107", "93", "99")) {
        now = now.plusMillis(1);
        quotes.add(FakePrices.quote(2, "BTCUSDT", price, now));
      }
      door.prices.tick(quotes.toArray(Quote[]::new));
      // The first change at once, the others together.
      Await.until("it was not sent them", () -> conflated(door) == before + 2);

      var told = new JsonObject(behind.next("\"event\":\"prices\""))
          .getJsonArray("data")
          .getJsonObject(0);
      assertEquals(
          "99 107 93",
          told.getString("price") + " " + told.getString("high") + " " + told.getString("low"));
    }
  }

  @Test
  void nobody_may_be_behind_when_all_together_hold_too_much() throws IOException {
    var before = closes(door, "slow-reader");
    var healthy = healthy(door);
    var stalled = new ArrayList<RawWebSocket>();
    for (var i = 1; i < MOST; i++) {
      stalled.add(plain(door));
    }
    Await.until("all are signed in", () -> sockets(door, "signed-in") == MOST);
    var most = 0.0;
    for (var i = 0; i < SOME; i++) {
      append(door, 1);
      most = Math.max(most, unsent(door));
    }
    assertHeard(healthy, SOME);
    assertTrue(closes(door, "slow-reader") > before, "none was so far behind by itself");
    assertTrue(most <= ALL_UNSENT_MB * 1_048_576 + MOST * EVENT_BYTES, "held " + most);
    for (var socket : stalled) {
      socket.close();
    }
    assertFalse(healthy.isClosed());
    healthy.close();
  }

  @Test
  void a_node_takes_no_more_sockets_than_it_may() throws IOException {
    var open = new ArrayList<RawWebSocket>();
    for (var i = 0; i < MOST; i++) {
      open.add(RawWebSocket.plain(door.port(), ""));
    }
    Await.until("all are counted", () -> sockets(door, "open") == MOST);
    assertEquals(503, Listener.refusal(door.vertx, door.port(), "/ws"));
    try (var bridged = RawWebSocket.bridged(door.port())) {
      assertEquals("1000 ", bridged.ending());
    }
    for (var socket : open) {
      socket.close();
    }
    Await.until("there is room", () -> sockets(door, "open") == 0);
    assertEquals(101, Listener.refusal(door.vertx, door.port(), "/ws"));
  }

  @Test
  @Tag("faults")
  @Provokes(14)
  void thirty_seconds_are_what_everybody_gets() throws IOException {
    try (var standard = UserFrontDoor.openAlone();
        var plain = plain(standard);
        var bridged = bridged(standard, "users");
        var silent = plain(standard)) {
      Await.until("all are signed in", () -> sockets(standard, "signed-in") == 3);
      var begun = System.nanoTime();
      append(standard, SOME);
      var lively = standard.vertx.setPeriodic(1000, timer -> {
        sayStillThere(plain, PING);
        sayStillThere(bridged, "{\"type\":\"ping\"}");
      });
      Await.until(
          Duration.ofSeconds(40), "all are gone", () -> sockets(standard, "signed-in") == 0);
      var seconds = Duration.ofNanos(System.nanoTime() - begun).toMillis() / 1000.0;
      standard.vertx.cancelTimer(lively);
      assertTrue(seconds > 29 && seconds < 33, "after " + seconds + " s");
      assertEquals("reset", silent.ending());
    }
  }

  private static void sayStillThere(RawWebSocket socket, String ping) {
    try {
      socket.say(ping);
    } catch (IOException gone) {
      // It was cut.
    }
  }

  private static void assertHeard(Listener socket, int events) {
    Await.until("everything", () -> socket.sequences("users").size() == events);
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

  private static Listener healthy(UserFrontDoor door) {
    var socket = Listener.plain(door.vertx, door.port(), "?ticket=" + ticket(door));
    socket.subscribe("users").next("subscribed");
    return socket;
  }

  /** Hears, and reads nothing from then on. */
  private static RawWebSocket plain(UserFrontDoor door) throws IOException {
    return RawWebSocket.plain(door.port(), "?ticket=" + ticket(door))
        .say("{\"op\":\"subscribe\",\"topic\":\"users\"}")
        .until("subscribed");
  }

  private static RawWebSocket bridged(UserFrontDoor door, String topic) throws IOException {
    var headers = new JsonObject().put("Authorization", door.admin().bearer());
    return RawWebSocket.bridged(door.port())
        .say(new JsonObject()
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
