package dev.verticker.api.quotes;

import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.message.Prices;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Asks the price verticle for symbols this node holds no quote of. Readers of the same symbols at the same time share one
 * request; one answer for several symbols is all or nothing, so only readers of exactly the same ones can.
 */
final class QuoteFetcher {
  static final int MAX_AT_ONCE = 500;

  private final Bus bus;
  private final QuoteStore store;
  private final Map<List<String>, Future<List<CachedQuote>>> underWay = new ConcurrentHashMap<>();

  QuoteFetcher(Bus bus, QuoteStore store) {
    this.bus = bus;
    this.store = store;
  }

  /** The quotes in the order asked; afterwards they are in the store. Fails as {@link Prices#FIND} does. */
  Future<List<CachedQuote>> read(List<String> symbols) {
    var mine = Promise.<List<CachedQuote>>promise();
    var others = underWay.putIfAbsent(symbols, mine.future());
    if (others != null) {
      return others;
    }
    ask(symbols).onComplete(answer -> {
      underWay.remove(symbols);
      mine.handle(answer);
    });
    return mine.future();
  }

  private Future<List<CachedQuote>> ask(List<String> symbols) {
    // Another reader's answer may have come between our look into the store and our turn.
    var held = symbols.stream().map(store::find).filter(Objects::nonNull).toList();
    if (held.size() == symbols.size()) {
      return Future.succeededFuture(held);
    }
    if (underWay.size() > MAX_AT_ONCE) {
      return Future.failedFuture(
          new Failure.Unavailable("unavailable", "Too many unknown symbols are being looked up."));
    }
    return bus.request(Prices.FIND, new Prices.FindQuotes(symbols))
        .map(answer -> kept(symbols, answer));
  }

  private List<CachedQuote> kept(List<String> symbols, Prices.Quotes answer) {
    var inOrder = answer.quotes().stream().map(Prices.Quote::symbol).toList();
    if (!inOrder.equals(symbols)) {
      throw new IllegalStateException("asked for " + symbols + ", got " + inOrder);
    }
    store.keep(answer.quotes());
    return answer.quotes().stream().map(CachedQuote::new).toList();
  }
}
