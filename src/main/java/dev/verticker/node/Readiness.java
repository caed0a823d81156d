package dev.verticker.node;

import dev.verticker.context.Health;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.healthchecks.HealthChecks;
import io.vertx.ext.healthchecks.Status;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The checks behind {@code /health/ready}. A check that throws makes the node not ready. */
final class Readiness implements Health {
  private static final Logger log = LoggerFactory.getLogger(Readiness.class);

  private final HealthChecks checks;
  private final Map<String, Integer> ports = new ConcurrentSkipListMap<>();
  private volatile boolean stopping;

  Readiness(Vertx vertx) {
    this.checks = HealthChecks.create(vertx);
  }

  @Override
  public void notReadyWhen(String name, Supplier<Optional<String>> reason) {
    checks.register(
        name,
        result -> result.complete(run(name, reason)
            .map(text -> Status.KO(new JsonObject().put("reason", text)))
            .orElseGet(Status::OK)));
  }

  @Override
  public void note(String name, Supplier<Optional<String>> note) {
    checks.register(
        name,
        result -> result.complete(run(name, note)
            .map(text -> Status.OK(new JsonObject().put("note", text)))
            .orElseGet(Status::OK)));
  }

  @Override
  public void listening(String name, int port) {
    ports.put(name, port);
  }

  @Override
  public boolean isStopping() {
    return stopping;
  }

  /** From now on the node is not ready, until its end. */
  void stopping() {
    stopping = true;
    notReadyWhen("stopping", () -> Optional.of("the node is stopping"));
  }

  HealthChecks checks() {
    return checks;
  }

  Map<String, Integer> ports() {
    return Map.copyOf(ports);
  }

  /** HealthCheckHandler answers 500 with the exception's message when a check throws; the cause belongs into the log. */
  private static Optional<String> run(String name, Supplier<Optional<String>> check) {
    try {
      return check.get();
    } catch (RuntimeException e) {
      log.warn("health check \"{}\" failed", name, e);
      return Optional.of("the check itself failed");
    }
  }
}
