package dev.verticker.node;

import dev.verticker.context.NodeContext;
import dev.verticker.http.HttpServers;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/** A front door that responds to every request with its name. */
public final class EchoVerticle extends VerticleBase {
  private final NodeContext node;

  public EchoVerticle(NodeContext node) {
    this.node = node;
  }

  @Override
  public Future<?> start() {
    WitnessVerticle.EVENTS.add("echo started");
    return HttpServers.create(
            vertx,
            config().getString("PRICE_API_HOST"),
            Integer.parseInt(config().getString("PRICE_API_PORT")))
        .requestHandler(request -> request.response().end("echo"))
        .listen()
        .onSuccess(server -> node.health().listening("echo", server.actualPort()));
  }

  @Override
  public Future<?> stop() {
    WitnessVerticle.EVENTS.add("echo stopped");
    return Future.succeededFuture();
  }
}
