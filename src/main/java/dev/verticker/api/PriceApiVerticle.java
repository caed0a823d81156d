package dev.verticker.api;

import dev.verticker.api.price.PriceApi;
import dev.verticker.bus.NodeContext;
import dev.verticker.http.HttpServers;
import dev.verticker.settings.PriceApiSettings;
import dev.verticker.settings.Reader;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.ext.web.Router;

/** Serves prices to other internal services: {@code openapi/price-api.yaml}. One instance per core. */
public final class PriceApiVerticle extends VerticleBase {
  private static final String NAME = "price-api";

  /** Chosen by the operating system, and the same for all instances of a deployment. */
  private static final int ANY_SHARED_PORT = -1;

  private final NodeContext node;
  private PerNode<Router> shared;

  public PriceApiVerticle(NodeContext node) {
    this.node = node;
  }

  @Override
  public Future<?> start() {
    var settings = Reader.read(config(), PriceApiSettings::read);
    var port = settings.port() == 0 ? ANY_SHARED_PORT : settings.port();
    shared = PerNode.join(vertx, NAME, () -> PriceApi.open(vertx, node, settings.apiKeys()));
    return shared
        .on(context)
        .compose(router -> HttpServers.create(vertx, settings.host(), port)
            .requestHandler(router)
            .listen())
        .onSuccess(server -> node.health().listening(NAME, server.actualPort()))
        .onFailure(failure -> shared.leave());
  }

  @Override
  public Future<?> stop() {
    shared.leave();
    return Future.succeededFuture();
  }
}
