package dev.verticker.api.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.user.UserFrontDoor;
import dev.verticker.api.user.UserFrontDoor.Person;
import dev.verticker.message.Sockets;
import dev.verticker.testing.Await;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Tests how many sockets a node accepts, per user and without sign-in, and how it moves them to other nodes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SocketCapacityTest {
  private static final int MAX_PER_USER = 15;
  private static final int MAX_UNAUTHENTICATED = 3;

  /** One more for each event loop whose unauthenticated sockets are all on the other one. */
  private static final int EVENT_LOOPS = 2;

  private final UserFrontDoor door = UserFrontDoor.openAlone(
      "SOCKETS_PER_USER", "" + MAX_PER_USER,
      "SOCKETS_UNAUTHENTICATED_MAX", "" + MAX_UNAUTHENTICATED,
      "SOCKETS_REBALANCE_SECONDS", "3");

  @AfterAll
  void close() {
    door.close();
  }

  @AfterEach
  void closeSockets() {
    SocketClient.closeAll(door.port());
    Await.until("all sockets have ended", () -> sockets("open") == 0);
  }

  @Test
  void a_user_has_a_max_number_of_sockets_over_both_endpoints() {
    var ada = door.person();
    var sockets = new ArrayList<SocketClient>();
    for (var i = 0; i < MAX_PER_USER; i++) {
      sockets.add(i % 2 == 0 ? plain(ada) : bridged(ada));
    }
    plain(ada).expectClose(1008, "too-many-sockets");
    var framed = SocketClient.plain(door.vertx, door.port(), "");
    framed.send(new JsonObject().put("op", "auth").put("token", ada.access()));
    framed.expectClose(1008, "too-many-sockets");
    var bridged = SocketClient.bridged(door.vertx, door.port())
        .register("prices", "Authorization", ada.bearer());
    assertEquals("too-many-sockets", SocketTestCase.closeReason(bridged));

    assertFalse(plain(door.person()).isClosed(), "another user");
    assertTrue(sockets.stream().noneMatch(SocketClient::isClosed));
    sockets.get(0).close();
    Await.until("one has ended", () -> sockets("signed-in") == MAX_PER_USER);
    plain(ada);
  }

  @Test
  void a_revocation_closes_all_sockets_of_the_user_and_no_other() {
    var ada = door.person();
    var eve = door.person();
    var own = List.of(plain(ada), plain(ada), bridged(ada));
    var other = plain(eve);
    SocketTestCase.door = door;
    SocketTestCase.delete(ada);
    own.forEach(socket -> Await.until("closed", socket::isClosed));
    assertFalse(other.isClosed());
  }

  @Test
  void idle_sockets_without_sign_in_make_room_for_clients_that_sign_in() throws IOException {
    var idle = new ArrayList<RawWebSocket>();
    var max = 0.0;
    for (var i = 0; i < 20; i++) {
      idle.add(RawWebSocket.plain(door.port(), ""));
      max = Math.max(max, sockets("open"));
    }
    assertTrue(max <= MAX_UNAUTHENTICATED + EVENT_LOOPS, "open: " + max);
    var socket = plain(door.person());
    assertFalse(socket.isClosed());
    Await.until("fifteen were evicted", () -> closes("evicted") >= 15);
    assertEquals("reset", idle.get(0).ending());
    for (var raw : idle) {
      raw.close();
    }
  }

  @Test
  void a_node_above_its_share_moves_the_surplus_and_its_clients_resume() {
    var people = List.of(door.person(), door.person(), door.person());
    var sockets = new ArrayList<SocketClient>();
    for (var person : people) {
      for (var i = 0; i < MAX_PER_USER; i++) {
        var socket = plain(person);
        socket.subscribe("user." + person.id()).next("subscribed");
        sockets.add(socket);
      }
    }
    var peer = door.vertx.setPeriodic(
        250, timer -> door.bus.publish(Sockets.LOAD, new Sockets.Load("another node", 1, false)));
    // 45 here and 1 there: 23 each.
    Await.until("the surplus was moved", () -> sockets("open") == 23);
    door.vertx.cancelTimer(peer);
    Await.until("each move is counted", () -> closes("rebalance") == 22);

    var moved = sockets.stream().filter(SocketClient::isClosed).findFirst().orElseThrow();
    assertEquals(1012, moved.socket().closeStatusCode().intValue());
    assertTrue(moved.socket().closeReason().startsWith("rebalance, retry_after_ms="));
    assertTrue(moved.next("error").getInteger("retry_after_ms") <= 5000);
    var subscribed = moved.frames.stream()
        .filter(frame -> "subscribed".equals(frame.getString("event")))
        .findFirst()
        .orElseThrow();
    var owner = people.stream()
        .filter(person -> subscribed.getString("topic").equals("user." + person.id()))
        .findFirst()
        .orElseThrow();
    var again = plain(owner)
        .subscribe(
            subscribed.getString("topic"),
            subscribed.getString("epoch"),
            subscribed.getLong("seq"));
    assertTrue(again.next("subscribed").getBoolean("recovered"));
  }

  private SocketClient plain(Person person) {
    var ticket = SocketTestCase.ticket(door, person);
    var socket = SocketClient.plain(door.vertx, door.port(), "?ticket=" + ticket);
    Await.until("hello or the end", () -> !socket.frames.isEmpty());
    return socket;
  }

  private SocketClient bridged(Person person) {
    var socket = SocketClient.bridged(door.vertx, door.port())
        .register("prices", "Authorization", person.bearer());
    socket.next();
    return socket;
  }

  private double sockets(String state) {
    return door.metrics.get("sockets").tag("state", state).gauges().stream()
        .mapToDouble(gauge -> gauge.value())
        .sum();
  }

  private double closes(String reason) {
    return door.metrics.find("socket_closes_total").tag("reason", reason).counters().stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }
}
