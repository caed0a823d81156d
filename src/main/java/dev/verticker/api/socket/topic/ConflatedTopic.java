package dev.verticker.api.socket.topic;

import dev.verticker.api.socket.protocol.Frame;
import io.micrometer.core.instrument.Counter;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The subscribers of one topic on an event loop. All changes within the interval of a subscriber are conflated to one frame,
 * which subscribers with the same unsent changes share. A subscriber that is not writable receives a later frame that covers
 * all changes since its last one, or its snapshot when it is writable.
 */
final class ConflatedTopic<E> {
  /** Clients accept frames of 64 kB, and SockJS escapes every quotation mark. */
  static final int MAX_FRAME_BYTES = 48 * 1024;

  /** Subscribers that arrive within this time share a snapshot, unless there is a change. */
  private static final Duration MAX_SNAPSHOT_AGE = Duration.ofMillis(100);

  /** Delayed frames of all topics of an event loop are sent at multiples of this, so that sockets receive them together. */
  private static final long SLOT_NANOS = Duration.ofMillis(25).toNanos();

  private static final long NANOS_PER_MS = 1_000_000;

  /**
   * The objects that all topics of a kind use on an event loop.
   *
   * @param conflated counts the frames that were conflated because a subscriber was slow
   */
  record TopicResources(Vertx vertx, Counter conflated) {}

  /** The content of the topic. */
  interface Source<E> {
    /** Encodes the current state; empty while it is not known. */
    List<Frame> snapshot();

    Changes<E> noChanges();

    /** The time for which a frame waits for further changes. */
    default int gatherMs(int everyMs) {
      return 0;
    }
  }

  /** Changes since a frame. */
  interface Changes<E> {
    void add(E change);

    boolean isEmpty();

    List<Frame> encode();
  }

  private record Snapshot(List<Frame> frames, long encodedAt) {
    boolean isCurrent() {
      return System.nanoTime() - encodedAt < MAX_SNAPSHOT_AGE.toNanos();
    }
  }

  private final TopicResources resources;
  private final Source<E> source;
  private final Runnable onEmpty;

  /** By interval. */
  private final Map<Integer, Group> groups = new HashMap<>();

  /** Null after a change. */
  private Snapshot snapshot;

  /** @param onEmpty called after the last subscription was cancelled */
  ConflatedTopic(TopicResources resources, Source<E> source, Runnable onEmpty) {
    this.resources = resources;
    this.source = source;
    this.onEmpty = onEmpty;
  }

  /** Rounds a requested interval up to a step, so that clients share frames. */
  static int roundUp(int everyMs) {
    var step = everyMs <= 1_000 ? 50 : everyMs <= 10_000 ? 250 : everyMs <= 60_000 ? 1_000 : 60_000;
    return (everyMs + step - 1) / step * step;
  }

  /** Sends a snapshot when the subscriber is writable; changes follow. */
  Subscription add(Subscriber subscriber, int everyMs) {
    return groups.computeIfAbsent(roundUp(everyMs), Group::new).add(subscriber);
  }

  boolean isEmpty() {
    return groups.isEmpty();
  }

  void onChange(E change) {
    onChange(change, false);
  }

  /** @param urgent whether the change is sent at once, before the interval has passed */
  void onChange(E change, boolean urgent) {
    snapshot = null;
    // A copy: sending may close a socket, and so cancel subscriptions.
    List.copyOf(groups.values()).forEach(group -> group.onChange(change, urgent));
  }

  /** Sends the current state to all subscribers. */
  void sendSnapshot() {
    snapshot = null;
    List.copyOf(groups.values()).forEach(Group::sendSnapshot);
  }

  /** Returns the next slot at or after {@code time}, in nanoseconds. */
  private static long slot(long time) {
    return time + Math.floorMod(-time, SLOT_NANOS);
  }

  private List<Frame> snapshot() {
    if (snapshot == null || !snapshot.isCurrent()) {
      snapshot = new Snapshot(source.snapshot(), System.nanoTime());
    }
    return snapshot.frames();
  }

  /** The subscribers with one interval between two frames. */
  private final class Group {
    private final int everyMs;
    private final Set<Member> members = new LinkedHashSet<>();

    /** The distinct unsent changes of the members. */
    private Set<Changes<E>> unsent = newSet();

    /** The changes since the last frame or snapshot. */
    private Changes<E> newest = source.noChanges();

    private long nextFrame = System.nanoTime();
    private Long timer;

    Group(int everyMs) {
      this.everyMs = everyMs;
    }

    Subscription add(Subscriber subscriber) {
      var member = new Member(this, subscriber);
      members.add(member);
      member.sendSnapshot();
      return member;
    }

    void remove(Member member) {
      if (members.remove(member) && members.isEmpty()) {
        if (timer != null) {
          resources.vertx().cancelTimer(timer);
        }
        groups.remove(everyMs, this);
        if (groups.isEmpty()) {
          onEmpty.run();
        }
      }
    }

    void onChange(E change, boolean urgent) {
      unsent.forEach(changes -> changes.add(change));
      if (urgent) {
        send();
      } else {
        schedule();
      }
    }

    void schedule() {
      if (timer != null || unsent.stream().allMatch(Changes::isEmpty)) {
        return;
      }
      var now = System.nanoTime();
      var pause = Math.max(nextFrame - now, source.gatherMs(everyMs) * NANOS_PER_MS);
      if (pause <= 0) {
        send();
        return;
      }
      var due = slot(now + pause);
      timer = resources.vertx().setTimer((due - now) / NANOS_PER_MS + 1, id -> {
        timer = null;
        onTimer(due);
      });
    }

    private void onTimer(long due) {
      if (due >= nextFrame) {
        send(due);
      } else {
        // An urgent change was sent in between.
        schedule();
      }
    }

    private void send() {
      send(slot(System.nanoTime()));
    }

    private void send(long slot) {
      startFrame(slot);
      var encoded = new IdentityHashMap<Changes<E>, List<Frame>>();
      for (var member : List.copyOf(members)) {
        if (members.contains(member)) {
          member.send(encoded);
        }
      }
      collectUnsent();
    }

    void sendSnapshot() {
      startFrame(slot(System.nanoTime()));
      for (var member : List.copyOf(members)) {
        if (members.contains(member)) {
          member.changes = null;
          member.sendSnapshot();
        }
      }
      collectUnsent();
    }

    private void startFrame(long slot) {
      nextFrame = everyMs == 0 ? System.nanoTime() : slot + everyMs * NANOS_PER_MS;
      newest = source.noChanges();
    }

    /** Returns the changes after the snapshot that a member receives now. */
    private Changes<E> afterSnapshot() {
      if (!newest.isEmpty()) {
        newest = source.noChanges();
      }
      unsent.add(newest);
      if (unsent.size() > members.size() + 1) {
        collectUnsent();
      }
      return newest;
    }

    /** Also drops the changes of cancelled subscriptions. */
    private void collectUnsent() {
      unsent = newSet();
      unsent.add(newest);
      members.stream()
          .filter(member -> member.changes != null)
          .forEach(member -> unsent.add(member.changes));
    }

    private Set<Changes<E>> newSet() {
      return Collections.newSetFromMap(new IdentityHashMap<>());
    }
  }

  private final class Member implements Subscription {
    private final Group group;
    private final Subscriber subscriber;

    /** The changes that were not sent; null = it has no snapshot yet. */
    private Changes<E> changes;

    Member(Group group, Subscriber subscriber) {
      this.group = group;
      this.subscriber = subscriber;
    }

    @Override
    public void onWritable() {
      if (changes == null) {
        sendSnapshot();
      } else if (!changes.isEmpty()) {
        group.schedule();
      }
    }

    @Override
    public int cancel() {
      group.remove(this);
      return 0;
    }

    private void sendSnapshot() {
      if (!subscriber.isWritable()) {
        return;
      }
      var frames = snapshot();
      if (!frames.isEmpty()) {
        changes = group.afterSnapshot();
        frames.forEach(subscriber::send);
      }
    }

    private void send(Map<Changes<E>, List<Frame>> encoded) {
      if (changes == null) {
        sendSnapshot();
      } else if (changes.isEmpty()) {
        changes = group.newest;
      } else if (subscriber.isWritable()) {
        var frames = encoded.computeIfAbsent(changes, Changes::encode);
        changes = group.newest;
        frames.forEach(subscriber::send);
      } else {
        resources.conflated().increment();
      }
    }
  }
}
