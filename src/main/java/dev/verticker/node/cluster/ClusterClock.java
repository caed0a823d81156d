package dev.verticker.node.cluster;

import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.function.LongSupplier;

/**
 * The time all nodes share. Inside a node it moves with the monotonic clock, so that a step of the host's clock is not seen;
 * {@link #follow} takes it towards the cluster's time: forward at once, back only by running at half speed. It never jumps
 * back.
 */
public final class ClusterClock extends Clock {
  private static final long NOISE_NANOS = Duration.ofMillis(20).toNanos();
  private static final long SUSPICIOUS_NANOS = Duration.ofSeconds(1).toNanos();

  /** A single strange reading may be this host's own clock, which Hazelcast corrects with its next heartbeat. */
  private static final int CONFIRMATIONS = 3;

  /** At {@code nanoTime} it was {@code instant}, and {@code ahead} nanoseconds are to be given back. */
  private record Anchor(long nanoTime, Instant instant, long ahead) {
    Instant at(long now) {
      var elapsed = now - nanoTime;
      return instant.plusNanos(elapsed - Math.min(elapsed / 2, ahead));
    }
  }

  private final LongSupplier nanoTime;
  private volatile Anchor anchor;
  private int suspicious;

  public ClusterClock(Instant start, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.anchor = new Anchor(nanoTime.getAsLong(), start, 0);
  }

  /**
   * For a node that is alone: the time of this host, without its steps back.
   *
   * @param every how often it looks at the host's clock
   */
  public static ClusterClock following(Clock host, Duration every, Vertx vertx) {
    var clock = new ClusterClock(host.instant(), System::nanoTime);
    vertx.setPeriodic(every.toMillis(), look -> clock.follow(host.instant()));
    return clock;
  }

  /** Says what the cluster takes for the time at this moment; called every few seconds from one thread. */
  void follow(Instant clusterTime) {
    var nanos = nanoTime.getAsLong();
    var own = anchor.at(nanos);
    var ahead = Duration.between(clusterTime, own);
    if (ahead.abs().compareTo(Duration.ofNanos(NOISE_NANOS)) < 0) {
      suspicious = 0;
      return;
    }
    if (ahead.abs().compareTo(Duration.ofNanos(SUSPICIOUS_NANOS)) > 0
        && ++suspicious < CONFIRMATIONS) {
      return;
    }
    suspicious = 0;
    anchor = ahead.isNegative()
        ? new Anchor(nanos, clusterTime, 0)
        : new Anchor(nanos, own, ahead.toNanos());
  }

  @Override
  public Instant instant() {
    return anchor.at(nanoTime.getAsLong());
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    if (!zone.equals(ZoneOffset.UTC)) {
      throw new UnsupportedOperationException("the cluster's clock is in UTC");
    }
    return this;
  }
}
