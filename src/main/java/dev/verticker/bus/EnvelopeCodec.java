package dev.verticker.bus;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Wire format: one byte (0 value, 1 failure), four bytes length, JSON. */
final class EnvelopeCodec implements MessageCodec<Envelope, Envelope> {
  static final String NAME = "verticker";

  private static final Logger log = LoggerFactory.getLogger(EnvelopeCodec.class);
  private static final int HEADER = 5;
  private static final byte[] INTERNAL = "{\"kind\":\"Internal\"}".getBytes(StandardCharsets.UTF_8);

  /** Never throws, because Vert.x would swallow the exception and the caller would time out. */
  @Override
  public void encodeToWire(Buffer buffer, Envelope envelope) {
    try {
      append(buffer, envelope.failed(), envelope.encode());
    } catch (JsonProcessingException e) {
      log.error("cannot encode {} as JSON", envelope.value().getClass(), e);
      append(buffer, true, INTERNAL);
    }
  }

  /** Never throws: {@link Envelope#as} rejects a truncated message. */
  @Override
  public Envelope decodeFromWire(int at, Buffer buffer) {
    var start = at + HEADER;
    var end = start <= buffer.length() ? (long) start + buffer.getInt(at + 1) : 0;
    return end < start || end > buffer.length()
        ? new Envelope(null, Buffer.buffer(), false)
        : new Envelope(null, buffer.getBuffer(start, (int) end), buffer.getByte(at) == 1);
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

  private static void append(Buffer buffer, boolean failed, byte[] json) {
    buffer.appendByte((byte) (failed ? 1 : 0)).appendInt(json.length).appendBytes(json);
  }
}
