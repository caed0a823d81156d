package dev.verticker.node;

import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a fact that nobody announces. */
public final class NodeAwait {
  private static final Duration LONGEST = Duration.ofSeconds(20);

  private NodeAwait() {}

  public static void until(String fact, BooleanSupplier holds) {
    var end = System.nanoTime() + LONGEST.toNanos();
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() > end) {
        fail("never came true: " + fact);
      }
      LockSupport.parkNanos(1_000_000);
    }
  }
}
