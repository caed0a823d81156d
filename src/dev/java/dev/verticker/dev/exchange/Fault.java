package dev.verticker.dev.exchange;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A fault to inject.
 *
 * @param endpoint the only endpoint that fails; empty = all
 * @param symbol the only symbol whose responses, or parts of a response, fail; empty = all
 * @param times number of requests that fail; empty = until cleared
 * @param retryAfter sent with 429 and 418, whole seconds of real time; the fault does not end after it
 * @param delay of a slow response, real time
 * @param bytes of white space in a huge body
 * @param executed whether a signed request is executed although its response fails
 */
public record Fault(
    FaultKind kind,
    Optional<Endpoint> endpoint,
    Optional<String> symbol,
    OptionalInt times,
    Duration retryAfter,
    Duration delay,
    long bytes,
    boolean executed)
    implements ActiveFaults.Counted<Fault> {

  private static final Duration DEFAULT_RETRY_AFTER = Duration.ofSeconds(60);
  private static final Duration DEFAULT_DELAY = Duration.ofSeconds(2);
  private static final long USUAL_BYTES = 64L << 20;

  public Fault {
    if (times.isPresent() && times.getAsInt() < 1) {
      throw new IllegalArgumentException("times: must be at least 1, was " + times.getAsInt());
    }
    if (retryAfter.isNegative() || delay.isNegative() || bytes < 0) {
      throw new IllegalArgumentException("retry_after, delay_ms and bytes must not be negative");
    }
    if (endpoint.isPresent() && !kind.appliesTo(endpoint.get())) {
      throw new IllegalArgumentException("endpoint: does not fail with " + kind.wire());
    }
    if (executed && endpoint.isPresent() && endpoint.get().operation().isEmpty()) {
      throw new IllegalArgumentException(
          "executed: expected a signed endpoint, such as POST order");
    }
  }

  /** A fault of every request until it is cleared. */
  public static Fault of(FaultKind kind) {
    return new Fault(
        kind,
        Optional.empty(),
        Optional.empty(),
        OptionalInt.empty(),
        DEFAULT_RETRY_AFTER,
        DEFAULT_DELAY,
        USUAL_BYTES,
        false);
  }

  public Fault on(Endpoint value) {
    return new Fault(kind, Optional.of(value), symbol, times, retryAfter, delay, bytes, executed);
  }

  public Fault forSymbol(String value) {
    return new Fault(kind, endpoint, Optional.of(value), times, retryAfter, delay, bytes, executed);
  }

  @Override
  public Fault times(int value) {
    return new Fault(
        kind, endpoint, symbol, OptionalInt.of(value), retryAfter, delay, bytes, executed);
  }

  public Fault retryAfter(Duration value) {
    return new Fault(kind, endpoint, symbol, times, value, delay, bytes, executed);
  }

  public Fault delay(Duration value) {
    return new Fault(kind, endpoint, symbol, times, retryAfter, value, bytes, executed);
  }

  public Fault bytes(long value) {
    return new Fault(kind, endpoint, symbol, times, retryAfter, delay, value, executed);
  }

  /** The request is executed although its response fails. */
  public Fault afterExecution() {
    return new Fault(kind, endpoint, symbol, times, retryAfter, delay, bytes, true);
  }

  /** Parses the body of the control endpoint; only {@code kind} is required. */
  static Fault from(JsonObject json) {
    var name = json.getString("kind", "");
    var kind = FaultKind.of(name)
        .orElseThrow(() -> new IllegalArgumentException("kind: unknown: " + name));
    var path = Optional.ofNullable(json.getString("endpoint"));
    var endpoint = path.map(text -> Endpoint.named(text)
        .orElseThrow(() -> new IllegalArgumentException("endpoint: unknown: " + text)));
    var usual = of(kind);
    return new Fault(
        kind,
        endpoint,
        Optional.ofNullable(json.getString("symbol")),
        json.containsKey("times") ? OptionalInt.of(json.getInteger("times")) : OptionalInt.empty(),
        Duration.ofSeconds(json.getLong("retry_after", usual.retryAfter.toSeconds())),
        Duration.ofMillis(json.getLong("delay_ms", usual.delay.toMillis())),
        json.getLong("bytes", usual.bytes),
        json.getBoolean("executed", false));
  }

  @Override
  public JsonObject toJson() {
    var json = new JsonObject().put("kind", kind.wire());
    endpoint.ifPresent(value -> json.put("endpoint", value.wireName()));
    symbol.ifPresent(value -> json.put("symbol", value));
    times.ifPresent(value -> json.put("times", value));
    return json.put("retry_after", retryAfter.toSeconds())
        .put("delay_ms", delay.toMillis())
        .put("bytes", bytes)
        .put("executed", executed);
  }
}
