package dev.verticker.user.password;

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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HashingQueueTest {
  private static final Duration HASH = Duration.ofMillis(50);

  private final List<Running> running = new ArrayList<>();
  private final List<String> finished = new ArrayList<>();
  private final SteppedClock clock = new SteppedClock(Instant.parse("2030-01-01T00:00:00Z"));
  private HashingQueue queue = new HashingQueue(1, clock);

  private record Running(HashingClient client, Promise<String> end) {}

  @Test
  void an_account_that_signs_in_fifty_times_a_second_takes_no_place_from_others() {
    var attacker = client("198.51.100.1", "mallory", true);
    var victims = new ArrayList<Future<String>>();
    for (var hash = 0; hash < 200; hash++) {
      // 50 per second, where one thread hashes 20.
      submit(attacker);
      submit(attacker);
      submit(attacker);
      if (hash % 4 == 0) {
        victims.add(submit(client("203.0.113." + hash, "user " + hash, hash % 8 == 0)));
      }
      hashOne();
    }
    hashOne();

    assertEquals(List.of(), codes(victims.stream().filter(Future::failed).toList()));
    assertTrue(victims.stream().allMatch(Future::succeeded));
  }

  @Test
  void forty_eight_guesses_at_once_from_one_address_take_no_place_from_others() {
    var guesses = IntStream.range(0, 48)
        .mapToObj(guess -> submit(client("198.51.100.1", "account " + guess, false)))
        .toList();
    var others = IntStream.range(0, 15)
        .mapToObj(other -> submit(client("203.0.113." + other, "other " + other, false)))
        .toList();

    hashAll();

    assertTrue(others.stream().allMatch(Future::succeeded));
    assertEquals(
        1 + HashingQueue.MAX_WAITING - others.size(),
        guesses.stream().filter(Future::succeeded).count());
    assertEquals(addresses(15), finished.subList(1, 16), "hashed after the one that was running");
  }

  @Test
  void users_in_the_office_of_an_attacker_share_its_address_and_are_hashed_before_it() {
    var office = "198.51.100.1";
    IntStream.range(0, 48).forEach(guess -> submit(client(office, "mallory", true)));

    var colleague = submit(client(office, "ada", true));
    hashOne();
    hashOne();

    assertTrue(colleague.succeeded());
  }

  @Test
  void guesses_from_many_addresses_take_no_place_from_a_known_address() {
    IntStream.range(0, 48)
        .forEach(guess -> submit(client("198.51.100." + guess, "account " + guess, false)));
    var known = IntStream.range(0, 10)
        .mapToObj(user -> submit(client("203.0.113." + user, "user " + user, true)))
        .toList();

    IntStream.range(0, 11).forEach(hash -> hashOne());

    assertTrue(known.stream().allMatch(Future::succeeded));
  }

  @Test
  void guesses_at_an_account_from_many_addresses_take_no_place_from_its_user_or_from_others() {
    for (var hash = 0; hash < 100; hash++) {
      submit(client("198.51.100." + hash, "ada", false));
      submit(client("198.51.101." + hash, "ada", false));
      submit(client("198.51.102." + hash, "ada", false));
      hashOne();
    }
    var ada = submit(client("203.0.113.1", "ada", true));
    var grace = submit(client("203.0.113.2", "grace", false));

    IntStream.range(0, 3).forEach(hash -> hashOne());

    assertTrue(ada.succeeded() && grace.succeeded());
  }

  @Test
  void a_known_address_that_floods_does_not_keep_unknown_ones_waiting() {
    var flood = client("198.51.100.1", "mallory", true);
    IntStream.range(0, 20).forEach(task -> submit(flood));
    var newcomer = submit(client("203.0.113.1", "ada", false));

    IntStream.range(0, HashingQueue.UNKNOWN_HANDICAP + 2).forEach(hash -> hashOne());

    assertTrue(newcomer.succeeded());
  }

  @Test
  void a_share_is_whole_again_after_the_window() {
    var early = client("198.51.100.1", "ada", true);
    IntStream.range(0, 10).forEach(task -> submit(early));
    hashAll();
    clock.step(HashingQueue.SHARE_WINDOW.plusMillis(1));
    submit(client("192.0.2.9", "running", true));

    submit(early);
    submit(client("203.0.113.1", "grace", true));
    hashAll();

    assertEquals(List.of("198.51.100.1", "203.0.113.1"), finished.subList(11, 13));
  }

  @Test
  void a_task_whose_caller_has_timed_out_is_not_started() {
    submit(client("192.0.2.9", "running", true));
    var late = submit(client("203.0.113.1", "ada", true));
    clock.step(HashingQueue.MAX_WAIT.plusMillis(1));
    var inTime = submit(client("203.0.113.2", "grace", true));

    hashAll();

    assertEquals("hashing-busy", code(late));
    assertTrue(inTime.succeeded());
    assertEquals(List.of("192.0.2.9", "203.0.113.2"), finished);
  }

  @Test
  void a_task_that_throws_frees_its_thread() {
    var broken = queue.<String>run(client("192.0.2.9", "ada", true), () -> {
      throw new IllegalStateException("no thread");
    });
    assertTrue(broken.failed());
    submit(client("203.0.113.1", "grace", true));
    assertEquals(1, running.size());
  }

  /** Random clients on random threads: the bounds hold, every thread is used, and every task ends once. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void a_client_within_its_share_is_never_rejected(long seed) {
    var random = new Random(seed);
    var threads = 1 + random.nextInt(3);
    queue = new HashingQueue(threads, clock);
    var floods = 1 + random.nextInt(6);
    var modest = new HashMap<Integer, Future<String>>();
    var waited = new HashMap<Integer, Integer>();
    var all = new ArrayList<Future<String>>();
    for (var step = 0; step < 2_000; step++) {
      var flood = random.nextInt(floods);
      all.add(submit(
          random.nextBoolean()
              ? client("198.51.100." + flood, "account " + random.nextInt(50), random.nextBoolean())
              : client("198.51.100." + flood, "account " + flood, random.nextBoolean())));
      // One request at a time from each of a few addresses, as of a person.
      var person = random.nextInt(5);
      if (random.nextInt(40) == 0
          && (!modest.containsKey(person) || modest.get(person).isComplete())) {
        modest.put(person, submit(client("203.0.113." + person, "person " + person, true)));
        waited.put(person, 0);
        all.add(modest.get(person));
      }
      assertTrue(running.size() <= threads);
      var unfinished = all.stream().filter(task -> !task.isComplete()).count();
      assertTrue(unfinished <= threads + HashingQueue.MAX_WAITING, "waiting: " + unfinished);
      assertEquals(Math.min(threads, unfinished), running.size(), "threads in use");
      if (random.nextInt(3) == 0) {
        hashOne();
        for (var one : Map.copyOf(modest).keySet()) {
          var task = modest.get(one);
          waited.merge(one, task.isComplete() ? 0 : 1, Integer::sum);
          assertFalse(task.failed(), () -> "person " + one + ": " + code(task));
          assertTrue(
              waited.get(one) <= threads + 5 + 3 * floods,
              () -> "person " + one + " waited for " + waited.get(one) + " hashes");
        }
      }
    }
    hashAll();
    assertTrue(all.stream().allMatch(Future::isComplete));
  }

  @Test
  void a_task_runs_on_the_context_of_its_own_request() {
    var vertx = Vertx.vertx();
    try {
      var loop = (ContextInternal) vertx.getOrCreateContext();
      var first = Promise.<String>promise();
      Await.await(loop.duplicate(), () -> {
        RequestId.set("first");
        queue.run(client("192.0.2.1", "ada", true), first::future);
        return Future.succeededFuture();
      });
      var second = Await.<String>run(loop.duplicate(), () -> {
        RequestId.set("second");
        return queue
            .run(
                client("192.0.2.2", "grace", true),
                () -> Future.succeededFuture(RequestId.current().orElse("none")))
            .map(started -> started + " " + RequestId.current().orElse("none"));
      });
      Await.await(loop.duplicate(), () -> {
        RequestId.set("first");
        first.complete("");
        return Future.succeededFuture();
      });
      assertEquals("second second", Await.await(second));
    } finally {
      Await.await(vertx.close());
    }
  }

  private Future<String> submit(HashingClient client) {
    return queue.run(client, () -> {
      var end = Promise.<String>promise();
      running.add(new Running(client, end));
      return end.future();
    });
  }

  private void hashOne() {
    clock.step(HASH);
    if (!running.isEmpty()) {
      var next = running.remove(0);
      finished.add(address(next.client()));
      next.end().complete("hash");
    }
  }

  private void hashAll() {
    while (!running.isEmpty()) {
      hashOne();
    }
  }

  private static HashingClient client(String address, String account, boolean known) {
    return HashingClient.of(address, account, known);
  }

  private static String address(HashingClient client) {
    var hex = client.network();
    return IntStream.range(0, 4)
        .mapToObj(octet ->
            Integer.toString(Integer.parseInt(hex.substring(2 * octet, 2 * octet + 2), 16)))
        .reduce((one, two) -> one + "." + two)
        .orElseThrow();
  }

  private static List<String> addresses(int count) {
    return IntStream.range(0, count).mapToObj(other -> "203.0.113." + other).toList();
  }

  private static List<String> codes(List<Future<String>> failed) {
    return failed.stream().map(HashingQueueTest::code).toList();
  }

  private static String code(Future<?> rejected) {
    return ((Failure) rejected.cause()).code();
  }
}
