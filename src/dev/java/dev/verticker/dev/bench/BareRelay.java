package dev.verticker.dev.bench;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The baseline of {@link FeedBench} in bare Vert.x: receives the same streams and writes each ticker and each trade unchanged
 * to all its sockets. It does not parse, conflate, cache or store anything. With an interval, as the baseline of {@link
 * MarketSocketsBench}, it writes the newest ticker of each symbol to the sockets that name the symbol in their query.
 */
public final class BareRelay extends VerticleBase {
  private static final String TICKER = "{\"e\":\"24hrTicker\"";
  private static final String TRADE = "{\"e\":\"aggTrade\"";
  private static final String SYMBOL = "\"s\":\"";
  private static final long RECONNECT_MS = 100;

  /** Names of streams in one command. */
  private static final int MAX_NAMES = 200;

  private final int port = Integer.parseInt(System.getenv("PORT"));
  private final int exchange = Integer.parseInt(System.getenv("EXCHANGE_PORT"));
  private final List<String> streams = List.of(System.getenv("STREAMS").split("/"));
  private final int everyMs = Integer.parseInt(System.getenv().getOrDefault("EVERY_MS", "0"));
  private final Set<ServerWebSocket> sockets = new HashSet<>();
  private final Map<String, Set<ServerWebSocket>> bySymbol = new HashMap<>();
  private final Map<String, String> changed = new HashMap<>();
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
    if (everyMs > 0) {
      vertx.setPeriodic(everyMs, timer -> writeChanged());
    }
    return vertx
        .createHttpServer()
        .requestHandler(this::sendCount)
        .webSocketHandler(socket -> {
          add(socket);
          socket.closeHandler(closed -> remove(socket));
        })
        .listen(port, "127.0.0.1");
  }

  /** Responds with the number of received frames. */
  private void sendCount(HttpServerRequest request) {
    request.response().end(Long.toString(frames));
  }

  private void connect() {
    client
        .connect(exchange, "127.0.0.1", "/ws")
        .onSuccess(this::receive)
        .onFailure(refused -> reconnect());
  }

  private void receive(WebSocket stream) {
    stream.textMessageHandler(frame -> {
      frames++;
      if (frame.startsWith(TICKER) || frame.startsWith(TRADE)) {
        forward(frame);
      }
    });
    stream.closeHandler(closed -> reconnect());
    for (var first = 0; first < streams.size(); first += MAX_NAMES) {
      var names = streams.subList(first, Math.min(streams.size(), first + MAX_NAMES));
      stream.writeTextMessage(new JsonObject()
          .put("method", "SUBSCRIBE")
          .put("params", new JsonArray(names))
          .put("id", first)
          .encode());
    }
  }

  private void forward(String frame) {
    if (everyMs == 0) {
      sockets.forEach(socket -> socket.writeTextMessage(frame));
      return;
    }
    var from = frame.indexOf(SYMBOL) + SYMBOL.length();
    if (from > SYMBOL.length()) {
      changed.put(frame.substring(from, frame.indexOf('"', from)), frame);
    }
  }

  private void writeChanged() {
    changed.forEach((symbol, frame) ->
        bySymbol.getOrDefault(symbol, Set.of()).forEach(socket -> socket.writeTextMessage(frame)));
    changed.clear();
  }

  private void add(ServerWebSocket socket) {
    sockets.add(socket);
    for (var symbol : symbols(socket)) {
      bySymbol.computeIfAbsent(symbol, absent -> new HashSet<>()).add(socket);
    }
  }

  private void remove(ServerWebSocket socket) {
    sockets.remove(socket);
    for (var symbol : symbols(socket)) {
      bySymbol.get(symbol).remove(socket);
    }
  }

  private static List<String> symbols(ServerWebSocket socket) {
    return socket.query() == null ? List.of() : List.of(socket.query().split(","));
  }

  private void reconnect() {
    vertx.setTimer(RECONNECT_MS, timer -> connect());
  }
}
