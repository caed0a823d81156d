package dev.verticker.bus;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;

/** One byte (0 value, 1 failure), four bytes length, JSON. */
final class EnvelopeCodec implements MessageCodec<Envelope, Envelope> {
  static final String NAME = "verticker";

  @Override
  public void encodeToWire(Buffer buffer, Envelope envelope) {
    try {
      var json = envelope.encode();
      buffer
          .appendByte((byte) (envelope.failed() ? 1 : 0))
          .appendInt(json.length)
          .appendBytes(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "not a bus message: " + envelope.value().getClass(), e);
    }
  }

  @Override
  public Envelope decodeFromWire(int at, Buffer buffer) {
    var start = at + 5;
    return new Envelope(
        null, buffer.getBuffer(start, start + buffer.getInt(at + 1)), buffer.getByte(at) == 1);
  }

  @Override
  public Envelope transform(Envelope envelope) {
    return envelope;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public byte systemCodecID() {
    return -1;
  }
}
