package dev.verticker.user;

import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Work on the same key goes one after the other on this node. Fifty clients who want one name hash one password, not fifty.
 * As long as its callers' requests; used from one event loop.
 */
final class InTurn {
  private final Map<String, Future<?>> last = new HashMap<>();

  <T> Future<T> run(String key, Supplier<Future<T>> work) {
    var before = last.getOrDefault(key, Future.succeededFuture());
    var mine = before.transform(ignored -> work.get());
    last.put(key, mine);
    mine.onComplete(done -> last.remove(key, mine));
    return mine;
  }
}
