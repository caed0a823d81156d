package dev.verticker.api.quotes;

import dev.verticker.bus.Failure;
import dev.verticker.context.NodeContext;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** The latest prices as this node holds them; only a symbol it never heard of is asked for. Once per node. */
public final class QuoteService {
  private static final String NOT_YET_KNOWN = "price-not-yet-known";
  private static final Duration SOON = Duration.ofSeconds(1);
  private static final Duration TELL_READS = Duration.ofSeconds(3);

  private final QuoteStore store;
  private final QuoteFetcher missingQuotes;
  private final ReadSymbolReporter outsideReads;

  private QuoteService(
      QuoteStore store, QuoteFetcher missingQuotes, ReadSymbolReporter outsideReads) {
    this.store = store;
    this.missingQuotes = missingQuotes;
    this.outsideReads = outsideReads;
  }

  /** Complete once this node hears prices. It works on the calling context until that is undeployed. */
  public static Future<QuoteService> open(Vertx vertx, NodeContext node) {
    var store = new QuoteStore();
    var outsideReads = new ReadSymbolReporter(node.bus(), store);
    vertx.setPeriodic(TELL_READS.toMillis(), timer -> outsideReads.tell());
    return new QuoteFeed(vertx, node, store)
        .start()
        .map(new QuoteService(store, new QuoteFetcher(node.bus(), store), outsideReads));
  }

  /**
   * The configured symbols that were ever quoted, in their order; fails with {@code price-not-yet-known} if none was. A node
   * that has not heard of any, because it has just joined, asks before it says so.
   */
  public Future<List<CachedQuote>> configured() {
    var quotes = heldConfigured();
    if (!quotes.isEmpty()) {
      return Future.succeededFuture(quotes);
    }
    // Each by itself: one that was never quoted must not hide the others.
    var asked = store.configuredSymbols().stream()
        .map(symbol -> missingQuotes.read(List.of(symbol)))
        .toList();
    return Future.join(asked).transform(answered -> {
      var known = heldConfigured();
      return known.isEmpty()
          ? Future.failedFuture(new Failure.Unavailable(NOT_YET_KNOWN, "No price is known yet."))
          : Future.succeededFuture(known);
    });
  }

  /**
   * Exactly these, in this order, all or none. Fails with {@code symbol-unknown} or {@code price-not-yet-known}.
   *
   * @param pointer the part of the request that named them
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
        outsideReads.note(symbol);
      }
    }
    if (missing.isEmpty()) {
      return Future.succeededFuture(quotes);
    }
    return missingQuotes
        .read(List.copyOf(missing))
        .recover(failure -> Future.failedFuture(at(pointer, failure)))
        .map(found -> {
          var next = found.iterator();
          quotes.replaceAll(quote -> quote == null ? next.next() : quote);
          return quotes;
        });
  }

  /** Those of them that are held here now; nobody is asked. */
  public List<CachedQuote> held(List<String> symbols) {
    return symbols.stream().map(store::find).filter(Objects::nonNull).toList();
  }

  /** The configured symbols that were ever quoted, in their order; nobody is asked. */
  public List<CachedQuote> heldConfigured() {
    return store.configured().toList();
  }

  public boolean isConfigured(String symbol) {
    return store.isConfigured(symbol);
  }

  /** Calls back with every quote that is newer than the one held before, on a context of ours. */
  public void onFresh(Consumer<List<CachedQuote>> listener) {
    store.onFresh(listener);
  }

  /** Ends {@link #onFresh} for the listener. */
  public void removeListener(Consumer<List<CachedQuote>> listener) {
    store.removeListener(listener);
  }

  /** Throws {@link Failure.Unavailable}, {@code price-too-old}. @param maxAge seconds; empty = any age */
  public static void refuseOlderThan(
      OptionalLong maxAge, List<CachedQuote> quotes, Instant now, String pointer) {
    if (maxAge.isEmpty()) {
      return;
    }
    var oldest = Duration.ofSeconds(maxAge.getAsLong());
    var errors = quotes.stream()
        .map(CachedQuote::quote)
        .filter(quote -> quote.age(now).compareTo(oldest) > 0)
        .map(quote -> new Failure.Error(
            pointer,
            "price-too-old",
            quote.symbol() + " was last confirmed " + quote.age(now).toSeconds() + " s ago."))
        .toList();
    if (!errors.isEmpty()) {
      throw new Failure.Unavailable(
          "price-too-old", "A price that was asked for is older than max_age.", SOON, errors);
    }
  }

  /** The price verticle does not know in which part of our request the symbols stood. */
  private static Throwable at(String pointer, Throwable cause) {
    if (cause instanceof Failure.NotFound failure) {
      return new Failure.NotFound(failure.code(), failure.detail(), moved(pointer, failure));
    }
    if (cause instanceof Failure.Unavailable failure) {
      return new Failure.Unavailable(
          failure.code(),
          failure.detail(),
          failure.retryAfter().orElse(SOON),
          moved(pointer, failure));
    }
    return cause;
  }

  private static List<Failure.Error> moved(String pointer, Failure failure) {
    return failure.errors().stream()
        .map(error -> new Failure.Error(pointer, error.code(), error.detail()))
        .toList();
  }
}
