package dev.verticker.exchange.binance.order;

import static dev.verticker.testing.Await.await;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * An exchange that verifies signatures, records requests, and responds as a test requests: to signed REST requests with what was
 * queued, and on the WebSocket API to subscriptions.
 */
final class FakeOrderExchange {
  static final String KEY = "the-key";
  static final String SECRET = "the-secret";

  final List<Received> requests = new CopyOnWriteArrayList<>();
  final List<Session> sessions = new CopyOnWriteArrayList<>();

  /** Refuses subscriptions with this code. */
  volatile int refusal;

  /** Added to the time of this machine. */
  volatile long ahead;

  private final ConcurrentLinkedQueue<Consumer<HttpServerRequest>> responses =
      new ConcurrentLinkedQueue<>();
  private final HttpServer server;

  private FakeOrderExchange(HttpServer server) {
    this.server = server;
  }

  /** A signed request. */
  record Received(String method, String path, Map<String, String> parameters, String apiKey) {}

  /** A connection to the WebSocket API. */
  static final class Session {
    final Map<Integer, String> subscriptions = new ConcurrentHashMap<>();
    final List<String> methods = new CopyOnWriteArrayList<>();
    private final ServerWebSocket socket;
    volatile boolean closed;
    volatile boolean muted;

    private Session(ServerWebSocket socket) {
      this.socket = socket;
      socket.closeHandler(end -> closed = true);
    }

    void send(JsonObject json) {
      if (!muted && !closed) {
        socket.writeTextMessage(json.encode());
      }
    }

    /** Sends an event to the subscriptions of a key. */
    void event(String apiKey, JsonObject event) {
      subscriptions.forEach((id, key) -> {
        if (key.equals(apiKey)) {
          send(new JsonObject().put("subscriptionId", id).put("event", event));
        }
      });
    }

    void close() {
      socket.close();
    }
  }

  static FakeOrderExchange start(Vertx vertx) {
    var server = vertx.createHttpServer();
    var exchange = new FakeOrderExchange(server);
    server.webSocketHandler(exchange::accept);
    server.requestHandler(exchange::serve);
    await(server.listen(0, "127.0.0.1"));
    return exchange;
  }

  URI rest() {
    return URI.create("http://127.0.0.1:" + server.actualPort());
  }

  URI socket() {
    return URI.create("ws://127.0.0.1:" + server.actualPort() + "/ws-api/v3");
  }

  /** Queues a response to the next signed request. */
  void respond(int status, String body, String... headers) {
    responses.add(request -> {
      for (var i = 0; i < headers.length; i += 2) {
        request.response().putHeader(headers[i], headers[i + 1]);
      }
      request.response().setStatusCode(status).end(body);
    });
  }

  /** Receives the next signed request and closes its connection without a response. */
  void disconnect() {
    responses.add(request -> request.connection().close());
  }

  /** Receives the next signed request and never responds. */
  void ignore() {
    responses.add(request -> {});
  }

  Received last() {
    return requests.get(requests.size() - 1);
  }

  /** Sends an event to every session that subscribed the key. */
  void event(JsonObject event) {
    sessions.forEach(session -> session.event(KEY, event));
  }

  private void serve(HttpServerRequest request) {
    if (request.path().equals("/api/v3/time")) {
      var time = new JsonObject().put("serverTime", System.currentTimeMillis() + ahead);
      request.response().end(time.encode());
      return;
    }
    if (request.path().equals("/api/v3/exchangeInfo")) {
      request
          .response()
          .end(
              """
              {"rateLimits":[
                {"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":6000},
                {"rateLimitType":"ORDERS","interval":"SECOND","intervalNum":10,"limit":5},
                {"rateLimitType":"ORDERS","interval":"DAY","intervalNum":1,"limit":1000}]}
              """);
      return;
    }
    var signed = request.query().replaceFirst("&signature=[^&]*$", "");
    var signature = request.query().replaceFirst("^.*&signature=", "");
    if (!KEY.equals(request.getHeader("X-MBX-APIKEY")) || !hmac(signed).equals(signature)) {
      request
          .response()
          .setStatusCode(400)
          .end("{\"code\":-1022,\"msg\":\"Signature is not valid.\"}");
      return;
    }
    requests.add(new Received(
        request.method().name(),
        request.path(),
        parameters(signed),
        request.getHeader("X-MBX-APIKEY")));
    var response = responses.poll();
    if (response == null) {
      request.response().setStatusCode(500).end("nothing is queued");
    } else {
      response.accept(request);
    }
  }

  private void accept(ServerWebSocket socket) {
    var session = new Session(socket);
    sessions.add(session);
    socket.textMessageHandler(text -> onMessage(session, new JsonObject(text)));
  }

  private void onMessage(Session session, JsonObject message) {
    var method = message.getString("method");
    session.methods.add(method);
    var parameters = message.getJsonObject("params");
    var response = new JsonObject().put("id", message.getValue("id")).put("status", 200);
    switch (method) {
      case "userDataStream.subscribe.signature" -> {
        if (refusal != 0 || !isSigned(parameters)) {
          response
              .put("status", 400)
              .put(
                  "error",
                  new JsonObject()
                      .put("code", refusal == 0 ? -1022 : refusal)
                      .put("msg", "refused"));
        } else {
          var id = session.subscriptions.size() + 10 * sessions.indexOf(session);
          session.subscriptions.put(id, parameters.getString("apiKey"));
          response.put("result", new JsonObject().put("subscriptionId", id));
        }
      }
      case "userDataStream.unsubscribe" -> {
        session.subscriptions.remove(parameters.getInteger("subscriptionId"));
        response.put("result", new JsonObject());
      }
      default -> {
        var list = new JsonArray();
        session
            .subscriptions
            .keySet()
            .forEach(id -> list.add(new JsonObject().put("subscriptionId", id)));
        response.put("result", list);
      }
    }
    session.send(response);
  }

  private static boolean isSigned(JsonObject parameters) {
    var sorted = new TreeMap<>(parameters.getMap());
    var signature = sorted.remove("signature");
    return hmac(sorted.entrySet().stream()
            .map(entry -> entry.getKey() + "=" + entry.getValue())
            .collect(Collectors.joining("&")))
        .equals(signature);
  }

  private static Map<String, String> parameters(String query) {
    var parameters = new TreeMap<String, String>();
    for (var pair : query.split("&")) {
      var at = pair.indexOf('=');
      parameters.put(
          pair.substring(0, at), URLDecoder.decode(pair.substring(at + 1), StandardCharsets.UTF_8));
    }
    return parameters;
  }

  private static String hmac(String text) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
