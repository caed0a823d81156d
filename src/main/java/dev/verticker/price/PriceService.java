package dev.verticker.price;

import dev.verticker.bus.Failure;
import dev.verticker.message.Prices;
import dev.verticker.message.Prices.Quote;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Answers what the price verticle is asked. */
final class PriceService {
  private final LatestQuotes latest;
  private final QuoteLoader coldReads;
  private final OnDemandSymbols demand;
  private final QuoteRefresher refresher;
  private final PriceRepository repository;
  private final Clock clock;

  PriceService(
      LatestQuotes latest,
      QuoteLoader coldReads,
      OnDemandSymbols demand,
      QuoteRefresher refresher,
      PriceRepository repository,
      Clock clock) {
    this.latest = latest;
    this.coldReads = coldReads;
    this.demand = demand;
    this.refresher = refresher;
    this.repository = repository;
    this.clock = clock;
  }

  Future<Prices.Snapshot> latest(Prices.Latest asked) {
    return Future.succeededFuture(new Prices.Snapshot(latest.configured(), latest.all()));
  }

  /** All or none: an unknown symbol outweighs one whose price is not known yet. */
  Future<Prices.Quotes> find(Prices.FindQuotes asked) {
    demand.read(others(asked.symbols()), clock.instant());
    var reads = reads(asked.symbols());
    return Future.join(reads).transform(done -> {
      var failures = reads.stream()
          .map(Future::cause)
          .filter(Failure.class::isInstance)
          .map(Failure.class::cast)
          .toList();
      if (failures.isEmpty() && done.failed()) {
        return Future.failedFuture(done.cause());
      }
      return failures.isEmpty()
          ? Future.succeededFuture(
              new Prices.Quotes(reads.stream().map(Future::result).toList()))
          : Future.failedFuture(together(failures));
    });
  }

  Future<Prices.History> history(Prices.FindHistory asked) {
    return repository.history(asked);
  }

  void read(Prices.SymbolsRead read) {
    demand.read(others(read.symbols()), clock.instant());
  }

  void heard(Prices.Quotes tick) {
    tick.quotes().forEach(latest::accept);
    refresher.heard(tick.quotes());
  }

  /** In the order asked: what is held, and what is had otherwise. */
  private List<Future<Quote>> reads(List<String> symbols) {
    var held = symbols.stream().map(latest::find).toList();
    var missing = IntStream.range(0, held.size())
        .filter(i -> held.get(i) == null)
        .mapToObj(symbols::get)
        .toList();
    var cold = coldReads.read(missing).iterator();
    return IntStream.range(0, held.size())
        .mapToObj(i -> held.get(i) != null
            ? Future.succeededFuture(held.get(i))
            : cold.next().onFailure(failure -> demand.forget(symbols.get(i))))
        .toList();
  }

  private List<String> others(List<String> symbols) {
    return symbols.stream().filter(Predicate.not(latest::isConfigured)).toList();
  }

  private static Failure together(List<Failure> failures) {
    var unknown = failures.stream().filter(Failure.NotFound.class::isInstance).toList();
    var told = unknown.isEmpty() ? failures : unknown;
    if (told.size() == 1) {
      return told.get(0);
    }
    var first = told.get(0);
    var detail = told.stream().map(Failure::detail).collect(Collectors.joining(" "));
    var errors = told.stream().flatMap(failure -> failure.errors().stream()).toList();
    return unknown.isEmpty()
        ? new Failure.Unavailable(first.code(), detail, longestWait(told), errors)
        : new Failure.NotFound(first.code(), detail, errors);
  }

  private static Duration longestWait(List<Failure> failures) {
    return failures.stream()
        .flatMap(failure -> failure.retryAfter().stream())
        .max(Duration::compareTo)
        .orElse(Duration.ofSeconds(1));
  }
}
