package dev.verticker.node;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Measures the lag of each event loop: the delay of a periodic task. */
final class EventLoopLag {
  private static final Duration INTERVAL = Duration.ofMillis(250);
  private static final Duration MAX_LAG = Duration.ofSeconds(1);

  private final List<AtomicLong> lastRuns = new ArrayList<>();

  EventLoopLag(Vertx vertx, MeterRegistry metrics) {
    for (var loop : ((VertxInternal) vertx).nettyEventLoopGroup()) {
      var last = new AtomicLong(System.nanoTime());
      loop.scheduleAtFixedRate(
          () -> last.set(System.nanoTime()), 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
      lastRuns.add(last);
    }
    metrics.gauge("event_loop_lag_seconds", this, lag -> lag.now().toNanos() / 1e9);
  }

  /** The current lag of the slowest loop. */
  Duration now() {
    var now = System.nanoTime();
    var oldest = lastRuns.stream().mapToLong(last -> now - last.get()).max().orElse(0);
    return Duration.ofNanos(Math.max(0, oldest - INTERVAL.toNanos()));
  }

  Optional<String> reason() {
    var lag = now();
    return lag.compareTo(MAX_LAG) > 0
        ? Optional.of("an event loop is " + lag.toMillis() + " ms late")
        : Optional.empty();
  }
}
