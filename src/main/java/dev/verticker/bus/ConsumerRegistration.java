package dev.verticker.bus;

import io.vertx.core.Future;

/** A registered consumer. */
public interface ConsumerRegistration {
  /** Ends it; the future completes when the whole cluster knows. */
  Future<Void> cancel();
}
