package dev.verticker.exchange;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.Instant;

/** A complete HTTP response of an exchange. */
public record ExchangeResponse(int status, MultiMap headers, Buffer body) {
  private static final Duration DEFAULT_RETRY_AFTER = Duration.ofMinutes(1);
  private static final Duration MAX_BAN = Duration.ofDays(4);

  /**
   * Returns the body of a successful response; fails with the {@link ExchangeException} of any other status. After 418 and
   * 429 no node with this address sends a request for the seconds in {@code Retry-After}.
   *
   * @param exchange name for messages
   * @param bannedUntil end of a ban that the body contains; the epoch = none
   */
  public Future<Buffer> success(String exchange, RateLimits limits, Instant bannedUntil) {
    return switch (status) {
      case 200 -> Future.succeededFuture(body);
      case 418, 429 -> limited(exchange, limits, bannedUntil);
      case 403 ->
        Future.failedFuture(new ExchangeException.AccessDeniedException(
            exchange + " refuses the request (403, firewall)"));
      case 451 ->
        Future.failedFuture(new ExchangeException.AccessDeniedException(
            exchange + " does not serve the location of this address (451)"));
      default ->
        Future.failedFuture(new ExchangeException.ExchangeUnavailableException(
            exchange + " responded with status " + status));
    };
  }

  /**
   * Records that the exchange limits this address: no node with this address sends a request until then.
   *
   * @param bannedUntil end of a ban that the body contains; the epoch = none
   */
  public Future<Instant> ban(RateLimits limits, Instant bannedUntil) {
    var now = limits.now();
    var retryAt = now.plus(retryAfter());
    var latest = now.plus(MAX_BAN);
    var end = bannedUntil.isAfter(retryAt) ? bannedUntil : retryAt;
    var until = end.isAfter(latest) ? latest : end;
    return limits.ban(until).transform(done -> Future.succeededFuture(until));
  }

  /** The time in {@code Retry-After}; one minute without it. */
  public Duration retryAfter() {
    var header = headers.get("Retry-After");
    return header != null && header.matches("\\d{1,7}")
        ? Duration.ofSeconds(Long.parseLong(header))
        : DEFAULT_RETRY_AFTER;
  }

  private Future<Buffer> limited(String exchange, RateLimits limits, Instant bannedUntil) {
    return ban(limits, bannedUntil)
        .compose(until -> Future.failedFuture(new ExchangeException.RateLimitedException(
            until,
            exchange + " is rate limiting this address until " + until + " (" + status + ")")));
  }
}
