package dev.verticker.bus;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;

/**
 * The body of every bus message: the value itself inside a node, or the bytes sent by another node. {@link Bus}, not the
 * codec, parses the bytes into the class of the address, because Vert.x swallows exceptions of a codec and the caller
 * would time out.
 */
record Envelope(Object value, Buffer json, boolean failed) {
  private static final byte[] EMPTY = {};

  static Envelope of(Object value) {
    return new Envelope(value, null, false);
  }

  static Envelope of(Failure failure) {
    return new Envelope(failure, null, true);
  }

  /** Returns the content as {@code type}; null only for {@link Void}. Fails if the content has another type. */
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
      return EMPTY;
    }
    return Json.MAPPER.writeValueAsBytes(
        value instanceof Failure failure ? WireFailure.of(failure) : value);
  }
}
