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

/** A client of {@code /ws} as the documentation asks for: it resumes from the last event, when it is told to. */
public final class ResumingSocketClient {
  private static final Pattern RETRY = Pattern.compile("restart, retry_after_ms=(\\d+)");
  private static final long MAX_WAIT_MILLIS = 5000;

  private final Vertx vertx;
  private final WebSocketClient client;
  private final int port;
  private final String token;
  private final List<String> closes = new ArrayList<>();
  private final List<Long> heard = new ArrayList<>();
  private String epoch;
  private long seq;
  private boolean here;
  private boolean stopped;
  private boolean lost;
  private long leftAt;
  private long longestAway;
  private WebSocket socket;

  public ResumingSocketClient(Vertx vertx, int port, String token) {
    this.vertx = vertx;
    this.port = port;
    this.token = token;
    this.client = vertx.createWebSocketClient(
        new WebSocketClientOptions().setMaxFrameSize(1_000_000).setMaxMessageSize(1_000_000));
  }

  public synchronized ResumingSocketClient connect() {
    leftAt = leftAt == 0 ? System.nanoTime() : leftAt;
    client
        .connect(port, "127.0.0.1", "/ws")
        .onSuccess(this::opened)
        .onFailure(refused -> comeBackIn(500));
    return this;
  }

  public synchronized boolean isHere() {
    return here;
  }

  /** Codes and words of its ends. */
  public synchronized List<String> closes() {
    return List.copyOf(closes);
  }

  /** Sequences in the order they came. */
  public synchronized List<Long> heard() {
    return List.copyOf(heard);
  }

  /** True when it could not be told everything it had missed. */
  public synchronized boolean hasLost() {
    return lost;
  }

  /** The longest time from an end to the next subscription, beyond what the server asked it to wait. */
  public synchronized double longestAwaySeconds() {
    return longestAway / 1e9;
  }

  public synchronized void stop() {
    stopped = true;
    if (socket != null) {
      socket.close();
    }
  }

  private synchronized void opened(WebSocket opened) {
    socket = opened;
    opened.textMessageHandler(text -> hear(new JsonObject(text)));
    opened.closeHandler(ended -> left(opened));
    opened.writeTextMessage(
        new JsonObject().put("op", "auth").put("token", token).encode());
    var subscribe = new JsonObject().put("op", "subscribe").put("topic", "users");
    if (epoch != null) {
      subscribe.put("since", new JsonObject().put("epoch", epoch).put("seq", seq));
    }
    opened.writeTextMessage(subscribe.encode());
  }

  private synchronized void hear(JsonObject frame) {
    if ("subscribed".equals(frame.getString("event"))) {
      lost |= epoch != null && !frame.getBoolean("recovered", true);
      epoch = frame.getString("epoch");
      if (seq == 0) {
        seq = frame.getLong("seq");
      }
      if (!closes.isEmpty()) {
        longestAway = Math.max(longestAway, System.nanoTime() - leftAt);
      }
      here = true;
    } else if ("users".equals(frame.getString("topic")) && frame.containsKey("seq")) {
      seq = frame.getLong("seq");
      heard.add(seq);
    }
  }

  private synchronized void left(WebSocket ended) {
    if (stopped) {
      return;
    }
    here = false;
    closes.add(ended.closeStatusCode() + " " + ended.closeReason());
    var told = RETRY.matcher(String.valueOf(ended.closeReason()));
    var wait = told.matches()
        ? Long.parseLong(told.group(1))
        : ThreadLocalRandom.current().nextLong(MAX_WAIT_MILLIS / 10);
    leftAt = System.nanoTime() + wait * 1_000_000;
    comeBackIn(wait);
  }

  private void comeBackIn(long millis) {
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
