package dev.verticker.api.socket.protocol;

import dev.verticker.bus.Failure;
import io.vertx.core.json.JsonObject;
import java.util.regex.Pattern;

/** The last event of a topic that a client has received. */
public record ResumePoint(String epoch, long seq) {
  private static final Pattern EPOCH = Pattern.compile("[A-Za-z0-9-]{1,64}");
  private static final Pattern HEADER = Pattern.compile("([A-Za-z0-9-]{1,64}):([0-9]{1,18})");

  /** @param value {@code {"epoch": .., "seq": ..}} or null; throws {@link Failure.Invalid} for anything else */
  static ResumePoint ofJson(Object value) {
    if (value == null) {
      return null;
    }
    if (value instanceof JsonObject since
        && since.getValue("epoch") instanceof String epoch
        && EPOCH.matcher(epoch).matches()
        && (since.getValue("seq") instanceof Integer || since.getValue("seq") instanceof Long)
        && since.getLong("seq") >= 0) {
      return new ResumePoint(epoch, since.getLong("seq"));
    }
    throw invalid("/since");
  }

  /** @param value {@code <epoch>:<seq>} or null; throws {@link Failure.Invalid} for anything else */
  static ResumePoint ofHeader(Object value) {
    if (value == null) {
      return null;
    }
    if (value instanceof String text) {
      var matcher = HEADER.matcher(text);
      if (matcher.matches()) {
        return new ResumePoint(matcher.group(1), Long.parseLong(matcher.group(2)));
      }
    }
    throw invalid("/headers/since");
  }

  private static Failure.Invalid invalid(String pointer) {
    return new Failure.Invalid(
        "invalid-request",
        "Invalid since: send the epoch and the seq of the last event received.",
        new Failure.Error(pointer, "format", "The epoch and the seq of the last event received."));
  }
}
