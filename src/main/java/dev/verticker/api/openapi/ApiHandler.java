package dev.verticker.api.openapi;

import dev.verticker.api.request.ApiRequest;
import io.vertx.core.Future;

/** One operation of the contract. What it refuses is a failed future with a {@link dev.verticker.bus.Failure}. */
@FunctionalInterface
public interface ApiHandler {
  Future<ApiResponse> handle(ApiRequest request);
}
