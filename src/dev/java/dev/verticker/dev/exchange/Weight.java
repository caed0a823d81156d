package dev.verticker.dev.exchange;

import java.time.Duration;
import java.time.Instant;

/**
 * Request weight used in the current calendar minute of real time. The exchange counts per address; all clients of a
 * simulator share one count.
 */
final class Weight {
  private final int limit;
  private long minute;
  private int used;

  Weight(int limit) {
    this.limit = limit;
  }

  int limit() {
    return limit;
  }

  synchronized int use(int weight, Instant now) {
    used = used(now) + weight;
    return used;
  }

  synchronized int used(Instant now) {
    if (Timeline.minute(now) != minute) {
      minute = Timeline.minute(now);
      used = 0;
    }
    return used;
  }

  synchronized boolean exceeded(Instant now) {
    return used(now) > limit;
  }

  /** Time until the count is reset, in whole seconds rounded up. */
  static Duration untilReset(Instant now) {
    var left = Timeline.MINUTE - Math.floorMod(now.toEpochMilli(), Timeline.MINUTE);
    return Duration.ofSeconds((left + 999) / 1000);
  }
}
