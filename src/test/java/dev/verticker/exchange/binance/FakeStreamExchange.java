package dev.verticker.exchange.binance;

import static dev.verticker.testing.Await.await;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** An exchange with combined streams that sends what a test writes, and fails as a test requests. */
final class FakeStreamExchange {
  final List<Session> sessions = new CopyOnWriteArrayList<>();

  /** Names that it acknowledges once without subscribing them. */
  final Set<String> lost = ConcurrentHashMap.newKeySet();

  volatile boolean refusing;

  private final HttpServer server;
  private final String scheme;

  private FakeStreamExchange(HttpServer server, String scheme) {
    this.server = server;
    this.scheme = scheme;
  }

  /** A connection of a client. */
  static final class Session {
    final ServerWebSocket socket;
    final long openedAt = System.nanoTime();
    final Set<String> streams = ConcurrentHashMap.newKeySet();
    final List<Message> messages = new CopyOnWriteArrayList<>();
    volatile boolean closed;

    /** Neither responds nor sends events, but keeps the connection open. */
    volatile boolean muted;

    private Session(ServerWebSocket socket) {
      this.socket = socket;
      socket.closeHandler(end -> closed = true);
    }

    /** Sends the text although the stream may not be subscribed. */
    void sendText(String text) {
      if (!muted && !closed) {
        socket.writeTextMessage(text);
      }
    }

    void send(String stream, JsonObject data) {
      if (streams.contains(stream)) {
        sendText(new JsonObject().put("stream", stream).put("data", data).encode());
      }
    }

    List<String> methods() {
      return messages.stream()
          .map(message -> message.json().getString("method"))
          .toList();
    }
  }

  /** A control message. */
  record Message(long receivedAt, int length, JsonObject json) {}

  static FakeStreamExchange start(Vertx vertx) {
    return start(vertx, new HttpServerOptions());
  }

  static FakeStreamExchange start(Vertx vertx, HttpServerOptions options) {
    var server = vertx.createHttpServer(options.setMaxWebSocketFrameSize(1024 * 1024));
    var exchange = new FakeStreamExchange(server, options.isSsl() ? "wss" : "ws");
    server.webSocketHandshakeHandler(handshake -> {
      if (exchange.refusing || !handshake.path().equals("/stream")) {
        handshake.reject(503);
      } else {
        handshake.accept();
      }
    });
    server.webSocketHandler(exchange::accept);
    await(server.listen(0, "127.0.0.1"));
    return exchange;
  }

  URI url() {
    return URI.create(scheme + "://localhost:" + server.actualPort());
  }

  Session last() {
    return sessions.get(sessions.size() - 1);
  }

  /** Sends the event to all clients that subscribed the stream. */
  void send(String stream, JsonObject data) {
    sessions.forEach(session -> session.send(stream, data));
  }

  private void accept(ServerWebSocket socket) {
    var session = new Session(socket);
    socket.textMessageHandler(text -> onMessage(session, text));
    sessions.add(session);
  }

  private void onMessage(Session session, String text) {
    var message = new JsonObject(text);
    session.messages.add(new Message(System.nanoTime(), text.length(), message));
    var names = message.getJsonArray("params", new JsonArray()).stream()
        .map(String.class::cast)
        .toList();
    var response = new JsonObject().put("id", message.getValue("id")).putNull("result");
    switch (message.getString("method")) {
      case "SUBSCRIBE" ->
        names.stream().filter(name -> !lost.remove(name)).forEach(session.streams::add);
      case "UNSUBSCRIBE" -> names.forEach(session.streams::remove);
      default -> response.put("result", new JsonArray(List.copyOf(session.streams)));
    }
    session.sendText(response.encode());
  }

  static JsonObject trade(String symbol, long id, String price) {
    var now = System.currentTimeMillis();
    return new JsonObject()
        .put("e", "aggTrade")
        .put("E", now)
        .put("s", symbol)
        .put("a", id)
        .put("p", price)
        .put("q", "0.50000000")
        .put("f", id * 2)
        .put("l", id * 2 + 1)
        .put("T", now)
        .put("m", false);
  }

  static JsonObject ticker(String symbol, String price, long lastId) {
    var now = System.currentTimeMillis();
    return new JsonObject(
            """
        {"e":"24hrTicker","p":"-65.00000000","P":"-0.693","w":"9343.29777965","x":"9383.27000000",
         "Q":"0.00250000","b":"9318.18000000","B":"0.32000000","a":"9318.47000000","A":"0.35414300",
         "o":"9383.48000000","h":"9438.30000000","l":"9215.79000000","v":"48745.36667100",
         "q":"455442476.18534620","F":1,"n":550340}
        """)
        .put("E", now)
        .put("s", symbol)
        .put("c", price)
        .put("O", now - 86_400_000)
        .put("C", now)
        .put("L", lastId);
  }

  static JsonObject bookTicker(String symbol, long updateId, String bid, String ask) {
    return new JsonObject()
        .put("u", updateId)
        .put("s", symbol)
        .put("b", bid)
        .put("B", "1.00000000")
        .put("a", ask)
        .put("A", "2.00000000");
  }

  static JsonObject depth(long updateId, String bid, String ask) {
    return new JsonObject()
        .put("lastUpdateId", updateId)
        .put("bids", JsonArray.of(JsonArray.of(bid, "1.00000000")))
        .put("asks", JsonArray.of(JsonArray.of(ask, "2.00000000")));
  }

  static JsonObject kline(String symbol, long openTime, String close, boolean closed) {
    var high = new BigDecimal(close).max(BigDecimal.TEN).toPlainString();
    return new JsonObject()
        .put("e", "kline")
        .put("E", System.currentTimeMillis())
        .put("s", symbol)
        .put(
            "k",
            new JsonObject(
                    "{\"i\":\"1m\",\"o\":\"10\",\"l\":\"1\",\"v\":\"2\",\"n\":3,\"q\":\"4\",\"V\":\"1\",\"Q\":\"2\"}")
                .put("t", openTime)
                .put("h", high)
                .put("c", close)
                .put("x", closed));
  }
}
