package dev.verticker.api.socket.protocol;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.ServerWebSocket;

/** A plain WebSocket. */
public final class WebSocketTransport implements Transport {
  private final ServerWebSocket socket;
  private final WebSocketChannel channel;

  public WebSocketTransport(ServerWebSocket socket, HttpConnection connection) {
    this.socket = socket;
    this.channel = WebSocketChannel.of(connection);
  }

  @Override
  public byte[] encode(Frame frame) {
    return frame.webSocket(WireProtocol.PLAIN);
  }

  @Override
  public void write(byte[] message) {
    channel.write(message);
  }

  @Override
  public Future<Void> flush() {
    return channel.flush();
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
  public void reset() {
    channel.reset();
  }
}
