package dev.verticker.dev.site;

import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/** A client of {@code /ws} as documented: it reconnects after the delay that the server sends, and resumes after the last event. */
public final class ResumingSocketClient {
  private static final Pattern RETRY = Pattern.compile("restart, retry_after_ms=(\\d+)");
  private static final long MAX_DELAY_MS = 5000;

  private final Vertx vertx;
  private final WebSocketClient client;
  private final int port;
  private final String token;
  private final List<String> closes = new ArrayList<>();
  private final List<Long> sequences = new ArrayList<>();
  private String epoch;
  private long seq;
  private boolean subscribed;
  private boolean stopped;
  private boolean lost;
  private long disconnectedAt;
  private long maxDisconnected;
  private WebSocket socket;

  public ResumingSocketClient(Vertx vertx, int port, String token) {
    this.vertx = vertx;
    this.port = port;
    this.token = token;
    this.client = vertx.createWebSocketClient(
        new WebSocketClientOptions().setMaxFrameSize(1_000_000).setMaxMessageSize(1_000_000));
  }

  public synchronized ResumingSocketClient connect() {
    disconnectedAt = disconnectedAt == 0 ? System.nanoTime() : disconnectedAt;
    client
        .connect(port, "127.0.0.1", "/ws")
        .onSuccess(this::onOpen)
        .onFailure(failure -> reconnectIn(500));
    return this;
  }

  public synchronized boolean isSubscribed() {
    return subscribed;
  }

  /** Codes and reasons of the closes of its connections. */
  public synchronized List<String> closes() {
    return List.copyOf(closes);
  }

  /** Sequences of the received events in order. */
  public synchronized List<Long> sequences() {
    return List.copyOf(sequences);
  }

  /** Whether the server could not send all missed events. */
  public synchronized boolean hasLost() {
    return lost;
  }

  /** The max time from a close to the next subscription, without the delay that the server requested. */
  public synchronized double maxDisconnectedSeconds() {
    return maxDisconnected / 1e9;
  }

  public synchronized void stop() {
    stopped = true;
    if (socket != null) {
      socket.close();
    }
  }

  private synchronized void onOpen(WebSocket opened) {
    socket = opened;
    opened.textMessageHandler(text -> onFrame(new JsonObject(text)));
    opened.closeHandler(closed -> onClose(opened));
    opened.writeTextMessage(
        new JsonObject().put("op", "auth").put("token", token).encode());
    var subscribe = new JsonObject().put("op", "subscribe").put("topic", "users");
    if (epoch != null) {
      subscribe.put("since", new JsonObject().put("epoch", epoch).put("seq", seq));
    }
    opened.writeTextMessage(subscribe.encode());
  }

  private synchronized void onFrame(JsonObject frame) {
    if ("subscribed".equals(frame.getString("event"))) {
      lost |= epoch != null && !frame.getBoolean("recovered", true);
      epoch = frame.getString("epoch");
      if (seq == 0) {
        seq = frame.getLong("seq");
      }
      if (!closes.isEmpty()) {
        maxDisconnected = Math.max(maxDisconnected, System.nanoTime() - disconnectedAt);
      }
      subscribed = true;
    } else if ("users".equals(frame.getString("topic")) && frame.containsKey("seq")) {
      seq = frame.getLong("seq");
      sequences.add(seq);
    }
  }

  private synchronized void onClose(WebSocket closed) {
    if (stopped) {
      return;
    }
    subscribed = false;
    closes.add(closed.closeStatusCode() + " " + closed.closeReason());
    var retry = RETRY.matcher(String.valueOf(closed.closeReason()));
    var delay = retry.matches()
        ? Long.parseLong(retry.group(1))
        : ThreadLocalRandom.current().nextLong(MAX_DELAY_MS / 10);
    disconnectedAt = System.nanoTime() + delay * 1_000_000;
    reconnectIn(delay);
  }

  private void reconnectIn(long millis) {
    vertx.setTimer(Math.max(1, millis), timer -> {
      if (!stopped()) {
        connect();
      }
    });
  }

  private synchronized boolean stopped() {
    return stopped;
  }
}
