package dev.verticker.api.web;

import dev.verticker.message.Notifications.Event;
import io.vertx.core.json.Json;

/** An event as clients receive it, over HTTP and over sockets: the keys of its payload and its position in the topic. */
public final class EventJson {
  private EventJson() {}

  /** A JSON object as text. */
  public static String encode(Event event) {
    var payload = event.payload();
    // Appending to the text avoids parsing and encoding an event that is only forwarded.
    return payload.substring(0, payload.lastIndexOf('}'))
        + (payload.indexOf(':') < 0 ? "" : ",")
        + "\"topic\":" + Json.encode(event.topic())
        + ",\"epoch\":" + Json.encode(event.epoch())
        + ",\"seq\":" + event.seq()
        + ",\"at\":\"" + Timestamps.write(event.at())
        + "\"}";
  }
}
