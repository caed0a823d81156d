package dev.verticker.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequestQueueTest {
  private final RequestQueue queue = new RequestQueue(2);
  private final List<Promise<String>> started = new ArrayList<>();

  @Test
  void two_requests_run_at_once_and_the_others_start_in_their_order() {
    var first = add();
    var second = add();
    var third = add();
    assertEquals(2, started.size());
    assertEquals(1, queue.waiting());

    started.get(1).fail("blocked");
    assertTrue(second.failed());
    assertEquals(3, started.size());
    started.get(2).complete("third");
    started.get(0).complete("first");

    assertEquals(List.of("first", "third"), List.of(first.result(), third.result()));
    assertEquals(0, queue.waiting());
  }

  @Test
  void requests_that_throw_fail_and_do_not_block_the_next_one() {
    var defect = new IllegalStateException("a defect");
    for (var i = 0; i < 3; i++) {
      var failed = queue.<String>add(() -> {
        throw defect;
      });
      assertSame(defect, failed.cause());
    }
    add();
    assertEquals(1, started.size());
  }

  @Test
  void the_time_to_wait_after_a_failure_is_that_of_a_rate_limit_and_at_least_a_second() {
    var now = Instant.parse("2026-03-01T12:00:00Z");
    assertEquals(Duration.ofSeconds(40), retryAfter(now.plusSeconds(40), now));
    assertEquals(Duration.ofSeconds(1), retryAfter(now.minusSeconds(40), now));
    assertEquals(
        Duration.ofSeconds(1), ExchangeException.retryAfter(new RuntimeException("other"), now));
  }

  private static Duration retryAfter(Instant until, Instant now) {
    return ExchangeException.retryAfter(
        new ExchangeException.RateLimitedException(until, "limited"), now);
  }

  private Future<String> add() {
    return queue.add(() -> {
      var request = Promise.<String>promise();
      started.add(request);
      return request.future();
    });
  }
}
