package dev.verticker.api;

import dev.verticker.api.quotes.QuoteService;
import dev.verticker.api.socket.SocketHub;
import dev.verticker.api.user.UserApi;
import dev.verticker.context.NodeContext;
import dev.verticker.http.HttpServers;
import dev.verticker.settings.AuthSettings;
import dev.verticker.settings.SettingsReader;
import dev.verticker.settings.UserApiSettings;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/** Serves the User API ({@code openapi/user-api.yaml}) and its sockets. One instance per core. */
public final class UserApiVerticle extends VerticleBase {
  private static final String NAME = "user-api";

  /** A negative port: the operating system chooses it, and all instances of a deployment share it. */
  private static final int ANY_SHARED_PORT = -2;

  private final NodeContext node;
  private SharedInstance<QuoteService> quotes;
  private SharedInstance<UserApi> shared;
  private SocketHub sockets;

  public UserApiVerticle(NodeContext node) {
    this.node = node;
  }

  @Override
  public Future<?> start() {
    var settings = SettingsReader.read(config(), UserApiSettings::read);
    var auth = SettingsReader.read(config(), AuthSettings::read);
    var port = settings.port() == 0 ? ANY_SHARED_PORT : settings.port();
    quotes = SharedInstance.acquire(
        vertx, PriceApiVerticle.QUOTES, () -> QuoteService.open(vertx, node));
    shared = SharedInstance.acquire(vertx, NAME, () -> quotes
        .on(context)
        .compose(service -> UserApi.open(vertx, node, service, settings, auth)));
    return shared
        .on(context)
        .compose(api -> {
          sockets = api.sockets();
          sockets.join(context);
          return HttpServers.create(vertx, settings.host(), port, node.health()::isStopping)
              .requestHandler(api.router())
              .listen();
        })
        .onSuccess(server -> node.health().listening(NAME, server.actualPort()))
        .onFailure(failure -> releaseShared());
  }

  @Override
  public Future<?> stop() {
    releaseShared();
    return sockets == null ? Future.succeededFuture() : sockets.leave();
  }

  private void releaseShared() {
    shared.release();
    quotes.release();
  }
}
