package dev.verticker.api.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.user.UserFrontDoor;
import dev.verticker.api.user.UserFrontDoor.Person;
import dev.verticker.testing.Await;
import dev.verticker.testing.TestDatabase;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Tests that every command gets exactly one answer. */
class SocketCommandsTest extends SocketTestCase {
  private static final List<Object> BOGUS_SINCE = List.of(
      "nonsense",
      7,
      new JsonObject(),
      new JsonObject().put("epoch", "x y").put("seq", 1),
      new JsonObject().put("epoch", "nonsense").put("seq", -1));

  @Test
  void a_refused_auth_frame_is_answered_at_once_and_the_next_one_can_sign_in() {
    var ada = door.person();
    for (var token : List.of(
        "",
        "nonsense",
        "a.b.c",
        "\u0000",
        "\ud83d\ude00.x.y",
        "x".repeat(4000),
        ada.access() + "x")) {
      var socket = plain();
      assertEquals("invalid-token", errorCode(socket.send(auth(token))), token);
      socket.send(auth(ada.access())).next("authenticated");
      socket.close();
    }
    var socket = plain().send(new JsonObject().put("op", "auth").put("token", 7));
    assertEquals("malformed-frame", errorCode(socket));
    assertEquals("token-missing", errorCode(socket.subscribe("users")));
  }

  @Test
  void a_second_subscribe_with_an_invalid_since_is_refused_and_ends_the_subscription() {
    var ada = door.person();
    var topic = "user." + ada.id();
    for (var since : BOGUS_SINCE) {
      var socket = plain(ada).subscribe(topic);
      socket.next("subscribed");
      socket.send(new JsonObject().put("op", "subscribe").put("topic", topic).put("since", since));
      var error = socket.next();
      assertEquals("invalid-request", error.getString("code"), since + ": " + error);
      assertEquals(topic, error.getString("topic"));
      assertAnswers(socket, 3);
      socket.close();
    }
    var socket = plain(ada).subscribe(topic);
    socket.next("subscribed");
    socket.send(
        new JsonObject().put("op", "subscribe").put("topic", topic).put("since", "nonsense"));
    socket.next("error");
    rename(ada, "Renamed");
    var live = plain(ada).subscribe(topic);
    var subscribed = live.next("subscribed");
    rename(ada, "Renamed again");
    live.next("user_updated");
    assertEquals(List.of(), socket.sequences(topic), "not subscribed any more");
    socket.subscribe(topic, subscribed.getString("epoch"), subscribed.getLong("seq"));
    assertTrue(socket.next("subscribed").getBoolean("recovered"));
    socket.next("user_updated");
  }

  @Test
  void a_second_subscribe_with_an_unknown_since_is_answered_as_not_recovered() {
    var ada = door.person();
    var topic = "user." + ada.id();
    var socket = plain(ada).subscribe(topic);
    var epoch = socket.next("subscribed").getString("epoch");
    assertFalse(
        socket.subscribe(topic, "another-epoch", 1).next("subscribed").getBoolean("recovered"));
    assertFalse(socket.subscribe(topic, epoch, 999_999).next("subscribed").getBoolean("recovered"));
    assertAnswers(socket, 4);
  }

  @Test
  void every_one_of_several_subscribe_commands_is_answered() {
    var ada = door.person();
    var topic = "user." + ada.id();
    var socket = plain(ada);
    socket.next("hello");
    socket
        .subscribe(topic)
        .subscribe(topic)
        .subscribe(topic, "another-epoch", 1)
        .subscribe(topic, "another-epoch", 2)
        .subscribe(topic);
    for (var i = 0; i < 5; i++) {
      assertEquals("subscribed", socket.next().getString("event"));
    }
    assertAnswers(socket, 6);
  }

  @Test
  void a_subscribe_command_that_is_cancelled_at_once_is_answered_before_the_unsubscribe() {
    var ada = door.person();
    var topic = "user." + ada.id();
    var socket = plain(ada);
    socket.next("hello");
    socket
        .subscribe(topic, "another-epoch", 1)
        .send(new JsonObject().put("op", "unsubscribe").put("topic", topic));
    var first = socket.next();
    assertTrue(
        "subscribed".equals(first.getString("event"))
            || "unsubscribed".equals(first.getString("code")),
        first.encode());
    assertEquals("unsubscribed", socket.next().getString("event"));
    assertAnswers(socket, 3);
  }

  @Test
  void every_other_command_is_answered_once() {
    var socket = plain(door.person());
    socket.next("hello");
    socket.send("{\"op\":\"ping\"}");
    assertEquals("pong", socket.next().getString("event"));
    for (var refused : List.of("[]", "{", "{}", "{\"op\":1}", "{\"op\":\"x\"}", "7", "null")) {
      socket.send(refused);
      assertEquals("error", socket.next().getString("event"), refused);
    }
    socket.send("{\"op\":\"unsubscribe\",\"topic\":\"users\"}");
    assertEquals("unsubscribed", socket.next().getString("event"));
    assertEquals("topic-unknown", errorCode(socket.subscribe("nonsense")));
    assertEquals("not-allowed", errorCode(socket.subscribe("users")));
    assertEquals("symbol-unknown", errorCode(socket.subscribe("prices.NONSENSE")));
    assertAnswers(socket, 13);
  }

  @Test
  void a_client_that_names_no_topic_is_closed_if_its_default_topic_is_unavailable() {
    var settings = Map.of("JWT_SECRET", "a secret of this test " + UUID.randomUUID());
    var database = TestDatabase.create();
    Person ada;
    try (var earlier = UserFrontDoor.open(database, settings)) {
      ada = earlier.person();
    }
    // This node has no events of the user in memory.
    try (var alone = UserFrontDoor.open(database, settings)) {
      var ticket = ticket(alone, ada);
      alone.stopNotifications();
      var socket = SocketClient.plain(alone.vertx, alone.port(), "?ticket=" + ticket);
      socket.next("hello");
      Await.until("closed", socket::isClosed);
      socket.expectClose(1013, "unavailable");
    }
  }

  /** Asserts the number of frames so far, the hello included: a ping is answered after all earlier commands. */
  private static void assertAnswers(SocketClient socket, int frames) {
    socket.send("{\"op\":\"ping\"}").next("pong");
    assertEquals(frames + 1, socket.frames.size(), socket.frames::toString);
  }

  private static JsonObject auth(String token) {
    return new JsonObject().put("op", "auth").put("token", token);
  }
}
