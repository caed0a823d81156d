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

  /** The task runs when an interval has passed since its last run, a millisecond from now at the earliest. */
  public void schedule() {
    if (!scheduled) {
      scheduled = true;
      var elapsed = Duration.ofNanos(System.nanoTime() - lastRunAt);
      vertx.setTimer(Math.max(1, interval.minus(elapsed).toMillis()), timer -> run());
    }
  }

  private void run() {
    scheduled = false;
    lastRunAt = System.nanoTime();
    task.run();
  }
}
