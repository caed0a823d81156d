package dev.verticker.notification;

import dev.verticker.message.Notifications.Audience;
import dev.verticker.message.Notifications.OutboxEntry;
import dev.verticker.message.Notifications.Recipient;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * An entry as one topic's audience may see it.
 *
 * @param actorId null when the system did it, or when it does not matter any more
 */
record TopicEvent(
    OutboxEntry entry, String topic, Audience audience, Long actorId, JsonObject payload) {
  /** One for each topic, in the order of the entries. @param erased users of whom nothing personal may be written */
  static List<TopicEvent> of(List<OutboxEntry> entries, Set<Long> erased) {
    var told = new ArrayList<TopicEvent>();
    for (var entry : entries) {
      for (var recipient : entry.recipients()) {
        if (!erased.contains(recipient.audience().userId())) {
          told.add(of(entry, recipient, erased));
        }
      }
    }
    return told;
  }

  private static TopicEvent of(OutboxEntry entry, Recipient recipient, Set<Long> erased) {
    if (erased.contains(entry.userId()) && !entry.erases()) {
      return new TopicEvent(entry, recipient.topic(), recipient.audience(), null, redacted(entry));
    }
    var payload = new JsonObject(entry.payload());
    if (recipient.audience().userId() != null) {
      withoutName(payload, entry);
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

  /** A user hears whether it was the user or an administrator, not which one. */
  private static void withoutName(JsonObject payload, OutboxEntry entry) {
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
