package dev.verticker.api.socket.protocol;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.ServerWebSocket;

/** A plain WebSocket. */
public final class WebSocketTransport extends WebSocketChannel implements Transport {
  private final ServerWebSocket socket;
  private final String address;

  public WebSocketTransport(ServerWebSocket socket, HttpConnection connection, String address) {
    super(connection);
    this.socket = socket;
    this.address = address;
  }

  @Override
  public String address() {
    return address;
  }

  @Override
  public byte[] encode(Frame frame) {
    return frame.webSocket(WireProtocol.PLAIN);
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
}
