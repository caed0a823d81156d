package dev.verticker.api.socket.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.verticker.message.Notifications.Audience;
import dev.verticker.message.Notifications.Event;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecentEventsTest {
  private static final String EPOCH = "epoch";

  private final RecentEvents recent = new RecentEvents();
  private long position;

  @Test
  void a_deletion_removes_the_events_up_to_the_last_one_that_mentions_the_user() {
    add("users", 1, "user_created", 7, 3);
    add("user.7", 1, "user_created", 7, 3);
    add("users", 2, "user_created", 8, 7);
    add("user.8", 1, "user_created", 8, 3);
    add("users", 3, "user_updated", 71, 3);
    add("users", 4, "user_deleted", 7, 3);

    assertEquals(List.of(3L, 4L), sequences("users", 2));
    assertNull(recent.after("users", EPOCH, 1), "event 2 names user 7 as its cause");
    assertEquals(List.of(), sequences("user.7", 0));
    assertEquals(List.of(1L), sequences("user.8", 0));
    assertEquals(new RecentEvents.Head(EPOCH, 1), recent.head("user.7"), "the log has more");
  }

  @Test
  void events_after_a_deletion_are_retained() {
    add("users", 1, "user_created", 7, 3);
    add("users", 2, "user_deleted", 7, 3);
    add("users", 3, "user_deleted", 9, 3);

    assertEquals(List.of(2L, 3L), sequences("users", 1));
  }

  private List<Long> sequences(String topic, long after) {
    return recent.after(topic, EPOCH, after).stream().map(EncodedEvent::seq).toList();
  }

  private void add(String topic, long seq, String event, long userId, long actorId) {
    var payload = new JsonObject()
        .put("event", event)
        .put("user_id", userId)
        .put("by", new JsonObject().put("id", actorId).put("username", "name"));
    recent.add(EncodedEvent.of(new Event(
        ++position,
        topic,
        EPOCH,
        seq,
        Instant.EPOCH,
        Audience.permission("users.read"),
        payload.encode())));
  }
}
