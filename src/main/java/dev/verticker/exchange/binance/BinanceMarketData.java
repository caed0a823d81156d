package dev.verticker.exchange.binance;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.verticker.exchange.ExchangeException;
import dev.verticker.exchange.ExchangeInfo;
import dev.verticker.exchange.MarketData;
import dev.verticker.exchange.RateLimits;
import dev.verticker.exchange.Ticker;
import dev.verticker.exchange.binance.BoundedHttpClient.Answer;
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
 * Binance Spot REST. Weights, limits and error codes: "General API information", "LIMITS" and errors.md of
 * binance-spot-api-docs. Five failures in a row and calls fail at once, with a probe after {@code probeAfter}.
 */
public final class BinanceMarketData implements MarketData {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final Pattern BANNED_UNTIL = Pattern.compile("until (\\d{13})\\b");
  private static final Duration SHORT = Duration.ofSeconds(3);
  private static final Duration LONG = Duration.ofSeconds(15);
  private static final Duration DEFAULT_RETRY = Duration.ofMinutes(1);
  private static final Duration MAX_BAN = Duration.ofDays(4);
  private static final int KILOBYTE = 1024;
  private static final int LISTING_BYTES = 32 * KILOBYTE * KILOBYTE;

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
      Duration probeAfter,
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
                .setMaxFailures(5)
                .setTimeout(LONG.plus(SHORT).toMillis())
                .setResetTimeout(probeAfter.toMillis()))
        .failurePolicy(result -> result.cause() instanceof ExchangeException.ExchangeUnavailable);
  }

  /**
   * {@code ticker/24hr} costs 2 for up to 20 symbols and brings bid, ask and the time; beyond 100 symbols
   * {@code ticker/price} of everything costs 4 instead of 80.
   */
  @Override
  public Future<List<Ticker>> tickers(List<String> symbols) {
    var asked = new HashSet<>(symbols);
    return everything(symbols)
        ? call("ticker/price", path("ticker/price"), 4, 4096 * KILOBYTE, SHORT)
            .map(body -> parser.parse(body, asked))
        : call(
                "ticker/24hr",
                symbolsOf(symbols),
                weight(symbols),
                (symbols.size() + 16) * KILOBYTE,
                SHORT)
            .map(body -> parser.parse(body, asked));
  }

  @Override
  public Future<ExchangeInfo> listing() {
    return call("exchangeInfo", path("exchangeInfo"), 20, LISTING_BYTES, LONG)
        .compose(body -> vertx.executeBlocking(() -> ExchangeInfoParser.parse(body)))
        .onSuccess(listing -> limits.allow(listing.weightPerMinute()));
  }

  private static boolean everything(List<String> symbols) {
    return symbols.size() > MAX_NAMED;
  }

  private static int weight(List<String> symbols) {
    return symbols.size() <= 20 ? 2 : 40;
  }

  private String symbolsOf(List<String> symbols) {
    var query = new QueryStringEncoder(path("ticker/24hr"));
    query.addParam("symbols", new JsonArray(List.copyOf(symbols)).encode());
    return query.toString();
  }

  private String path(String endpoint) {
    return base.getPath().replaceAll("/+$", "") + "/api/v3/" + endpoint;
  }

  private Future<Buffer> call(
      String endpoint, String target, int weight, int mostBytes, Duration atMost) {
    return breaker
        .execute(() -> limits.enter(weight).compose(entered -> client
            .get(target, mostBytes, atMost)
            .compose(this::body)
            .recover(failure -> Future.failedFuture(explain(failure, atMost)))))
        .recover(failure -> Future.failedFuture(explain(failure, atMost)))
        .onComplete(result -> metrics
            .counter(
                "price_upstream_calls_total",
                "endpoint",
                endpoint,
                "outcome",
                result.succeeded() ? "ok" : result.cause().getClass().getSimpleName())
            .increment());
  }

  private Future<Buffer> body(Answer response) {
    limits.used(response.headers().get("X-MBX-USED-WEIGHT-1M"));
    return switch (response.status()) {
      case 200 -> Future.succeededFuture(response.body());
      case 418, 429 -> limited(response);
      case 403 ->
        Future.failedFuture(
            new ExchangeException.AccessDenied("Binance refuses the request (403, firewall)"));
      case 451 ->
        Future.failedFuture(new ExchangeException.AccessDenied(
            "Binance does not serve the place this address is in (451)"));
      default -> Future.failedFuture(refused(response));
    };
  }

  private ExchangeException refused(Answer response) {
    return response.status() == 400 && errorCode(response) == -1121
        ? new ExchangeException.UnknownSymbol()
        : new ExchangeException.ExchangeUnavailable("Binance answered " + response.status());
  }

  private Future<Buffer> limited(Answer response) {
    var until = until(response);
    return limits
        .block(until)
        .transform(told -> Future.failedFuture(new ExchangeException.Limited(
            until, "Binance wants no request until " + until + " (" + response.status() + ")")));
  }

  /** Retry-After is in seconds; the text of a ban also holds its end in epoch milliseconds. */
  private Instant until(Answer response) {
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
        : DEFAULT_RETRY;
  }

  private static int errorCode(Answer response) {
    try {
      return MAPPER.readTree(response.body().getBytes()).path("code").asInt();
    } catch (IOException | RuntimeException e) {
      return 0;
    }
  }

  private static ExchangeException explain(Throwable failure, Duration atMost) {
    if (failure instanceof ExchangeException known) {
      return known;
    }
    if (failure instanceof OpenCircuitException) {
      return new ExchangeException.ExchangeUnavailable(
          "the exchange failed five times in a row, waiting before the next try");
    }
    if (failure instanceof TimeoutException) {
      return new ExchangeException.ExchangeUnavailable(
          "the exchange did not answer within " + atMost.toSeconds() + " s");
    }
    return new ExchangeException.ExchangeUnavailable(
        "the exchange cannot be reached: " + failure.getMessage());
  }
}
