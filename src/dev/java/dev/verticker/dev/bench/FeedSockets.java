package dev.verticker.dev.bench;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Sockets of one server. They record the time from the frame of the exchange to the frame of the server with its figures, by
 * the exchange's clock. Everything runs on one event loop of the given Vert.x; public methods are called from other threads.
 */
final class FeedSockets implements AutoCloseable {
  private static final int MAX_SOCKETS = 1000;
  private static final int MAX_FRAME = 1 << 20;
  private static final int MAX_PARSED = 2048;
  private static final int OPEN_SECONDS = 20;

  private final Context loop;
  private final WebSocketClient client;
  private final LongSupplier clock;
  private final List<WebSocket> sockets = new ArrayList<>();
  private final Map<String, Frame> parsed = new HashMap<>();
  private final List<Candle> unresolved = new ArrayList<>();
  private final List<Trade> trades = new ArrayList<>();
  private Delays quotes = new Delays();
  private Freshness awaited;

  /**
   * When quotes of later events of the exchange arrived, as {@link System#nanoTime}.
   *
   * @param first the first quote of any symbol
   * @param all the last of the first quotes of each symbol
   */
  record Fresh(long first, long all) {}

  /** A minute as one frame showed it; its trades identify the frame of the exchange. */
  record CandleKey(long openTime, long trades, boolean last) {}

  private record Candle(CandleKey key, long receivedAt) {}

  private record Trade(long id, long receivedAt) {}

  private record Quote(String symbol, long eventTime) {}

  /**
   * A frame that all sockets receive.
   *
   * @param delayed whether its figures have just changed; those of a snapshot are older
   */
  private record Frame(
      boolean delayed, List<Quote> quotes, List<CandleKey> candles, List<Long> trades) {}

  /** Waits for events that are later than {@code after}. */
  private static final class Freshness {
    private final long after;
    private final Set<String> missing;
    private final Promise<Fresh> promise = Promise.promise();
    private long first;

    Freshness(long after, Set<String> symbols) {
      this.after = after;
      this.missing = new HashSet<>(symbols);
    }
  }

  /** @param clock the time at the exchange in milliseconds */
  FeedSockets(Vertx vertx, LongSupplier clock) {
    this.loop = vertx.getOrCreateContext();
    this.client = vertx.createWebSocketClient(new WebSocketClientOptions()
        .setMaxConnections(MAX_SOCKETS)
        .setMaxFrameSize(MAX_FRAME)
        .setMaxMessageSize(MAX_FRAME));
    this.clock = clock;
  }

  /** Opens sockets of a node that subscribe to the topics, of trades to those of one symbol at most. */
  void subscribe(int port, int count, String token, List<String> topics, int everyMs) {
    var commands = topics.stream()
        .map(topic ->
            new JsonObject().put("op", "subscribe").put("topic", topic).put("every_ms", everyMs))
        .toArray(JsonObject[]::new);
    for (var i = 0; i < count; i++) {
      subscribe(port, token, commands);
    }
  }

  /** Opens a socket of a node that sends the commands. */
  void subscribe(int port, String token, JsonObject... commands) {
    run(() -> client.connect(port, "127.0.0.1", "/ws").map(socket -> {
      var quoteTimes = new HashMap<String, Long>();
      var candles = new HashSet<CandleKey>();
      socket.textMessageHandler(text -> onFrame(text, quoteTimes, candles));
      socket.writeTextMessage(
          new JsonObject().put("op", "auth").put("token", token).encode());
      for (var command : commands) {
        socket.writeTextMessage(command.encode());
      }
      return sockets.add(socket);
    }));
  }

  /** Opens sockets of the relay. */
  void relay(int port, int count) {
    for (var i = 0; i < count; i++) {
      relay(port, "/");
    }
  }

  /** Opens a socket of the relay. */
  void relay(int port, String target) {
    run(() -> client.connect(port, "127.0.0.1", target).map(socket -> {
      socket.textMessageHandler(this::onExchangeFrame);
      return sockets.add(socket);
    }));
  }

  /** Forgets the delays that were measured so far. */
  void reset() {
    run(() -> {
      quotes = new Delays();
      unresolved.clear();
      trades.clear();
      return Future.succeededFuture();
    });
  }

  /** Delays of quotes, or of the frames of a relay, since the reset. */
  Delays quotes() {
    return run(() -> Future.succeededFuture(quotes));
  }

  /** Delays of candles since the reset. @param sentAt when the exchange sent each, by its clock */
  Delays candles(Map<CandleKey, Long> sentAt) {
    return run(() -> {
      var delays = new Delays();
      for (var candle : unresolved) {
        var sent = sentAt.get(candle.key());
        if (sent != null) {
          delays.add(candle.receivedAt() - sent);
        }
      }
      return Future.succeededFuture(delays);
    });
  }

  /** Delays of trades since the reset. @param sentAt when the exchange sent each, by id, by its clock */
  Delays trades(Map<Long, Long> sentAt) {
    return run(() -> {
      var delays = new Delays();
      for (var trade : trades) {
        var sent = sentAt.get(trade.id());
        if (sent != null) {
          delays.add(trade.receivedAt() - sent);
        }
      }
      return Future.succeededFuture(delays);
    });
  }

  /** Completes when streamed quotes of later events than now have arrived for all symbols. */
  Future<Fresh> awaitFresh(Set<String> symbols) {
    return run(() -> {
      awaited = new Freshness(clock.getAsLong(), symbols);
      return Future.succeededFuture(awaited.promise.future());
    });
  }

  @Override
  public void close() {
    client.close().await();
  }

  private void onFrame(String text, Map<String, Long> quoteTimes, Set<CandleKey> candles) {
    var now = clock.getAsLong();
    if (parsed.size() > MAX_PARSED) {
      parsed.clear();
    }
    var frame = parsed.computeIfAbsent(text, FeedSockets::parse);
    for (var quote : frame.quotes()) {
      var before = quoteTimes.put(quote.symbol(), quote.eventTime());
      if (frame.delayed() && before != null && quote.eventTime() > before) {
        quotes.add(now - quote.eventTime());
      }
      onFresh(quote);
    }
    for (var key : frame.candles()) {
      if (candles.add(key) && frame.delayed()) {
        unresolved.add(new Candle(key, now));
      }
    }
    if (frame.delayed()) {
      frame.trades().forEach(id -> trades.add(new Trade(id, now)));
    }
  }

  private void onFresh(Quote quote) {
    if (awaited != null && quote.eventTime() > awaited.after) {
      awaited.first = awaited.first == 0 ? System.nanoTime() : awaited.first;
      awaited.missing.remove(quote.symbol());
      if (awaited.missing.isEmpty()) {
        var done = awaited;
        awaited = null;
        done.promise.complete(new Fresh(done.first, System.nanoTime()));
      }
    }
  }

  /** Quotes of polls are left out. */
  private static Frame parse(String text) {
    var json = new JsonObject(text);
    var event = json.getString("event");
    var quotes = new ArrayList<Quote>();
    var candles = new ArrayList<CandleKey>();
    var ids = new ArrayList<Long>();
    for (var item : json.getJsonArray("data", new JsonArray())) {
      var data = (JsonObject) item;
      if ("trades".equals(event)) {
        ids.add(data.getLong("id"));
      } else if ("candles".equals(event)) {
        candles.add(new CandleKey(
            millis(data, "open_time"),
            data.getLong("trades"),
            !"forming".equals(data.getString("state"))));
      } else if ("stream".equals(data.getString("source"))) {
        quotes.add(new Quote(data.getString("symbol"), millis(data, "event_time")));
      }
    }
    return new Frame(Boolean.FALSE.equals(json.getBoolean("snapshot")), quotes, candles, ids);
  }

  private static long millis(JsonObject json, String member) {
    return Instant.parse(json.getString(member)).toEpochMilli();
  }

  private void onExchangeFrame(String text) {
    var from = text.indexOf("\"E\":") + 4;
    var to = text.indexOf(',', from);
    quotes.add(clock.getAsLong() - Long.parseLong(text, from, to, 10));
  }

  private <T> T run(Supplier<Future<T>> work) {
    var result = Promise.<T>promise();
    loop.runOnContext(here -> work.get().onComplete(result));
    return result.future().timeout(OPEN_SECONDS, TimeUnit.SECONDS).await();
  }
}
