package dev.verticker.api.socket.topic;

import dev.verticker.api.candles.CandleJson;
import dev.verticker.api.candles.LiveSeries;
import dev.verticker.api.socket.protocol.Frame;
import dev.verticker.message.Candles.Candle;
import dev.verticker.message.Candles.Series;
import dev.verticker.message.Interval;
import io.micrometer.core.instrument.Counter;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;

/**
 * One topic of candles on an event loop. All changes within an interval are conflated to one frame for the subscribers with
 * this interval. A subscriber that is not writable receives a later frame with all candles that changed.
 */
final class CandleStream {
  private static final int MAX_FRAME_BYTES = 48 * 1024;
  private static final int SNAPSHOT = 300;

  /** Candles of a read that follows a missed or amended minute. */
  private static final int RECENT = 10;

  private static final Duration MIN_READ_INTERVAL = Duration.ofSeconds(1);

  /** The interval of reads of a candle that live minutes do not continue. */
  private static final Duration READ_INTERVAL = Duration.ofSeconds(5);

  /** Live minutes that do not arrive for so long may not arrive at all. */
  private static final Duration SILENCE = Duration.ofSeconds(15);

  private static final Duration UNUSED_RETENTION = Duration.ofSeconds(30);
  private static final int MAX_HELD_MINUTES = 100;

  private final Vertx vertx;
  private final String topic;
  private final IntFunction<Future<Series>> find;
  private final Counter conflated;
  private final LiveSeries series;
  private final Map<Integer, Group> groups = new HashMap<>();

  /** Minutes that arrive during a read. */
  private final List<Candle> held = new ArrayList<>();

  private Future<Void> reading = Future.succeededFuture();
  private boolean loaded;
  private boolean snapshotRequired;
  private long readAt = System.nanoTime();
  private long updatedAt = System.nanoTime();
  private long unusedSince = System.nanoTime();

  /**
   * @param find reads the newest candles of the series
   * @param conflated counts the frames that were conflated because a subscriber was slow
   */
  CandleStream(
      Vertx vertx,
      String topic,
      Interval interval,
      IntFunction<Future<Series>> find,
      Counter conflated) {
    this.vertx = vertx;
    this.topic = topic;
    this.find = find;
    this.conflated = conflated;
    this.series = new LiveSeries(interval);
  }

  /** Completes when the candles are read; fails like the read. */
  Future<Void> load() {
    unusedSince = System.nanoTime();
    return loaded ? Future.succeededFuture() : read(SNAPSHOT);
  }

  /** Sends a snapshot; changes follow. */
  Subscription add(Subscriber subscriber, int everyMs) {
    if (loaded) {
      subscriber.send(frame(series.candles(), true));
    } else {
      snapshotRequired = true;
      read(SNAPSHOT);
    }
    return groups.computeIfAbsent(everyMs, Group::new).add(subscriber);
  }

  void onMinute(Candle minute) {
    updatedAt = System.nanoTime();
    if (!reading.isComplete()) {
      if (held.size() < MAX_HELD_MINUTES) {
        held.add(minute);
      } else {
        series.requireRead();
      }
      return;
    }
    if (loaded) {
      onChanges(series.onMinute(minute));
      readIfRequired();
    }
  }

  /** Reads the candles again and sends them as a snapshot: updates may have been missed. */
  void onReset() {
    if (loaded && !groups.isEmpty()) {
      snapshotRequired = true;
      series.requireRead();
      read(SNAPSHOT);
    }
  }

  /** Called once a second. */
  void check() {
    var now = System.nanoTime();
    var interval = series.isContinued() ? SILENCE : READ_INTERVAL;
    var last = series.isContinued() ? Math.max(updatedAt, readAt) : readAt;
    if (loaded && now - last > interval.toNanos()) {
      series.requireRead();
    }
    readIfRequired();
  }

  /** Returns whether it has no subscriber and reads nothing. */
  boolean isEmpty() {
    return groups.isEmpty() && reading.isComplete();
  }

  /** Returns whether it has had no subscriber for a while. */
  boolean isUnused() {
    return isEmpty() && System.nanoTime() - unusedSince > UNUSED_RETENTION.toNanos();
  }

  private void readIfRequired() {
    var due = System.nanoTime() - readAt > MIN_READ_INTERVAL.toNanos();
    if (due && series.isReadRequired() && reading.isComplete() && !groups.isEmpty()) {
      read(snapshotRequired ? SNAPSHOT : RECENT);
    }
  }

  private Future<Void> read(int limit) {
    if (!reading.isComplete()) {
      return reading;
    }
    readAt = System.nanoTime();
    reading = find.apply(limit)
        .onSuccess(found -> {
          var changed = series.onRead(found);
          loaded = true;
          if (snapshotRequired && limit == SNAPSHOT) {
            snapshotRequired = false;
            groups.values().forEach(Group::sendSnapshot);
          } else {
            onChanges(changed);
          }
        })
        .mapEmpty();
    reading.onComplete(done -> {
      var minutes = List.copyOf(held);
      held.clear();
      if (loaded) {
        minutes.forEach(minute -> onChanges(series.onMinute(minute)));
      }
    });
    return reading;
  }

  private void onChanges(Collection<Candle> changed) {
    if (!changed.isEmpty()) {
      groups.values().forEach(group -> group.onChanges(changed));
    }
  }

  /** Encodes as many of the newest candles as a frame may contain. */
  private Frame frame(List<Candle> candles, boolean snapshot) {
    var head = "{\"event\":\"candles\",\"topic\":" + Json.encode(topic) + ",\"snapshot\":"
        + snapshot + ",\"data\":[";
    var size = head.getBytes(StandardCharsets.UTF_8).length + 2;
    var encoded = new ArrayList<String>();
    for (var i = candles.size() - 1; i >= 0; i--) {
      var json = new StringBuilder();
      CandleJson.append(json, candles.get(i));
      size += json.length() + 1;
      if (size > MAX_FRAME_BYTES) {
        break;
      }
      encoded.add(0, json.toString());
    }
    return Frame.of(topic, head + String.join(",", encoded) + "]}");
  }

  /** The subscribers with one interval between two frames. */
  private final class Group {
    private final int everyMs;
    private final Set<CandleSubscription> subscriptions = new LinkedHashSet<>();
    private Map<Instant, Candle> changes = new TreeMap<>();
    private long nextFrame = System.nanoTime();
    private boolean scheduled;

    Group(int everyMs) {
      this.everyMs = everyMs;
    }

    Subscription add(Subscriber subscriber) {
      var subscription = new CandleSubscription(this, subscriber);
      subscriptions.add(subscription);
      return subscription;
    }

    void remove(CandleSubscription subscription) {
      subscriptions.remove(subscription);
      if (subscriptions.isEmpty() && groups.remove(everyMs, this)) {
        unusedSince = System.nanoTime();
      }
    }

    void onChanges(Collection<Candle> changed) {
      changed.forEach(candle -> changes.put(candle.openTime(), candle));
      schedule();
    }

    void schedule() {
      if (scheduled) {
        return;
      }
      scheduled = true;
      // At least one millisecond: the changes of one message are sent together.
      var pauseMs = Math.max(1, (nextFrame - System.nanoTime()) / 1_000_000 + 1);
      vertx.setTimer(pauseMs, timer -> {
        scheduled = false;
        send();
      });
    }

    private void send() {
      nextFrame = System.nanoTime() + everyMs * 1_000_000L;
      var shared = changes;
      changes = new TreeMap<>();
      var frame = shared.isEmpty() ? null : frame(List.copyOf(shared.values()), false);
      // Sending may close a socket, and so cancel subscriptions.
      for (var subscription : subscriptions.toArray(CandleSubscription[]::new)) {
        if (subscriptions.contains(subscription)) {
          subscription.send(shared, frame);
        }
      }
    }

    void sendSnapshot() {
      changes.clear();
      var frame = frame(series.candles(), true);
      for (var subscription : subscriptions.toArray(CandleSubscription[]::new)) {
        subscription.sendSnapshot(frame);
      }
    }
  }

  private final class CandleSubscription implements Subscription {
    private final Group group;
    private final Subscriber subscriber;

    /** The changes that were not sent because the subscriber was not writable. */
    private final Map<Instant, Candle> unsent = new TreeMap<>();

    CandleSubscription(Group group, Subscriber subscriber) {
      this.group = group;
      this.subscriber = subscriber;
    }

    @Override
    public void onWritable() {
      if (!unsent.isEmpty()) {
        group.schedule();
      }
    }

    @Override
    public int cancel() {
      group.remove(this);
      return 0;
    }

    /** @param sharedFrame null if there are no shared changes */
    private void send(Map<Instant, Candle> shared, Frame sharedFrame) {
      if (!subscriber.isWritable()) {
        unsent.putAll(shared);
        while (unsent.size() > SNAPSHOT) {
          unsent.remove(unsent.keySet().iterator().next());
        }
        conflated.increment();
      } else if (!unsent.isEmpty()) {
        unsent.putAll(shared);
        var frame = frame(List.copyOf(unsent.values()), false);
        unsent.clear();
        subscriber.send(frame);
      } else if (sharedFrame != null) {
        subscriber.send(sharedFrame);
      }
    }

    private void sendSnapshot(Frame frame) {
      if (subscriber.isWritable()) {
        unsent.clear();
        subscriber.send(frame);
      } else {
        series.candles().forEach(candle -> unsent.put(candle.openTime(), candle));
      }
    }
  }
}
