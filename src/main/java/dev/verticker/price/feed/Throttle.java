package dev.verticker.price.feed;

import io.vertx.core.Vertx;
import java.time.Duration;

/** Runs a task at most once in an interval, however often it is requested. Used on one event loop. */
public final class Throttle {
  private final Vertx vertx;
  private final Duration interval;
  private final Runnable task;
  private boolean scheduled;
  private long lastRunAt;

  public Throttle(Vertx vertx, Duration interval, Runnable task) {
    this.vertx = vertx;
    this.interval = interval;
    this.task = task;
    this.lastRunAt = System.nanoTime() - interval.toNanos();
  }

  /** The task runs when an interval has passed since its last run, and after the current task of the event loop. */
  public void schedule() {
    if (!scheduled) {
      scheduled = true;
      var pause = interval.toNanos() - (System.nanoTime() - lastRunAt);
      if (pause > 0) {
        vertx.setTimer(Math.max(1, Duration.ofNanos(pause).toMillis()), timer -> run());
      } else {
        // A timer would delay the task by up to two milliseconds.
        vertx.runOnContext(here -> run());
      }
    }
  }

  private void run() {
    scheduled = false;
    lastRunAt = System.nanoTime();
    task.run();
  }
}
