package dev.verticker.price;

import dev.verticker.bus.Failure;
import dev.verticker.message.Prices;
import dev.verticker.message.Prices.Quote;
import dev.verticker.price.observation.ObservationRepository;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** Handles the messages of {@link Prices}. */
final class PriceService {
  private final LatestQuotes latest;
  private final QuoteLoader loader;
  private final OnDemandSymbols onDemand;
  private final ObservationRepository repository;
  private final Clock clock;

  PriceService(
      LatestQuotes latest,
      QuoteLoader loader,
      OnDemandSymbols onDemand,
      ObservationRepository repository,
      Clock clock) {
    this.latest = latest;
    this.loader = loader;
    this.onDemand = onDemand;
    this.repository = repository;
    this.clock = clock;
  }

  Future<Prices.Snapshot> latest(Prices.Latest request) {
    return Future.succeededFuture(new Prices.Snapshot(latest.configured(), latest.all()));
  }

  Future<Prices.Quotes> find(Prices.FindQuotes request) {
    onDemand.onRead(notConfigured(request.symbols()), clock.instant());
    var quotes = quotes(request.symbols());
    return Future.join(quotes)
        .transform(done -> done.succeeded()
            ? Future.succeededFuture(
                new Prices.Quotes(quotes.stream().map(Future::result).toList()))
            : Future.failedFuture(QuoteFailures.combine(quotes.stream()
                .filter(Future::failed)
                .map(quote -> (Failure) quote.cause())
                .toList())));
  }

  Future<Prices.History> history(Prices.FindHistory request) {
    return repository.history(request);
  }

  void onRead(Prices.SymbolsRead read) {
    onDemand.onRead(notConfigured(read.symbols()), clock.instant());
  }

  void onTick(Prices.Quotes tick) {
    tick.quotes().forEach(latest::accept);
  }

  void onUnlisted(Prices.Unlisted event) {
    loader.onUnlisted(event.symbol());
  }

  /** Returns the quotes in the given order, from memory or loaded. */
  private List<Future<Quote>> quotes(List<String> symbols) {
    var inMemory = symbols.stream().map(loader::find).toList();
    var missing = IntStream.range(0, symbols.size())
        .filter(i -> inMemory.get(i) == null)
        .mapToObj(symbols::get)
        .toList();
    var loaded = loader.load(missing).iterator();
    return IntStream.range(0, symbols.size())
        .mapToObj(i -> inMemory.get(i) != null
            ? Future.succeededFuture(inMemory.get(i))
            : loaded.next().onFailure(failure -> onDemand.remove(symbols.get(i))))
        .toList();
  }

  private List<String> notConfigured(List<String> symbols) {
    return symbols.stream().filter(Predicate.not(latest::isConfigured)).toList();
  }
}
