package dev.verticker.trading.control;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the periodic tasks of the leader: dead-man's switch, commands that a crash interrupted, and events of users. */
public final class ControlTasks {
  private static final Logger log = LoggerFactory.getLogger(ControlTasks.class);
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final Vertx vertx;
  private final CancelDeadlines deadlines;
  private final InterruptedCommands interrupted;
  private final UserFollower users;
  private final BooleanSupplier leader;

  /** @param leader whether this node runs the tasks now */
  public ControlTasks(
      Vertx vertx,
      CancelDeadlines deadlines,
      InterruptedCommands interrupted,
      UserFollower users,
      BooleanSupplier leader) {
    this.vertx = vertx;
    this.deadlines = deadlines;
    this.interrupted = interrupted;
    this.users = users;
    this.leader = leader;
  }

  /** Starts the timers of the calling verticle, which end with it. */
  public void start() {
    every(INTERVAL, deadlines::cancelDue);
    every(INTERVAL, interrupted::rejectUnsent);
    every(INTERVAL, users::follow);
    every(InterruptedCommands.CANCEL_AGAIN, interrupted::cancelAgain);
  }

  /** The next run begins an interval after the end of the last one. */
  private void every(Duration interval, Supplier<Future<Void>> task) {
    vertx.setTimer(interval.toMillis(), timer -> {
      var run = leader.getAsBoolean() ? task.get() : Future.<Void>succeededFuture();
      run.onFailure(failure ->
              log.warn("periodic trading task failed, retrying: {}", failure.getMessage()))
          .onComplete(done -> every(interval, task));
    });
  }
}
