package dev.verticker.exchange;

import dev.verticker.exchange.RateLimits.Priority;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.circuitbreaker.CircuitBreaker;
import io.vertx.circuitbreaker.CircuitBreakerOptions;
import io.vertx.circuitbreaker.OpenCircuitException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Sends GET requests to an exchange: within its rate limits, with a timeout and a maximum response size, counted in
 * {@code price_upstream_calls_total}. After five consecutive failures a circuit breaker fails requests immediately, with
 * one probe after each {@code probeDelay}.
 */
public final class ExchangeClient {
  private static final int MAX_FAILURES = 5;

  /** Longer than any request; its own timeout is the shorter one. */
  private static final Duration BREAKER_TIMEOUT = Duration.ofSeconds(18);

  private final String basePath;
  private final BoundedHttpClient http;
  private final CircuitBreaker breaker;
  private final RateLimits limits;
  private final MeterRegistry metrics;

  /** @param base URL before the path of every request */
  public ExchangeClient(
      Vertx vertx, URI base, Duration probeDelay, RateLimits limits, MeterRegistry metrics) {
    this.basePath = base.getPath().replaceAll("/+$", "");
    this.http = new BoundedHttpClient(vertx, base);
    this.breaker = CircuitBreaker.create(
            "exchange",
            vertx,
            new CircuitBreakerOptions()
                .setMaxFailures(MAX_FAILURES)
                .setTimeout(BREAKER_TIMEOUT.toMillis())
                .setResetTimeout(probeDelay.toMillis()))
        .failurePolicy(
            result -> result.cause() instanceof ExchangeException.ExchangeUnavailableException);
    this.limits = limits;
    this.metrics = metrics;
  }

  /**
   * A request.
   *
   * @param endpoint value of the tag {@code endpoint} in metrics
   * @param target path and query, percent-encoded
   * @param weight deducted from the budget of {@link RateLimits}
   */
  public record Call(
      String endpoint,
      String target,
      int weight,
      Priority priority,
      int maxBytes,
      Duration timeout) {}

  /**
   * Sends a request; fails only with an {@link ExchangeException}.
   *
   * @param body the body of a successful response; fails with an {@link ExchangeException} for any other
   */
  public Future<Buffer> get(Call call, Function<ExchangeResponse, Future<Buffer>> body) {
    return breaker
        .execute(() -> limits
            .acquire(call.weight(), call.priority())
            .compose(acquired -> {
              countWeight(call);
              return http.get(basePath + call.target(), call.maxBytes(), call.timeout());
            })
            .compose(body)
            .recover(failure -> Future.failedFuture(exchangeException(failure, call))))
        .recover(failure -> Future.failedFuture(exchangeException(failure, call)))
        .onComplete(result -> metrics
            .counter(
                "price_upstream_calls_total",
                "endpoint",
                call.endpoint(),
                "outcome",
                result.succeeded() ? "ok" : ((ExchangeException) result.cause()).outcome())
            .increment());
  }

  private void countWeight(Call call) {
    metrics.counter("exchange_weight_total", "use", call.priority().use()).increment(call.weight());
  }

  private static ExchangeException exchangeException(Throwable failure, Call call) {
    if (failure instanceof ExchangeException exception) {
      return exception;
    }
    if (failure instanceof OpenCircuitException) {
      return new ExchangeException.ExchangeUnavailableException("the exchange failed "
          + MAX_FAILURES + " times in a row; waiting before the next request");
    }
    if (failure instanceof ConnectionPoolTooBusyException) {
      return new ExchangeException.QueueFullException();
    }
    if (failure instanceof TimeoutException) {
      return new ExchangeException.ExchangeUnavailableException(
          "the exchange did not respond within " + call.timeout().toSeconds() + " s");
    }
    return new ExchangeException.ExchangeUnavailableException("the exchange cannot be reached: "
        + Objects.requireNonNullElse(failure.getMessage(), failure.getClass().getSimpleName()));
  }
}
