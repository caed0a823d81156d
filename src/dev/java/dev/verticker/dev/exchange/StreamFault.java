package dev.verticker.dev.exchange;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A fault of streams to inject.
 *
 * @param stream the only stream that fails, such as {@code btcusdt@ticker}; empty = all
 * @param symbol the only symbol whose streams fail, in upper case; empty = all
 * @param times number of events, or handshakes, that fail; empty = until cleared
 * @param delay of late events, real time
 */
public record StreamFault(
    StreamFaultKind kind,
    Optional<String> stream,
    Optional<String> symbol,
    OptionalInt times,
    Duration delay)
    implements ActiveFaults.Counted<StreamFault> {
  private static final Duration DEFAULT_DELAY = Duration.ofSeconds(2);

  public StreamFault {
    if (times.isPresent() && times.getAsInt() < 1) {
      throw new IllegalArgumentException("times: must be at least 1, was " + times.getAsInt());
    }
    if (delay.isNegative()) {
      throw new IllegalArgumentException("delay_ms must not be negative");
    }
  }

  /** A fault of every stream until it is cleared. */
  public static StreamFault of(StreamFaultKind kind) {
    return new StreamFault(
        kind, Optional.empty(), Optional.empty(), OptionalInt.empty(), DEFAULT_DELAY);
  }

  public StreamFault on(String value) {
    return new StreamFault(kind, Optional.of(value), symbol, times, delay);
  }

  public StreamFault forSymbol(String value) {
    return new StreamFault(kind, stream, Optional.of(value), times, delay);
  }

  @Override
  public StreamFault times(int value) {
    return new StreamFault(kind, stream, symbol, OptionalInt.of(value), delay);
  }

  public StreamFault delay(Duration value) {
    return new StreamFault(kind, stream, symbol, times, value);
  }

  /** Parses the body of the control endpoint; only {@code kind} is required. */
  static StreamFault from(JsonObject json) {
    var name = json.getString("kind", "");
    var kind = StreamFaultKind.of(name)
        .orElseThrow(() -> new IllegalArgumentException("kind: unknown: " + name));
    return new StreamFault(
        kind,
        Optional.ofNullable(json.getString("stream")),
        Optional.ofNullable(json.getString("symbol")),
        json.containsKey("times") ? OptionalInt.of(json.getInteger("times")) : OptionalInt.empty(),
        Duration.ofMillis(json.getLong("delay_ms", DEFAULT_DELAY.toMillis())));
  }

  @Override
  public JsonObject toJson() {
    var json = new JsonObject().put("kind", kind.wire());
    stream.ifPresent(value -> json.put("stream", value));
    symbol.ifPresent(value -> json.put("symbol", value));
    times.ifPresent(value -> json.put("times", value));
    return json.put("delay_ms", delay.toMillis());
  }
}
