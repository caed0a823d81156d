package dev.verticker.node;

import static dev.verticker.testing.Await.until;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class EventLoopLagTest {
  @Test
  void a_blocked_event_loop_is_a_reason_for_as_long_as_it_is_blocked() {
    var vertx = Vertx.vertx();
    var lag = new EventLoopLag(vertx, new SimpleMeterRegistry());
    until("no lag", () -> lag.reason().isEmpty());
    var blocked = new AtomicBoolean(true);
    ((VertxInternal) vertx)
        .nettyEventLoopGroup()
        .next()
        .execute(() -> until("released", () -> !blocked.get()));
    until("lag", () -> lag.reason().isPresent());
    blocked.set(false);
    until("no lag", () -> lag.reason().isEmpty());
    vertx.close().await();
  }
}
