package dev.verticker.api.openapi;

import dev.verticker.bus.Failure.TooManyRequests;
import dev.verticker.bus.Failure.TooManyRequests.Quota;
import dev.verticker.bus.QuotaUsage;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.Optional;

/**
 * The headers of draft-ietf-httpapi-ratelimit-headers.
 *
 * @param policy the quota
 * @param limit the remaining requests
 */
record RateLimitHeaders(String policy, String limit) {
  private static final String POLICY = "RateLimit-Policy";
  private static final String LIMIT = "RateLimit";

  static RateLimitHeaders of(QuotaUsage usage) {
    return of(usage.quota().name(), usage.quota(), usage.remaining(), usage.reset());
  }

  /** Empty if the limit is not a quota over time. */
  static Optional<RateLimitHeaders> of(TooManyRequests failure) {
    return failure.quota().flatMap(quota -> failure.retryAfter().map(wait -> {
      var name = quota.name() == null ? failure.code() : quota.name();
      return of(name, quota, 0, wait);
    }));
  }

  /** @param reset the time until one more request is admitted */
  private static RateLimitHeaders of(String name, Quota quota, int remaining, Duration reset) {
    return new RateLimitHeaders(
        '"' + name + "\";q=" + quota.max() + ";w=" + seconds(quota.window()),
        '"' + name + "\";r=" + remaining + ";t=" + seconds(reset));
  }

  ApiResponse addTo(ApiResponse response) {
    return response.with(POLICY, policy).with(LIMIT, limit);
  }

  void addTo(HttpServerResponse response) {
    response.putHeader(POLICY, policy).putHeader(LIMIT, limit);
  }

  /** Rounds up, so that the next request is not early; at least one second. */
  static long seconds(Duration wait) {
    return Math.max(1, wait.plusMillis(999).toSeconds());
  }
}
