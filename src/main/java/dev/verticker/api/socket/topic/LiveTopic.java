package dev.verticker.api.socket.topic;

import dev.verticker.api.socket.topic.ConflatedTopic.Source;
import dev.verticker.api.socket.topic.ConflatedTopic.TopicResources;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * One topic on an event loop whose state is read at its first use, and continued from the updates of the leader.
 *
 * @param <U> an update of the leader
 * @param <E> a change that subscribers receive
 */
abstract class LiveTopic<U, E> implements Source<E> {
  private static final Duration MIN_READ_INTERVAL = Duration.ofSeconds(1);

  private static final int MAX_HELD_UPDATES = 100;

  private final ConflatedTopic<E> subscribers;

  /** Updates that arrive during a read. */
  private final List<U> held = new ArrayList<>();

  private Future<Void> reading = Future.succeededFuture();
  private boolean loaded;
  private boolean streamed;
  private boolean readRequired;
  private boolean wholeRequired = true;
  private long readAt = System.nanoTime();
  private long gapReadAt = System.nanoTime() - MIN_READ_INTERVAL.toNanos() - 1;

  /** The last update or successful read. */
  private long confirmedAt = System.nanoTime();

  private long unusedSince = System.nanoTime();

  LiveTopic(TopicResources resources) {
    this.subscribers = new ConflatedTopic<>(resources, this, () -> unusedSince = System.nanoTime());
  }

  /**
   * Reads the state, publishes what changed, and continues with it.
   *
   * @param whole whether all of it is required, not only the newest part
   * @return whether all subscribers receive a snapshot instead of the changes
   */
  abstract Future<Boolean> read(boolean whole);

  /** Returns whether nothing is missing before the update; otherwise it is applied after a read. */
  boolean follows(U update) {
    return true;
  }

  /** Applies an update and publishes what changed. */
  abstract void apply(U update);

  /** The time without updates and reads after which it is read again. */
  abstract Duration silence();

  /** Returns whether updates continue the state; if not, only reads change it. */
  boolean isContinued() {
    return true;
  }

  /** Updates may have been missed, or another node leads. */
  void onReset() {
    streamed = false;
  }

  /** Called once a second while it is loaded. */
  void onCheck() {}

  /** Completes when the state is known; fails like the read. */
  final Future<Void> load() {
    unusedSince = System.nanoTime();
    return loaded ? Future.succeededFuture() : startRead();
  }

  /** Sends a snapshot; changes follow. */
  final Subscription add(Subscriber subscriber, int everyMs) {
    load();
    return subscribers.add(subscriber, everyMs);
  }

  final void onUpdate(U update) {
    if (isContinued()) {
      confirmedAt = System.nanoTime();
    }
    streamed = true;
    if (!reading.isComplete()) {
      if (held.size() < MAX_HELD_UPDATES) {
        held.add(update);
      } else {
        readRequired = true;
      }
    } else if (loaded
        && !follows(update)
        && System.nanoTime() - gapReadAt > MIN_READ_INTERVAL.toNanos()) {
      gapReadAt = System.nanoTime();
      held.add(update);
      startRead();
    } else if (loaded) {
      apply(update);
      readIfRequired();
    }
  }

  final void check() {
    readIfRequired();
    if (loaded) {
      onCheck();
    }
  }

  /** Returns whether it has subscribers and was silent for too long. */
  final boolean isSilent() {
    return loaded
        && isSubscribed()
        && reading.isComplete()
        && nanosSinceContact() > silence().toNanos();
  }

  /** The time without updates and reads. */
  final long nanosSinceContact() {
    return System.nanoTime() - Math.max(confirmedAt, readAt);
  }

  final void readAgain() {
    startRead();
  }

  final void requireRead() {
    readRequired = true;
  }

  /** Reads the whole state. */
  final void readWhole() {
    if (loaded && isSubscribed()) {
      wholeRequired = true;
      // A read that is under way does not read it.
      readRequired = true;
      startRead();
    }
  }

  /** Returns whether updates wait for a read; when a read starts, whether it is for an update that does not follow the state. */
  final boolean hasHeldUpdates() {
    return !held.isEmpty();
  }

  /** Returns whether the leader has published updates since it was elected; if not, it may not stream this topic. */
  final boolean isStreamed() {
    return streamed;
  }

  final boolean isLoaded() {
    return loaded;
  }

  final boolean isSubscribed() {
    return !subscribers.isEmpty();
  }

  /** Returns whether it has no subscriber and reads nothing. */
  final boolean isEmpty() {
    return subscribers.isEmpty() && reading.isComplete();
  }

  /** Returns whether it has had no subscriber for so long. */
  final boolean isUnused(Duration time) {
    return isEmpty() && System.nanoTime() - unusedSince > time.toNanos();
  }

  /** Sends a snapshot to all subscribers. */
  final void sendSnapshot() {
    subscribers.sendSnapshot();
  }

  /** Encodes as many of the last elements as the bytes allow, in their order; the JSON must be ASCII. */
  static <T> Collection<String> encodeNewest(
      List<T> elements, int maxBytes, BiConsumer<StringBuilder, T> append) {
    var encoded = new ArrayDeque<String>(elements.size());
    var size = 0;
    for (var i = elements.size() - 1; i >= 0; i--) {
      var json = new StringBuilder();
      append.accept(json, elements.get(i));
      size += json.length() + 1;
      if (size > maxBytes) {
        break;
      }
      encoded.addFirst(json.toString());
    }
    return encoded;
  }

  final void publish(E change, boolean urgent) {
    subscribers.onChange(change, urgent);
  }

  final void publish(E change) {
    subscribers.onChange(change);
  }

  private void readIfRequired() {
    var due = System.nanoTime() - readAt > MIN_READ_INTERVAL.toNanos();
    if (due && readRequired && reading.isComplete() && isSubscribed()) {
      startRead();
    }
  }

  private Future<Void> startRead() {
    if (!reading.isComplete()) {
      return reading;
    }
    readAt = System.nanoTime();
    readRequired = false;
    var whole = wholeRequired;
    wholeRequired = false;
    reading = read(whole)
        .onSuccess(snapshot -> {
          confirmedAt = System.nanoTime();
          if (!loaded || snapshot) {
            loaded = true;
            subscribers.sendSnapshot();
          }
        })
        .onFailure(failure -> wholeRequired |= whole)
        .mapEmpty();
    reading.onComplete(done -> applyHeld());
    return reading;
  }

  private void applyHeld() {
    var updates = List.copyOf(held);
    held.clear();
    if (loaded) {
      updates.forEach(this::apply);
    }
  }
}
