package dev.verticker.dev.exchange;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.LongSupplier;

/** Two monotonic clocks with a common start: one at the simulator's speed, one in real time. */
final class SimulatedTime {
  private final Instant start;
  private final long startNanos;
  private final LongSupplier nanos;
  private final int speed;

  SimulatedTime(Clock clock, LongSupplier nanos, int speed) {
    this.start = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    this.nanos = nanos;
    this.startNanos = nanos.getAsLong();
    this.speed = speed;
  }

  Instant start() {
    return start;
  }

  int speed() {
    return speed;
  }

  /** The exchange's time in whole milliseconds. */
  Instant simulated() {
    return start.plusNanos(elapsed() * speed).truncatedTo(ChronoUnit.MILLIS);
  }

  /** Real time, used for request weights and bans at any speed. */
  Instant real() {
    return start.plusNanos(elapsed());
  }

  private long elapsed() {
    return nanos.getAsLong() - startNanos;
  }
}
