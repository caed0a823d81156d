package dev.verticker.api.socket;

import static dev.verticker.api.openapi.ApiClient.expect;
import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.verticker.api.user.UserFrontDoor;
import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.Append;
import dev.verticker.message.Notifications.Audience;
import dev.verticker.message.Notifications.OutboxEntry;
import dev.verticker.message.Notifications.Recipient;
import dev.verticker.testing.Await;
import dev.verticker.testing.TestDatabase;
import dev.verticker.testing.UserEvents;
import io.vertx.core.http.HttpMethod;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Tests replays of many events, after events have expired, and after a reset of the log. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReplayTest {
  private static final int BATCH = 500;
  private static final int BATCHES = 4;

  private final TestDatabase database = TestDatabase.create();
  private final UserFrontDoor door = UserFrontDoor.open(
      database, Map.of("JWT_SECRET", "a secret of this test " + UUID.randomUUID()));
  private long entries = 1_000_000;

  private record Position(String epoch, long seq) {}

  @AfterAll
  void close() {
    door.close();
  }

  @Test
  void a_replay_larger_than_the_write_limit_of_a_socket_is_complete_and_in_order() {
    var point = newestEvent();
    var live = plain();
    live.subscribe("users", point.epoch(), point.seq()).next("subscribed");
    for (var i = 0; i < BATCHES; i++) {
      append(BATCH);
      var received = (i + 1) * BATCH;
      Await.until("live events", () -> live.sequences("users").size() == received);
    }
    live.close();
    var before = replayed("memory");
    assertReplay(point, BATCHES * BATCH);
    awaitReplayed("memory", before + 2 * BATCHES * BATCH);

    clearRecentEvents();
    before = replayed("log");
    assertReplay(point, BATCHES * BATCH + 2);
    awaitReplayed("log", before + 2 * BATCHES * BATCH);
  }

  @Test
  void a_resume_point_older_than_the_log_or_ahead_of_it_is_not_recovered() {
    var point = newestEvent();
    append(10);
    clearRecentEvents();
    database.execute("UPDATE notification.topics SET first_seqs = '{%d}' WHERE name = 'users'"
        .formatted(point.seq() + 6));

    var expired = plain().subscribe("users", point.epoch(), point.seq() + 4);
    var bridged = bridged(new Position(point.epoch(), point.seq() + 4));
    var ahead = plain().subscribe("users", point.epoch(), point.seq() + 1000);
    var stillKept = plain().subscribe("users", point.epoch(), point.seq() + 5);
    var subscribed = expired.next("subscribed");
    assertEquals(
        "false 0", subscribed.getBoolean("recovered") + " " + subscribed.getInteger("replayed"));
    assertEquals(point.seq() + 12, subscribed.getLong("seq"), "the newest event");
    assertEquals(subscribed, bridged.next().getJsonObject("body"));
    assertEquals(subscribed, ahead.next("subscribed"), "ahead of the log");
    var recovered = stillKept.next("subscribed");
    assertEquals(
        "true 7", recovered.getBoolean("recovered") + " " + recovered.getInteger("replayed"));
    assertReceived(stillKept, point.seq() + 6, point.seq() + 12);
  }

  @Test
  void a_log_that_was_reset_is_reported_to_every_subscription() {
    var point = newestEvent();
    var plain = plain().subscribe("users");
    assertEquals(point.epoch(), plain.next("subscribed").getString("epoch"));
    var bridged = bridged(null);
    bridged.next();
    database.execute("TRUNCATE notification.log, notification.topics, notification.events,"
        + " notification.received, notification.read_marks");

    var subscribed = plain.next("subscribed");
    assertEquals(
        "false 0", subscribed.getBoolean("recovered") + " " + subscribed.getInteger("replayed"));
    assertNotEquals(point.epoch(), subscribed.getString("epoch"));
    assertEquals(subscribed, bridged.next().getJsonObject("body"));
    var ada = door.person();
    assertEquals(ada.id(), plain.next("user_created").getLong("user_id"));
    assertEquals(ada.id(), bridged.next().getJsonObject("body").getLong("user_id"));
    var old = plain().subscribe("users", point.epoch(), point.seq());
    assertEquals(false, old.next("subscribed").getBoolean("recovered"));
    plain.close();
    bridged.close();
  }

  private void assertReplay(Position point, int events) {
    var plain = plain().subscribe("users", point.epoch(), point.seq());
    var subscribed = plain.next("subscribed");
    assertEquals(
        "true " + events,
        subscribed.getBoolean("recovered") + " " + subscribed.getInteger("replayed"));
    var bridged = bridged(point);
    for (var socket : List.of(plain, bridged)) {
      assertReceived(socket, point.seq() + 1, point.seq() + events);
      socket.close();
    }
  }

  private static void assertReceived(SocketClient socket, long from, long to) {
    Await.until("all events", () -> socket.sequences("users").size() >= to - from + 1);
    assertEquals(LongStream.rangeClosed(from, to).boxed().toList(), socket.sequences("users"));
  }

  private Position newestEvent() {
    var socket = plain();
    var subscribed = socket.subscribe("users").next("subscribed");
    socket.close();
    return new Position(subscribed.getString("epoch"), subscribed.getLong("seq"));
  }

  /** Deletes the user, which redacts its events and appends two. */
  private void clearRecentEvents() {
    var socket = plain();
    socket.subscribe("users").next("subscribed");
    var ada = door.person();
    expect(204, door.as(door.admin(), HttpMethod.DELETE, "/users/" + ada.id(), null));
    socket.next("user_deleted");
    socket.close();
  }

  private void append(int count) {
    var payload = UserEvents.updated("x".repeat(400));
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

  private void awaitReplayed(String from, double least) {
    Await.until(least + " replayed from " + from, () -> replayed(from) >= least);
  }

  private double replayed(String from) {
    return door.metrics.find("socket_replayed_events_total").tag("from", from).counters().stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  private SocketClient plain() {
    var ticket = expect(200, door.as(door.admin(), HttpMethod.POST, "/auth/ticket", null))
        .object()
        .getString("ticket");
    return SocketClient.plain(door.vertx, door.port(), "?ticket=" + ticket);
  }

  /** @param since null = from now on */
  private SocketClient bridged(Position since) {
    var socket = SocketClient.bridged(door.vertx, door.port());
    var bearer = door.admin().bearer();
    return since == null
        ? socket.register("users", "Authorization", bearer)
        : socket.register(
            "users", "Authorization", bearer, "since", since.epoch() + ":" + since.seq());
  }
}
