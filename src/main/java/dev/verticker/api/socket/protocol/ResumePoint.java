package dev.verticker.api.socket.protocol;

import dev.verticker.api.web.EventCursor;
import dev.verticker.bus.Failure;
import io.vertx.core.json.JsonObject;

/** The last event of a topic that a client has received. */
public record ResumePoint(String epoch, long seq) {
  /**
   * Parses the cursor {@code <epoch>:<seq>}, or its earlier form {@code {"epoch": .., "seq": ..}}.
   *
   * @param value null = none; throws {@link Failure.Invalid} for anything else
   * @param pointer to the value in the frame
   */
  static ResumePoint of(Object value, String pointer) {
    if (value == null) {
      return null;
    }
    if (value instanceof String text) {
      return EventCursor.parse(text)
          .map(cursor -> new ResumePoint(cursor.epoch(), cursor.seq()))
          .orElseThrow(() -> invalid(pointer));
    }
    if (value instanceof JsonObject since
        && since.getValue("epoch") instanceof String epoch
        && EventCursor.isEpoch(epoch)
        && (since.getValue("seq") instanceof Integer || since.getValue("seq") instanceof Long)
        && since.getLong("seq") >= 0) {
      return new ResumePoint(epoch, since.getLong("seq"));
    }
    throw invalid(pointer);
  }

  private static Failure.Invalid invalid(String pointer) {
    return new Failure.Invalid(
        "invalid-request",
        "Invalid since: send the cursor of the last event received.",
        new Failure.Error(pointer, "format", "The cursor of the last event received."));
  }
}
