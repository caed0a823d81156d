package dev.verticker.notification;

import dev.verticker.message.Notifications.Audience;
import dev.verticker.message.Notifications.OutboxEntry;
import dev.verticker.message.Notifications.Recipient;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * An entry of an outbox as the audience of one topic may see it.
 *
 * @param actorId null if the system caused it, or if the actor must not be stored
 */
record TopicEvent(
    OutboxEntry entry, String topic, Audience audience, Long actorId, JsonObject payload) {
  /**
   * One event for each topic of each entry, in the order of the entries.
   *
   * @param erased users whose personal data must not be stored
   */
  static List<TopicEvent> of(List<OutboxEntry> entries, Set<Long> erased) {
    var events = new ArrayList<TopicEvent>();
    for (var entry : entries) {
      for (var recipient : entry.recipients()) {
        if (!erased.contains(recipient.audience().userId())) {
          events.add(of(entry, recipient, erased));
        }
      }
    }
    return events;
  }

  private static TopicEvent of(OutboxEntry entry, Recipient recipient, Set<Long> erased) {
    if (erased.contains(entry.userId()) && !entry.erases()) {
      return new TopicEvent(entry, recipient.topic(), recipient.audience(), null, redacted(entry));
    }
    var payload = new JsonObject(entry.payload());
    if (recipient.audience().userId() != null) {
      removeName(payload, entry);
    } else if (erased.contains(entry.actorId()) && payload.getJsonObject("by") != null) {
      payload.getJsonObject("by").putNull("username");
    }
    return new TopicEvent(
        entry,
        recipient.topic(),
        recipient.audience(),
        recipient.audience().userId() == null ? entry.actorId() : null,
        payload);
  }

  /** A user receives whether the user or an administrator caused an event, but not which administrator. */
  private static void removeName(JsonObject payload, OutboxEntry entry) {
    if (payload.getJsonObject("by") != null) {
      var self = entry.actorId() != null && entry.actorId() == entry.userId();
      payload.put("by", new JsonObject().put("self", self));
    }
  }

  private static JsonObject redacted(OutboxEntry entry) {
    return new JsonObject()
        .put("event", entry.event())
        .put("user_id", entry.userId())
        .put("redacted", true);
  }
}
