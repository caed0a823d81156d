package dev.verticker.price;

import java.time.Duration;
import java.time.Instant;

/** Time cut into refresh intervals, counted from the epoch: the same on every node. */
public record TimeSlots(Duration interval) {
  private static final long NANOS = 1_000_000_000L;

  public long of(Instant time) {
    return Math.floorDiv(time.getEpochSecond() * NANOS + time.getNano(), interval.toNanos());
  }

  /** How long until the slot after {@code time}'s begins; at least a millisecond. */
  long millisToNext(Instant time) {
    var next = (of(time) + 1) * interval.toNanos();
    var left = next - (time.getEpochSecond() * NANOS + time.getNano());
    return left / 1_000_000 + 1;
  }
}
