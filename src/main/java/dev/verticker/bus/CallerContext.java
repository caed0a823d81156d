package dev.verticker.bus;

import io.vertx.core.Context;
import io.vertx.core.Vertx;

/**
 * The Vert.x context of a caller that waits in a queue. When a request completes, the queue starts the work of the next caller.
 * This work must run on the caller's context: on the context of the completed request, it would use its {@link RequestId}.
 */
public final class CallerContext {
  private final Context context;

  private CallerContext(Context context) {
    this.context = context;
  }

  /** The context of the current thread, which may have none. */
  public static CallerContext current() {
    return new CallerContext(Vertx.currentContext());
  }

  /** Runs the work on this context: at once if it is the current one, or none. */
  public void run(Runnable work) {
    if (context == null || context == Vertx.currentContext()) {
      work.run();
    } else {
      context.runOnContext(start -> work.run());
    }
  }
}
