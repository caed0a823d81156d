package dev.verticker.node;

import dev.verticker.context.Health;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What {@code /health/ready} says. A check that throws is itself a reason, never an error. */
final class Readiness implements Health {
  private static final Logger log = LoggerFactory.getLogger(Readiness.class);

  private final Map<String, Supplier<Optional<String>>> checks = new ConcurrentSkipListMap<>();
  private final Map<String, Supplier<Optional<String>>> notes = new ConcurrentSkipListMap<>();
  private final Map<String, Integer> ports = new ConcurrentSkipListMap<>();
  private volatile boolean stopping;

  @Override
  public void notReadyWhen(String name, Supplier<Optional<String>> reason) {
    checks.put(name, reason);
  }

  @Override
  public void listening(String name, int port) {
    ports.put(name, port);
  }

  @Override
  public void note(String name, Supplier<Optional<String>> remark) {
    notes.put(name, remark);
  }

  @Override
  public boolean isStopping() {
    return stopping;
  }

  /** From now on the node is not ready, for good. */
  void stopping() {
    stopping = true;
    notReadyWhen("stopping", () -> Optional.of("the node is stopping"));
  }

  Map<String, Integer> ports() {
    return Map.copyOf(ports);
  }

  /** Name to reason; empty = ready. */
  Map<String, String> reasons() {
    return said(checks);
  }

  JsonObject report() {
    var reasons = reasons();
    return new JsonObject()
        .put("status", reasons.isEmpty() ? "ready" : "not-ready")
        .put("reasons", json(reasons))
        .put("notes", json(said(notes)))
        .put("listening", json(ports));
  }

  private static Map<String, String> said(Map<String, Supplier<Optional<String>>> voices) {
    var said = new ConcurrentSkipListMap<String, String>();
    voices.forEach((name, voice) -> ask(name, voice).ifPresent(text -> said.put(name, text)));
    return said;
  }

  private static Optional<String> ask(String name, Supplier<Optional<String>> voice) {
    try {
      return voice.get();
    } catch (RuntimeException e) {
      log.warn("the check {} failed", name, e);
      return Optional.of("the check itself failed");
    }
  }

  private static JsonObject json(Map<String, ?> map) {
    var json = new JsonObject();
    map.forEach(json::put);
    return json;
  }
}
