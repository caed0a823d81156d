package dev.verticker.bus;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;

/**
 * The body of every message: a value of this node, or the JSON that another node sent. {@link Bus} decodes the JSON with the
 * class of the address and handles errors. The codec must not decode it: an exception there would leave the caller waiting.
 */
record Envelope(Object value, Buffer json, boolean failed) {
  private static final byte[] NOTHING = {};

  static Envelope of(Object value) {
    return new Envelope(value, null, false);
  }

  static Envelope of(Failure failure) {
    return new Envelope(failure, null, true);
  }

  /** The decoded body; null for {@link Void} only. @throws IOException if it is no {@code type} */
  <T> T as(Class<T> type) throws IOException {
    if (failed) {
      throw new IOException("expected " + type.getSimpleName() + ", received a failure");
    }
    if (type == Void.class) {
      return null;
    }
    var content = json == null ? type.cast(value) : Json.MAPPER.readValue(json.getBytes(), type);
    if (content == null) {
      throw new IOException("expected " + type.getSimpleName() + ", received nothing");
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
