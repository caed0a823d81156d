package dev.verticker.dev.bench;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import java.util.HashSet;
import java.util.Set;

/**
 * The baseline of {@link FeedBench} in bare Vert.x: receives the same streams and writes each ticker and each trade unchanged
 * to all its sockets. It does not parse, conflate, cache or store anything.
 */
public final class BareRelay extends VerticleBase {
  private static final String NOT_FORWARDED = "{\"e\":\"kline\"";
  private static final long RECONNECT_MS = 100;

  private final int port = Integer.parseInt(System.getenv("PORT"));
  private final int exchange = Integer.parseInt(System.getenv("EXCHANGE_PORT"));
  private final String path = "/ws/" + System.getenv("STREAMS");
  private final Set<ServerWebSocket> sockets = new HashSet<>();
  private WebSocketClient client;
  private long frames;

  public static void main(String[] arguments) {
    Vertx.vertx().deployVerticle(new BareRelay()).onFailure(failure -> {
      failure.printStackTrace();
      System.exit(1);
    });
  }

  @Override
  public Future<?> start() {
    client = vertx.createWebSocketClient();
    connect();
    return vertx
        .createHttpServer()
        .requestHandler(this::sendCount)
        .webSocketHandler(socket -> {
          sockets.add(socket);
          socket.closeHandler(closed -> sockets.remove(socket));
        })
        .listen(port, "127.0.0.1");
  }

  /** Responds with the number of received frames. */
  private void sendCount(HttpServerRequest request) {
    request.response().end(Long.toString(frames));
  }

  private void connect() {
    client
        .connect(exchange, "127.0.0.1", path)
        .onSuccess(this::receive)
        .onFailure(refused -> reconnect());
  }

  private void receive(WebSocket stream) {
    stream.textMessageHandler(frame -> {
      frames++;
      if (!frame.startsWith(NOT_FORWARDED)) {
        sockets.forEach(socket -> socket.writeTextMessage(frame));
      }
    });
    stream.closeHandler(closed -> reconnect());
  }

  private void reconnect() {
    vertx.setTimer(RECONNECT_MS, timer -> connect());
  }
}
