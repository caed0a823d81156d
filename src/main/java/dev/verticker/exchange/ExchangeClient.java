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
import io.vertx.core.http.HttpMethod;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Sends requests to an exchange: within its rate limits, with a timeout and a maximum response size, and counted. After five consecutive failures a circuit breaker fails requests immediately, with
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
  private final String counter;

  /** @param base URL before the path of every request */
  public ExchangeClient(
      Vertx vertx, URI base, Duration probeDelay, RateLimits limits, MeterRegistry metrics) {
    this(vertx, new Use(base, "price_upstream_calls_total", 4), probeDelay, limits, metrics);
  }

  public ExchangeClient(
      Vertx vertx, Use use, Duration probeDelay, RateLimits limits, MeterRegistry metrics) {
    this.basePath = use.base().getPath().replaceAll("/+$", "");
    this.counter = use.counter();
    this.http = new BoundedHttpClient(vertx, use.base(), use.maxConnections());
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
   * @param base URL before the path of every request
   * @param counter name of the metric that counts requests by endpoint and outcome
   */
  public record Use(URI base, String counter, int maxConnections) {}

  /** @param target path and query, percent-encoded */
  public record Request(HttpMethod method, String target, Map<String, String> headers) {
    public Request {
      headers = Map.copyOf(headers);
    }

    /** Does not reveal the headers, of which one may be a key, nor the query. */
    @Override
    public String toString() {
      return method + " " + target.replaceFirst("\\?.*", "");
    }
  }

  /**
   * A request and its limits.
   *
   * @param endpoint value of the tag {@code endpoint} in metrics
   * @param weight deducted from the budget of {@link RateLimits}
   */
  public record Call(
      String endpoint,
      Request request,
      int weight,
      Priority priority,
      int maxBytes,
      Duration timeout) {
    /** A GET request. @param target path and query, percent-encoded */
    public Call(
        String endpoint,
        String target,
        int weight,
        Priority priority,
        int maxBytes,
        Duration timeout) {
      this(
          endpoint,
          new Request(HttpMethod.GET, target, Map.of()),
          weight,
          priority,
          maxBytes,
          timeout);
    }
  }

  /**
   * Sends a request; fails only with an {@link ExchangeException}.
   *
   * @param body the body of a successful response; fails with an {@link ExchangeException} for any other
   */
  public Future<Buffer> get(Call call, Function<ExchangeResponse, Future<Buffer>> body) {
    return counted(call, breaker.execute(() -> request(call, () -> true)
        .compose(body)
        .recover(failure -> Future.failedFuture(exchangeException(failure, call)))));
  }

  /**
   * Sends a command once and returns the response, whatever its status is. Fails with {@link ExchangeException.NotSentException}
   * if it was not sent; after any other {@link ExchangeException} the exchange may have executed it.
   */
  public Future<ExchangeResponse> send(Call call) {
    // The first of sending and failing takes it, so that a late connection does not send a failed
    // command.
    var taken = new AtomicBoolean();
    return counted(
        call,
        breaker
            .execute(() -> request(call, () -> taken.compareAndSet(false, true))
                .recover(failure -> Future.failedFuture(exchangeException(failure, call))))
            .recover(failure -> Future.failedFuture(
                taken.compareAndSet(false, true)
                    ? new ExchangeException.NotSentException(
                        exchangeException(failure, call).getMessage())
                    : failure)));
  }

  private Future<ExchangeResponse> request(Call call, BooleanSupplier start) {
    return limits.acquire(call.weight(), call.priority()).compose(acquired -> {
      countWeight(call);
      return http.send(
          call.request(),
          basePath + call.request().target(),
          call.maxBytes(),
          call.timeout(),
          start);
    });
  }

  private <T> Future<T> counted(Call call, Future<T> response) {
    return response
        .recover(failure -> Future.failedFuture(exchangeException(failure, call)))
        .onComplete(result -> metrics
            .counter(
                counter,
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
