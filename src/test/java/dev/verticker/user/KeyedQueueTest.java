package dev.verticker.user;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Failure;
import dev.verticker.bus.RequestId;
import dev.verticker.testing.Await;
import dev.verticker.testing.SteppedClock;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class KeyedQueueTest {
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final SteppedClock clock = new SteppedClock(Instant.parse("2030-01-01T00:00:00Z"));
  private final KeyedQueue inTurn = new KeyedQueue(PATIENCE, clock);
  private final List<String> begun = new ArrayList<>();

  @Test
  void tasks_of_one_key_run_in_sequence_and_other_keys_do_not_wait() {
    var first = Promise.<Void>promise();
    run("ada", "first", first);
    run("ada", "second", Promise.promise());
    run("grace", "elsewhere", Promise.promise());
    assertEquals(List.of("first", "elsewhere"), begun);
    first.fail("whatever became of it");
    assertEquals(List.of("first", "elsewhere", "second"), begun);
  }

  @Test
  void a_full_queue_rejects_tasks_until_one_completes() {
    var first = Promise.<Void>promise();
    run("ada", "first", first);
    IntStream.range(1, KeyedQueue.MAX_PER_KEY).forEach(n -> run("ada", "next", Promise.promise()));
    assertBusy(run("ada", "too many", Promise.promise()));
    first.complete();
    assertFalse(run("ada", "room again", Promise.promise()).isComplete());
  }

  @Test
  void the_total_of_all_queues_is_bounded() {
    var first = Promise.<Void>promise();
    run("key", "first", first);
    IntStream.range(1, KeyedQueue.MAX_TASKS)
        .forEach(n -> run("key " + n, "next", Promise.promise()));
    assertBusy(run("another key", "too many", Promise.promise()));
    first.complete();
    assertFalse(run("another key", "room again", Promise.promise()).isComplete());
  }

  @Test
  void a_task_whose_caller_has_timed_out_is_not_started() {
    var first = Promise.<Void>promise();
    run("ada", "first", first);
    var late = run("ada", "late", Promise.promise());
    clock.step(PATIENCE.plusMillis(1));
    run("ada", "in time", Promise.promise());
    first.complete();
    assertBusy(late);
    assertEquals(List.of("first", "in time"), begun);
  }

  @Test
  void a_task_runs_on_the_context_of_its_own_request() {
    var vertx = Vertx.vertx();
    try {
      var loop = (ContextInternal) vertx.getOrCreateContext();
      var first = Promise.<Void>promise();
      Await.await(loop.duplicate(), () -> {
        RequestId.set("first");
        inTurn.run("ada", first::future);
        return Future.succeededFuture();
      });
      var second = Await.<String>run(loop.duplicate(), () -> {
        RequestId.set("second");
        return inTurn.run(
            "ada", () -> Future.succeededFuture(RequestId.current().orElse("none")));
      });
      Await.await(loop.duplicate(), () -> {
        RequestId.set("first");
        first.complete();
        return Future.succeededFuture();
      });
      assertEquals("second", Await.await(second));
    } finally {
      Await.await(vertx.close());
    }
  }

  private Future<Void> run(String key, String name, Promise<Void> work) {
    return inTurn.run(key, () -> {
      begun.add(name);
      return work.future();
    });
  }

  private static void assertBusy(Future<?> turned) {
    assertTrue(turned.failed());
    assertEquals(503, ((Failure) turned.cause()).status());
    assertTrue(((Failure) turned.cause()).retryAfter().isPresent());
  }
}
