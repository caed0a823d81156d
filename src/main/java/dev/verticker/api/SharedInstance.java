package dev.verticker.api;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.LocalMap;
import io.vertx.core.shareddata.Shareable;
import java.util.function.Supplier;

/**
 * A value that the instances of an API verticle share, one per node. The first instance creates it on its own context;
 * the instances of a deployment must be undeployed together.
 */
final class SharedInstance<T> {
  private static final String MAP = "verticker.shared-instances";

  private record Usage(Future<?> value, int references) implements Shareable {}

  private final LocalMap<String, Usage> usages;
  private final String name;
  private final Future<T> value;

  private SharedInstance(LocalMap<String, Usage> usages, String name, Future<T> value) {
    this.usages = usages;
    this.name = name;
    this.value = value;
  }

  /** Returns the value of this name and increments its reference count; call {@link #release} when it is no longer used. */
  @SuppressWarnings("unchecked")
  static <T> SharedInstance<T> acquire(Vertx vertx, String name, Supplier<Future<T>> create) {
    var usages = vertx.sharedData().<String, Usage>getLocalMap(MAP);
    var own = Promise.<T>promise();
    var usage = usages.compute(
        name,
        (key, current) -> current == null
            ? new Usage(own.future(), 1)
            : new Usage(current.value(), current.references() + 1));
    if (usage.value() == own.future()) {
      create.get().onComplete(own);
    }
    return new SharedInstance<>(usages, name, (Future<T>) usage.value());
  }

  /** Returns a future of the value that completes on {@code context}, so that each instance stays on its own event loop. */
  Future<T> on(Context context) {
    var own = Promise.<T>promise();
    value.onComplete(result -> context.runOnContext(ignored -> own.handle(result)));
    return own.future();
  }

  /** Decrements the reference count. The next {@code acquire} after the last release creates a new value. */
  void release() {
    usages.computeIfPresent(
        name,
        (key, usage) ->
            usage.references() == 1 ? null : new Usage(usage.value(), usage.references() - 1));
  }
}
