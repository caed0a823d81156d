package dev.verticker.user;

import dev.verticker.bus.CallerContext;
import dev.verticker.bus.Failure;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Runs tasks with the same key one after another on this node: fifty concurrent requests for one username hash one password,
 * not fifty. Queues are bounded, and a task whose caller has timed out is not started. Not thread-safe: runs on one event loop.
 */
final class KeyedQueue {
  static final int MAX_PER_KEY = 64;
  static final int MAX_TASKS = 1000;

  private static final Tasks NONE = new Tasks(0, Future.succeededFuture());

  private final Map<String, Tasks> queues = new HashMap<>();
  private final Duration timeout;
  private final Clock clock;
  private int size;

  /** @param last completes when all tasks of the queue have completed */
  private record Tasks(int size, Future<?> last) {}

  /** @param timeout after which a caller no longer waits for its task to start */
  KeyedQueue(Duration timeout, Clock clock) {
    this.timeout = timeout;
    this.clock = clock;
  }

  /** Fails with {@link Failure.Unavailable} if the queue is full or the timeout has passed when the task's turn comes. */
  <T> Future<T> run(String key, Supplier<Future<T>> task) {
    var queue = queues.getOrDefault(key, NONE);
    if (queue.size() == MAX_PER_KEY || size == MAX_TASKS) {
      return busy();
    }
    var deadline = clock.instant().plus(timeout);
    var caller = CallerContext.current();
    var result = Promise.<T>promise();
    queue
        .last()
        .onComplete(before -> caller.run(() -> Future.succeededFuture()
            .compose(turn -> clock.instant().isAfter(deadline) ? KeyedQueue.<T>busy() : task.get())
            .onComplete(result)));
    queues.put(key, new Tasks(queue.size() + 1, result.future()));
    size++;
    return result.future().onComplete(done -> remove(key));
  }

  private void remove(String key) {
    size--;
    queues.computeIfPresent(
        key, (same, queue) -> queue.size() == 1 ? null : new Tasks(queue.size() - 1, queue.last()));
  }

  private static <T> Future<T> busy() {
    return Future.failedFuture(new Failure.Unavailable(
        "hashing-busy", "Too many users are being created: try again in a moment."));
  }
}
