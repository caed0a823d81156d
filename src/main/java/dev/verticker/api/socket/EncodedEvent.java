package dev.verticker.api.socket;

import dev.verticker.api.web.Timestamps;
import dev.verticker.message.Notifications.Audience;
import dev.verticker.message.Notifications.Event;
import io.vertx.core.json.Json;

/** An event of the log, written once for everybody on this node who hears it. */
record EncodedEvent(
    long position, String topic, String epoch, long seq, Audience audience, Frame frame) {
  static EncodedEvent of(Event event) {
    var payload = event.payload();
    // Adding to the text spares reading and writing what is only passed on.
    var json = payload.substring(0, payload.lastIndexOf('}'))
        + (payload.indexOf(':') < 0 ? "" : ",")
        + "\"topic\":" + Json.encode(event.topic())
        + ",\"epoch\":" + Json.encode(event.epoch())
        + ",\"seq\":" + event.seq()
        + ",\"at\":\"" + Timestamps.write(event.at())
        + "\"}";
    return new EncodedEvent(
        event.position(),
        event.topic(),
        event.epoch(),
        event.seq(),
        event.audience(),
        Frame.of(event.topic(), json));
  }
}
