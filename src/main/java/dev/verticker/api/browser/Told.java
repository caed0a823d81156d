package dev.verticker.api.browser;

import dev.verticker.api.http.Timestamps;
import dev.verticker.message.Notifications.Audience;
import dev.verticker.message.Notifications.Event;
import io.vertx.core.json.Json;

/** An event of the log, written once for everybody on this node who hears it. */
record Told(long position, String topic, String epoch, long seq, Audience audience, Frame frame) {
  static Told of(Event event) {
    var payload = event.payload();
    // Adding to the text spares reading and writing what is only passed on.
    var json = payload.substring(0, payload.lastIndexOf('}'))
        + (payload.indexOf(':') < 0 ? "" : ",")
        + "\"topic\":" + Json.encode(event.topic())
        + ",\"epoch\":" + Json.encode(event.epoch())
        + ",\"seq\":" + event.seq()
        + ",\"at\":\"" + Timestamps.write(event.at())
        + "\"}";
    return new Told(
        event.position(),
        event.topic(),
        event.epoch(),
        event.seq(),
        event.audience(),
        Frame.of(event.topic(), json));
  }
}
