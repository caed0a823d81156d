package dev.verticker.system;

import dev.verticker.testing.FrameValidator;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * A WebSocket client that subscribes to {@code users} as a client should: it pings, treats a node that does not answer as dead,
 * reconnects to its preferred node or else to the next one, and resumes after the last event it received. It records every
 * event, also duplicates and those out of order.
 */
final class ResumingClient {
  private static final String TOPIC = "users";
  private static final long BEAT_MS = 250;
  private static final FrameValidator VALIDATOR = new FrameValidator();
  private static final Duration SILENCE = Duration.ofSeconds(2);

  private final Context context;
  private final WebSocketClient client;
  private final List<Supplier<SocketAddress>> nodes;
  private final String token;
  private final List<JsonObject> events = new ArrayList<>();
  private final List<String> unexpectedFrames = new ArrayList<>();
  private WebSocket socket;
  private int attempts;
  private int resumed;
  private int untilNext;
  private long lastResponseAt;
  private String since;
  private JsonObject start;
  private boolean subscribed;

  /** @param nodes the preferred one first; null while a node is unavailable */
  ResumingClient(Vertx vertx, List<Supplier<SocketAddress>> nodes, String token) {
    this.context = vertx.getOrCreateContext();
    this.client = vertx.createWebSocketClient(new WebSocketClientOptions()
        .setConnectTimeout((int) SILENCE.toMillis())
        .setMaxFrameSize(1_000_000));
    this.nodes = nodes;
    this.token = token;
    context.runOnContext(here -> {
      connect();
      vertx.setPeriodic(BEAT_MS, beat -> beat());
    });
  }

  /** Returns {@code epoch} and {@code seq} of the first subscription; null before it. */
  synchronized JsonObject start() {
    return start;
  }

  /** Returns whether the client is subscribed. */
  synchronized boolean isSubscribed() {
    return subscribed;
  }

  synchronized List<JsonObject> events() {
    return List.copyOf(events);
  }

  /** Returns the frames that a client must never receive. */
  synchronized List<String> unexpectedFrames() {
    return List.copyOf(unexpectedFrames);
  }

  /** Returns the number of reconnects that resumed without loss. */
  synchronized int resumed() {
    return resumed;
  }

  private synchronized void beat() {
    if (System.nanoTime() - lastResponseAt > SILENCE.toNanos()) {
      connect();
    } else if (socket != null) {
      socket.writeTextMessage("{\"op\":\"ping\"}");
    }
  }

  private synchronized void connect() {
    var before = socket;
    socket = null;
    subscribed = false;
    if (before != null) {
      before.close();
      untilNext = 0;
    }
    lastResponseAt = System.nanoTime();
    var attempt = ++attempts;
    var node = nodes.get(untilNext++ % nodes.size()).get();
    var connecting = node == null
        ? Future.<WebSocket>failedFuture("not there")
        : client.connect(new WebSocketConnectOptions()
            .setHost(node.host())
            .setPort(node.port())
            .setURI("/ws"));
    connecting.onComplete(result -> context.runOnContext(here -> {
      if (result.succeeded()) {
        connected(attempt, result.result());
      } else {
        again(attempt);
      }
    }));
  }

  /** Reconnects with the next heartbeat, not at once: an unavailable node refuses connections immediately. */
  private synchronized void again(int attempt) {
    if (attempt == attempts) {
      attempts++;
      socket = null;
      subscribed = false;
      lastResponseAt = System.nanoTime() - SILENCE.toNanos();
    }
  }

  private synchronized void connected(int attempt, WebSocket fresh) {
    if (attempt != attempts) {
      fresh.close();
      return;
    }
    socket = fresh;
    lastResponseAt = System.nanoTime();
    fresh.textMessageHandler(text -> {
      // Frames of an abandoned socket are ignored.
      if (attempt == attempts) {
        onFrame(new JsonObject(text));
      }
    });
    fresh.closeHandler(closed -> again(attempt));
    var subscribe = new JsonObject().put("op", "subscribe").put("topic", TOPIC);
    if (since != null) {
      subscribe.put("since", since);
    }
    fresh.writeTextMessage(
        new JsonObject().put("op", "auth").put("token", token).encode());
    fresh.writeTextMessage(subscribe.encode());
  }

  private synchronized void onFrame(JsonObject frame) {
    lastResponseAt = System.nanoTime();
    try {
      VALIDATOR.check(frame, false);
    } catch (AssertionError e) {
      unexpectedFrames.add(e.getMessage());
    }
    switch (frame.getString("event")) {
      case "hello", "authenticated", "pong" -> {}
      case "subscribed" -> subscribed(frame);
      case "error" -> refused(frame);
      default -> {
        events.add(frame);
        since = frame.getString("cursor");
      }
    }
  }

  private void subscribed(JsonObject frame) {
    subscribed = true;
    if (since == null) {
      start = position(frame);
      since = frame.getString("cursor");
    } else if (!frame.getBoolean("recovered") || !frame.getString("cursor").equals(since)) {
      unexpectedFrames.add("expected to resume after " + since + " but received " + frame.encode());
    } else {
      resumed++;
    }
  }

  private void refused(JsonObject frame) {
    if (frame.getInteger("status") == 503) {
      // A temporary refusal: reconnects as after a disconnect.
      socket.close();
      again(attempts);
    } else {
      unexpectedFrames.add(frame.encode());
    }
  }

  private static JsonObject position(JsonObject frame) {
    return new JsonObject().put("epoch", frame.getString("epoch")).put("seq", frame.getLong("seq"));
  }
}
