package dev.verticker.node;

import dev.verticker.bus.NodeContext;
import dev.verticker.http.HttpServers;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/** A front door that answers with its settings' price of nothing: only there to be deployed. */
public final class EchoVerticle extends VerticleBase {
  private final NodeContext node;

  public EchoVerticle(NodeContext node) {
    this.node = node;
  }

  @Override
  public Future<?> start() {
    return HttpServers.create(
            vertx, "127.0.0.1", Integer.parseInt(config().getString("PRICE_API_PORT")))
        .requestHandler(request -> request.response().end("echo"))
        .listen()
        .onSuccess(server -> node.health().listening("echo", server.actualPort()));
  }
}
