package dev.verticker.api.price;

import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.message.Prices;
import dev.verticker.message.Prices.Day;
import dev.verticker.message.Prices.Quote;
import dev.verticker.testing.Await;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/** A price verticle for front door tests, with a table of quotes and a list of the bus requests that clients caused. */
public final class FakePrices {
  private final Vertx vertx;
  private final Bus bus;
  private final Map<String, Quote> quotes = Collections.synchronizedMap(new LinkedHashMap<>());
  public final List<Object> requests = new CopyOnWriteArrayList<>();
  final List<String> reportedReads = new CopyOnWriteArrayList<>();
  public volatile List<String> configured = List.of();
  public volatile Function<Prices.FindHistory, Future<Prices.History>> history =
      request -> Future.succeededFuture(new Prices.History(List.of(), null));
  private final AtomicReference<Promise<Void>> held = new AtomicReference<>();

  public FakePrices(Vertx vertx, Bus bus) {
    this.vertx = vertx;
    this.bus = bus;
  }

  public Future<?> serve() {
    return Future.all(
        bus.serve(Prices.LATEST, this::latest),
        bus.serve(Prices.FIND, this::find),
        bus.serve(Prices.HISTORY, this::history),
        bus.subscribe(Prices.READ, read -> reportedReads.addAll(read.symbols())));
  }

  /** Adds quotes without publishing them. */
  public FakePrices holds(Quote... more) {
    for (var quote : more) {
      quotes.put(quote.symbol(), quote);
    }
    return this;
  }

  /** Returns after every subscriber has handled the quotes. */
  public void tick(Quote... more) {
    holds(more);
    bus.publish(Prices.TICK, new Prices.Quotes(List.of(more)));
    Await.eventLoops(vertx);
  }

  /** Delays the response to every FIND until {@link #release}. */
  public void hold() {
    held.set(Promise.promise());
  }

  public void release() {
    held.getAndSet(null).complete();
  }

  /** Symbols that front doors reported as read. */
  public List<String> reportedReads() {
    return reportedReads;
  }

  List<Object> finds() {
    synchronized (requests) {
      return requests.stream().filter(Prices.FindQuotes.class::isInstance).toList();
    }
  }

  public static Quote quote(long id, String symbol, String price, Instant receivedAt) {
    return quote(id, symbol, price, "simulated run 1", receivedAt.minusMillis(150), receivedAt);
  }

  public static Quote quote(
      long id, String symbol, String price, String feed, Instant eventTime, Instant receivedAt) {
    return new Quote(
        id,
        symbol,
        new BigDecimal(price),
        null,
        null,
        null,
        null,
        new Day(
            new BigDecimal("95"),
            new BigDecimal("105"),
            new BigDecimal("90"),
            new BigDecimal("5"),
            new BigDecimal("1000.5")),
        "{\"symbol\":\"" + symbol + "\",\"lastPrice\":\"" + price + "\",\"price\":\"" + price
            + "\",\"count\":76}",
        feed,
        0,
        0,
        "simulated",
        Prices.Source.POLL,
        eventTime,
        receivedAt,
        receivedAt.plus(Duration.ofSeconds(70)));
  }

  /** Does not record the request in {@link #requests}: front doors send it periodically, independently of clients. */
  private Future<Prices.Snapshot> latest(Prices.Latest request) {
    return Future.succeededFuture(new Prices.Snapshot(
        configured,
        configured.stream().filter(quotes::containsKey).map(quotes::get).toList()));
  }

  private Future<Prices.Quotes> find(Prices.FindQuotes request) {
    requests.add(request);
    var holding = held.get();
    var before = holding == null ? Future.<Void>succeededFuture() : holding.future();
    return before.compose(nothing -> found(request));
  }

  private Future<Prices.Quotes> found(Prices.FindQuotes request) {
    var unknown = request.symbols().stream()
        .filter(symbol -> !quotes.containsKey(symbol) && !configured.contains(symbol))
        .map(
            symbol -> new Failure.Error("query/symbols", "symbol-unknown", symbol + " is unknown."))
        .toList();
    if (!unknown.isEmpty()) {
      return Future.failedFuture(
          new Failure.NotFound("symbol-unknown", "A symbol is unknown.", unknown));
    }
    var unquoted = request.symbols().stream()
        .filter(symbol -> !quotes.containsKey(symbol))
        .map(symbol -> new Failure.Error(
            "query/symbols", "price-not-yet-known", symbol + " has no price yet."))
        .toList();
    return unquoted.isEmpty()
        ? Future.succeededFuture(
            new Prices.Quotes(request.symbols().stream().map(quotes::get).toList()))
        : Future.failedFuture(new Failure.Unavailable(
            "price-not-yet-known", "A price is not known yet.", Duration.ofSeconds(3), unquoted));
  }

  private Future<Prices.History> history(Prices.FindHistory request) {
    requests.add(request);
    return history.apply(request);
  }
}
