package dev.verticker.api;

import dev.verticker.api.price.PriceApi;
import dev.verticker.api.quotes.QuoteService;
import dev.verticker.context.NodeContext;
import dev.verticker.http.HttpServers;
import dev.verticker.settings.PriceApiSettings;
import dev.verticker.settings.SettingsReader;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.ext.web.Router;

/** Serves the Price API ({@code openapi/price-api.yaml}) to other internal services. One instance per core. */
public final class PriceApiVerticle extends VerticleBase {
  /** Name of the {@link QuoteService} that all API verticles of a node share. */
  static final String QUOTES = "quotes";

  private static final String NAME = "price-api";

  /** A negative port: the operating system chooses it, and all instances of a deployment share it. */
  private static final int ANY_SHARED_PORT = -1;

  private final NodeContext node;
  private SharedInstance<QuoteService> quotes;
  private SharedInstance<Router> shared;

  public PriceApiVerticle(NodeContext node) {
    this.node = node;
  }

  @Override
  public Future<?> start() {
    var settings = SettingsReader.read(config(), PriceApiSettings::read);
    var port = settings.port() == 0 ? ANY_SHARED_PORT : settings.port();
    quotes = SharedInstance.acquire(vertx, QUOTES, () -> QuoteService.open(vertx, node));
    shared = SharedInstance.acquire(vertx, NAME, () -> quotes
        .on(context)
        .compose(reads -> PriceApi.open(vertx, node, reads, settings.apiKeys())));
    return shared
        .on(context)
        .compose(
            router -> HttpServers.create(vertx, settings.host(), port, node.health()::isStopping)
                .requestHandler(router)
                .listen())
        .onSuccess(server -> node.health().listening(NAME, server.actualPort()))
        .onFailure(failure -> releaseShared());
  }

  @Override
  public Future<?> stop() {
    releaseShared();
    return Future.succeededFuture();
  }

  private void releaseShared() {
    shared.release();
    quotes.release();
  }
}
