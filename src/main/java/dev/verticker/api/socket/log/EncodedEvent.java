package dev.verticker.api.socket.log;

import dev.verticker.api.socket.protocol.Frame;
import dev.verticker.api.web.EventJson;
import dev.verticker.message.Notifications.Audience;
import dev.verticker.message.Notifications.Event;

/** An event of the log with the frame that all its subscribers on this node receive. */
public record EncodedEvent(
    long position, String topic, String epoch, long seq, Audience audience, Frame frame) {
  /** Returns the approximate number of bytes in memory. */
  public int size() {
    return frame.json().length();
  }

  static EncodedEvent of(Event event) {
    return new EncodedEvent(
        event.position(),
        event.topic(),
        event.epoch(),
        event.seq(),
        event.audience(),
        Frame.of(event.topic(), EventJson.encode(event)));
  }
}
