package dev.verticker.node;

import dev.verticker.context.NodeContext;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/** A verticle whose start fails. */
public final class FailingVerticle extends VerticleBase {
  public FailingVerticle(NodeContext node) {
    // The node calls this constructor.
  }

  @Override
  public Future<?> start() {
    return Future.failedFuture("connection refused");
  }
}
