package dev.verticker.price;

import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.exchange.ExchangeException;
import dev.verticker.exchange.RateLimits.Priority;
import dev.verticker.exchange.TickerBatches;
import dev.verticker.exchange.TickerBatches.Outcome;
import dev.verticker.message.Prices;
import dev.verticker.message.Prices.Quote;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Fetches quotes that no node has in memory, each on one node of the cluster at a time. Symbols that callers request while
 * requests to the exchange are running share the next request.
 */
final class OnDemandFetcher {
  private static final Duration CLAIM_TTL = Duration.ofSeconds(3);
  private static final int MAX_RUNNING = 2;
  private static final int MAX_SYMBOLS = 100;
  private static final int MAX_WAITING = 1000;

  private final Vertx vertx;
  private final TickerBatches exchange;
  private final QuoteRecorder recorder;
  private final PriceCache cache;
  private final Bus bus;
  private final Clock clock;
  private final Map<String, Promise<Optional<Quote>>> waiting = new LinkedHashMap<>();
  private int running;

  OnDemandFetcher(
      Vertx vertx,
      TickerBatches exchange,
      QuoteRecorder recorder,
      PriceCache cache,
      Bus bus,
      Clock clock) {
    this.vertx = vertx;
    this.exchange = exchange;
    this.recorder = recorder;
    this.cache = cache;
    this.bus = bus;
    this.clock = clock;
  }

  /**
   * Returns the quote, which it has recorded and published; empty if another node is fetching it. Fails with
   * {@link Failure.NotFound} or {@link Failure.Unavailable}, or with the {@link ExchangeException} that failed the whole request.
   */
  Future<Optional<Quote>> fetch(String symbol) {
    if (waiting.size() >= MAX_WAITING && !waiting.containsKey(symbol)) {
      return Future.failedFuture(QuoteFailures.notYetKnown(symbol));
    }
    var fetched = waiting.computeIfAbsent(symbol, key -> Promise.promise()).future();
    // The other symbols of the same request follow within this task of the event loop.
    vertx.runOnContext(next -> startNext());
    return fetched;
  }

  private void startNext() {
    if (running == MAX_RUNNING || waiting.isEmpty()) {
      return;
    }
    running++;
    var symbols = waiting.keySet().stream().limit(MAX_SYMBOLS).toList();
    var fetches = new HashMap<String, Promise<Optional<Quote>>>();
    symbols.forEach(symbol -> fetches.put(symbol, waiting.remove(symbol)));
    fetch(symbols, fetches).onComplete(done -> {
      running--;
      startNext();
    });
  }

  private Future<Outcome> fetch(
      List<String> symbols, Map<String, Promise<Optional<Quote>>> fetches) {
    return cache.claim(symbols, CLAIM_TTL).compose(claimed -> {
      symbols.stream()
          .filter(symbol -> !claimed.contains(symbol))
          .forEach(symbol -> fetches.remove(symbol).complete(Optional.empty()));
      return exchange
          .fetch(
              symbols.stream().filter(claimed::contains).toList(),
              Priority.USER,
              tickers -> recorder
                  .record(tickers)
                  .forEach(quote -> fetches.remove(quote.symbol()).complete(Optional.of(quote))))
          .onSuccess(
              outcome -> fetches.forEach((symbol, fetch) -> fetch.fail(failure(symbol, outcome))));
    });
  }

  private Throwable failure(String symbol, Outcome outcome) {
    if (outcome.unlisted().contains(symbol)) {
      bus.publish(Prices.UNLISTED, new Prices.Unlisted(symbol));
      return QuoteFailures.unknown(symbol);
    }
    if (outcome.failure() instanceof ExchangeException.RateLimitedException limited) {
      return QuoteFailures.notYetKnown(
          symbol, ExchangeException.retryAfter(limited, clock.instant()));
    }
    return outcome.failure() == null ? QuoteFailures.notYetKnown(symbol) : outcome.failure();
  }
}
