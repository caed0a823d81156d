package dev.verticker.price;

import dev.verticker.bus.Bus;
import dev.verticker.exchange.Ticker;
import dev.verticker.message.Prices;
import dev.verticker.message.Prices.Quote;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes quotes of what the exchange said: stored, then held, cached and told to every node. What is told is what is stored:
 * where a slot has a row already, that row is told. While PostgreSQL is away the quotes wait in the backlog and are told
 * all the same.
 */
final class QuoteRecorder {
  private static final Logger log = LoggerFactory.getLogger(QuoteRecorder.class);

  private final QuoteIds ids;
  private final QuoteFactory quotes;
  private final PriceRepository repository;
  private final PendingObservations backlog;
  private final LatestQuotes latest;
  private final PriceCache cache;
  private final Bus bus;
  private final Clock clock;

  QuoteRecorder(
      QuoteIds ids,
      QuoteFactory quotes,
      PriceRepository repository,
      PendingObservations backlog,
      LatestQuotes latest,
      PriceCache cache,
      Bus bus,
      Clock clock) {
    this.ids = ids;
    this.quotes = quotes;
    this.repository = repository;
    this.backlog = backlog;
    this.latest = latest;
    this.cache = cache;
    this.bus = bus;
    this.clock = clock;
  }

  Future<List<Quote>> record(List<Ticker> tickers, long slot) {
    var receivedAt = clock.instant().truncatedTo(ChronoUnit.MICROS);
    var observed = tickers.stream()
        .map(ticker -> new SlotQuote(quotes.polled(ids.next(), ticker, receivedAt), slot))
        .toList();
    return store(observed, slot).onSuccess(this::tell);
  }

  private Future<List<Quote>> store(List<SlotQuote> observed, long slot) {
    var own = observed.stream().map(SlotQuote::quote).toList();
    if (own.isEmpty()) {
      return Future.succeededFuture(own);
    }
    return repository
        .insert(observed)
        .compose(stored -> withStanding(own, stored::contains, slot))
        .recover(failure -> {
          log.warn("{} observations wait for PostgreSQL: {}", own.size(), failure.getMessage());
          backlog.add(observed);
          return Future.succeededFuture(own);
        });
  }

  private Future<List<Quote>> withStanding(List<Quote> own, Predicate<String> stored, long slot) {
    var refused = own.stream().map(Quote::symbol).filter(stored.negate()).toList();
    if (refused.isEmpty()) {
      return Future.succeededFuture(own);
    }
    var kept = own.stream().filter(quote -> stored.test(quote.symbol()));
    return repository.standing(slot, refused).map(standing -> Stream.concat(kept, standing.stream())
        .toList());
  }

  private void tell(List<Quote> told) {
    if (!told.isEmpty()) {
      told.forEach(latest::accept);
      cache.put(told);
      bus.publish(Prices.TICK, new Prices.Quotes(told));
    }
  }
}
