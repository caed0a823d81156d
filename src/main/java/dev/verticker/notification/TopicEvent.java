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
 * @param payload JSON object as text
 */
record TopicEvent(
    OutboxEntry entry, String topic, Audience audience, Long actorId, String payload) {
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
    var redacted = erased.contains(entry.userId()) && !entry.erases();
    var storesActor = !redacted && recipient.audience().userId() == null;
    return new TopicEvent(
        entry,
        recipient.topic(),
        recipient.audience(),
        storesActor ? entry.actorId() : null,
        redacted ? redacted(entry) : payload(entry, recipient, erased));
  }

  private static String payload(OutboxEntry entry, Recipient recipient, Set<Long> erased) {
    var own = recipient.audience().userId() != null;
    var erasedActor = erased.contains(entry.actorId());
    if (!own && !erasedActor && !entry.erases()) {
      return entry.payload();
    }
    // An erasing event is encoded again: every node finds it by its compact text.
    var payload = new JsonObject(entry.payload());
    if (own) {
      removeName(payload, entry);
    } else if (erasedActor && payload.getJsonObject("by") != null) {
      payload.getJsonObject("by").putNull("username");
    }
    return payload.encode();
  }

  /** A user receives whether the user or an administrator caused an event, but not which administrator. */
  private static void removeName(JsonObject payload, OutboxEntry entry) {
    if (payload.getJsonObject("by") != null) {
      var self = entry.actorId() != null && entry.actorId() == entry.userId();
      payload.put("by", new JsonObject().put("self", self));
    }
  }

  private static String redacted(OutboxEntry entry) {
    return new JsonObject()
        .put("event", entry.event())
        .put("user_id", entry.userId())
        .put("redacted", true)
        .encode();
  }
}
