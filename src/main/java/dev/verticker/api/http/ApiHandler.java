package dev.verticker.api.http;

import io.vertx.core.Future;

/** One operation of the contract. What it refuses is a failed future with a {@link dev.verticker.bus.Failure}. */
@FunctionalInterface
public interface ApiHandler {
  Future<Answer> handle(ApiRequest request);
}
