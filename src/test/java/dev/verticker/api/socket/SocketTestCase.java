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
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.extension.ExtendWith;

/** Base class of socket tests, with helpers for both endpoints. */
@ExtendWith(SharedUserApi.class)
abstract class SocketTestCase {
  static UserFrontDoor door;

  /** Tests share the front door, which follows the leader with the highest epoch. */
  private static final AtomicLong epochs = new AtomicLong(System.currentTimeMillis());

  /** Returns an epoch of the market data feed above all that tests have published. */
  static long nextEpoch() {
    return epochs.incrementAndGet();
  }

  /** Opens a /ws socket, signed in with a ticket. */
  static SocketClient plain(Person person) {
    return SocketClient.plain(door.vertx, door.port(), "?ticket=" + ticket(door, person));
  }

  /** Opens a /ws socket without sign-in. */
  static SocketClient plain() {
    return SocketClient.plain(door.vertx, door.port(), "");
  }

  static SocketClient bridged() {
    return SocketClient.bridged(door.vertx, door.port());
  }

  /**
   * Opens an /eventbus socket that is subscribed to the topic.
   *
   * @param headers alternating names and values
   */
  static SocketClient bridged(Person person, String topic, String... headers) {
    var all = new ArrayList<>(List.of("Authorization", person.bearer()));
    all.addAll(List.of(headers));
    var socket = bridged().register(topic, all.toArray(String[]::new));
    assertEquals("subscribed", socket.next().getJsonObject("body").getString("event"));
    return socket;
  }

  /** Opens a /ws socket of an administrator that is subscribed to the topic. */
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
    Await.until(
        "events " + from + " to " + to + " received",
        () -> socket.sequences(topic).size() >= expected.size());
    assertEquals(expected, socket.sequences(topic));
  }

  /** Returns the code of the next error frame of a /ws socket. */
  static String errorCode(SocketClient socket) {
    return socket.next("error").getString("code");
  }

  /** Returns the failure type of the last frame of an /eventbus socket that the server closed. */
  static String closeReason(SocketClient bridged) {
    Await.until("closed", bridged::isClosed);
    return bridged.frames.get(bridged.frames.size() - 1).getString("failureType");
  }

  /** Returns the price of the first quote in each price frame received so far. */
  static List<String> prices(SocketClient socket) {
    return socket.frames.stream()
        .map(frame -> frame.getValue("body") instanceof JsonObject body ? body : frame)
        .filter(body -> "prices".equals(body.getString("event")))
        .map(body -> body.getJsonArray("data").getJsonObject(0).getString("price"))
        .toList();
  }
}
