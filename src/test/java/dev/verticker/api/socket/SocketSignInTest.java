package dev.verticker.api.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.user.UserFrontDoor;
import dev.verticker.testing.Await;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests sign-in by ticket and by frame, and its expiry. */
class SocketSignInTest extends SocketTestCase {
  @Test
  void a_ticket_opens_one_socket() {
    var query = "?ticket=" + ticket(door, door.admin());
    var first = SocketClient.plain(door.vertx, door.port(), query);
    first.next("hello");
    var second = SocketClient.plain(door.vertx, door.port(), query);
    second.expectClose(4401, "invalid-ticket");
    SocketClient.plain(door.vertx, door.port(), "?ticket=nonsense")
        .expectClose(4401, "invalid-ticket");
    assertFalse(first.isClosed());
  }

  @Test
  void a_socket_that_does_not_sign_in_receives_no_event_and_is_closed() {
    var plain = plain();
    var bridged = bridged();
    assertFalse(plain.next("hello").getBoolean("authenticated"));
    assertEquals("token-missing", errorCode(plain.subscribe("users")));
    assertEquals("token-missing", bridged.register("users").next().getString("failureType"));
    assertEquals(
        "invalid-token",
        bridged.register("users", "Authorization", "Bearer x").next().getString("failureType"));
    door.person();
    plain.expectClose(4401, "auth-timeout");
    assertEquals("auth-timeout", closeReason(bridged));
    assertEquals(List.of(), plain.sequences("users"));
  }

  @Test
  void a_frame_signs_in_and_the_user_of_a_socket_cannot_change() {
    var ada = door.person();
    var socket = plain().send(auth(ada.access()));
    assertEquals(ada.id(), socket.next("authenticated").getLong("user_id"));
    assertEquals("other-user", errorCode(socket.send(auth(door.admin().access()))));
    assertEquals("invalid-token", errorCode(socket.send(auth("nonsense"))));
    socket.send("{\"op\":\"ping\"}").next("pong");
  }

  @Test
  void a_ticket_expires_after_30_seconds_and_a_socket_with_its_token() {
    try (var alone = UserFrontDoor.openAlone()) {
      var admin = alone.admin();
      var socket = SocketClient.plain(alone.vertx, alone.port(), "?ticket=" + ticket(alone, admin));
      socket.next("hello");
      var late = ticket(alone, admin);
      alone.clock.step(Duration.ofSeconds(31));
      SocketClient.plain(alone.vertx, alone.port(), "?ticket=" + late)
          .expectClose(4401, "invalid-ticket");
      assertFalse(socket.isClosed());
      alone.clock.step(Duration.ofMinutes(15));
      socket.expectClose(4401, "token-expired");
    }
  }

  @Test
  void a_newer_token_keeps_a_socket_open_beyond_the_first_one() {
    try (var alone = UserFrontDoor.openAlone()) {
      var first = alone.admin();
      var plain = SocketClient.plain(alone.vertx, alone.port(), "");
      plain.send(auth(first.access()));
      var expires = Instant.parse(plain.next("authenticated").getString("expires_at"));
      var bridged = SocketClient.bridged(alone.vertx, alone.port())
          .register("users", "Authorization", first.bearer());
      bridged.next();
      var notExtended = SocketClient.plain(alone.vertx, alone.port(), "");
      notExtended.send(auth(first.access())).next("authenticated");

      alone.clock.step(Duration.ofMinutes(14));
      Await.until(
          "revocations are known again", () -> alone.get(first, "/users/me").status() == 200);
      var second = alone.signIn(first.username(), first.password());
      plain.send(auth(second.access()));
      var extended = Instant.parse(plain.next("authenticated").getString("expires_at"));
      assertTrue(extended.isAfter(expires.plusSeconds(800)), expires + " " + extended);
      bridged.register("users", "Authorization", second.bearer());
      assertEquals("subscribed", bridged.next().getJsonObject("body").getString("event"));

      alone.clock.step(Duration.ofMinutes(2));
      notExtended.expectClose(4401, "token-expired");
      assertTrue(!plain.isClosed() && !bridged.isClosed(), "open after the first token expired");
      alone.clock.step(Duration.ofMinutes(14));
      plain.expectClose(4401, "token-expired");
      assertEquals("token-expired", closeReason(bridged));
    }
  }

  private static JsonObject auth(String token) {
    return new JsonObject().put("op", "auth").put("token", token);
  }
}
