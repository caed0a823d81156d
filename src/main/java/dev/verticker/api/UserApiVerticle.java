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

/** Serves accounts, sessions, prices, the dashboard and sockets: {@code openapi/user-api.yaml}. One instance per core. */
public final class UserApiVerticle extends VerticleBase {
  private static final String NAME = "user-api";

  /** Chosen by the operating system, and the same for all instances of a deployment. */
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
    quotes =
        SharedInstance.join(vertx, PriceApiVerticle.QUOTES, () -> QuoteService.open(vertx, node));
    shared = SharedInstance.join(vertx, NAME, () -> quotes
        .on(context)
        .compose(reads -> UserApi.open(vertx, node, reads, settings, auth)));
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
        .onFailure(failure -> leave());
  }

  @Override
  public Future<?> stop() {
    leave();
    return sockets == null ? Future.succeededFuture() : sockets.leave();
  }

  private void leave() {
    shared.leave();
    quotes.leave();
  }
}
