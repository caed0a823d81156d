package dev.verticker.bus;

import io.vertx.core.Future;

/** A registered consumer. */
public interface ConsumerRegistration {
  /** Unregisters the consumer; the future completes when the whole cluster has removed it. */
  Future<Void> cancel();
}
