package dev.verticker.bus;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.netty.util.internal.EmptyArrays;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;

/**
 * The one class on the wire: a value handed over as it is inside a node, or the bytes another node sent. Bytes are parsed
 * by {@link Bus} with the class of the address, inside a try, never by the codec: an exception there would leave the
 * caller waiting.
 */
record Envelope(Object value, Buffer json, boolean failed) {
  static Envelope of(Object value) {
    return new Envelope(value, null, false);
  }

  static Envelope of(Failure failure) {
    return new Envelope(failure, null, true);
  }

  <T> T as(Class<T> type) throws IOException {
    if (json != null) {
      return type == Void.class ? null : Json.MAPPER.readValue(json.getBytes(), type);
    }
    return type.cast(value);
  }

  Failure failure() throws IOException {
    return json == null
        ? (Failure) value
        : Json.MAPPER.readValue(json.getBytes(), FailureWire.class).failure();
  }

  byte[] encode() throws JsonProcessingException {
    if (value == null) {
      return EmptyArrays.EMPTY_BYTES;
    }
    return Json.MAPPER.writeValueAsBytes(
        value instanceof Failure failure ? FailureWire.of(failure) : value);
  }
}
