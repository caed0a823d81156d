package dev.verticker.price.candle;

import dev.verticker.bus.Failure;
import dev.verticker.exchange.ExchangeException.RateLimitedException;
import dev.verticker.exchange.ExchangeException.UnknownSymbolException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Performs one task after another. After a failure it waits, longer each time, before it performs the next one. */
final class CandleTasks {
  private static final Logger log = LoggerFactory.getLogger(CandleTasks.class);
  private static final Duration MIN_BACK_OFF = Duration.ofMillis(500);
  private static final Duration MAX_BACK_OFF = Duration.ofSeconds(30);

  /** PostgreSQL returns sooner than an exchange, and its failure costs no weight. */
  private static final Duration MAX_BACK_OFF_OF_STORE = Duration.ofSeconds(1);

  private static final int MAX_DOUBLINGS = 6;

  private final Vertx vertx;
  private final Clock clock;
  private final Supplier<Task> next;
  private boolean running;
  private int failures;

  /**
   * @param pause after the task
   * @param retry called if the task failed, except for a symbol that the exchange does not list
   */
  record Task(Supplier<Future<?>> action, Duration pause, Runnable retry) {
    static Task once(Supplier<Future<?>> action) {
      return new Task(action, Duration.ZERO, () -> {});
    }
  }

  /** @param next the next task; null if there is none */
  CandleTasks(Vertx vertx, Clock clock, Supplier<Task> next) {
    this.vertx = vertx;
    this.clock = clock;
    this.next = next;
  }

  boolean isRunning() {
    return running;
  }

  /** Performs the next task unless one is running. */
  void run() {
    var task = running ? null : next.get();
    if (task != null) {
      running = true;
      perform(task.action()).onComplete(done -> continueAfter(task, done.cause()));
    }
  }

  private static Future<?> perform(Supplier<Future<?>> action) {
    try {
      return action.get();
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }

  private void continueAfter(Task task, Throwable failure) {
    var delay = task.pause();
    if (failure == null) {
      failures = 0;
    } else if (failure instanceof UnknownSymbolException) {
      log.debug("no candles: {}", failure.getMessage());
    } else {
      delay = backOff(failure);
      if (failures++ == 0) {
        log.warn(
            "candles not compared, retrying in {} ms: {}", delay.toMillis(), failure.getMessage());
      }
      task.retry().run();
    }
    if (delay.isZero()) {
      continueNow();
    } else {
      vertx.timer(delay.toMillis(), TimeUnit.MILLISECONDS).onSuccess(due -> continueNow());
    }
  }

  private void continueNow() {
    running = false;
    run();
  }

  private Duration backOff(Throwable failure) {
    var doubled = MIN_BACK_OFF.multipliedBy(1L << Math.min(failures, MAX_DOUBLINGS));
    if (failure instanceof RateLimitedException limited) {
      var wait = Duration.between(clock.instant(), limited.until());
      doubled = wait.compareTo(doubled) > 0 ? wait : doubled;
    }
    var max = failure instanceof Failure ? MAX_BACK_OFF_OF_STORE : MAX_BACK_OFF;
    return doubled.compareTo(max) < 0 ? doubled : max;
  }
}
