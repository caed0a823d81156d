package dev.verticker.api.binance;

import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.message.Listings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The exchange's own objects of its symbols, in its order, in the memory of the node. At most once a minute it requests them
 * from the price verticle, which sends them if they have changed. Thread-safe.
 */
final class ExchangeSymbols {
  private static final long CHECK_NANOS = Duration.ofMinutes(1).toNanos();

  /** A list that never ends must not fill the memory; the exchange has 3,000 symbols. */
  private static final int MAX_SYMBOLS = 20_000;

  private final Vertx vertx;
  private final Bus bus;

  /** Null before the first load. */
  private ListedObjects current;

  /** The latest load. */
  private Future<ListedObjects> loading = Future.failedFuture("not loaded yet");

  private long loadedAt;

  /**
   * A symbol of the exchange.
   *
   * @param index its place in the list
   * @param json the exchange's object
   */
  record ExchangeSymbol(int index, String status, String json) {}

  /**
   * All symbols by name.
   *
   * @param head the exchange's response without symbols
   */
  record ListedObjects(String revision, JsonObject head, Map<String, ExchangeSymbol> symbols) {
    static final ListedObjects UNKNOWN = new ListedObjects("", new JsonObject(), Map.of());

    /** Returns whether the exchange lists the symbol; true for all while no symbol is known. */
    boolean mayContain(String symbol) {
      return symbols.isEmpty() || symbols.containsKey(symbol);
    }

    /** Returns whether the symbol has the status; false for an unknown symbol. */
    boolean hasStatus(String symbol, String status) {
      return symbols.containsKey(symbol) && symbols.get(symbol).status().equals(status);
    }

    /** Sorts names into the order of the exchange; unknown ones come last. */
    Comparator<String> order() {
      return Comparator.comparingInt(
          name -> symbols.containsKey(name) ? symbols.get(name).index() : Integer.MAX_VALUE);
    }
  }

  ExchangeSymbols(Vertx vertx, Bus bus) {
    this.vertx = vertx;
    this.bus = bus;
  }

  /**
   * Returns the list in memory and refreshes it in the background. Before the first load, waits for it and fails like
   * {@link Listings#OBJECTS}. Concurrent calls share one load.
   */
  synchronized Future<ListedObjects> find() {
    var now = System.nanoTime();
    if (loading.isComplete() && (loading.failed() || now - loadedAt > CHECK_NANOS)) {
      loadedAt = now;
      loading = load(current).onSuccess(this::set);
    }
    return current == null ? loading : Future.succeededFuture(current);
  }

  /** Returns the list in memory, or an empty one while it is not known. */
  Future<ListedObjects> findIfKnown() {
    return find().otherwise(ListedObjects.UNKNOWN);
  }

  private synchronized void set(ListedObjects list) {
    current = list;
  }

  private Future<ListedObjects> load(ListedObjects known) {
    var revision = known == null ? null : known.revision();
    return bus.request(Listings.OBJECTS, new Listings.FindObjects(revision, 0)).compose(page -> {
      if (page.revision().equals(revision)) {
        return Future.succeededFuture(known);
      }
      var objects = new ArrayList<>(page.objects());
      return readNext(page, objects)
          .compose(read -> vertx.executeBlocking(() -> list(page, objects), false));
    });
  }

  /** Adds the objects of the following pages. */
  private Future<Void> readNext(Listings.Objects page, List<String> objects) {
    if (page.next() == null || objects.size() >= MAX_SYMBOLS) {
      return Future.succeededFuture();
    }
    return bus.request(Listings.OBJECTS, new Listings.FindObjects(null, page.next()))
        .compose(next -> {
          if (!next.revision().equals(page.revision())) {
            return Future.failedFuture(
                new Failure.Unavailable("unavailable", "The list of symbols is changing."));
          }
          objects.addAll(next.objects());
          return readNext(next, objects);
        });
  }

  private static ListedObjects list(Listings.Objects page, List<String> objects) {
    var symbols = new LinkedHashMap<String, ExchangeSymbol>();
    objects.forEach(json -> {
      var object = new JsonObject(json);
      symbols.put(
          object.getString("symbol"),
          new ExchangeSymbol(symbols.size(), object.getString("status", ""), json));
    });
    return new ListedObjects(page.revision(), head(page.head()), symbols);
  }

  /** The weight limit is that of this API; the others are those of the exchange. */
  private static JsonObject head(String json) {
    var head = json == null ? new JsonObject() : new JsonObject(json);
    for (var limit : head.getJsonArray("rateLimits", new JsonArray())) {
      var fields = (JsonObject) limit;
      if ("REQUEST_WEIGHT".equals(fields.getString("rateLimitType"))) {
        fields.put("limit", RequestWeights.MAX_WEIGHT);
      }
    }
    return head;
  }
}
