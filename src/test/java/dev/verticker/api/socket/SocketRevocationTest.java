package dev.verticker.api.socket;

import static dev.verticker.api.openapi.ApiClient.expect;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

/** Tests the revocation of a session or role while the socket is open. */
class SocketRevocationTest extends SocketTestCase {
  @Test
  void a_user_that_loses_a_role_loses_only_the_topics_of_that_role_at_once() {
    var second = door.person("admin");
    var plain = plain(second).subscribe("users").subscribe("user." + second.id());
    plain.next("subscribed");
    plain.next("subscribed");
    var bridged = bridged(second, "users");
    patch(second, new JsonObject().put("roles", new JsonArray().add("user")));

    assertEquals("users", plain.next("error").getString("topic"));
    var error = bridged.next(frame -> "err".equals(frame.getString("type")));
    assertEquals("users", error.getString("address"));
    assertEquals("not-allowed", error.getString("failureType"));
    var received = plain.sequences("users").size();
    rename(door.person(), "Third");
    rename(second, "Second");
    plain.next(frame -> frame.getString("topic", "").equals("user." + second.id())
        && frame.containsKey("changes")
        && frame.getJsonObject("changes").containsKey("full_name"));
    assertEquals(received, plain.sequences("users").size());
  }

  @Test
  void the_sockets_of_a_disabled_user_are_closed() {
    var ada = door.person();
    var socket = plain(ada);
    socket.next("hello");
    expect(200, door.as(door.admin(), HttpMethod.POST, "/users/" + ada.id() + "/disable", null));
    socket.expectClose(4403, "user-disabled");
  }

  @Test
  void the_sockets_of_a_deleted_user_are_closed() {
    var grace = door.person();
    var plain = plain(grace);
    var bridged = bridged(grace, "user." + grace.id());
    plain.next("hello");
    delete(grace);
    plain.expectClose(4403, "user-deleted");
    assertEquals("user-deleted", closeReason(bridged));
  }
}
