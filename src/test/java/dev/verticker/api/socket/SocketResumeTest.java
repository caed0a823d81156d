package dev.verticker.api.socket;

import static dev.verticker.api.openapi.ApiClient.expect;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.user.UserFrontDoor.Person;
import dev.verticker.testing.Await;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Tests resuming after a disconnect. */
class SocketResumeTest extends SocketTestCase {
  private static final int WRITERS = 5;
  private static final int CHANGES = 20;

  @Test
  void a_reconnecting_client_receives_missed_events_and_then_live_ones() {
    var ada = door.person();
    var topic = "user." + ada.id();
    var socket = plain(ada);
    var point = socket.subscribe(topic).next("subscribed");
    assertFalse(point.getBoolean("recovered"));
    socket.close();
    for (var i = 0; i < 5; i++) {
      rename(ada, "Ada " + i);
    }

    var again = plain(ada).subscribe(topic, point.getString("epoch"), point.getLong("seq"));
    assertTrue(again.next("subscribed").getBoolean("recovered"));
    rename(ada, "Ada at last");
    var first = point.getLong("seq") + 1;
    assertSequences(again, topic, first, first + 5);
  }

  @Test
  void a_client_resumes_with_the_cursor_of_any_frame_at_both_endpoints() {
    var ada = door.person();
    var topic = "user." + ada.id();
    var socket = plain(ada);
    var start = socket.subscribe(topic).next("subscribed").getString("cursor");
    rename(ada, "One");
    var one = socket.next("user_updated");
    assertEquals(one.getString("epoch") + ":" + one.getLong("seq"), one.getString("cursor"));
    rename(ada, "Two");
    var two = socket.next("user_updated").getString("cursor");

    for (var since : List.of(start, one.getString("cursor"))) {
      var again = plain(ada).subscribe(topic, since);
      var subscribed = again.next("subscribed");
      assertTrue(subscribed.getBoolean("recovered"));
      assertEquals(since, subscribed.getString("cursor"));
      var bridged = bridged(ada, topic, "since", since);
      for (var client : List.of(again, bridged)) {
        Await.until("the newest event", () -> client.frames.toString().contains(two));
      }
    }
    var object =
        new JsonObject().put("epoch", one.getString("epoch")).put("seq", one.getLong("seq"));
    var headers = new JsonObject().put("Authorization", ada.bearer()).put("since", object);
    var resumed = bridged()
        .send(
            new JsonObject().put("type", "register").put("address", topic).put("headers", headers))
        .next()
        .getJsonObject("body");
    assertEquals(one.getString("cursor"), resumed.getString("cursor"));
  }

  @Test
  void a_malformed_cursor_is_rejected_with_its_pointer() {
    var socket = plain(door.admin());
    for (var since :
        List.of("", "no-sequence", "epoch:", ":3", "epoch:-1", "epoch:1.5", "epoch:1 ")) {
      var error = socket.subscribe("users", since).next("error");
      assertEquals("invalid-request", error.getString("code"), since);
    }
  }

  @Test
  void a_resume_point_of_another_epoch_is_not_recovered() {
    var ada = door.person();
    var socket = bridged(ada, "user." + ada.id(), "since", "another-epoch:3");
    assertFalse(socket.frames.get(0).getJsonObject("body").getBoolean("recovered"));
  }

  @Test
  void a_client_that_reconnects_repeatedly_during_writes_misses_no_event() {
    var people = IntStream.range(0, WRITERS).mapToObj(i -> door.person()).toList();
    var first = subscribed("users");
    var point = first.frames.get(first.frames.size() - 1);
    first.close();
    var epoch = point.getString("epoch");
    var reached = point.getLong("seq");
    var writing = people.stream().map(SocketResumeTest::write).toList();
    var received = new ArrayList<Long>();
    var last = reached + WRITERS * CHANGES;
    while (reached < last) {
      var socket = plain(door.admin()).subscribe("users", epoch, reached);
      assertTrue(socket.next("subscribed").getBoolean("recovered"));
      var expected = Math.min(12, last - reached);
      Await.until("more events", () -> socket.sequences("users").size() >= expected);
      socket.close();
      Await.until("closed", socket::isClosed);
      var sequences = socket.sequences("users");
      received.addAll(sequences);
      reached = sequences.get(sequences.size() - 1);
    }
    assertEquals(
        LongStream.rangeClosed(last - WRITERS * CHANGES + 1, last).boxed().toList(), received);
    writing.forEach(Await::await);
  }

  /** Changes the user sequentially. */
  private static Future<?> write(Person person) {
    var changes = Future.<Object>succeededFuture();
    for (var i = 0; i < CHANGES; i++) {
      var name = "Name " + i;
      changes = changes.compose(done -> door.begin(
              door.admin(),
              HttpMethod.PATCH,
              "/users/" + person.id(),
              new JsonObject().put("full_name", name),
              "Content-Type",
              "application/merge-patch+json")
          .map(response -> expect(200, response)));
    }
    return changes;
  }
}
