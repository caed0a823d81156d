package dev.verticker.api.web;

import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.Event;
import dev.verticker.message.Notifications.ReadPosition;
import dev.verticker.message.Timestamps;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;

/** An event as clients receive it, over HTTP and over sockets: the keys of its payload and its position in the topic. */
public final class EventJson {
  private EventJson() {}

  /** The frame with the read position of a topic. */
  public static JsonObject readPosition(ReadPosition position) {
    return new JsonObject()
        .put("event", "notifications_read")
        .put("topic", position.topic())
        .put("epoch", position.epoch())
        .put("read_up_to", position.upTo())
        .put("unread", position.unread())
        .put("at", Timestamps.write(position.at()));
  }

  /** A JSON object as text. */
  public static String encode(Event event) {
    var payload = event.payload();
    // Appending to the text avoids parsing and encoding an event that is only forwarded.
    return payload.substring(0, payload.lastIndexOf('}'))
        + (payload.indexOf(':') < 0 ? "" : ",")
        + "\"topic\":" + Json.encode(event.topic())
        + ",\"epoch\":" + Json.encode(event.epoch())
        + ",\"seq\":" + event.seq()
        + ",\"cursor\":" + Json.encode(Notifications.cursor(event.epoch(), event.seq()))
        + ",\"at\":\"" + Timestamps.write(event.at())
        + "\"}";
  }
}
