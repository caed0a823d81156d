package dev.verticker.testing;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a fact that nothing announces. */
public final class Eventually {
  private static final long PAUSE_NANOS = Duration.ofMillis(5).toNanos();

  private Eventually() {}

  /** Fails with {@code fact} when it has not come true in time. */
  public static void within(Duration limit, String fact, BooleanSupplier comesTrue) {
    var end = System.nanoTime() + limit.toNanos();
    while (!comesTrue.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not within " + limit + ": " + fact);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  public static void within10s(String fact, BooleanSupplier comesTrue) {
    within(Duration.ofSeconds(10), fact, comesTrue);
  }
}
