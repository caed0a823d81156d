package dev.verticker.user.password;

import dev.verticker.bus.CallerContext;
import dev.verticker.bus.Failure;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A bounded queue. It starts next the task whose address and account were served least in the last seconds. When it is full, it
 * drops a task of the address and account with the most tasks. So one client cannot take the threads from the others. Clients
 * at addresses known for their account go first, up to a bound. A task whose caller has timed out is not started.
 */
final class HashingQueue {
  static final int MAX_WAITING = 24;

  /** The shortest deadline of a caller is 2.9 s, which includes database calls before and after. */
  static final Duration MAX_WAIT = Duration.ofMillis(2400);

  /** Tasks started within this time count against the share of their client. */
  static final Duration SHARE_WINDOW = Duration.ofSeconds(10);

  /** A client at an unknown address starts as if it had been served this often, so it waits, but not indefinitely. */
  static final int UNKNOWN_HANDICAP = 4;

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final int threads;
  private final Clock clock;
  private final List<Task<?>> waiting = new ArrayList<>();
  private final Deque<Start> starts = new ArrayDeque<>();
  private final Map<Object, Integer> started = new HashMap<>();
  private int running;

  /** @param at milliseconds since 1970 */
  private record Start(List<Object> keys, long at) {}

  private record Task<T>(
      HashingClient client,
      Supplier<Future<T>> work,
      long deadline,
      Promise<T> result,
      CallerContext caller) {
    void reject() {
      caller.run(() -> result.fail(busy()));
    }
  }

  /** The numbers of tasks of a client's address and of its account, ordered by the greater number, then by the smaller one. */
  private record Load(int greater, int smaller) implements Comparable<Load> {
    private static final Comparator<Load> ORDER =
        Comparator.comparingInt(Load::greater).thenComparingInt(Load::smaller);

    static Load of(HashingClient client, Map<Object, Integer> counts) {
      var handicap = client.known() ? 0 : UNKNOWN_HANDICAP;
      var tasks =
          client.keys().stream().mapToInt(key -> counts.getOrDefault(key, 0)).summaryStatistics();
      return new Load(tasks.getMax() + handicap, tasks.getMin() + handicap);
    }

    @Override
    public int compareTo(Load other) {
      return ORDER.compare(this, other);
    }
  }

  /** @param threads max number of tasks that run at the same time */
  HashingQueue(int threads, Clock clock) {
    this.threads = threads;
    this.clock = clock;
  }

  /** Fails with {@link Failure.Unavailable} if the task is dropped or waits too long. */
  synchronized <T> Future<T> run(HashingClient client, Supplier<Future<T>> work) {
    var task = new Task<>(
        client,
        work,
        clock.millis() + MAX_WAIT.toMillis(),
        Promise.<T>promise(),
        CallerContext.current());
    waiting.add(task);
    startNext();
    if (waiting.size() > MAX_WAITING) {
      dropOne();
    }
    return task.result().future();
  }

  private synchronized void finished() {
    running--;
    startNext();
  }

  private void startNext() {
    removeExpired();
    while (running < threads && !waiting.isEmpty()) {
      // Of equal ones the oldest.
      var next =
          Collections.min(waiting, Comparator.comparing(task -> Load.of(task.client(), started)));
      waiting.remove(next);
      start(next);
    }
  }

  private <T> void start(Task<T> task) {
    running++;
    var keys = task.client().keys();
    starts.add(new Start(keys, clock.millis()));
    keys.forEach(key -> started.merge(key, 1, Integer::sum));
    task.caller().run(() -> Future.succeededFuture()
        .compose(start -> task.work().get())
        .onComplete(done -> finished())
        .onComplete(task.result()));
  }

  private void dropOne() {
    var tasks = new HashMap<>(started);
    waiting.forEach(task -> task.client().keys().forEach(key -> tasks.merge(key, 1, Integer::sum)));
    // Of equal ones the newest.
    var newestFirst = new ArrayList<>(waiting);
    Collections.reverse(newestFirst);
    var dropped =
        Collections.max(newestFirst, Comparator.comparing(task -> Load.of(task.client(), tasks)));
    waiting.remove(dropped);
    dropped.reject();
  }

  private void removeExpired() {
    var now = clock.millis();
    var late = waiting.stream().filter(task -> now > task.deadline()).toList();
    waiting.removeAll(late);
    while (!starts.isEmpty() && now - starts.peek().at() > SHARE_WINDOW.toMillis()) {
      for (var key : starts.poll().keys()) {
        started.computeIfPresent(key, (same, count) -> count == 1 ? null : count - 1);
      }
    }
    // Last, because the caller may add a task.
    late.forEach(Task::reject);
  }

  private static Failure busy() {
    return new Failure.Unavailable(
        "hashing-busy",
        "Too many passwords are being hashed: try again in a moment.",
        RETRY_AFTER,
        List.of());
  }
}
