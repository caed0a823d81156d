package dev.verticker.dev.exchange;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Function;

/** Order books in the JSON of the exchange's REST API and streams. */
final class Depth {
  private static final int DEFAULT_LIMIT = 100;
  /** Weights by the largest limit they are valid for. */
  private static final List<int[]> WEIGHTS =
      List.of(new int[] {100, 5}, new int[] {500, 25}, new int[] {1000, 50});

  private static final int MAX_WEIGHT = 250;

  private Depth() {}

  /** Request weight of a REST request. */
  static int weight(Query query) {
    var limit = query.number("limit").orElse(DEFAULT_LIMIT);
    return WEIGHTS.stream()
        .filter(weight -> limit <= weight[0])
        .mapToInt(weight -> weight[1])
        .findFirst()
        .orElse(MAX_WEIGHT);
  }

  static JsonObject snapshot(SimulatedBook book, Query query) {
    return snapshot(book, query.limit(DEFAULT_LIMIT, SimulatedBook.MAX_LEVELS));
  }

  /** The best levels, as over REST and as the event of a partial stream, which names no symbol. */
  static JsonObject snapshot(SimulatedBook book, int levels) {
    return new JsonObject()
        .put("lastUpdateId", book.updateId())
        .put("bids", rows(book.bids(levels), book))
        .put("asks", rows(book.asks(levels), book));
  }

  /** The levels that differ from an earlier book; a level that has disappeared has the quantity 0. */
  static JsonObject update(String symbol, SimulatedBook earlier, SimulatedBook book, Instant now) {
    return new JsonObject()
        .put("e", "depthUpdate")
        .put("E", now.toEpochMilli())
        .put("s", symbol)
        .put("U", earlier.updateId() + 1)
        .put("u", book.updateId())
        .put("b", changes(earlier, book, side -> side.bids(SimulatedBook.MAX_LEVELS)))
        .put("a", changes(earlier, book, side -> side.asks(SimulatedBook.MAX_LEVELS)));
  }

  private static JsonArray changes(
      SimulatedBook earlier,
      SimulatedBook book,
      Function<SimulatedBook, List<SimulatedBook.Level>> side) {
    var old = new LinkedHashMap<Long, Long>();
    side.apply(earlier).forEach(level -> old.put(level.price(), level.quantity()));
    var changes = new JsonArray();
    for (var level : side.apply(book)) {
      var before = old.remove(level.price());
      if (before == null || before != level.quantity()) {
        changes.add(row(level, book));
      }
    }
    old.keySet().forEach(price -> changes.add(row(new SimulatedBook.Level(price, 0), book)));
    return changes;
  }

  private static JsonArray rows(List<SimulatedBook.Level> levels, SimulatedBook book) {
    var rows = new JsonArray();
    levels.forEach(level -> rows.add(row(level, book)));
    return rows;
  }

  private static JsonArray row(SimulatedBook.Level level, SimulatedBook book) {
    var units = book.shape().units();
    return JsonArray.of(
        units.price(level.price()).toPlainString(),
        units.quantity(level.quantity()).toPlainString());
  }
}
