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
 * The symbols that the exchange lists, refreshed once an hour, and every ten seconds until the first response. Until
 * then every symbol may exist.
 */
final class ListedSymbols {
  private static final Logger log = LoggerFactory.getLogger(ListedSymbols.class);
  private static final Duration REFRESH_INTERVAL = Duration.ofHours(1);
  private static final Duration RETRY_INTERVAL = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final MarketData exchange;

  /** The listed symbols. The health check reads them on another thread. */
  private volatile Set<String> listed = Set.of();

  private Future<Void> running;

  ListedSymbols(Vertx vertx, MarketData exchange) {
    this.vertx = vertx;
    this.exchange = exchange;
  }

  void start() {
    refresh()
        .onComplete(done -> vertx.setTimer(
            (done.succeeded() ? REFRESH_INTERVAL : RETRY_INTERVAL).toMillis(), timer -> start()));
  }

  /** Requests the list; concurrent calls share one request. */
  Future<Void> refresh() {
    if (running == null) {
      running = exchange
          .exchangeInfo()
          .onSuccess(info -> listed = info.symbols())
          .onFailure(failure -> log.warn("list of symbols not refreshed: {}", failure.getMessage()))
          .onComplete(done -> running = null)
          .mapEmpty();
    }
    return running == null ? Future.succeededFuture() : running;
  }

  /** Returns false only if the list is known and does not contain the symbol. */
  boolean mayExist(String symbol) {
    return listed.isEmpty() || listed.contains(symbol);
  }

  List<String> missing(List<String> symbols) {
    return symbols.stream().filter(symbol -> !mayExist(symbol)).toList();
  }
}
