package dev.verticker.dev.exchange;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Creates a corrupted copy of a response. */
final class FaultInjector {
  private static final String WRONG_SYMBOL = "WRONGUSDT";
  private static final Set<String> BOOK_SIDES = Set.of("bids", "asks");

  private FaultInjector() {}

  /** @param symbol the symbol whose part is corrupted; empty = all */
  static Object corrupt(FaultKind kind, Object json, Optional<String> symbol) {
    return switch (kind) {
      case WRONG_TYPES -> parts(json, symbol, FaultInjector::wrongTypes);
      case NAN -> parts(json, symbol, part -> prices(part, price -> "NaN"));
      case ZERO_PRICE -> parts(json, symbol, part -> prices(part, price -> "0.00000000"));
      case NEGATIVE_PRICE -> parts(json, symbol, part -> prices(part, price -> "-" + price));
      case WRONG_SYMBOL -> parts(json, symbol, FaultInjector::wrongSymbol);
      case EMPTY_LIST -> emptied(json);
      case MISSING_SYMBOL -> missingSymbol(json, symbol);
      default -> json;
    };
  }

  private static Object parts(
      Object json, Optional<String> symbol, UnaryOperator<Object> corruption) {
    if (isInfo(json)) {
      var info = ((JsonObject) json).copy();
      return info.put("symbols", parts(info.getJsonArray("symbols"), symbol, corruption));
    }
    return json instanceof JsonArray list && isListOfSymbols(list)
        ? list(list, part -> concerns(part, symbol) ? corruption.apply(part) : part)
        : corruption.apply(json);
  }

  private static Object emptied(Object json) {
    if (isInfo(json)) {
      return ((JsonObject) json).copy().put("symbols", new JsonArray());
    }
    return isBook(json)
        ? object(
            (JsonObject) json, (key, value) -> BOOK_SIDES.contains(key) ? new JsonArray() : value)
        : new JsonArray();
  }

  private static boolean isBook(Object json) {
    return json instanceof JsonObject object && object.containsKey("bids");
  }

  private static boolean isInfo(Object json) {
    return json instanceof JsonObject object && object.containsKey("symbols");
  }

  private static boolean isListOfSymbols(JsonArray list) {
    return !list.isEmpty() && list.getValue(0) instanceof JsonObject;
  }

  private static boolean concerns(Object part, Optional<String> symbol) {
    return symbol
        .map(name -> name.equals(((JsonObject) part).getString("symbol")))
        .orElse(true);
  }

  private static Object wrongTypes(Object value) {
    if (value instanceof JsonObject object) {
      return object(object, (key, inner) -> wrongTypes(inner));
    }
    if (value instanceof JsonArray list) {
      return list(list, FaultInjector::wrongTypes);
    }
    return value instanceof Number ? JsonArray.of(value) : Boolean.TRUE;
  }

  private static Object prices(Object value, UnaryOperator<String> corruption) {
    if (value instanceof JsonObject object) {
      return object(object, (key, inner) -> price(key, inner, corruption));
    }
    return value instanceof JsonArray rows
        ? list(rows, row -> columns((JsonArray) row, 1, 4, corruption))
        : value;
  }

  private static Object price(String key, Object value, UnaryOperator<String> corruption) {
    if (BOOK_SIDES.contains(key) && value instanceof JsonArray levels) {
      return list(levels, level -> columns((JsonArray) level, 0, 0, corruption));
    }
    return isPrice(key) && value instanceof String text ? corruption.apply(text) : value;
  }

  private static boolean isPrice(String key) {
    return key.equals("price") || key.equals("p") || key.endsWith("Price");
  }

  private static JsonArray columns(
      JsonArray row, int first, int last, UnaryOperator<String> corruption) {
    var copy = row.copy();
    for (int column = first; column <= last; column++) {
      copy.set(column, corruption.apply(row.getString(column)));
    }
    return copy;
  }

  private static Object wrongSymbol(Object part) {
    return part instanceof JsonObject object && object.containsKey("symbol")
        ? object.copy().put("symbol", WRONG_SYMBOL)
        : part;
  }

  private static Object missingSymbol(Object json, Optional<String> symbol) {
    if (isInfo(json)) {
      var info = ((JsonObject) json).copy();
      return info.put("symbols", missingSymbol(info.getJsonArray("symbols"), symbol));
    }
    if (json instanceof JsonArray list && isListOfSymbols(list)) {
      var missing = symbol.orElse(list.getJsonObject(0).getString("symbol"));
      var others = new JsonArray();
      list.stream()
          .filter(part -> !missing.equals(((JsonObject) part).getString("symbol")))
          .forEach(others::add);
      return others;
    }
    if (json instanceof JsonObject object) {
      var copy = object.copy();
      copy.remove("symbol");
      return copy;
    }
    return json;
  }

  private interface Change {
    Object apply(String key, Object value);
  }

  private static JsonObject object(JsonObject object, Change change) {
    var changed = new JsonObject();
    for (Map.Entry<String, Object> entry : object) {
      changed.put(entry.getKey(), change.apply(entry.getKey(), entry.getValue()));
    }
    return changed;
  }

  private static JsonArray list(JsonArray list, Function<Object, Object> change) {
    var changed = new JsonArray();
    list.forEach(value -> changed.add(change.apply(value)));
    return changed;
  }
}
