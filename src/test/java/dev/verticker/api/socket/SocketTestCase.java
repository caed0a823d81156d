package dev.verticker.api.socket;

import static dev.verticker.api.openapi.ApiClient.expect;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.api.user.UserFrontDoor;
import dev.verticker.api.user.UserFrontDoor.Person;
import dev.verticker.testing.Await;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.extension.ExtendWith;

/** A test of both endpoints with real sockets and the real event log. */
@ExtendWith(SharedUserApi.class)
abstract class SocketTestCase {
  static UserFrontDoor door;

  /** Signed in by a ticket. */
  static SocketClient plain(Person person) {
    return SocketClient.plain(door.vertx, door.port(), "?ticket=" + ticket(door, person));
  }

  /** Not signed in. */
  static SocketClient plain() {
    return SocketClient.plain(door.vertx, door.port(), "");
  }

  static SocketClient bridged() {
    return SocketClient.bridged(door.vertx, door.port());
  }

  /** Subscribed to the topic. @param headers name, value, ... */
  static SocketClient bridged(Person person, String topic, String... headers) {
    var all = new ArrayList<>(List.of("Authorization", person.bearer()));
    all.addAll(List.of(headers));
    var socket = bridged().register(topic, all.toArray(String[]::new));
    assertEquals("subscribed", socket.next().getJsonObject("body").getString("event"));
    return socket;
  }

  /** Of an administrator. */
  static SocketClient subscribed(String topic) {
    var socket = plain(door.admin()).subscribe(topic);
    socket.next("subscribed");
    return socket;
  }

  static String ticket(UserFrontDoor door, Person person) {
    return expect(200, door.as(person, HttpMethod.POST, "/auth/ticket", null))
        .object()
        .getString("ticket");
  }

  static void rename(Person person, String name) {
    patch(person, new JsonObject().put("full_name", name));
  }

  static void patch(Person person, JsonObject change) {
    expect(
        200,
        door.as(
            door.admin(),
            HttpMethod.PATCH,
            "/users/" + person.id(),
            change,
            "Content-Type",
            "application/merge-patch+json"));
  }

  static void delete(Person person) {
    expect(204, door.as(door.admin(), HttpMethod.DELETE, "/users/" + person.id(), null));
  }

  static void assertSequences(SocketClient socket, String topic, long from, long to) {
    var expected = LongStream.rangeClosed(from, to).boxed().toList();
    Await.until("all events", () -> socket.sequences(topic).size() >= expected.size());
    assertEquals(expected, socket.sequences(topic));
  }

  /** The code of the next error of a plain socket. */
  static String errorCode(SocketClient socket) {
    return socket.next("error").getString("code");
  }

  /** Of the frame that a bridged socket received last, after it was closed. */
  static String closeReason(SocketClient bridged) {
    Await.until("closed", bridged::isClosed);
    return bridged.frames.get(bridged.frames.size() - 1).getString("failureType");
  }

  /** In all price frames so far. */
  static List<String> prices(SocketClient socket) {
    return socket.frames.stream()
        .map(frame -> frame.getValue("body") instanceof JsonObject body ? body : frame)
        .filter(body -> "prices".equals(body.getString("event")))
        .map(body -> body.getJsonArray("data").getJsonObject(0).getString("price"))
        .toList();
  }
}
