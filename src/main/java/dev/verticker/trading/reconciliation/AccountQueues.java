package dev.verticker.trading.reconciliation;

import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Runs the work on each account in its order, with a bound on what waits. Runs on one event loop. */
final class AccountQueues {
  private static final int MAX_WAITING = 500;

  private final Map<Long, Future<Void>> last = new HashMap<>();
  private final Map<Long, Integer> waiting = new HashMap<>();

  /** Runs the work after that before it, even if that failed. Returns a failed future if too much waits. */
  Future<Void> run(long accountId, Supplier<Future<Void>> work) {
    if (waiting.getOrDefault(accountId, 0) >= MAX_WAITING) {
      return Future.failedFuture("too many reports of account " + accountId + " wait");
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
