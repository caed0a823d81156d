package dev.verticker.bus;

import io.vertx.core.Future;

/** A registered consumer. */
public interface ConsumerRegistration {
  /** Removes the consumer; the future completes when all nodes know. */
  Future<Void> cancel();
}
