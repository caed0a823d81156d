package dev.verticker.api.socket;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.ServerWebSocket;

/** A plain WebSocket. */
final class WebSocketTransport implements Transport {
  private final ServerWebSocket socket;
  private final ConnectionReset hardClose;

  WebSocketTransport(ServerWebSocket socket, HttpConnection connection) {
    this.socket = socket;
    this.hardClose = ConnectionReset.of(connection);
  }

  @Override
  public Future<Void> write(String text) {
    return socket.writeTextMessage(text);
  }

  @Override
  public void ping() {
    if (!socket.isClosed()) {
      socket.writePing(Buffer.buffer());
    }
  }

  @Override
  public void close(int code, String reason) {
    if (!socket.isClosed()) {
      socket.close((short) code, reason);
    }
  }

  @Override
  public void hardClose() {
    hardClose.now();
  }
}
