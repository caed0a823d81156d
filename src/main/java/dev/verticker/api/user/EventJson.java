package dev.verticker.api.user;

import dev.verticker.api.web.Timestamps;
import dev.verticker.message.Notifications.Event;
import io.vertx.core.json.JsonObject;

/** JSON of an event: the keys of its payload, and its position in the topic. */
final class EventJson {
  private EventJson() {}

  static JsonObject of(Event event) {
    var payload = new JsonObject(event.payload());
    var json = new JsonObject()
        .put("event", payload.getString("event"))
        .put("topic", event.topic())
        .put("epoch", event.epoch())
        .put("seq", event.seq())
        .put("at", Timestamps.write(event.at()));
    return json.mergeIn(payload);
  }
}
