package dev.verticker.price;

import dev.verticker.exchange.ExchangeException;
import dev.verticker.exchange.MarketData;
import dev.verticker.exchange.Ticker;
import dev.verticker.message.Prices.Quote;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Refreshes the quotes of all configured and on-demand symbols with one request to the exchange. */
final class QuoteRefresher {
  private static final Logger log = LoggerFactory.getLogger(QuoteRefresher.class);

  private final MarketData exchange;
  private final ListedSymbols listed;
  private final LatestQuotes latest;
  private final OnDemandSymbols onDemand;
  private final QuoteRecorder recorder;
  private final Clock clock;

  /** The current outage or null. The health check reads it on another thread. */
  private volatile String outage;

  QuoteRefresher(
      MarketData exchange,
      ListedSymbols listed,
      LatestQuotes latest,
      OnDemandSymbols onDemand,
      QuoteRecorder recorder,
      Clock clock) {
    this.exchange = exchange;
    this.listed = listed;
    this.latest = latest;
    this.onDemand = onDemand;
    this.recorder = recorder;
    this.clock = clock;
  }

  /** Refreshes the quotes; false if there was no symbol. Fails if the exchange sent no usable price. */
  Future<Boolean> refresh(long slot) {
    var symbols = Stream.concat(
            latest.configured().stream(), onDemand.symbols(clock.instant()).stream())
        .filter(listed::mayExist)
        .distinct()
        .toList();
    if (symbols.isEmpty()) {
      return Future.succeededFuture(false);
    }
    return exchange
        .tickers(symbols)
        .compose(tickers -> record(tickers, slot))
        .onSuccess(quotes -> succeeded())
        .recover(failure -> failed(failure, symbols))
        .map(true);
  }

  /** Returns why the last refresh failed; empty after a successful one. */
  Optional<String> outage() {
    return Optional.ofNullable(outage);
  }

  private Future<List<Quote>> record(List<Ticker> tickers, long slot) {
    return tickers.isEmpty()
        ? Future.failedFuture(
            new ExchangeException.ExchangeUnavailableException("the exchange sent no usable price"))
        : recorder.record(tickers, slot);
  }

  private void succeeded() {
    if (outage != null) {
      log.info("price refresh succeeds again");
      outage = null;
    }
  }

  private <T> Future<T> failed(Throwable failure, List<String> symbols) {
    if (!failure.getMessage().equals(outage)) {
      log.warn("price refresh failed: {}", failure.getMessage());
    }
    outage = failure.getMessage();
    return failure instanceof ExchangeException.UnknownSymbolException
        ? removeUnlisted(symbols).compose(removed -> Future.failedFuture(failure))
        : Future.failedFuture(failure);
  }

  /** The next refresh leaves out the symbols that the exchange does not list. */
  private Future<Void> removeUnlisted(List<String> symbols) {
    return listed
        .refresh()
        .onSuccess(known -> listed.missing(symbols).forEach(onDemand::remove))
        .otherwiseEmpty();
  }
}
