package dev.verticker.price;

import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.exchange.ExchangeException;
import dev.verticker.exchange.MarketData;
import dev.verticker.message.Prices;
import dev.verticker.message.Prices.Quote;
import dev.verticker.price.observation.TimeSlots;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Fetches the quote of one symbol from the exchange, on one node of the cluster at a time. */
final class OnDemandFetcher {
  private static final Duration CLAIM = Duration.ofSeconds(3);

  private final MarketData exchange;
  private final QuoteRecorder recorder;
  private final PriceCache cache;
  private final TimeSlots slots;
  private final Bus bus;
  private final Clock clock;

  OnDemandFetcher(
      MarketData exchange,
      QuoteRecorder recorder,
      PriceCache cache,
      TimeSlots slots,
      Bus bus,
      Clock clock) {
    this.exchange = exchange;
    this.recorder = recorder;
    this.cache = cache;
    this.slots = slots;
    this.bus = bus;
    this.clock = clock;
  }

  /**
   * The quote, recorded and published; empty if another node is fetching it. Fails with {@link Failure.NotFound} or
   * {@link Failure.Unavailable}, or an {@link ExchangeException} that concerns no symbol.
   */
  Future<Optional<Quote>> fetch(String symbol) {
    return cache
        .claim(symbol, CLAIM)
        .compose(claimed ->
            claimed ? request(symbol).map(Optional::of) : Future.succeededFuture(Optional.empty()));
  }

  private Future<Quote> request(String symbol) {
    return exchange
        .tickers(List.of(symbol))
        .compose(tickers -> recorder.record(tickers, slots.of(clock.instant())))
        .compose(quotes -> quotes.isEmpty()
            ? Future.failedFuture(QuoteFailures.notYetKnown(symbol))
            : Future.succeededFuture(quotes.get(0)))
        .recover(failure -> Future.failedFuture(failure(symbol, failure)));
  }

  private Throwable failure(String symbol, Throwable cause) {
    if (cause instanceof ExchangeException.UnknownSymbolException) {
      bus.publish(Prices.UNLISTED, new Prices.Unlisted(symbol));
      return QuoteFailures.unknown(symbol);
    }
    if (cause instanceof ExchangeException.RateLimitedException limited) {
      return QuoteFailures.notYetKnown(symbol, Duration.between(clock.instant(), limited.until()));
    }
    return cause;
  }
}
