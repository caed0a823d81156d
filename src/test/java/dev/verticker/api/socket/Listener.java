package dev.verticker.api.socket;

import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.testing.Await;
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

/** A client at one of the two endpoints, and everything it heard. It speaks SockJS by hand. */
final class Listener {
  static final String PLAIN = "/ws";

  private static final FrameContract CONTRACT = new FrameContract();

  /** Vert.x closes a client that nobody refers to, and its sockets with it. */
  private static final Set<Listener> ALL = ConcurrentHashMap.newKeySet();

  private final WebSocketClient client;
  private final boolean bridged;
  final List<JsonObject> frames = new CopyOnWriteArrayList<>();
  private volatile WebSocket socket;
  private int read;

  private Listener(WebSocketClient client, boolean bridged) {
    this.client = client;
    this.bridged = bridged;
  }

  /** Ends whatever the tests have left open. */
  static void closeAll() {
    ALL.forEach(listener -> listener.client.close());
    ALL.clear();
  }

  /** @param headers name, value, ... */
  static Listener plain(Vertx vertx, int port, String query, String... headers) {
    return await(connect(vertx, port, PLAIN + query, false, headers));
  }

  static Listener bridged(Vertx vertx, int port, String... headers) {
    return await(connect(vertx, port, bridge(), true, headers));
  }

  static String bridge() {
    return "/eventbus/123/" + UUID.randomUUID() + "/websocket";
  }

  static Future<Listener> connect(
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
    var listener = new Listener(client, bridged);
    ALL.add(listener);
    // From the first frame on, whenever we hear of the connection.
    return client
        .webSocket()
        .textMessageHandler(listener::hear)
        .connect(options)
        .map(socket -> {
          listener.socket = socket;
          return listener;
        });
  }

  /** The HTTP status of the refusal to connect. */
  static int refusal(Vertx vertx, int port, String target, String... headers) {
    try {
      await(connect(vertx, port, target, false, headers));
      return 101;
    } catch (CompletionException | UpgradeRejectedException e) {
      var cause = e instanceof UpgradeRejectedException ? e : e.getCause();
      return ((UpgradeRejectedException) cause).getStatus();
    }
  }

  Listener say(String text) {
    socket.writeTextMessage(bridged ? new JsonArray().add(text).encode() : text);
    return this;
  }

  Listener say(JsonObject frame) {
    return say(frame.encode());
  }

  Listener subscribe(String topic) {
    return say(new JsonObject().put("op", "subscribe").put("topic", topic));
  }

  Listener subscribe(String topic, String epoch, long seq) {
    return say(new JsonObject()
        .put("op", "subscribe")
        .put("topic", topic)
        .put("since", new JsonObject().put("epoch", epoch).put("seq", seq)));
  }

  /** @param headers name, value, ... */
  Listener register(String address, String... headers) {
    var sent = new JsonObject();
    for (var i = 0; i < headers.length; i += 2) {
      sent.put(headers[i], headers[i + 1]);
    }
    return say(
        new JsonObject().put("type", "register").put("address", address).put("headers", sent));
  }

  /** The next frame that was not looked at yet. */
  JsonObject next() {
    Await.until(
        "a frame after " + frames.stream().limit(read).toList(), () -> frames.size() > read);
    var frame = frames.get(read++);
    CONTRACT.check(frame, bridged);
    return frame;
  }

  JsonObject next(String event) {
    return next(frame -> event.equals(frame.getString("event")));
  }

  JsonObject next(Predicate<JsonObject> wanted) {
    while (true) {
      var frame = next();
      if (wanted.test(frame)) {
        return frame;
      }
    }
  }

  /** The bodies of the events of a topic of the log, as heard so far. */
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

  void pause() {
    socket.pause();
  }

  void writeBig(int bytes) {
    socket.writeTextMessage("x".repeat(bytes));
  }

  WebSocket socket() {
    return socket;
  }

  void close() {
    socket.close();
  }

  private void hear(String text) {
    if (!bridged) {
      frames.add(new JsonObject(text));
    } else if (text.startsWith("a")) {
      new JsonArray(text.substring(1)).forEach(frame -> frames.add(new JsonObject((String) frame)));
    }
  }
}
