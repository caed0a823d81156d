package dev.verticker.api.web;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.Callable;

/** Made with the first request for it, on a worker thread, and kept from then on. Requests at the same time may each make it. */
public final class Lazy<T> {
  private final Callable<T> make;
  private volatile T kept;

  public Lazy(Callable<T> make) {
    this.make = make;
  }

  public Future<T> get(Vertx vertx) {
    var made = kept;
    return made == null
        ? vertx.executeBlocking(make).onSuccess(fresh -> kept = fresh)
        : Future.succeededFuture(made);
  }
}
