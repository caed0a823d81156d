package dev.verticker.dev.bench;

import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.json.JsonObject;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A socket of {@link MarketSoakBench}. It checks while it receives that each trade arrives once and in order or is reported as
 * missed, that books do not go back, and keeps the final candles. All methods are thread-safe.
 */
final class SoakSocket implements AutoCloseable {
  private static final int MAX_FRAME = 1 << 20;
  private static final int MAX_VIOLATIONS = 20;
  private static final long RETRY_MILLIS = 5000;

  private final Vertx vertx;
  private final WebSocketClient client;

  /** By topic. */
  private final Map<String, JsonObject> commands = new HashMap<>();

  private final Set<String> subscribed = new HashSet<>();
  private WebSocket socket;
  private final Map<String, Long> nextTrade = new HashMap<>();
  private final Map<String, Long> updateIds = new HashMap<>();

  /** By symbol and open time in milliseconds: the candle without its state. */
  private final Map<String, Map<Long, JsonObject>> candles = new HashMap<>();

  /** By kind; the value tells whether all gaps were filled. */
  private final Map<String, Boolean> gaps = new HashMap<>();

  private final List<String> violations = new ArrayList<>();
  private long trades;
  private long missed;
  private long books;
  private boolean closing;

  private SoakSocket(Vertx vertx) {
    this.vertx = vertx;
    this.client = vertx.createWebSocketClient(
        new WebSocketClientOptions().setMaxFrameSize(MAX_FRAME).setMaxMessageSize(MAX_FRAME));
  }

  /** Opens a socket that signs in and sends the commands. */
  static SoakSocket open(Vertx vertx, int port, String token, JsonObject... commands) {
    var soak = new SoakSocket(vertx);
    for (var command : commands) {
      soak.commands.put(command.getString("topic"), command);
    }
    var socket = soak.client.webSocket().textMessageHandler(soak::onFrame);
    socket.closeHandler(closed -> soak.onClose());
    soak.socket = socket.connect(port, "127.0.0.1", "/ws").await();
    soak.send(new JsonObject().put("op", "auth").put("token", token));
    soak.commands.values().forEach(soak::send);
    return soak;
  }

  private void send(JsonObject command) {
    socket.writeTextMessage(command.encode());
  }

  /** Returns whether the server has confirmed every subscription. */
  synchronized boolean isSubscribed() {
    return subscribed.containsAll(commands.keySet());
  }

  synchronized List<String> violations() {
    return List.copyOf(violations);
  }

  synchronized long trades() {
    return trades;
  }

  synchronized long missed() {
    return missed;
  }

  synchronized long books() {
    return books;
  }

  synchronized Map<String, Boolean> gaps() {
    return Map.copyOf(gaps);
  }

  /** Returns the final candle of the minute; null if none arrived. */
  synchronized JsonObject candle(String symbol, long openTime) {
    return candles.getOrDefault(symbol, Map.of()).get(openTime);
  }

  @Override
  public void close() {
    synchronized (this) {
      closing = true;
    }
    client.close().await();
  }

  private synchronized void onClose() {
    if (!closing) {
      violation("the server closed a socket");
    }
  }

  private synchronized void onFrame(String text) {
    var frame = new JsonObject(text);
    switch (frame.getString("event")) {
      case "trades" -> onTrades(frame);
      case "book" -> onBook(frame);
      case "candles" -> onCandles(frame);
      case "feed_gap" ->
        gaps.merge(frame.getString("kind"), frame.getBoolean("filled"), Boolean::logicalAnd);
      case "subscribed" -> subscribed.add(frame.getString("topic"));
      case "error" -> onError(frame);
      default -> {}
    }
  }

  /** A node that has just started may answer that it has no data yet. */
  private void onError(JsonObject frame) {
    var command = commands.get(frame.getString("topic"));
    if (command == null || frame.getInteger("status") != 503) {
      violation("the server sent an error: " + frame.encode());
    } else {
      vertx.setTimer(RETRY_MILLIS, retry -> send(command));
    }
  }

  private void onTrades(JsonObject frame) {
    var topic = frame.getString("topic");
    var skipped = frame.getLong("missed");
    missed += skipped;
    nextTrade.computeIfPresent(topic, (name, next) -> next + skipped);
    for (var item : frame.getJsonArray("data")) {
      var id = ((JsonObject) item).getLong("id");
      var expected = nextTrade.getOrDefault(topic, id);
      if (!id.equals(expected)) {
        violation(topic + ": received trade " + id + " instead of " + expected);
      }
      nextTrade.put(topic, id + 1);
      trades++;
    }
  }

  private void onBook(JsonObject frame) {
    var topic = frame.getString("topic");
    var id = frame.getLong("update_id");
    var before = updateIds.put(topic, id);
    if (before != null && id < before) {
      violation(topic + ": received book " + id + " after " + before);
    }
    books++;
  }

  private void onCandles(JsonObject frame) {
    var symbol = frame.getString("topic").split("\\.")[1];
    for (var item : frame.getJsonArray("data")) {
      var candle = ((JsonObject) item).copy();
      var state = candle.remove("state");
      if (List.of("final", "amended").contains(state)) {
        var openTime =
            OffsetDateTime.parse(candle.getString("open_time")).toInstant().toEpochMilli();
        var before = candles.computeIfAbsent(symbol, key -> new HashMap<>()).put(openTime, candle);
        if (before != null && !before.equals(candle) && !"amended".equals(state)) {
          violation(symbol + ": received final candles " + before + " and " + candle);
        }
      }
    }
  }

  private void violation(String text) {
    if (violations.size() < MAX_VIOLATIONS) {
      violations.add(text);
    }
  }
}
