package dev.verticker.node.cluster;

import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.verticker.testing.Provokes;
import dev.verticker.testing.SteppedClock;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ClusterClockTest {
  private static final Instant START = Instant.parse("2025-08-20T10:00:00Z");

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000_000_000L);
  private final ClusterClock clock = new ClusterClock(START, nanos::get);

  @Test
  void the_cluster_clock_follows_the_monotonic_clock_even_when_that_overflows() {
    pass(Duration.ofSeconds(5).plusNanos(7_000));
    assertEquals(START.plusSeconds(5).plusNanos(7_000), clock.instant());
  }

  @Test
  void the_clock_advances_to_a_slightly_later_cluster_time_at_once() {
    clock.follow(START.plusMillis(500));
    assertEquals(START.plusMillis(500), clock.instant());
  }

  @Test
  void the_clock_slows_to_half_speed_when_the_cluster_time_is_slightly_earlier() {
    clock.follow(START.minusMillis(500));
    assertEquals(START, clock.instant());
    pass(Duration.ofMillis(400));
    assertEquals(START.plusMillis(200), clock.instant());
    pass(Duration.ofMillis(600));
    assertEquals(START.plusMillis(500), clock.instant());
    pass(Duration.ofMillis(1000));
    assertEquals(START.plusMillis(1500), clock.instant());
  }

  @Test
  @Provokes(17)
  void the_clock_follows_a_jump_of_the_cluster_time_only_if_the_jump_lasts() {
    var hours = Duration.ofHours(2);
    clock.follow(START.plus(hours));
    clock.follow(START);
    clock.follow(START.plus(hours));
    clock.follow(START.plus(hours));
    assertEquals(START, clock.instant());
    clock.follow(START.plus(hours));
    assertEquals(START.plus(hours), clock.instant());
  }

  @Test
  @Provokes(17)
  void the_clock_never_goes_back_whatever_the_cluster_time_is() {
    var last = clock.instant();
    for (var i = 0; i < 10_000; i++) {
      pass(Duration.ofMillis(i % 7));
      clock.follow(START.plusMillis((long) (2_000 * Math.sin(i))));
      assertFalse(clock.instant().isBefore(last));
      last = clock.instant();
    }
  }

  @Test
  @Provokes(17)
  void without_peers_it_follows_the_host_clock_forward_but_never_back() {
    var vertx = Vertx.vertx();
    try {
      var host = new SteppedClock(START);
      var alone = ClusterClock.following(host, Duration.ofMillis(2), vertx);
      var before = alone.instant();
      host.step(Duration.ofHours(-1));
      until("the clock advances", () -> alone.instant().isAfter(before.plusMillis(20)));
      assertFalse(alone.instant().isAfter(before.plusSeconds(10)), "at half speed at most");

      host.step(Duration.ofHours(3));
      until("the clock follows", () -> !alone.instant().isBefore(START.plus(Duration.ofHours(2))));
    } finally {
      vertx.close().await();
    }
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }
}
