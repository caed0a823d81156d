package dev.verticker.dev.exchange;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** The time of a simulator; a test advances it. */
final class SteppedTime implements LongSupplier {
  static final Instant START = Instant.parse("2030-03-04T05:06:00Z");
  private final AtomicLong nanos = new AtomicLong(77);

  @Override
  public long getAsLong() {
    return nanos.get();
  }

  void advance(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  SimulatorOptions in(SimulatorOptions options) {
    return options.withClock(Clock.fixed(START, ZoneOffset.UTC)).withNanos(this);
  }
}
