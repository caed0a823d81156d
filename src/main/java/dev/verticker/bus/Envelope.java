package dev.verticker.bus;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;

/**
 * The one class on the wire: a value handed over as it is inside a node, or the bytes another node sent. Bytes are parsed
 * by {@link Bus} with the class of the address, inside a try, never by the codec: an exception there would leave the
 * caller waiting.
 */
record Envelope(Object value, Buffer json, boolean failed) {
  private static final byte[] NOTHING = {};

  static Envelope of(Object value) {
    return new Envelope(value, null, false);
  }

  static Envelope of(Failure failure) {
    return new Envelope(failure, null, true);
  }

  /** Null for {@link Void} only; fails for whatever is not a {@code type}. */
  <T> T as(Class<T> type) throws IOException {
    if (failed) {
      throw new IOException("a failure where " + type.getSimpleName() + " belongs");
    }
    if (type == Void.class) {
      return null;
    }
    var content = json == null ? type.cast(value) : Json.MAPPER.readValue(json.getBytes(), type);
    if (content == null) {
      throw new IOException("nothing where " + type.getSimpleName() + " belongs");
    }
    return content;
  }

  Failure failure() throws IOException {
    return json == null
        ? (Failure) value
        : Json.MAPPER.readValue(json.getBytes(), WireFailure.class).failure();
  }

  byte[] encode() throws JsonProcessingException {
    if (value == null) {
      return NOTHING;
    }
    return Json.MAPPER.writeValueAsBytes(
        value instanceof Failure failure ? WireFailure.of(failure) : value);
  }
}
