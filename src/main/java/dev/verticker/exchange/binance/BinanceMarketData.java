package dev.verticker.exchange.binance;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.verticker.exchange.BoundedHttpClient;
import dev.verticker.exchange.BoundedHttpClient.Response;
import dev.verticker.exchange.ExchangeException;
import dev.verticker.exchange.ExchangeInfo;
import dev.verticker.exchange.MarketData;
import dev.verticker.exchange.RateLimits;
import dev.verticker.exchange.Ticker;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.handler.codec.http.QueryStringEncoder;
import io.vertx.circuitbreaker.CircuitBreaker;
import io.vertx.circuitbreaker.CircuitBreakerOptions;
import io.vertx.circuitbreaker.OpenCircuitException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * Market data of Binance Spot over REST. Weights, limits and error codes: "General API information", "LIMITS" and
 * errors.md of binance-spot-api-docs. After five failures in a row a circuit breaker fails requests at once
 * for {@code probeDelay}.
 */
public final class BinanceMarketData implements MarketData {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final Pattern BANNED_UNTIL = Pattern.compile("until (\\d{13})\\b");
  private static final int MAX_FAILURES = 5;
  private static final Duration TIMEOUT = Duration.ofSeconds(3);
  private static final Duration LONG_TIMEOUT = Duration.ofSeconds(15);
  private static final Duration DEFAULT_RETRY_AFTER = Duration.ofMinutes(1);
  private static final Duration MAX_BAN = Duration.ofDays(4);
  private static final int KILOBYTE = 1024;
  private static final int MAX_EXCHANGE_INFO_BYTES = 32 * KILOBYTE * KILOBYTE;

  private final Vertx vertx;
  private final URI base;
  private final RateLimits limits;
  private final Clock clock;
  private final MeterRegistry metrics;
  private final TickerParser parser;
  private final BoundedHttpClient client;
  private final CircuitBreaker breaker;

  /** @param base scheme, host and port of the REST API */
  public BinanceMarketData(
      Vertx vertx,
      URI base,
      Duration probeDelay,
      RateLimits limits,
      Clock clock,
      MeterRegistry metrics) {
    this.vertx = vertx;
    this.base = base;
    this.limits = limits;
    this.clock = clock;
    this.metrics = metrics;
    this.parser = new TickerParser(metrics);
    this.client = new BoundedHttpClient(vertx, base);
    this.breaker = CircuitBreaker.create(
            "binance",
            vertx,
            new CircuitBreakerOptions()
                .setMaxFailures(MAX_FAILURES)
                .setTimeout(LONG_TIMEOUT.plus(TIMEOUT).toMillis())
                .setResetTimeout(probeDelay.toMillis()))
        .failurePolicy(result -> result.cause() instanceof ExchangeException.ExchangeUnavailable);
  }

  /**
   * {@code ticker/24hr} has weight 2 for up to 20 symbols and includes bid, ask and the time; beyond 100 symbols
   * {@code ticker/price} of all symbols has weight 4 instead of 80.
   */
  @Override
  public Future<List<Ticker>> tickers(List<String> symbols) {
    var requested = new HashSet<>(symbols);
    return symbols.size() > MAX_FULL_TICKERS
        ? call("ticker/price", path("ticker/price"), 4, 4096 * KILOBYTE, TIMEOUT)
            .map(body -> parser.parse(body, requested))
        : call(
                "ticker/24hr",
                tickersPath(symbols),
                weight(symbols),
                (symbols.size() + 16) * KILOBYTE,
                TIMEOUT)
            .map(body -> parser.parse(body, requested));
  }

  @Override
  public Future<ExchangeInfo> exchangeInfo() {
    return call("exchangeInfo", path("exchangeInfo"), 20, MAX_EXCHANGE_INFO_BYTES, LONG_TIMEOUT)
        .compose(body -> vertx.executeBlocking(() -> ExchangeInfoParser.parse(body)))
        .onSuccess(info -> limits.setLimit(info.weightPerMinute()));
  }

  private static int weight(List<String> symbols) {
    return symbols.size() <= 20 ? 2 : 40;
  }

  private String tickersPath(List<String> symbols) {
    var query = new QueryStringEncoder(path("ticker/24hr"));
    query.addParam("symbols", new JsonArray(List.copyOf(symbols)).encode());
    return query.toString();
  }

  private String path(String endpoint) {
    return base.getPath().replaceAll("/+$", "") + "/api/v3/" + endpoint;
  }

  private Future<Buffer> call(
      String endpoint, String target, int weight, int maxBytes, Duration timeout) {
    return breaker
        .execute(() -> limits.acquire(weight).compose(acquired -> client
            .get(target, maxBytes, timeout)
            .compose(this::body)
            .recover(failure -> Future.failedFuture(exchangeException(failure, timeout)))))
        .recover(failure -> Future.failedFuture(exchangeException(failure, timeout)))
        .onComplete(result -> metrics
            .counter(
                "price_upstream_calls_total",
                "endpoint",
                endpoint,
                "outcome",
                result.succeeded() ? "ok" : ((ExchangeException) result.cause()).outcome())
            .increment());
  }

  private Future<Buffer> body(Response response) {
    limits.onUsedWeight(response.headers().get("X-MBX-USED-WEIGHT-1M"));
    return switch (response.status()) {
      case 200 -> Future.succeededFuture(response.body());
      case 418, 429 -> limited(response);
      case 403 ->
        Future.failedFuture(
            new ExchangeException.AccessDenied("Binance refuses the request (403, firewall)"));
      case 451 ->
        Future.failedFuture(new ExchangeException.AccessDenied(
            "Binance does not serve the location of this address (451)"));
      default -> Future.failedFuture(failure(response));
    };
  }

  private ExchangeException failure(Response response) {
    return response.status() == 400 && errorCode(response) == -1121
        ? new ExchangeException.UnknownSymbol()
        : new ExchangeException.ExchangeUnavailable(
            "Binance responded with status " + response.status());
  }

  private Future<Buffer> limited(Response response) {
    var until = until(response);
    return limits
        .ban(until)
        .transform(done -> Future.failedFuture(new ExchangeException.Limited(
            until,
            "Binance is rate limiting this address until " + until + " (" + response.status()
                + ")")));
  }

  /** Retry-After is in seconds; the text of a ban also has its end in epoch milliseconds. */
  private Instant until(Response response) {
    var now = clock.instant();
    var until = now.plus(retryAfter(response.headers().get("Retry-After")));
    var banned = BANNED_UNTIL.matcher(response.body().toString());
    if (banned.find() && Instant.ofEpochMilli(Long.parseLong(banned.group(1))).isAfter(until)) {
      until = Instant.ofEpochMilli(Long.parseLong(banned.group(1)));
    }
    var latest = now.plus(MAX_BAN);
    return until.isAfter(latest) ? latest : until;
  }

  private static Duration retryAfter(String header) {
    return header != null && header.matches("\\d{1,7}")
        ? Duration.ofSeconds(Long.parseLong(header))
        : DEFAULT_RETRY_AFTER;
  }

  private static int errorCode(Response response) {
    try {
      return MAPPER.readTree(response.body().getBytes()).path("code").asInt();
    } catch (IOException | RuntimeException e) {
      return 0;
    }
  }

  private static ExchangeException exchangeException(Throwable failure, Duration timeout) {
    if (failure instanceof ExchangeException known) {
      return known;
    }
    if (failure instanceof OpenCircuitException) {
      return new ExchangeException.ExchangeUnavailable("the exchange failed " + MAX_FAILURES
          + " times in a row; waiting before the next request");
    }
    if (failure instanceof TimeoutException) {
      return new ExchangeException.ExchangeUnavailable(
          "the exchange did not respond within " + timeout.toSeconds() + " s");
    }
    return new ExchangeException.ExchangeUnavailable(
        "the exchange cannot be reached: " + failure.getMessage());
  }
}
