package dev.verticker.api.price;

import dev.verticker.api.openapi.ApiResponse;
import dev.verticker.api.openapi.ContractRouter;
import dev.verticker.api.quotes.FeedMonitor;
import dev.verticker.api.request.ApiRequest;
import io.vertx.core.Future;

/** Handles {@code getFeed} in both APIs. */
public final class FeedOperations {
  private final FeedMonitor feed;

  public FeedOperations(FeedMonitor feed) {
    this.feed = feed;
  }

  public void addTo(ContractRouter routes) {
    routes.operation("getFeed", this::getFeed);
  }

  private Future<ApiResponse> getFeed(ApiRequest request) {
    return Future.succeededFuture(ApiResponse.json(feed.state().json().toBuffer()));
  }
}
