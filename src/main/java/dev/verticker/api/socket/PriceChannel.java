package dev.verticker.api.socket;

import dev.verticker.api.quotes.CachedQuote;
import dev.verticker.api.quotes.QuoteJson;
import dev.verticker.api.web.Timestamps;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One topic of prices at one rate, for the sockets of one event loop. What changes between two frames is told once:
 * the newest quote of each symbol, with the highest and lowest price since the frame before. Who cannot take
 * a frame now gets a later one that stands for both.
 */
final class PriceChannel {
  static final int MIN_MS = 250;
  static final int MAX_MS = 3_600_000;

  /** @param everyMs between two frames */
  record Key(String topic, int everyMs) {
    /** The step above what a client asks for: so that clients share channels, however many different wishes they have. */
    static Key of(String topic, int wished) {
      var step = wished <= 10_000 ? MIN_MS : wished <= 60_000 ? 1_000 : 60_000;
      return new Key(topic, (wished + step - 1) / step * step);
    }
  }

  /** The newest quote and the extremes since the last one that was sent. */
  private record Change(CachedQuote quote, BigDecimal high, BigDecimal low) {
    static Change of(CachedQuote held) {
      return new Change(held, held.quote().price(), held.quote().price());
    }

    Change and(Change later) {
      return new Change(later.quote, high.max(later.high), low.min(later.low));
    }
  }

  private final SocketHub feed;
  private final EventLoopSessions loop;
  private final Key key;
  private final String symbol;
  private Map<String, Change> changes = new LinkedHashMap<>();

  /** A socket, and what it was not sent yet when that differs from what the others were not; else null. */
  private final Map<SocketSession, Map<String, Change>> listeners = new HashMap<>();

  private long nextFrame = System.nanoTime();
  private boolean planned;

  PriceChannel(SocketHub feed, EventLoopSessions loop, Key key) {
    this.feed = feed;
    this.loop = loop;
    this.key = key;
    this.symbol = TopicRegistry.symbol(key.topic());
  }

  Key key() {
    return key;
  }

  boolean isEmpty() {
    return listeners.isEmpty();
  }

  /** Null when it is that of all configured symbols. */
  String symbol() {
    return symbol;
  }

  /** Sends where the prices are now; changes follow. */
  void add(SocketSession visitor) {
    var now = new LinkedHashMap<String, Change>();
    for (var quote : feed.quotesOf(symbol)) {
      now.put(quote.quote().symbol(), Change.of(quote));
    }
    visitor.send(frame(now));
    listeners.put(visitor, new LinkedHashMap<>());
  }

  void remove(SocketSession visitor) {
    listeners.remove(visitor);
  }

  void hear(CachedQuote quote) {
    var name = quote.quote().symbol();
    if (symbol == null ? !feed.isConfigured(name) : !symbol.equals(name)) {
      return;
    }
    changes.merge(name, Change.of(quote), Change::and);
    for (var own : listeners.values()) {
      if (own != null) {
        own.merge(name, Change.of(quote), Change::and);
      }
    }
    plan();
  }

  /** The socket can take more now. */
  void ready(SocketSession visitor) {
    var own = listeners.get(visitor);
    if (own != null && !own.isEmpty()) {
      plan();
    }
  }

  private void plan() {
    if (planned) {
      return;
    }
    var pauseMs = (nextFrame - System.nanoTime()) / 1_000_000 + 1;
    if (pauseMs <= 1) {
      flush();
    } else {
      planned = true;
      feed.vertx()
          .setTimer(
              pauseMs,
              timer -> loop.run(() -> {
                planned = false;
                flush();
              }));
    }
  }

  private void flush() {
    nextFrame = System.nanoTime() + key.everyMs() * 1_000_000L;
    var told = changes;
    changes = new LinkedHashMap<>();
    var shared = told.isEmpty() ? null : frame(told);
    // Sending may end a socket, and so change the listeners.
    for (var visitor : listeners.keySet().toArray(SocketSession[]::new)) {
      if (!listeners.containsKey(visitor)) {
        continue;
      }
      var own = listeners.get(visitor);
      if (visitor.isBehind()) {
        if (own == null) {
          listeners.put(visitor, new LinkedHashMap<>(told));
        }
        feed.metrics().counter("socket_prices_conflated_total").increment();
      } else if (own != null) {
        listeners.put(visitor, null);
        if (!own.isEmpty()) {
          visitor.send(frame(own));
        }
      } else if (shared != null) {
        visitor.send(shared);
      }
    }
  }

  private Frame frame(Map<String, Change> changes) {
    var now = feed.now();
    var data = new JsonArray();
    changes
        .values()
        .forEach(change -> data.add(QuoteJson.of(change.quote().quote(), now)
            .put("high", change.high().toPlainString())
            .put("low", change.low().toPlainString())));
    return Frame.of(
        key.topic(),
        new JsonObject()
            .put("event", "prices")
            .put("topic", key.topic())
            .put("at", Timestamps.write(now))
            .put("data", data));
  }
}
