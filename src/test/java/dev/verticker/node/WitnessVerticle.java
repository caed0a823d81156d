package dev.verticker.node;

import dev.verticker.context.NodeContext;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** A verticle that records its start and stop, and registers a health note and checks. */
public final class WitnessVerticle extends VerticleBase {
  static final List<String> EVENTS = new CopyOnWriteArrayList<>();

  private final NodeContext node;

  public WitnessVerticle(NodeContext node) {
    this.node = node;
  }

  @Override
  public Future<?> start() {
    EVENTS.add("witness started");
    node.health().note("witness note", () -> Optional.of("a note"));
    node.health().notReadyWhen("witness", () -> Optional.of("not ready"));
    node.health().notReadyWhen("broken", () -> {
      throw new IllegalStateException("secret");
    });
    return Future.succeededFuture();
  }

  @Override
  public Future<?> stop() {
    EVENTS.add("witness stopped");
    return Future.succeededFuture();
  }
}
