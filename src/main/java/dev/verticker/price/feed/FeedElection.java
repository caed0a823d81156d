package dev.verticker.price.feed;

import dev.verticker.price.feed.FeedLeader.ElectionTiming;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Decides when a node may lead, from the time since it knew of a leader, of a free lease and of its own failure. */
final class FeedElection {
  private final ElectionTiming timing;
  private final Duration silence;

  /** Since a message of the leader with the highest epoch. */
  private final Stopwatch sinceMessage = new Stopwatch();

  /** Since a message of a leader, or since Redis reported that another node holds the lease. */
  private final Stopwatch sinceLeader = new Stopwatch();

  private final Stopwatch sinceFree = new Stopwatch();
  private final Stopwatch sinceGivenUp = new Stopwatch();

  FeedElection(ElectionTiming timing) {
    this.timing = timing;
    this.silence = timing
        .silence()
        .plusNanos(ThreadLocalRandom.current().nextLong(timing.jitter().toNanos() + 1));
  }

  /** This node starts, or leads no longer. */
  void onFollowing() {
    sinceLeader.start();
  }

  void onMessage() {
    sinceMessage.start();
    sinceLeader.start();
  }

  /** The leader resigned, so there is no need to wait until it has been silent. */
  void onLeaderDown() {
    sinceMessage.stop();
    sinceLeader.startedBefore(timing.silence());
  }

  void onElected() {
    sinceGivenUp.stop();
  }

  /** This node resigned because its upstream fails. */
  void onGivenUp() {
    sinceGivenUp.start();
  }

  void onLease(FeedLease.Holder holder) {
    if (holder != FeedLease.Holder.NONE) {
      sinceFree.stop();
    } else if (!sinceFree.isRunning()) {
      sinceFree.start();
    }
    if (holder == FeedLease.Holder.OTHER) {
      sinceLeader.start();
    }
  }

  /** A paused node, and one that receives messages of a leader, leave a free lease to other nodes for a while. */
  boolean mayAcquireLease() {
    return !isPaused() && !isLed(timing.renewal().multipliedBy(2))
        || sinceFree.exceeds(timing.free());
  }

  void onRedisUnavailable() {
    sinceFree.stop();
  }

  boolean mayLeadWithoutLease() {
    return sinceLeader.exceeds(
        isPaused() ? silence.plus(timing.jitter()).plus(timing.free()) : silence);
  }

  /** Returns whether the leader with the highest epoch still sends messages. */
  boolean isLed() {
    return isLed(timing.silence());
  }

  private boolean isLed(Duration silent) {
    return sinceMessage.isRunning() && !sinceMessage.exceeds(silent);
  }

  private boolean isPaused() {
    return sinceGivenUp.isRunning() && !sinceGivenUp.exceeds(timing.pause());
  }

  /** Measures monotonic time. */
  static final class Stopwatch {
    private boolean running;
    private long startedAt;

    void start() {
      startedBefore(Duration.ZERO);
    }

    void startedBefore(Duration elapsed) {
      running = true;
      startedAt = System.nanoTime() - elapsed.toNanos();
    }

    void stop() {
      running = false;
    }

    boolean isRunning() {
      return running;
    }

    boolean exceeds(Duration limit) {
      return running && System.nanoTime() - startedAt >= limit.toNanos();
    }
  }
}
