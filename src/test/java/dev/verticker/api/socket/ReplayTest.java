package dev.verticker.api.socket;

import static dev.verticker.api.openapi.ApiClient.expect;
import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.user.UserFrontDoor;
import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.Append;
import dev.verticker.message.Notifications.Audience;
import dev.verticker.message.Notifications.OutboxEntry;
import dev.verticker.message.Notifications.Recipient;
import dev.verticker.testing.Await;
import dev.verticker.testing.TestDatabase;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Coming back after a long time, or to another log. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReplayTest {
  private static final int BATCH = 500;
  private static final int BATCHES = 4;

  private final TestDatabase database = TestDatabase.create();
  private final UserFrontDoor door = UserFrontDoor.open(
      database, Map.of("JWT_SECRET", "a secret of this test " + UUID.randomUUID()));
  private long entries = 1_000_000;

  private record Place(String epoch, long seq) {}

  @AfterAll
  void close() {
    door.close();
  }

  @Test
  void far_more_than_a_socket_may_have_unsent_arrives_whole_and_in_order() {
    var place = now();
    var live = plain();
    live.subscribe("users", place.epoch(), place.seq()).next("subscribed");
    for (var i = 0; i < BATCHES; i++) {
      append(BATCH);
      var heard = (i + 1) * BATCH;
      Await.until("live", () -> live.sequences("users").size() == heard);
    }
    live.close();
    var before = replayed("memory");
    assertReplay(place, BATCHES * BATCH);
    assertEquals(2 * BATCHES * BATCH, replayed("memory") - before);

    forgetWhatTheNodeRemembers();
    before = replayed("log");
    assertReplay(place, BATCHES * BATCH + 2);
    assertTrue(replayed("log") - before >= 2 * BATCHES * BATCH);
  }

  @Test
  void who_was_away_for_longer_than_the_log_goes_back_is_told_to_start_anew() {
    var place = now();
    append(10);
    forgetWhatTheNodeRemembers();
    database.execute(
        "DELETE FROM notification.events WHERE topic = 'users' AND seq <= " + (place.seq() + 5));

    var tooLate = plain().subscribe("users", place.epoch(), place.seq() + 4);
    var bridged = bridged(new Place(place.epoch(), place.seq() + 4));
    var ahead = plain().subscribe("users", place.epoch(), place.seq() + 1000);
    var inTime = plain().subscribe("users", place.epoch(), place.seq() + 5);
    var told = tooLate.next("subscribed");
    assertEquals("false 0", told.getBoolean("recovered") + " " + told.getInteger("replayed"));
    assertEquals(place.seq() + 12, told.getLong("seq"), "where it goes on");
    assertEquals(told, bridged.next().getJsonObject("body"));
    assertEquals(told, ahead.next("subscribed"), "of the future");
    var recovered = inTime.next("subscribed");
    assertEquals(
        "true 7", recovered.getBoolean("recovered") + " " + recovered.getInteger("replayed"));
    assertHeard(inTime, place.seq() + 6, place.seq() + 12);
  }

  @Test
  void a_log_that_begins_anew_is_told_to_everybody_who_listens() {
    var place = now();
    var plain = plain().subscribe("users");
    assertEquals(place.epoch(), plain.next("subscribed").getString("epoch"));
    var bridged = bridged(null);
    bridged.next();
    database.execute("TRUNCATE notification.log, notification.topics, notification.events,"
        + " notification.received, notification.read_marks");

    var told = plain.next("subscribed");
    assertEquals("false 0", told.getBoolean("recovered") + " " + told.getInteger("replayed"));
    assertNotEquals(place.epoch(), told.getString("epoch"));
    assertEquals(told, bridged.next().getJsonObject("body"));
    var ada = door.person();
    assertEquals(ada.id(), plain.next("user_created").getLong("user_id"));
    assertEquals(ada.id(), bridged.next().getJsonObject("body").getLong("user_id"));
    var old = plain().subscribe("users", place.epoch(), place.seq());
    assertEquals(false, old.next("subscribed").getBoolean("recovered"));
    plain.close();
    bridged.close();
  }

  @Test
  void a_newer_token_keeps_a_socket_beyond_the_first_one() {
    try (var alone = UserFrontDoor.openAlone()) {
      var first = alone.admin();
      var plain = Listener.plain(alone.vertx, alone.port(), "");
      plain.say(new JsonObject().put("op", "auth").put("token", first.access()));
      var ends = Instant.parse(plain.next("authenticated").getString("expires_at"));
      var bridged = Listener.bridged(alone.vertx, alone.port())
          .register("users", "Authorization", first.bearer());
      bridged.next();

      var left = Listener.plain(alone.vertx, alone.port(), "");
      left.say(new JsonObject().put("op", "auth").put("token", first.access()));
      left.next("authenticated");

      alone.clock.step(Duration.ofMinutes(14));
      Await.until(
          "revocations are known again", () -> alone.get(first, "/users/me").status() == 200);
      var second = alone.signIn(first.username(), first.password());
      plain.say(new JsonObject().put("op", "auth").put("token", second.access()));
      var later = Instant.parse(plain.next("authenticated").getString("expires_at"));
      assertTrue(later.isAfter(ends.plusSeconds(800)), ends + " " + later);
      bridged.register("users", "Authorization", second.bearer());
      assertEquals("subscribed", bridged.next().getJsonObject("body").getString("event"));

      alone.clock.step(Duration.ofMinutes(2));
      left.expectClose(4401, "token-expired");
      assertTrue(!plain.isClosed() && !bridged.isClosed(), "the first token has ended");
      alone.clock.step(Duration.ofMinutes(14));
      plain.expectClose(4401, "token-expired");
      Await.until("closed", bridged::isClosed);
      assertEquals("token-expired", bridged.next().getString("failureType"));
    }
  }

  private void assertReplay(Place place, int events) {
    var plain = plain().subscribe("users", place.epoch(), place.seq());
    var told = plain.next("subscribed");
    assertEquals(
        "true " + events, told.getBoolean("recovered") + " " + told.getInteger("replayed"));
    var bridged = bridged(place);
    for (var socket : List.of(plain, bridged)) {
      assertHeard(socket, place.seq() + 1, place.seq() + events);
      socket.close();
    }
  }

  private static void assertHeard(Listener socket, long from, long to) {
    Await.until("everything", () -> socket.sequences("users").size() >= to - from + 1);
    assertEquals(LongStream.rangeClosed(from, to).boxed().toList(), socket.sequences("users"));
  }

  private Place now() {
    var socket = plain();
    var told = socket.subscribe("users").next("subscribed");
    socket.close();
    return new Place(told.getString("epoch"), told.getLong("seq"));
  }

  /** An erased user takes it along: two events. */
  private void forgetWhatTheNodeRemembers() {
    var socket = plain();
    socket.subscribe("users").next("subscribed");
    var ada = door.person();
    expect(204, door.as(door.admin(), HttpMethod.DELETE, "/users/" + ada.id(), null));
    socket.next("user_deleted");
    socket.close();
  }

  private void append(int count) {
    var payload = new JsonObject()
        .put("event", "user_updated")
        .put("user_id", 7)
        .put("data", new JsonObject().put("full_name", "x".repeat(800)));
    var batch = LongStream.range(entries, entries + count)
        .mapToObj(id -> new OutboxEntry(
            id,
            Instant.now(),
            "user_updated",
            7,
            null,
            false,
            List.of(new Recipient(Notifications.USERS, Audience.permission("users.read"))),
            payload.encode()))
        .toList();
    entries += count;
    await(door.bus.request(Notifications.APPEND, new Append("account", batch)));
  }

  private double replayed(String from) {
    return door.metrics.find("socket_replayed_events_total").tag("from", from).counters().stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  private Listener plain() {
    var ticket = expect(200, door.as(door.admin(), HttpMethod.POST, "/auth/ticket", null))
        .object()
        .getString("ticket");
    return Listener.plain(door.vertx, door.port(), "?ticket=" + ticket);
  }

  /** @param since null = from now on */
  private Listener bridged(Place since) {
    var socket = Listener.bridged(door.vertx, door.port());
    var bearer = door.admin().bearer();
    return since == null
        ? socket.register("users", "Authorization", bearer)
        : socket.register(
            "users", "Authorization", bearer, "since", since.epoch() + ":" + since.seq());
  }
}
