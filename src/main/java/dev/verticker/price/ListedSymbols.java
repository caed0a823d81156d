package dev.verticker.price;

import dev.verticker.exchange.MarketData;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The symbols that the exchange lists, refreshed once an hour, and every ten seconds until the first response. Until
 * then every symbol may exist, except those that the exchange rejected.
 */
final class ListedSymbols {
  private static final Logger log = LoggerFactory.getLogger(ListedSymbols.class);
  private static final Duration REFRESH_INTERVAL = Duration.ofHours(1);
  private static final Duration RETRY_INTERVAL = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final MarketData exchange;

  /** The listed symbols. The health check reads them on another thread. */
  private volatile Set<String> listed = Set.of();

  /** Symbols that the exchange rejected since the list was refreshed. */
  private volatile Set<String> rejected = Set.of();

  ListedSymbols(Vertx vertx, MarketData exchange) {
    this.vertx = vertx;
    this.exchange = exchange;
  }

  void start() {
    exchange
        .exchangeInfo()
        .onSuccess(info -> {
          listed = info.symbols();
          rejected = Set.of();
        })
        .onFailure(failure -> log.warn("list of symbols not refreshed: {}", failure.getMessage()))
        .onComplete(done -> vertx.setTimer(
            (done.succeeded() ? REFRESH_INTERVAL : RETRY_INTERVAL).toMillis(), timer -> start()));
  }

  /** Leaves out symbols that the exchange rejected, until the list is refreshed. */
  void leaveOut(Set<String> symbols) {
    if (!symbols.isEmpty()) {
      log.warn("the exchange does not list {}: left out of the refresh", symbols);
      var all = new HashSet<>(rejected);
      all.addAll(symbols);
      rejected = Set.copyOf(all);
    }
  }

  /** Returns false only if the exchange does not list the symbol, or rejected it. */
  boolean mayExist(String symbol) {
    return !rejected.contains(symbol) && (listed.isEmpty() || listed.contains(symbol));
  }

  /** Returns whether the exchange lists the symbol; false until the first response. */
  boolean isListed(String symbol) {
    return !rejected.contains(symbol) && listed.contains(symbol);
  }

  List<String> missing(List<String> symbols) {
    return symbols.stream().filter(symbol -> !mayExist(symbol)).toList();
  }
}
