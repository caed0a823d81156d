package dev.verticker.exchange;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;

/** Runs a limited number of requests at once; the others wait in their order. Used on one event loop. */
public final class RequestQueue {
  private final int maxRunning;
  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private int running;

  public RequestQueue(int maxRunning) {
    this.maxRunning = maxRunning;
  }

  /** Returns the number of requests that have not started; callers bound it. */
  public int waiting() {
    return waiting.size();
  }

  /** Completes or fails like the request. An exception that the supplier throws is a failure of the request. */
  public <T> Future<T> add(Supplier<Future<T>> request) {
    var result = Promise.<T>promise();
    waiting.add(() -> start(request, result));
    startNext();
    return result.future();
  }

  private void startNext() {
    while (running < maxRunning && !waiting.isEmpty()) {
      running++;
      waiting.poll().run();
    }
  }

  private <T> void start(Supplier<Future<T>> request, Promise<T> result) {
    Future.succeededFuture().compose(start -> request.get()).onComplete(done -> {
      running--;
      result.handle(done);
      startNext();
    });
  }
}
