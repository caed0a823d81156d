package dev.verticker.api.socket.topic;

import dev.verticker.api.quotes.CachedQuote;
import dev.verticker.api.quotes.QuoteList;
import dev.verticker.api.socket.protocol.Frame;
import io.micrometer.core.instrument.Counter;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One price topic at one interval. All changes within an interval are conflated to one frame, which subscribers with the same
 * unsent changes share; only a price that becomes stale or fresh again is sent immediately. A subscriber that is not
 * writable receives a later frame that covers both.
 */
final class PriceStream {
  /** At long intervals a frame waits for this part of the interval, because prices of one refresh arrive in batches. */
  private static final int GATHER_DIVISOR = 10;

  private static final int MIN_EVERY_MS_TO_GATHER = 1_000;
  private static final int MAX_GATHER_MS = 1_000;

  /** Subscribers that arrive within this time share a snapshot, unless a price changes. */
  private static final Duration MAX_SNAPSHOT_AGE = Duration.ofMillis(100);

  /**
   * The objects that all streams of an event loop use.
   *
   * @param conflated counts the frames that were conflated because a subscriber was slow
   */
  record StreamResources(Vertx vertx, Clock clock, Counter conflated) {}

  private record Snapshot(List<Frame> frames, long encodedAt) {
    boolean isCurrent() {
      return System.nanoTime() - encodedAt < MAX_SNAPSHOT_AGE.toNanos();
    }
  }

  private record Seen(CachedQuote quote, boolean stale) {
    boolean isReplacedBy(CachedQuote other) {
      return other == quote || other.quote().supersedes(quote.quote());
    }
  }

  private final StreamResources resources;
  private final String topic;
  private final int everyMs;
  private final Supplier<QuoteList> current;
  private final Runnable onEmpty;
  private final Set<PriceSubscription> subscriptions = new LinkedHashSet<>();
  private final Map<String, Seen> newestQuotes = new HashMap<>();

  /** The distinct unsent changes of the subscriptions. */
  private Set<PriceChanges> unsent = new HashSet<>();

  /** Unsent changes since the last change; null = none yet. */
  private PriceChanges newest;

  /** Null after a change. */
  private Snapshot snapshot;

  private long nextFrame = System.nanoTime();
  private Long timer;

  /**
   * @param everyMs interval between two frames
   * @param current returns the quotes of the topic
   * @param onEmpty called after the last subscription was cancelled
   */
  PriceStream(
      StreamResources resources,
      String topic,
      int everyMs,
      Supplier<QuoteList> current,
      Runnable onEmpty) {
    this.resources = resources;
    this.topic = topic;
    this.everyMs = everyMs;
    this.current = current;
    this.onEmpty = onEmpty;
  }

  /** Rounds a requested interval up to a step, so that clients share streams. */
  static int roundUp(int everyMs) {
    var step = everyMs <= 1_000 ? 50 : everyMs <= 10_000 ? 250 : everyMs <= 60_000 ? 1_000 : 60_000;
    return (everyMs + step - 1) / step * step;
  }

  /** Sends the current prices; changes follow. */
  Subscription add(Subscriber subscriber) {
    snapshot().forEach(subscriber::send);
    if (newest == null || !newest.isEmpty()) {
      newest = new PriceChanges();
      unsent.add(newest);
      if (unsent.size() > subscriptions.size() + 1) {
        collectUnsent();
      }
    }
    var subscription = new PriceSubscription(subscriber, newest);
    subscriptions.add(subscription);
    return subscription;
  }

  /** @param quotes new or newer quotes of the topic, or quotes that became stale; sent in one frame */
  void onQuotes(List<CachedQuote> quotes) {
    var now = resources.clock().instant();
    var changed = new ArrayList<CachedQuote>(quotes.size());
    var urgent = false;
    for (var quote : quotes) {
      var symbol = quote.quote().symbol();
      var before = newestQuotes.get(symbol);
      // The quote of the snapshot, or one that another thread has replaced already, is no change.
      if (before == null || before.isReplacedBy(quote)) {
        var after = new Seen(quote, quote.quote().stale(now));
        newestQuotes.put(symbol, after);
        if (!after.equals(before)) {
          changed.add(quote);
          urgent |= before != null && before.stale() != after.stale();
        }
      }
    }
    if (changed.isEmpty()) {
      return;
    }
    snapshot = null;
    unsent.forEach(changes -> changes.addAll(changed));
    if (urgent) {
      sendChanges();
    } else {
      scheduleFrame();
    }
  }

  /** Sends all prices to all subscribers. */
  void sendSnapshot() {
    snapshot = null;
    var quotes = readCurrent();
    unsent.forEach(changes -> changes.addAll(quotes));
    send(changes -> snapshot());
  }

  private List<CachedQuote> readCurrent() {
    var now = resources.clock().instant();
    var quotes = current.get().quotes();
    for (var quote : quotes) {
      newestQuotes.put(quote.quote().symbol(), new Seen(quote, quote.quote().stale(now)));
    }
    return quotes;
  }

  private List<Frame> snapshot() {
    if (snapshot == null || !snapshot.isCurrent()) {
      var changes = new PriceChanges().addAll(readCurrent());
      snapshot =
          new Snapshot(changes.encode(topic, true, resources.clock().instant()), System.nanoTime());
    }
    return snapshot.frames();
  }

  private void scheduleFrame() {
    if (timer != null || unsent.stream().allMatch(PriceChanges::isEmpty)) {
      return;
    }
    var pauseMs = Math.max(gatherMs(), (nextFrame - System.nanoTime()) / 1_000_000 + 1);
    if (pauseMs <= 1) {
      sendChanges();
    } else {
      timer = resources.vertx().setTimer(pauseMs, id -> {
        timer = null;
        onTimer();
      });
    }
  }

  private void onTimer() {
    if (System.nanoTime() >= nextFrame) {
      sendChanges();
    } else {
      // A price that became stale was sent in between.
      scheduleFrame();
    }
  }

  private int gatherMs() {
    return everyMs < MIN_EVERY_MS_TO_GATHER ? 0 : Math.min(everyMs / GATHER_DIVISOR, MAX_GATHER_MS);
  }

  private void sendChanges() {
    var now = resources.clock().instant();
    send(changes -> changes.encode(topic, false, now));
  }

  private void send(Function<PriceChanges, List<Frame>> encode) {
    nextFrame = System.nanoTime() + everyMs * 1_000_000L;
    newest = new PriceChanges();
    var encoded = new HashMap<PriceChanges, List<Frame>>();
    // Sending may close a socket, and so cancel subscriptions.
    for (var subscription : subscriptions.toArray(PriceSubscription[]::new)) {
      if (subscriptions.contains(subscription)) {
        subscription.send(encode, encoded);
      }
    }
    collectUnsent();
  }

  /** Also drops the changes of cancelled subscriptions. */
  private void collectUnsent() {
    unsent = new HashSet<>(Set.of(newest));
    subscriptions.forEach(subscription -> unsent.add(subscription.unsentChanges));
  }

  private final class PriceSubscription implements Subscription {
    private final Subscriber subscriber;
    private PriceChanges unsentChanges;

    PriceSubscription(Subscriber subscriber, PriceChanges unsentChanges) {
      this.subscriber = subscriber;
      this.unsentChanges = unsentChanges;
    }

    @Override
    public void onWritable() {
      if (!unsentChanges.isEmpty()) {
        scheduleFrame();
      }
    }

    @Override
    public int cancel() {
      if (subscriptions.remove(this) && subscriptions.isEmpty()) {
        if (timer != null) {
          resources.vertx().cancelTimer(timer);
        }
        onEmpty.run();
      }
      return 0;
    }

    private void send(
        Function<PriceChanges, List<Frame>> encode, Map<PriceChanges, List<Frame>> encoded) {
      if (unsentChanges.isEmpty()) {
        unsentChanges = newest;
      } else if (subscriber.isWritable()) {
        var frames = encoded.computeIfAbsent(unsentChanges, encode);
        unsentChanges = newest;
        frames.forEach(subscriber::send);
      } else {
        resources.conflated().increment();
      }
    }
  }
}
