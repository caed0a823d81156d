package dev.verticker.trading.venue;

import dev.verticker.bus.Failure;
import dev.verticker.exchange.Ticker;
import dev.verticker.exchange.TradingVenue;
import dev.verticker.trading.rules.MarketPrice;
import dev.verticker.trading.rules.VenueMarket;
import io.vertx.core.Future;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Symbols and prices of a real venue, requested when an order needs them and cached briefly. While the venue does not respond,
 * the last price is returned with its age. Used on one event loop.
 */
final class ExchangeMarket implements VenueMarket {
  private static final Duration SYMBOL_AGE = Duration.ofMinutes(5);
  private static final Duration PRICE_AGE = Duration.ofSeconds(1);

  /** An older price is stale. */
  private static final Duration MAX_PRICE_AGE = Duration.ofSeconds(15);

  private static final int MAX_ENTRIES = 2000;

  private final Clock clock;
  private final Cache<String> symbols;
  private final Cache<Ticker> tickers;

  ExchangeMarket(TradingVenue venue, Clock clock) {
    this.clock = clock;
    this.symbols = new Cache<>(clock, SYMBOL_AGE, venue::symbol);
    this.tickers = new Cache<>(clock, PRICE_AGE, venue::ticker);
  }

  @Override
  public Future<Optional<String>> symbol(String symbol) {
    return symbols
        .find(symbol)
        .map(entry -> entry.value())
        .recover(failure -> Future.failedFuture(new Failure.Unavailable(
            "venue-unavailable", "The venue does not respond: try again in a moment.")));
  }

  @Override
  public Future<Optional<MarketPrice>> price(String symbol) {
    return tickers
        .find(symbol)
        .map(entry -> entry
            .value()
            .map(ticker -> new MarketPrice(
                ticker.price(),
                ticker.bid(),
                ticker.ask(),
                entry.at(),
                entry.at().plus(MAX_PRICE_AGE).isBefore(clock.instant()))))
        .otherwise(Optional.empty());
  }

  @Override
  public BigDecimal feeRate() {
    return null;
  }

  /** @param value empty if the venue does not list the symbol */
  private record Entry<T>(Optional<T> value, Instant at) {}

  /** The newest responses by symbol; evicts the least recently used ones. */
  private static final class Cache<T> {
    private final Clock clock;
    private final Duration maxAge;
    private final Function<String, Future<Optional<T>>> request;
    private final Map<String, Future<Entry<T>>> pending = new LinkedHashMap<>();
    private final Map<String, Entry<T>> entries = new LinkedHashMap<>(16, 0.75f, true) {
      @Override
      protected boolean removeEldestEntry(Map.Entry<String, Entry<T>> eldest) {
        return size() > MAX_ENTRIES;
      }
    };

    private Cache(Clock clock, Duration maxAge, Function<String, Future<Optional<T>>> request) {
      this.clock = clock;
      this.maxAge = maxAge;
      this.request = request;
    }

    /** Concurrent calls share one request; after a failure the last response is returned. */
    private Future<Entry<T>> find(String symbol) {
      var known = entries.get(symbol);
      if (known != null && known.at().plus(maxAge).isAfter(clock.instant())) {
        return Future.succeededFuture(known);
      }
      var running = pending.get(symbol);
      if (running != null) {
        return running;
      }
      var response = request
          .apply(symbol)
          .map(value -> new Entry<>(value, clock.instant()))
          .onSuccess(entry -> entries.put(symbol, entry))
          .recover(failure ->
              known == null ? Future.failedFuture(failure) : Future.succeededFuture(known));
      pending.put(symbol, response);
      response.onComplete(done -> pending.remove(symbol, response));
      return response;
    }
  }
}
