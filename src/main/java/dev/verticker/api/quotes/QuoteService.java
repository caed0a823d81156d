package dev.verticker.api.quotes;

import dev.verticker.bus.Failure;
import dev.verticker.context.NodeContext;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Serves the latest quotes from the memory of this node, and requests missing ones; one instance per node. */
public final class QuoteService {
  private static final String NOT_YET_KNOWN = "price-not-yet-known";
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final Duration REPORT_INTERVAL = Duration.ofSeconds(3);

  private final QuoteStore store;
  private final QuoteFetcher fetcher;
  private final ReadSymbolReporter reporter;

  private QuoteService(QuoteStore store, QuoteFetcher fetcher, ReadSymbolReporter reporter) {
    this.store = store;
    this.fetcher = fetcher;
    this.reporter = reporter;
  }

  /** Completes when this node is subscribed to ticks. Its timers end with the verticle that opened it. */
  public static Future<QuoteService> open(Vertx vertx, NodeContext node) {
    var store = new QuoteStore();
    var reporter = new ReadSymbolReporter(node.bus(), store);
    vertx.setPeriodic(REPORT_INTERVAL.toMillis(), timer -> reporter.publish());
    return new QuoteFeed(vertx, node, store)
        .start()
        .map(new QuoteService(store, new QuoteFetcher(node.bus(), store), reporter));
  }

  /**
   * Returns the quotes of the configured symbols that have one, in their order; fails with {@code price-not-yet-known} if
   * there are none. If the node knows the configured symbols but has no quote, it requests them first.
   */
  public Future<List<CachedQuote>> configured() {
    var quotes = configuredInMemory();
    if (!quotes.isEmpty()) {
      return Future.succeededFuture(quotes);
    }
    // One request for each symbol: a symbol without a quote must not fail the others.
    var fetched = store.configuredSymbols().stream()
        .map(symbol -> fetcher.fetch(List.of(symbol)))
        .toList();
    return Future.join(fetched).transform(done -> {
      var found = configuredInMemory();
      return found.isEmpty()
          ? Future.failedFuture(new Failure.Unavailable(NOT_YET_KNOWN, "No price is known yet."))
          : Future.succeededFuture(found);
    });
  }

  /**
   * Returns the quotes of these symbols in the given order. Fails with {@code symbol-unknown} or {@code price-not-yet-known}.
   *
   * @param pointer the part of the HTTP request that names the symbols
   */
  public Future<List<CachedQuote>> named(List<String> symbols, String pointer) {
    var quotes = new ArrayList<CachedQuote>(symbols.size());
    var missing = new ArrayList<String>();
    for (var symbol : symbols) {
      var quote = store.find(symbol);
      quotes.add(quote);
      if (quote == null) {
        missing.add(symbol);
      } else {
        reporter.onRead(symbol);
      }
    }
    if (missing.isEmpty()) {
      return Future.succeededFuture(quotes);
    }
    return fetcher
        .fetch(List.copyOf(missing))
        .recover(failure -> Future.failedFuture(withPointer(pointer, failure)))
        .map(found -> {
          var next = found.iterator();
          quotes.replaceAll(quote -> quote == null ? next.next() : quote);
          return quotes;
        });
  }

  /** The quotes of the symbols that are in memory; sends no request. */
  public List<CachedQuote> inMemory(List<String> symbols) {
    return store.find(symbols);
  }

  /** The quotes of configured symbols that are in memory, in their order; sends no request. */
  public List<CachedQuote> configuredInMemory() {
    return store.find(store.configuredSymbols());
  }

  public boolean isConfigured(String symbol) {
    return store.isConfigured(symbol);
  }

  /**
   * Calls the listener with every new or newer quote, on the thread that updated the store: the context of this service or of
   * a caller of {@link #named} or {@link #configured}. Listeners must be thread-safe.
   */
  public void onUpdate(Consumer<List<CachedQuote>> listener) {
    store.onUpdate(listener);
  }

  /** Removes a listener of {@link #onUpdate}. */
  public void removeListener(Consumer<List<CachedQuote>> listener) {
    store.removeListener(listener);
  }

  /**
   * Throws {@link Failure.Unavailable} with {@code price-too-old} if a quote is older than {@code maxAge}.
   *
   * @param maxAge in seconds; empty = any age
   */
  public static void checkMaxAge(
      Optional<Long> maxAge, List<CachedQuote> quotes, Instant now, String pointer) {
    if (maxAge.isEmpty()) {
      return;
    }
    var limit = Duration.ofSeconds(maxAge.get());
    var errors = quotes.stream()
        .map(CachedQuote::quote)
        .filter(quote -> quote.age(now).compareTo(limit) > 0)
        .map(quote -> new Failure.Error(
            pointer,
            "price-too-old",
            quote.symbol() + " was last confirmed " + quote.age(now).toSeconds() + " s ago."))
        .toList();
    if (!errors.isEmpty()) {
      throw new Failure.Unavailable(
          "price-too-old", "A requested price is older than max_age.", RETRY_AFTER, errors);
    }
  }

  /** Adds the pointers, because the price verticle cannot know which part of the HTTP request contains the symbols. */
  private static Throwable withPointer(String pointer, Throwable cause) {
    if (cause instanceof Failure.NotFound failure) {
      return new Failure.NotFound(failure.code(), failure.detail(), errors(pointer, failure));
    }
    if (cause instanceof Failure.Unavailable failure) {
      return new Failure.Unavailable(
          failure.code(),
          failure.detail(),
          failure.retryAfter().orElse(RETRY_AFTER),
          errors(pointer, failure));
    }
    return cause;
  }

  private static List<Failure.Error> errors(String pointer, Failure failure) {
    return failure.errors().stream()
        .map(error -> new Failure.Error(pointer, error.code(), error.detail()))
        .toList();
  }
}
