package dev.verticker.price;

import dev.verticker.exchange.MarketData;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which symbols the exchange lists, asked once an hour, every ten seconds until it first answered. As long as it is not
 * known, every symbol may exist.
 */
final class ListedSymbols {
  private static final Logger log = LoggerFactory.getLogger(ListedSymbols.class);
  private static final Duration HOURLY = Duration.ofHours(1);
  private static final Duration RETRY = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final MarketData exchange;

  /** Read by the health check on a thread of its own. */
  private volatile Set<String> listed = Set.of();

  private Future<Void> asking;

  ListedSymbols(Vertx vertx, MarketData exchange) {
    this.vertx = vertx;
    this.exchange = exchange;
  }

  void start() {
    refresh()
        .onComplete(done ->
            vertx.setTimer((done.succeeded() ? HOURLY : RETRY).toMillis(), timer -> start()));
  }

  /** Asks again; callers at the same time share one call. */
  Future<Void> refresh() {
    if (asking == null) {
      asking = exchange
          .listing()
          .onSuccess(listing -> listed = listing.symbols())
          .onFailure(failure -> log.warn("no list of symbols: {}", failure.getMessage()))
          .onComplete(done -> asking = null)
          .mapEmpty();
    }
    return asking == null ? Future.succeededFuture() : asking;
  }

  /** False only when the list is known and the symbol is not on it. */
  boolean mayExist(String symbol) {
    return listed.isEmpty() || listed.contains(symbol);
  }

  List<String> missing(List<String> symbols) {
    return symbols.stream().filter(symbol -> !mayExist(symbol)).toList();
  }
}
