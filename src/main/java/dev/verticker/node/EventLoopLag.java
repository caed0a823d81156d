package dev.verticker.node;

import io.micrometer.core.instrument.MeterRegistry;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** How late the event loops run: a beat on each, and the time it is overdue. */
final class EventLoopLag {
  private static final Duration BEAT = Duration.ofMillis(250);
  private static final Duration MOST = Duration.ofSeconds(1);

  private final List<AtomicLong> lastBeats = new ArrayList<>();

  EventLoopLag(Vertx vertx, MeterRegistry metrics) {
    for (var loop : ((VertxInternal) vertx).nettyEventLoopGroup()) {
      lastBeats.add(beat(loop));
    }
    metrics.gauge("event_loop_lag_seconds", this, lag -> lag.now().toNanos() / 1e9);
  }

  /** Of the latest loop, at this moment. */
  Duration now() {
    var now = System.nanoTime();
    var oldest = lastBeats.stream().mapToLong(beat -> now - beat.get()).max().orElse(0);
    return Duration.ofNanos(Math.max(0, oldest - BEAT.toNanos()));
  }

  Optional<String> reason() {
    var lag = now();
    return lag.compareTo(MOST) > 0
        ? Optional.of("an event loop is " + lag.toMillis() + " ms late")
        : Optional.empty();
  }

  private static AtomicLong beat(EventExecutor loop) {
    var last = new AtomicLong(System.nanoTime());
    loop.scheduleAtFixedRate(
        () -> last.set(System.nanoTime()), 0, BEAT.toMillis(), TimeUnit.MILLISECONDS);
    return last;
  }
}
