package dev.verticker.api.quotes;

import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.message.Prices;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Requests quotes that are not in the store from the price verticle. Concurrent calls with the same symbols share one
 * request; calls that differ in a symbol cannot, because a response has all quotes or none.
 */
final class QuoteFetcher {
  static final int MAX_CONCURRENT = 500;

  private final Bus bus;
  private final QuoteStore store;
  private final Map<List<String>, Future<List<CachedQuote>>> running = new ConcurrentHashMap<>();

  QuoteFetcher(Bus bus, QuoteStore store) {
    this.bus = bus;
    this.store = store;
  }

  /** The quotes in the given order, also added to the store. Fails like {@link Prices#FIND}. */
  Future<List<CachedQuote>> fetch(List<String> symbols) {
    var own = Promise.<List<CachedQuote>>promise();
    var shared = running.putIfAbsent(symbols, own.future());
    if (shared != null) {
      return shared;
    }
    request(symbols).onComplete(result -> {
      running.remove(symbols);
      own.handle(result);
    });
    return own.future();
  }

  private Future<List<CachedQuote>> request(List<String> symbols) {
    // Another response may have arrived since the caller checked the store.
    var stored = store.find(symbols).quotes();
    if (stored.size() == symbols.size()) {
      return Future.succeededFuture(stored);
    }
    if (running.size() > MAX_CONCURRENT) {
      return Future.failedFuture(new Failure.Unavailable(
          "unavailable", "Too many quote requests in progress: retry later."));
    }
    return bus.request(Prices.FIND, new Prices.FindQuotes(symbols))
        .map(response -> store(symbols, response));
  }

  private List<CachedQuote> store(List<String> symbols, Prices.Quotes response) {
    var inOrder = response.quotes().stream().map(Prices.Quote::symbol).toList();
    if (!inOrder.equals(symbols)) {
      throw new IllegalStateException("requested quotes of " + symbols + ", received " + inOrder);
    }
    store.accept(response.quotes());
    return response.quotes().stream().map(CachedQuote::new).toList();
  }
}
