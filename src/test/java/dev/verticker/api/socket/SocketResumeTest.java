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
