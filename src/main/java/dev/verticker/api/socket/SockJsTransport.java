package dev.verticker.api.socket;

import io.vertx.core.Future;
import io.vertx.ext.web.handler.sockjs.SockJSSocket;

/** A SockJS session. Its client hears 3000 for every close; the frame before says why. */
final class SockJsTransport implements Transport {
  private final SockJSSocket socket;

  /** Null when the session is no WebSocket: its requests come and go on connections that others share. */
  private final ConnectionReset hardClose;

  SockJsTransport(SockJSSocket socket) {
    this.socket = socket;
    var request = socket.routingContext().request();
    this.hardClose =
        request.path().endsWith("/websocket") ? ConnectionReset.of(request.connection()) : null;
  }

  @Override
  public Future<Void> write(String text) {
    return socket.write(text);
  }

  /** The client pings by itself; SockJS has nothing that would be answered. */
  @Override
  public void ping() {}

  @Override
  public void close(int code, String reason) {
    socket.close(code, reason);
  }

  @Override
  public void hardClose() {
    try {
      // Drops what the session still holds.
      socket.close();
    } catch (IllegalStateException closedBefore) {
      // Then there is nothing to drop.
    }
    if (hardClose != null) {
      hardClose.now();
    }
  }
}
