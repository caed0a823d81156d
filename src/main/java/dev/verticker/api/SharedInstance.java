package dev.verticker.api;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.LocalMap;
import io.vertx.core.shareddata.Shareable;
import java.util.function.Supplier;

/**
 * What the instances of a front door (one per core) hold in common, made once per node by the first of them. It works on
 * that instance's context; instances are only ever undeployed together.
 */
final class SharedInstance<T> {
  private static final String MAP = "verticker.per-node";

  private record Entry(Future<?> value, int users) implements Shareable {}

  private final LocalMap<String, Entry> entries;
  private final String name;
  private final Future<T> value;

  private SharedInstance(LocalMap<String, Entry> entries, String name, Future<T> value) {
    this.entries = entries;
    this.name = name;
    this.value = value;
  }

  /** Joins the others of this name; {@code leave} must follow. */
  @SuppressWarnings("unchecked")
  static <T> SharedInstance<T> join(Vertx vertx, String name, Supplier<Future<T>> make) {
    var entries = vertx.sharedData().<String, Entry>getLocalMap(MAP);
    var made = Promise.<T>promise();
    var entry = entries.compute(
        name,
        (key, standing) -> standing == null
            ? new Entry(made.future(), 1)
            : new Entry(standing.value(), standing.users() + 1));
    if (entry.value() == made.future()) {
      make.get().onComplete(made);
    }
    return new SharedInstance<>(entries, name, (Future<T>) entry.value());
  }

  /** The thing itself, delivered on {@code context}: whoever goes on from it stays on its own event loop. */
  Future<T> on(Context context) {
    var own = Promise.<T>promise();
    value.onComplete(result -> context.runOnContext(nothing -> own.handle(result)));
    return own.future();
  }

  void leave() {
    entries.computeIfPresent(
        name,
        (key, entry) -> entry.users() == 1 ? null : new Entry(entry.value(), entry.users() - 1));
  }
}
