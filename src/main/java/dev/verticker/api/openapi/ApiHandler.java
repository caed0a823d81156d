package dev.verticker.api.openapi;

import dev.verticker.api.request.ApiRequest;
import io.vertx.core.Future;

/** Handles one operation of a contract. An error response is a failed future with a {@link dev.verticker.bus.Failure}. */
@FunctionalInterface
public interface ApiHandler {
  Future<ApiResponse> handle(ApiRequest request);
}
