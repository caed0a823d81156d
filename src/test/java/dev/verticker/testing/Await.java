package dev.verticker.testing;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits on the test thread for a future or a condition; the test fails if a deadline expires first. */
public final class Await {
  private static final Duration MAX = Duration.ofSeconds(30);
  private static final long MIN_PAUSE_NANOS = Duration.ofMillis(2).toNanos();
  private static final long MAX_PAUSE_NANOS = Duration.ofMillis(25).toNanos();

  private Await() {}

  /** Returns the result; fails with the cause if the future fails. */
  public static <T> T await(Future<T> future) {
    return await(MAX, future);
  }

  /** Like {@link #await(Future)} with another deadline. */
  public static <T> T await(Duration max, Future<T> future) {
    try {
      return future.await(max.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      if (future.failed()) {
        return rethrow(e);
      }
      throw new AssertionError("no result within " + max.toSeconds() + " s", e);
    }
  }

  /** A request has its own timeout. */
  @SuppressWarnings("unchecked")
  private static <T, E extends Exception> T rethrow(TimeoutException failure) throws E {
    throw (E) failure;
  }

  /** Runs work on the event loop of {@code context} and returns its result. */
  public static <T> T await(Context context, Supplier<Future<T>> work) {
    return await(run(context, work));
  }

  /** Starts work on the event loop of {@code context}; the future fails if the work throws. */
  public static <T> Future<T> run(Context context, Supplier<Future<T>> work) {
    var result = Promise.<T>promise();
    context.runOnContext(
        start -> Future.succeededFuture().compose(started -> work.get()).onComplete(result));
    return result.future();
  }

  /** Returns the cause; fails if the future succeeds. */
  public static Throwable failureOf(Future<?> future) {
    return await(future.<Throwable>transform(result -> result.failed()
        ? Future.succeededFuture(result.cause())
        : Future.failedFuture(new AssertionError("succeeded with " + result.result()))));
  }

  /** Waits until every event loop has run the tasks that were submitted before, such as messages of the local event bus. */
  public static void eventLoops(Vertx vertx) {
    for (var loop : ((VertxInternal) vertx).nettyEventLoopGroup()) {
      loop.submit(() -> {}).syncUninterruptibly();
    }
  }

  /** @param condition description for the message of a failed test */
  public static void until(String condition, BooleanSupplier holds) {
    until(MAX, condition, holds);
  }

  /**
   * Like {@link #until(String, BooleanSupplier)} with another deadline. The longer it takes, the less often the condition is
   * evaluated, because many conditions are queries.
   */
  public static void until(Duration max, String condition, BooleanSupplier holds) {
    var start = System.nanoTime();
    while (!holds.getAsBoolean()) {
      var elapsed = System.nanoTime() - start;
      if (elapsed > max.toNanos()) {
        throw new AssertionError("not within " + max.toMillis() + " ms: " + condition);
      }
      LockSupport.parkNanos(Math.max(MIN_PAUSE_NANOS, Math.min(MAX_PAUSE_NANOS, elapsed / 16)));
    }
  }
}
