package dev.verticker.node.cluster;

import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.function.LongSupplier;

/**
 * The clock that all nodes share. Within a node it advances with the monotonic clock, so a step of the host's clock has no
 * effect; {@link #follow} corrects it towards the cluster time: forward immediately, back only by running at half speed. It
 * never jumps back.
 */
public final class ClusterClock extends Clock {
  /** The interval at which a node without a cluster reads the host clock. */
  public static final Duration READ_INTERVAL = Duration.ofSeconds(2);

  private static final long NOISE_NANOS = Duration.ofMillis(20).toNanos();
  private static final long SUSPICIOUS_NANOS = Duration.ofSeconds(1).toNanos();

  /** One deviating reading may be a step of the host's clock, which Hazelcast corrects with its next heartbeat. */
  private static final int CONFIRMATIONS = 3;

  /** A known time: {@code instant} at {@code nanoTime}, with {@code ahead} nanoseconds still to lose. */
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
   * The clock of a node without a cluster: the host's time without its steps back.
   *
   * @param interval between two readings of the host's clock
   */
  public static ClusterClock following(Clock host, Duration interval, Vertx vertx) {
    var clock = new ClusterClock(host.instant(), System::nanoTime);
    vertx.setPeriodic(interval.toMillis(), timer -> clock.follow(host.instant()));
    return clock;
  }

  /** Accepts a reading of the cluster time. Called every few seconds on one thread. */
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
