package dev.verticker.api.web;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.Callable;

/** A value that is computed on a worker thread when it is first needed, and kept. Concurrent first calls can each compute it. */
public final class Lazy<T> {
  private final Callable<T> supplier;
  private volatile T value;

  public Lazy(Callable<T> supplier) {
    this.supplier = supplier;
  }

  public Future<T> get(Vertx vertx) {
    var current = value;
    return current == null
        ? vertx.executeBlocking(supplier).onSuccess(computed -> value = computed)
        : Future.succeededFuture(current);
  }
}
