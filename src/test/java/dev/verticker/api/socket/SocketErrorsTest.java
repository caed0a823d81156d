package dev.verticker.api.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.verticker.bus.Address;
import dev.verticker.bus.Topic;
import dev.verticker.message.Users;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests frames that clients should not send. */
class SocketErrorsTest extends SocketTestCase {
  /** Three frames for each, fewer than a client may send at once. */
  private static final int ADDRESSES_PER_SOCKET = 5;

  @Test
  void no_frame_reaches_the_bus() throws IllegalAccessException {
    var before = door.get(door.admin(), "/users?limit=1000").array().size();
    var addresses = busAddresses();
    for (var first = 0; first < addresses.size(); first += ADDRESSES_PER_SOCKET) {
      var some = addresses.subList(first, Math.min(first + ADDRESSES_PER_SOCKET, addresses.size()));
      var bridged = bridged();
      var plain = plain(door.admin());
      for (var address : some) {
        assertBridgeRefuses(bridged, address);
        assertRefused(plain, address);
      }
      bridged.close();
      plain.close();
    }
    assertEquals(before, door.get(door.admin(), "/users?limit=1000").array().size());
  }

  private static void assertBridgeRefuses(SocketClient socket, String address) {
    var forged = new JsonObject()
        .put("address", address)
        .put("headers", new JsonObject().put("Authorization", door.admin().bearer()))
        .put("body", new JsonObject().put("username", "forged"))
        .put("replyAddress", "reply");
    var sent = socket.send(forged.copy().put("type", "send")).next();
    assertEquals("err reply outbound-only", error(sent));
    var published = socket.send(forged.copy().put("type", "publish")).next();
    assertEquals("outbound-only", published.getString("failureType"));
    var registered =
        socket.register(address, "Authorization", door.admin().bearer()).next();
    assertEquals("err " + address + " " + unknown(address), error(registered));
  }

  private static void assertRefused(SocketClient socket, String address) {
    var frame = new JsonObject().put("topic", address).put("body", new JsonObject());
    socket
        .send(frame.copy().put("op", "send"))
        .send(frame.copy().put("op", "publish"))
        .send(frame.copy().put("op", "subscribe"));
    assertEquals("unknown-op", errorCode(socket));
    assertEquals("unknown-op", errorCode(socket));
    assertEquals(unknown(address), errorCode(socket));
  }

  @Test
  void values_longer_than_any_token_or_topic_are_rejected() {
    var tooLong = "x".repeat(10_000);
    assertEquals(
        "malformed-frame",
        errorCode(
            plain(door.admin()).send(new JsonObject().put("op", "auth").put("token", tooLong))));
    var bridged = bridged();
    assertEquals(
        "invalid-token",
        bridged
            .register("users", "Authorization", "Bearer " + tooLong)
            .next()
            .getString("failureType"));
    var send = new JsonObject().put("type", "send").put("address", "users");
    var refusal = bridged.send(send.put("replyAddress", tooLong)).next();
    assertEquals("outbound-only", refusal.getString("failureType"));
    assertFalse(refusal.containsKey("address"), "a long reply address is not returned");
  }

  @Test
  void a_malformed_frame_gets_an_error_and_the_socket_stays_open() {
    var plain = plain(door.admin());
    var bridged = bridged();
    for (var text : List.of("", "[1,2]", "{", "{\"op\":7}", "{\"op\":\"subscribe\"}", "null")) {
      assertEquals("malformed-frame", errorCode(plain.send(text)), text);
    }
    for (var text : List.of("x", "[1]", "{\"type\":7}", "{\"type\":\"register\",\"headers\":3}")) {
      assertEquals("malformed-frame", bridged.send(text).next().getString("failureType"), text);
    }
    assertEquals(
        "invalid-request",
        errorCode(plain.send("{\"op\":\"subscribe\",\"topic\":\"users\",\"since\":7}")));
    plain.send("{\"op\":\"ping\"}").next("pong");
  }

  /** A symbol may have any name: such a topic is sent to the price verticle, which knows no symbol of this name. */
  private static String unknown(String address) {
    return address.matches("(prices|trades)\\..+") ? "symbol-unknown" : "topic-unknown";
  }

  /** Returns all bus addresses and topics of the code, and two unknown ones. */
  private static List<String> busAddresses() throws IllegalAccessException {
    var names = new ArrayList<>(List.of("unknown", "__vertx.reply.1"));
    var classes = new ClassFileImporter().importPackagesOf(Users.class);
    for (var imported : classes) {
      for (var field : imported.reflect().getDeclaredFields()) {
        if (field.getType() == Address.class) {
          names.add(((Address<?, ?>) field.get(null)).name());
        } else if (field.getType() == Topic.class) {
          names.add(((Topic<?>) field.get(null)).name());
        }
      }
    }
    assertTrue(names.containsAll(List.of("users.create", "notifications.news")), names::toString);
    return names;
  }

  private static String error(JsonObject frame) {
    return frame.getString("type") + " " + frame.getString("address") + " "
        + frame.getString("failureType");
  }
}
