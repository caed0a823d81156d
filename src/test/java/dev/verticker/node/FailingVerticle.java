package dev.verticker.node;

import dev.verticker.context.NodeContext;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/** Never starts. */
public final class FailingVerticle extends VerticleBase {
  public FailingVerticle(NodeContext node) {
    // Wants nothing of it.
  }

  @Override
  public Future<?> start() {
    return Future.failedFuture("the well is dry");
  }
}
