package dev.verticker.api.socket.topic;

import dev.verticker.api.quotes.CachedQuote;
import dev.verticker.api.quotes.QuoteJson;
import dev.verticker.api.quotes.QuoteService;
import dev.verticker.api.socket.protocol.Command;
import dev.verticker.api.socket.protocol.Frame;
import dev.verticker.message.Timestamps;
import io.micrometer.core.instrument.Counter;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One price topic at one interval. All changes within an interval are conflated to one frame: the newest quote of each symbol
 * with the highest and lowest price since the previous frame. A subscriber that is not writable receives a later frame that
 * covers both.
 */
final class PriceStream {
  /**
   * The objects that all streams of an event loop use.
   *
   * @param conflated counts the frames that were conflated because a subscriber was slow
   */
  record StreamResources(Vertx vertx, QuoteService quotes, Clock clock, Counter conflated) {}

  /** @param everyMs interval between two frames */
  record Key(String topic, int everyMs) {
    /** Rounds the requested interval up to a step, so that clients share streams. */
    static Key of(String topic, int everyMs) {
      var step =
          everyMs <= 10_000 ? Command.Subscribe.MIN_EVERY_MS : everyMs <= 60_000 ? 1_000 : 60_000;
      return new Key(topic, (everyMs + step - 1) / step * step);
    }
  }

  /** The newest quote and the extremes since the previous frame. */
  private record Change(CachedQuote quote, BigDecimal high, BigDecimal low) {
    static Change of(CachedQuote quote) {
      return new Change(quote, quote.quote().price(), quote.quote().price());
    }

    Change merge(Change later) {
      return new Change(later.quote, high.max(later.high), low.min(later.low));
    }
  }

  private final StreamResources resources;
  private final Key key;

  /** The symbol, or null for all configured symbols. */
  private final String symbol;

  private final Runnable onEmpty;
  private final Set<PriceSubscription> subscriptions = new LinkedHashSet<>();
  private Map<String, Change> changes = new LinkedHashMap<>();
  private long nextFrame = System.nanoTime();
  private boolean scheduled;

  /** @param onEmpty called after the last subscription was cancelled */
  PriceStream(StreamResources resources, Key key, String symbol, Runnable onEmpty) {
    this.resources = resources;
    this.key = key;
    this.symbol = symbol;
    this.onEmpty = onEmpty;
  }

  /** Sends the current prices; changes follow. */
  Subscription add(Subscriber subscriber) {
    var current = new LinkedHashMap<String, Change>();
    var quotes = symbol == null
        ? resources.quotes().configuredInMemory()
        : resources.quotes().inMemory(List.of(symbol));
    for (var quote : quotes) {
      current.put(quote.quote().symbol(), Change.of(quote));
    }
    subscriber.send(frame(current));
    var subscription = new PriceSubscription(subscriber);
    subscriptions.add(subscription);
    return subscription;
  }

  void onQuote(CachedQuote quote) {
    var name = quote.quote().symbol();
    if (symbol == null ? !resources.quotes().isConfigured(name) : !symbol.equals(name)) {
      return;
    }
    var change = Change.of(quote);
    changes.merge(name, change, Change::merge);
    for (var subscription : subscriptions) {
      if (subscription.unsentChanges != null) {
        subscription.unsentChanges.merge(name, change, Change::merge);
      }
    }
    scheduleFrame();
  }

  private void scheduleFrame() {
    if (scheduled) {
      return;
    }
    var pauseMs = (nextFrame - System.nanoTime()) / 1_000_000 + 1;
    if (pauseMs <= 1) {
      sendFrame();
    } else {
      scheduled = true;
      resources.vertx().setTimer(pauseMs, timer -> {
        scheduled = false;
        sendFrame();
      });
    }
  }

  private void sendFrame() {
    nextFrame = System.nanoTime() + key.everyMs() * 1_000_000L;
    var shared = changes;
    changes = new LinkedHashMap<>();
    var sharedFrame = shared.isEmpty() ? null : frame(shared);
    // Sending may close a socket, and so cancel subscriptions.
    for (var subscription : subscriptions.toArray(PriceSubscription[]::new)) {
      if (subscriptions.contains(subscription)) {
        subscription.send(shared, sharedFrame);
      }
    }
  }

  private Frame frame(Map<String, Change> changes) {
    var now = resources.clock().instant();
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

  private final class PriceSubscription implements Subscription {
    private final Subscriber subscriber;

    /** The changes not sent to this subscriber; null when they are the same as those of the others. */
    private Map<String, Change> unsentChanges = new LinkedHashMap<>();

    PriceSubscription(Subscriber subscriber) {
      this.subscriber = subscriber;
    }

    @Override
    public void onWritable() {
      if (unsentChanges != null && !unsentChanges.isEmpty()) {
        scheduleFrame();
      }
    }

    @Override
    public int cancel() {
      if (subscriptions.remove(this) && subscriptions.isEmpty()) {
        onEmpty.run();
      }
      return 0;
    }

    /** @param sharedFrame null when there are no shared changes */
    private void send(Map<String, Change> shared, Frame sharedFrame) {
      if (!subscriber.isWritable()) {
        if (unsentChanges == null) {
          unsentChanges = new LinkedHashMap<>(shared);
        }
        resources.conflated().increment();
        return;
      }
      if (unsentChanges == null) {
        if (sharedFrame != null) {
          subscriber.send(sharedFrame);
        }
        return;
      }
      var unsent = unsentChanges;
      unsentChanges = null;
      if (!unsent.isEmpty()) {
        subscriber.send(frame(unsent));
      }
    }
  }
}
