package dev.verticker.trading.rules;

import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.message.Listings;
import dev.verticker.message.Listings.FindObjects;
import dev.verticker.message.Listings.Objects;
import dev.verticker.message.Prices;
import dev.verticker.message.Prices.FindQuotes;
import dev.verticker.message.Prices.Quote;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The market of the price verticle, against which the paper venue trades. Asks at most once a minute whether the symbols have
 * changed. Used on one event loop.
 */
public final class BusMarket implements VenueMarket {
  private static final Duration CHECK_INTERVAL = Duration.ofMinutes(1);

  /** Bounds the memory if the pages never end; the exchange has 3,000 symbols. */
  private static final int MAX_SYMBOLS = 20_000;

  private final Vertx vertx;
  private final Bus bus;
  private final Clock clock;
  private final BigDecimal feeRate;

  /** Null before the first load. */
  private Symbols current;

  private Future<Symbols> loading = Future.failedFuture("not loaded yet");
  private long loadedAt;

  /** @param byName the exchange's objects as JSON texts */
  private record Symbols(String revision, Map<String, String> byName) {}

  public BusMarket(Vertx vertx, Bus bus, Clock clock, BigDecimal feeRate) {
    this.vertx = vertx;
    this.bus = bus;
    this.clock = clock;
    this.feeRate = feeRate;
  }

  @Override
  public Future<Optional<String>> symbol(String symbol) {
    return symbols().map(symbols -> Optional.ofNullable(symbols.byName().get(symbol)));
  }

  @Override
  public Future<Optional<MarketPrice>> price(String symbol) {
    return bus.request(Prices.FIND, new FindQuotes(List.of(symbol)))
        .map(found -> found.quotes().stream().findFirst().map(this::price))
        .otherwise(Optional.empty());
  }

  @Override
  public BigDecimal feeRate() {
    return feeRate;
  }

  private MarketPrice price(Quote quote) {
    return new MarketPrice(
        quote.price(), quote.bid(), quote.ask(), quote.receivedAt(), quote.stale(clock.instant()));
  }

  /** Returns the symbols in memory while newer ones are loaded; concurrent calls share one load. */
  private Future<Symbols> symbols() {
    var now = System.nanoTime();
    if (loading.isComplete() && (loading.failed() || now - loadedAt > CHECK_INTERVAL.toNanos())) {
      loadedAt = now;
      loading = load().onSuccess(loaded -> current = loaded);
    }
    return current == null ? loading : Future.succeededFuture(current);
  }

  private Future<Symbols> load() {
    var known = current;
    var revision = known == null ? null : known.revision();
    return bus.request(Listings.OBJECTS, new FindObjects(revision, 0)).compose(page -> {
      if (page.revision().equals(revision)) {
        return Future.succeededFuture(known);
      }
      var objects = new ArrayList<>(page.objects());
      return readNext(page, objects)
          .compose(read -> vertx.executeBlocking(() -> symbols(page.revision(), objects), false));
    });
  }

  /** Adds the objects of the following pages. */
  private Future<Void> readNext(Objects page, List<String> objects) {
    if (page.next() == null || objects.size() >= MAX_SYMBOLS) {
      return Future.succeededFuture();
    }
    return bus.request(Listings.OBJECTS, new FindObjects(null, page.next())).compose(next -> {
      if (!next.revision().equals(page.revision())) {
        return Future.failedFuture(new Failure.Unavailable(
            "symbols-not-yet-known", "The list of symbols is changing: try again."));
      }
      objects.addAll(next.objects());
      return readNext(next, objects);
    });
  }

  private static Symbols symbols(String revision, List<String> objects) {
    var byName = new HashMap<String, String>();
    objects.forEach(json -> byName.put(new JsonObject(json).getString("symbol"), json));
    return new Symbols(revision, byName);
  }
}
