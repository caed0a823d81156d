package dev.verticker.price;

import dev.verticker.bus.Bus;
import dev.verticker.exchange.Ticker;
import dev.verticker.message.Prices;
import dev.verticker.message.Prices.Quote;
import dev.verticker.price.observation.ObservationRepository;
import dev.verticker.price.observation.PendingObservations;
import dev.verticker.price.observation.SlotQuote;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores the tickers of the exchange as quotes, then caches and publishes them. If another node has stored a quote for
 * the slot, that quote is published instead. While PostgreSQL is unavailable, quotes are published and stored later.
 */
final class QuoteRecorder {
  private static final Logger log = LoggerFactory.getLogger(QuoteRecorder.class);

  private final QuoteFactory factory;
  private final ObservationRepository repository;
  private final PendingObservations pending;
  private final LatestQuotes latest;
  private final PriceCache cache;
  private final Bus bus;

  QuoteRecorder(
      QuoteFactory factory,
      ObservationRepository repository,
      PendingObservations pending,
      LatestQuotes latest,
      PriceCache cache,
      Bus bus) {
    this.factory = factory;
    this.repository = repository;
    this.pending = pending;
    this.latest = latest;
    this.cache = cache;
    this.bus = bus;
  }

  /** The quotes as published. */
  Future<List<Quote>> record(List<Ticker> tickers, long slot) {
    return tickers.isEmpty()
        ? Future.succeededFuture(List.of())
        : store(factory.quotes(tickers), slot).onSuccess(this::publish);
  }

  private Future<List<Quote>> store(List<Quote> quotes, long slot) {
    var observations = quotes.stream().map(quote -> new SlotQuote(quote, slot)).toList();
    return repository
        .insert(observations)
        .compose(stored -> withStored(quotes, stored::contains, slot))
        .recover(failure -> {
          log.warn(
              "{} observations queued until PostgreSQL is available: {}",
              observations.size(),
              failure.getMessage());
          pending.add(observations);
          return Future.succeededFuture(quotes);
        });
  }

  /** Replaces quotes that were not inserted with the stored quotes of the slot. */
  private Future<List<Quote>> withStored(
      List<Quote> quotes, Predicate<String> inserted, long slot) {
    var others = quotes.stream().map(Quote::symbol).filter(inserted.negate()).toList();
    if (others.isEmpty()) {
      return Future.succeededFuture(quotes);
    }
    var own = quotes.stream().filter(quote -> inserted.test(quote.symbol()));
    return repository.inSlot(slot, others).map(stored -> Stream.concat(own, stored.stream())
        .toList());
  }

  private void publish(List<Quote> quotes) {
    if (!quotes.isEmpty()) {
      quotes.forEach(latest::accept);
      cache.put(quotes);
      bus.publish(Prices.TICK, new Prices.Quotes(quotes));
    }
  }
}
