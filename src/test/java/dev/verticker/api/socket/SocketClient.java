package dev.verticker.api.socket;

import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.testing.Await;
import dev.verticker.testing.FrameValidator;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** A client of /ws or /eventbus that records every frame it receives. It implements SockJS framing itself. */
final class SocketClient {
  static final String PLAIN = "/ws";

  private static final String RAW_BRIDGE = "/eventbus/websocket";

  private static final FrameValidator VALIDATOR = new FrameValidator();

  /** Vert.x closes an unreachable client and its sockets. */
  private static final Set<SocketClient> OPEN = ConcurrentHashMap.newKeySet();

  private final WebSocketClient client;
  private final int port;
  private final boolean bridged;

  /** True for a socket of /eventbus/websocket, which has no SockJS framing. */
  private final boolean raw;

  final List<JsonObject> frames = new CopyOnWriteArrayList<>();
  private volatile WebSocket socket;
  private int read;

  private SocketClient(WebSocketClient client, int port, boolean bridged, boolean raw) {
    this.client = client;
    this.port = port;
    this.bridged = bridged;
    this.raw = raw;
  }

  /**
   * Closes the sockets that a test left open at a server; fails if one of them received a frame that the contract does not
   * describe. Tests of other servers may send frames without a meaning.
   */
  static void closeAll(int port) {
    var sockets = OPEN.stream().filter(socket -> socket.port == port).toList();
    sockets.forEach(OPEN::remove);
    sockets.forEach(socket -> socket.client.close());
    sockets.forEach(
        socket -> socket.frames.forEach(frame -> VALIDATOR.check(frame, socket.bridged)));
  }

  /** @param headers alternating names and values */
  static SocketClient plain(Vertx vertx, int port, String query, String... headers) {
    return await(connect(vertx, port, PLAIN + query, false, headers));
  }

  static SocketClient bridged(Vertx vertx, int port, String... headers) {
    return await(connect(vertx, port, bridgePath(), true, headers));
  }

  static SocketClient rawBridged(Vertx vertx, int port) {
    return await(connect(vertx, port, RAW_BRIDGE, true));
  }

  static String bridgePath() {
    return "/eventbus/123/" + UUID.randomUUID() + "/websocket";
  }

  static Future<SocketClient> connect(
      Vertx vertx, int port, String target, boolean bridged, String... headers) {
    var sent = MultiMap.caseInsensitiveMultiMap();
    for (var i = 0; i < headers.length; i += 2) {
      sent.add(headers[i], headers[i + 1]);
    }
    var options = new WebSocketConnectOptions()
        .setHost("localhost")
        .setPort(port)
        .setURI(target)
        .setHeaders(sent);
    var limits = new WebSocketClientOptions()
        .setMaxFrameSize(4_000_000)
        .setMaxMessageSize(4_000_000)
        .setMaxConnections(1000);
    var client = vertx.createWebSocketClient(limits);
    var result = new SocketClient(client, port, bridged, target.equals(RAW_BRIDGE));
    OPEN.add(result);
    // Set before the connection, so that no frame is missed.
    return client
        .webSocket()
        .textMessageHandler(result::onText)
        .connect(options)
        .map(socket -> {
          result.socket = socket;
          return result;
        });
  }

  /** Returns the HTTP status of the response to the handshake. */
  static int handshakeStatus(Vertx vertx, int port, String target, String... headers) {
    try {
      await(connect(vertx, port, target, false, headers));
      return 101;
    } catch (CompletionException | UpgradeRejectedException e) {
      var cause = e instanceof UpgradeRejectedException ? e : e.getCause();
      return ((UpgradeRejectedException) cause).getStatus();
    }
  }

  SocketClient send(String text) {
    socket.writeTextMessage(bridged && !raw ? new JsonArray().add(text).encode() : text);
    return this;
  }

  SocketClient send(JsonObject frame) {
    return send(frame.encode());
  }

  SocketClient subscribe(String topic) {
    return send(new JsonObject().put("op", "subscribe").put("topic", topic));
  }

  /** @param since a cursor */
  SocketClient subscribe(String topic, String since) {
    return send(new JsonObject().put("op", "subscribe").put("topic", topic).put("since", since));
  }

  /** Resumes with the form of release 1.0.0. */
  SocketClient subscribe(String topic, String epoch, long seq) {
    return send(new JsonObject()
        .put("op", "subscribe")
        .put("topic", topic)
        .put("since", new JsonObject().put("epoch", epoch).put("seq", seq)));
  }

  /** @param headers alternating names and values */
  SocketClient register(String address, String... headers) {
    var sent = new JsonObject();
    for (var i = 0; i < headers.length; i += 2) {
      sent.put(headers[i], headers[i + 1]);
    }
    return send(
        new JsonObject().put("type", "register").put("address", address).put("headers", sent));
  }

  /** Returns the first frame that was not read yet. */
  JsonObject next() {
    Await.until(
        "a frame after " + frames.stream().limit(read).toList(), () -> frames.size() > read);
    return frames.get(read++);
  }

  JsonObject next(String event) {
    return next(frame -> event.equals(frame.getString("event")));
  }

  JsonObject next(Predicate<JsonObject> expected) {
    while (true) {
      var frame = next();
      if (expected.test(frame)) {
        return frame;
      }
    }
  }

  /** Returns the sequences of all events received so far on a topic of the log. */
  List<Long> sequences(String topic) {
    return frames.stream()
        .map(frame -> frame.containsKey("body") ? frame.getValue("body") : frame)
        .filter(JsonObject.class::isInstance)
        .map(JsonObject.class::cast)
        .filter(body ->
            topic.equals(body.getString("topic")) && !"subscribed".equals(body.getString("event")))
        .filter(body -> body.containsKey("seq"))
        .map(body -> body.getLong("seq"))
        .toList();
  }

  void expectClose(int code, String reason) {
    Await.until("closed", socket::isClosed);
    assertEquals(code + " " + reason, socket.closeStatusCode() + " " + socket.closeReason());
  }

  boolean isClosed() {
    return socket.isClosed();
  }

  WebSocket socket() {
    return socket;
  }

  void close() {
    socket.close();
  }

  private void onText(String text) {
    if (!bridged || raw) {
      frames.add(new JsonObject(text));
    } else if (text.startsWith("a")) {
      new JsonArray(text.substring(1)).forEach(frame -> frames.add(new JsonObject((String) frame)));
    }
  }
}
