package dev.verticker.price.observation;

import java.time.Duration;
import java.time.Instant;

/** Divides time into slots of the refresh interval, counted from the epoch and therefore equal on every node. */
public record TimeSlots(Duration interval) {
  private static final long NANOS = 1_000_000_000L;

  public long of(Instant time) {
    return Math.floorDiv(time.getEpochSecond() * NANOS + time.getNano(), interval.toNanos());
  }

  public Instant start(long slot) {
    return Instant.EPOCH.plus(interval.multipliedBy(slot));
  }

  /** Returns the milliseconds from {@code time} to the next slot; at least one. */
  public long millisToNext(Instant time) {
    var next = (of(time) + 1) * interval.toNanos();
    var remaining = next - (time.getEpochSecond() * NANOS + time.getNano());
    return remaining / 1_000_000 + 1;
  }
}
