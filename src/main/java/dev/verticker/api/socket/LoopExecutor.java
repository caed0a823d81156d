package dev.verticker.api.socket;

import io.vertx.core.Context;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs tasks on one event loop, and once after each of them what they postponed. */
final class LoopExecutor {
  private static final Logger log = LoggerFactory.getLogger(LoopExecutor.class);

  private final Context context;
  private final Thread thread;
  private List<Runnable> postponed = new ArrayList<>();
  private List<Runnable> spare = new ArrayList<>();

  /** On the thread of the event loop. */
  LoopExecutor(Context context) {
    this.context = context;
    this.thread = Thread.currentThread();
  }

  Context context() {
    return context;
  }

  /** At once on the event loop's own thread, else in the order of the calls. */
  void run(Runnable task) {
    if (Thread.currentThread() == thread) {
      task.run();
    } else {
      runLater(task);
    }
  }

  void runLater(Runnable task) {
    context.runOnContext(here -> task.run());
  }

  /** On the event loop, after the current task. */
  void postpone(Runnable work) {
    if (postponed.isEmpty()) {
      runLater(this::runPostponed);
    }
    postponed.add(work);
  }

  private void runPostponed() {
    var due = postponed;
    postponed = spare;
    for (var work : due) {
      try {
        work.run();
      } catch (RuntimeException e) {
        log.error("postponed work of an event loop failed", e);
      }
    }
    due.clear();
    spare = due;
  }
}
