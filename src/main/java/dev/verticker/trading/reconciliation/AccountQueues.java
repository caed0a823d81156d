package dev.verticker.trading.reconciliation;

import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Runs the tasks of each account one after the other, with a bounded queue. Runs on one event loop. */
final class AccountQueues {
  private static final int MAX_WAITING = 500;

  private final Map<Long, Future<Void>> last = new HashMap<>();
  private final Map<Long, Integer> waiting = new HashMap<>();

  /** Runs the task after the earlier ones, even if they failed. Returns a failed future if the queue is full. */
  Future<Void> run(long accountId, Supplier<Future<Void>> work) {
    if (waiting.getOrDefault(accountId, 0) >= MAX_WAITING) {
      return Future.failedFuture("too many reports of account " + accountId + " are waiting");
    }
    waiting.merge(accountId, 1, Integer::sum);
    var next = last.getOrDefault(accountId, Future.succeededFuture())
        .transform(before -> work.get())
        .onComplete(done ->
            waiting.computeIfPresent(accountId, (id, count) -> count > 1 ? count - 1 : null));
    last.put(accountId, next);
    next.onComplete(done -> last.remove(accountId, next));
    return next;
  }
}
