package dev.verticker.node;

import dev.verticker.context.Health;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.healthchecks.HealthChecks;
import io.vertx.ext.healthchecks.Status;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
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
    register(name, reason, text -> Status.KO(new JsonObject().put("reason", text)));
  }

  @Override
  public void note(String name, Supplier<Optional<String>> note) {
    register(name, note, text -> Status.OK(new JsonObject().put("note", text)));
  }

  @Override
  public void listening(String name, int port) {
    ports.put(name, port);
  }

  @Override
  public boolean isStopping() {
    return stopping;
  }

  /** Makes the node not ready until it ends. */
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

  /** HealthCheckHandler responds with 500 and the exception's message when a check throws; the log contains the cause. */
  private void register(
      String name, Supplier<Optional<String>> check, Function<String, Status> status) {
    checks.register(name, result -> {
      Optional<String> text;
      try {
        text = check.get();
      } catch (RuntimeException e) {
        log.warn("health check \"{}\" failed", name, e);
        text = Optional.of("the check itself failed");
      }
      result.complete(text.map(status).orElseGet(Status::OK));
    });
  }
}
