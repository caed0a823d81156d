package dev.verticker.api.quotes;

import dev.verticker.api.listings.SymbolListCache;
import dev.verticker.bus.Failure;
import dev.verticker.context.NodeContext;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Serves the latest quotes from the memory of this node, and requests missing ones; one instance per node. */
public final class QuoteService {
  private static final String NOT_YET_KNOWN = "price-not-yet-known";
  private static final Duration REPORT_INTERVAL = Duration.ofSeconds(3);

  private final QuoteStore store;
  private final QuoteFetcher fetcher;
  private final ReadSymbolReporter reporter;
  private final FeedMonitor feed;
  private final SymbolListCache symbols;

  /** Whether quotes that no user reads are not requested. */
  private final boolean heldOnly;

  private QuoteService(
      QuoteStore store,
      QuoteFetcher fetcher,
      ReadSymbolReporter reporter,
      FeedMonitor feed,
      SymbolListCache symbols,
      boolean heldOnly) {
    this.store = store;
    this.fetcher = fetcher;
    this.reporter = reporter;
    this.feed = feed;
    this.symbols = symbols;
    this.heldOnly = heldOnly;
  }

  /** Completes when this node is subscribed to ticks. Its timers end with the verticle that opened it. */
  public static Future<QuoteService> open(Vertx vertx, NodeContext node) {
    var store = new QuoteStore();
    var reporter = new ReadSymbolReporter(node.bus(), store);
    vertx.setPeriodic(REPORT_INTERVAL.toMillis(), timer -> reporter.publish());
    var monitor = new FeedMonitor(vertx, node.bus(), node.clock());
    var quotes = new QuoteFeed(vertx, node, store);
    monitor.addListener(quotes);
    var symbols = new SymbolListCache(vertx, node.bus());
    var fetcher = new QuoteFetcher(node.bus(), store);
    return Future.all(quotes.start(), monitor.start(), symbols.start())
        .map(new QuoteService(store, fetcher, reporter, monitor, symbols, false));
  }

  /**
   * Returns the quotes of the configured symbols that have one, in their order; fails with {@code price-not-yet-known} if
   * there are none. If the node knows the configured symbols but has no quote, it requests them first.
   */
  public Future<QuoteList> findConfigured() {
    var quotes = readConfigured();
    if (!quotes.isEmpty()) {
      return Future.succeededFuture(quotes);
    }
    // One request for each symbol: a symbol without a quote must not fail the others.
    var fetched = store.configuredSymbols().stream()
        .map(symbol -> fetcher.fetch(List.of(symbol)))
        .toList();
    return Future.join(fetched).transform(done -> {
      var found = readConfigured();
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
  public Future<QuoteList> find(List<String> symbols, String pointer) {
    try {
      if (heldOnly) {
        requireHeld(symbols, pointer);
      }
      return findOrFetch(symbols, pointer);
    } catch (Failure failure) {
      return Future.failedFuture(failure);
    }
  }

  /**
   * Returns this service for callers that may not cause requests to the exchange: {@link #find} also fails like
   * {@link #requireHeld}, and does not keep unconfigured symbols in the refresh.
   */
  public QuoteService heldOnly() {
    return new QuoteService(store, fetcher, reporter, feed, symbols, true);
  }

  /**
   * Throws {@link Failure.NotFound} if one of the symbols is neither configured nor has a quote in memory, and
   * {@link Failure.Unavailable} before the node knows which symbols are configured.
   */
  public void requireHeld(List<String> symbols, String pointer) {
    var errors = symbols.stream()
        .filter(symbol -> !store.isConfigured(symbol) && store.find(symbol) == null)
        .map(symbol -> isListed(symbol)
            ? new Failure.Error(
                pointer,
                "symbol-not-public",
                "Without an access token " + symbol + " is not available: it is not configured.")
            : new Failure.Error(
                pointer, "symbol-unknown", "The exchange does not list the symbol " + symbol + "."))
        .toList();
    if (!errors.isEmpty()) {
      throw store.isFilled()
          ? new Failure.NotFound(errors.get(0).code(), errors.get(0).detail(), errors)
          : new Failure.Unavailable(NOT_YET_KNOWN, "No price is known yet.");
    }
  }

  /** Returns true before the list of symbols is known. */
  private boolean isListed(String symbol) {
    return symbols.current().map(list -> list.find(symbol).isPresent()).orElse(true);
  }

  private Future<QuoteList> findOrFetch(List<String> symbols, String pointer) {
    var quotes = new ArrayList<CachedQuote>(symbols.size());
    var missing = new ArrayList<String>();
    for (var symbol : symbols) {
      var quote = store.find(symbol);
      quotes.add(quote);
      if (quote == null) {
        missing.add(symbol);
      } else if (!heldOnly) {
        reporter.onRead(symbol);
      }
    }
    if (missing.isEmpty()) {
      return Future.succeededFuture(new QuoteList(quotes));
    }
    return fetcher
        .fetch(List.copyOf(missing))
        .recover(cause ->
            Future.failedFuture(cause instanceof Failure failure ? failure.at(pointer) : cause))
        .map(found -> {
          var next = found.iterator();
          quotes.replaceAll(quote -> quote == null ? next.next() : quote);
          return new QuoteList(quotes);
        });
  }

  /** Returns the quotes of the symbols that are in memory; sends no request. */
  public QuoteList read(List<String> symbols) {
    return store.find(symbols);
  }

  /** Returns the quotes of configured symbols that are in memory, in their order; sends no request. */
  public QuoteList readConfigured() {
    return store.findConfigured();
  }

  public boolean isConfigured(String symbol) {
    return store.isConfigured(symbol);
  }

  /** Returns the monitor of the feed that the quotes come from. */
  public FeedMonitor feed() {
    return feed;
  }

  /** Returns the symbols that the exchange lists. */
  public SymbolListCache symbols() {
    return symbols;
  }

  /**
   * Adds a thread-safe listener. It is called on the thread that updated the store: the context of this service or of a caller
   * of {@link #find} or {@link #findConfigured}.
   */
  public void addListener(QuoteListener listener) {
    store.addListener(listener);
  }

  public void removeListener(QuoteListener listener) {
    store.removeListener(listener);
  }
}
