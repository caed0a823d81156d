package dev.verticker.price;

import dev.verticker.bus.Failure;
import dev.verticker.message.Prices.Quote;
import dev.verticker.price.observation.ObservationRepository;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Loads quotes that are missing or stale in the memory of this node: from Redis, then from PostgreSQL, then from the exchange.
 * A stale quote is returned if the exchange sends none within a second. While another node fetches the symbol, the load waits
 * for that node's quote. Every load ends within two and a half seconds.
 */
final class QuoteLoader {
  private static final Duration TIMEOUT = Duration.ofMillis(2500);
  private static final Duration TIMEOUT_WITH_STALE_QUOTE = Duration.ofSeconds(1);
  private static final Duration CHECK_INTERVAL = Duration.ofMillis(500);
  private static final int MAX_CHECKS = 5;

  private final LatestQuotes latest;
  private final PriceCache cache;
  private final ObservationRepository repository;
  private final ListedSymbols listed;
  private final OnDemandFetcher fetcher;
  private final Clock clock;
  private final Map<String, Future<Quote>> running = new HashMap<>();

  QuoteLoader(
      LatestQuotes latest,
      PriceCache cache,
      ObservationRepository repository,
      ListedSymbols listed,
      OnDemandFetcher fetcher,
      Clock clock) {
    this.latest = latest;
    this.cache = cache;
    this.repository = repository;
    this.listed = listed;
    this.fetcher = fetcher;
    this.clock = clock;
  }

  /** Loads the last known quotes of the configured symbols, so that the first response need not wait for the exchange. */
  Future<Void> restore() {
    var stored = repository.newest(latest.configured()).otherwise(List.of());
    var cached = cache.find(latest.configured());
    return Future.all(
            stored.onSuccess(quotes -> quotes.forEach(latest::accept)),
            cached.onSuccess(quotes -> quotes.forEach(latest::accept)))
        .mapEmpty();
  }

  /**
   * Returns the quote in memory, or null if it must be loaded. A configured symbol is refreshed anyway, so its quote is
   * returned at any age.
   */
  Quote find(String symbol) {
    var quote = latest.find(symbol);
    return quote == null || isUsable(quote) ? quote : null;
  }

  /**
   * One quote for each symbol, in the given order; concurrent loads of a symbol share one lookup. Symbols that the
   * exchange does not list fail without a lookup. Fails with {@link Failure.NotFound} or {@link Failure.Unavailable}.
   */
  List<Future<Quote>> load(List<String> symbols) {
    var stored = findStored(symbols.stream()
        .filter(symbol -> mayHaveQuote(symbol) && !running.containsKey(symbol))
        .toList());
    return symbols.stream()
        .map(symbol -> mayHaveQuote(symbol)
            ? load(symbol, stored)
            : Future.<Quote>failedFuture(QuoteFailures.unknown(symbol)))
        .toList();
  }

  /** Fails the waiting requests: another node reports that the exchange does not list the symbol. */
  void onUnlisted(String symbol) {
    latest.fail(symbol, QuoteFailures.unknown(symbol));
  }

  private boolean mayHaveQuote(String symbol) {
    return latest.isConfigured(symbol) || listed.mayExist(symbol);
  }

  private boolean isUsable(Quote quote) {
    return latest.isConfigured(quote.symbol()) || !quote.stale(clock.instant());
  }

  private Future<Quote> load(String symbol, Future<Map<String, Quote>> stored) {
    var shared = running.get(symbol);
    if (shared != null) {
      return shared;
    }
    var next = latest.next(symbol);
    var load = stored
        .compose(found -> {
          var known = newer(found.get(symbol), latest.find(symbol));
          if (known == null) {
            return loadFromExchange(symbol, next);
          }
          return isUsable(known) ? accept(known) : refresh(known, next);
        })
        .timeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
        .recover(failure -> Future.failedFuture(
            failure instanceof Failure ? failure : QuoteFailures.notYetKnown(symbol)));
    running.put(symbol, load);
    load.onComplete(done -> {
      running.remove(symbol, load);
      latest.fail(symbol, QuoteFailures.notYetKnown(symbol));
    });
    return load;
  }

  private static Quote newer(Quote stored, Quote inMemory) {
    return stored == null || inMemory != null && inMemory.supersedes(stored) ? inMemory : stored;
  }

  /** The quotes in Redis or PostgreSQL; a store that is unavailable has none. */
  private Future<Map<String, Quote>> findStored(List<String> symbols) {
    if (symbols.isEmpty()) {
      return Future.succeededFuture(Map.of());
    }
    return cache.find(symbols).compose(cached -> {
      var found = bySymbol(cached);
      var others = symbols.stream().filter(symbol -> !found.containsKey(symbol)).toList();
      return others.isEmpty()
          ? Future.succeededFuture(found)
          : repository.newest(others).otherwise(List.of()).map(stored -> {
            found.putAll(bySymbol(stored));
            return found;
          });
    });
  }

  private static Map<String, Quote> bySymbol(List<Quote> quotes) {
    var found = new HashMap<String, Quote>();
    quotes.forEach(quote -> found.put(quote.symbol(), quote));
    return found;
  }

  private Future<Quote> accept(Quote quote) {
    latest.accept(quote);
    return Future.succeededFuture(quote);
  }

  /** Returns the stale quote, with its age, if the exchange lists the symbol and sends no newer one in time. */
  private Future<Quote> refresh(Quote stale, Future<Quote> next) {
    return loadFromExchange(stale.symbol(), next)
        .timeout(TIMEOUT_WITH_STALE_QUOTE.toMillis(), TimeUnit.MILLISECONDS)
        .recover(failure ->
            failure instanceof Failure.NotFound ? Future.failedFuture(failure) : accept(stale));
  }

  /** @param next the next quote that any node publishes */
  private Future<Quote> loadFromExchange(String symbol, Future<Quote> next) {
    if (latest.isConfigured(symbol)) {
      return listed.mayExist(symbol)
          ? next
          : Future.failedFuture(QuoteFailures.notYetKnown(symbol));
    }
    return fetcher.fetch(symbol).compose(fetched -> fetched
        .map(Future::succeededFuture)
        .orElseGet(() -> await(symbol, next, MAX_CHECKS)));
  }

  /** Waits for the other node's quote and polls the stores, because its message can be lost. */
  private Future<Quote> await(String symbol, Future<Quote> next, int checks) {
    if (checks == 0) {
      return next;
    }
    return next.timeout(CHECK_INTERVAL.toMillis(), TimeUnit.MILLISECONDS).recover(failure -> {
      if (!(failure instanceof TimeoutException)) {
        return Future.failedFuture(failure);
      }
      return findStored(List.of(symbol)).compose(found -> {
        var quote = found.get(symbol);
        return quote != null && isUsable(quote) ? accept(quote) : await(symbol, next, checks - 1);
      });
    });
  }
}
