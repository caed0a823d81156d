package dev.verticker.trading.rules;

import dev.verticker.message.trading.Orders.Side;
import dev.verticker.message.trading.Orders.Type;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The rules of a symbol, from the exchange's own object of it (Binance spot API, filters.md). A number that is absent, 0 or
 * malformed means no rule.
 *
 * @param tradable whether the exchange accepts orders
 * @param orderTypes the exchange's names of the accepted types; empty = unknown
 * @param quoteQtyAllowed whether a market order may name the amount of the quote asset
 * @param preventionModes accepted modes of self-trade prevention; empty = unknown
 * @param price of limit and stop prices
 * @param lot of the quantity of every order
 * @param marketLot of the quantity of a market order, besides {@code lot}
 * @param onlyExchangeKnows names of the filters that only the exchange can check
 */
record SymbolRules(
    Instrument instrument,
    boolean tradable,
    Set<String> orderTypes,
    boolean quoteQtyAllowed,
    Set<String> preventionModes,
    ValueRange price,
    ValueRange lot,
    ValueRange marketLot,
    List<NotionalRule> notionals,
    List<PercentRule> percents,
    List<String> onlyExchangeKnows) {
  private static final int DEFAULT_SCALE = 8;

  /** Filters that are checked here, or that concern no order of a type that can be placed. */
  private static final Set<String> KNOWN_HERE = Set.of(
      "PRICE_FILTER",
      "LOT_SIZE",
      "MARKET_LOT_SIZE",
      "NOTIONAL",
      "MIN_NOTIONAL",
      "PERCENT_PRICE",
      "PERCENT_PRICE_BY_SIDE",
      "ICEBERG_PARTS",
      "TRAILING_DELTA",
      "MAX_NUM_ICEBERG_ORDERS",
      "MAX_NUM_ORDER_LISTS",
      "MAX_NUM_ORDER_AMENDS");

  /**
   * Bounds of price times quantity. For a market order the exchange uses the average price of several minutes.
   *
   * @param minToMarket whether {@code min} concerns market orders, like {@code maxToMarket}
   */
  record NotionalRule(
      String name, BigDecimal min, BigDecimal max, boolean minToMarket, boolean maxToMarket) {
    ValueRange range(Type type) {
      var market = type == Type.MARKET;
      return new ValueRange(
          market && !minToMarket ? null : min, market && !maxToMarket ? null : max, null);
    }
  }

  /** Bounds of a limit price as multiples of the average price of several minutes. */
  record PercentRule(
      String name, BigDecimal buyDown, BigDecimal buyUp, BigDecimal sellDown, BigDecimal sellUp) {
    ValueRange range(Side side, BigDecimal reference) {
      var buys = side == Side.BUY;
      return new ValueRange(
          times(buys ? buyDown : sellDown, reference),
          times(buys ? buyUp : sellUp, reference),
          null);
    }

    private static BigDecimal times(BigDecimal multiplier, BigDecimal reference) {
      return multiplier == null ? null : multiplier.multiply(reference);
    }
  }

  static SymbolRules of(String venue, String json) {
    var symbol = new JsonObject(json);
    var filters = symbol.getJsonArray("filters", new JsonArray()).stream()
        .map(JsonObject.class::cast)
        .toList();
    var price = ranges(filters, "PRICE_FILTER", "minPrice", "maxPrice", "tickSize");
    var lot = ranges(filters, "LOT_SIZE", "minQty", "maxQty", "stepSize");
    var notionals = notionals(filters);
    return new SymbolRules(
        instrument(venue, symbol, json, price, lot, notionals),
        "TRADING".equals(symbol.getString("status"))
            && symbol.getBoolean("isSpotTradingAllowed", true),
        texts(symbol, "orderTypes"),
        symbol.getBoolean("quoteOrderQtyMarketAllowed", true),
        texts(symbol, "allowedSelfTradePreventionModes"),
        price,
        lot,
        ranges(filters, "MARKET_LOT_SIZE", "minQty", "maxQty", "stepSize"),
        notionals,
        percents(filters),
        filters.stream()
            .map(filter -> filter.getString("filterType", ""))
            .filter(name -> !KNOWN_HERE.contains(name))
            .distinct()
            .toList());
  }

  /** Returns the range of the quantity of an order of this type. */
  ValueRange quantity(Type type) {
    return type == Type.MARKET ? lot.and(marketLot) : lot;
  }

  private static Instrument instrument(
      String venue,
      JsonObject symbol,
      String json,
      ValueRange price,
      ValueRange lot,
      List<NotionalRule> notionals) {
    return new Instrument(
        venue,
        symbol.getString("symbol"),
        symbol.getString("baseAsset", ""),
        symbol.getString("quoteAsset", ""),
        symbol.getInteger("baseAssetPrecision", DEFAULT_SCALE),
        symbol.getInteger("quoteAssetPrecision", DEFAULT_SCALE),
        orZero(price.step()),
        orZero(lot.step()),
        notionals.stream().map(rule -> orZero(rule.min())).reduce(BigDecimal.ZERO, BigDecimal::max),
        json);
  }

  private static ValueRange ranges(
      List<JsonObject> filters, String name, String min, String max, String step) {
    return named(filters, name)
        .map(filter ->
            new ValueRange(number(filter, min), number(filter, max), number(filter, step)))
        .reduce(ValueRange.ANY, ValueRange::and);
  }

  private static List<NotionalRule> notionals(List<JsonObject> filters) {
    var rules = new ArrayList<NotionalRule>();
    named(filters, "NOTIONAL")
        .forEach(filter -> rules.add(new NotionalRule(
            "NOTIONAL",
            number(filter, "minNotional"),
            number(filter, "maxNotional"),
            filter.getBoolean("applyMinToMarket", false),
            filter.getBoolean("applyMaxToMarket", false))));
    named(filters, "MIN_NOTIONAL")
        .forEach(filter -> rules.add(new NotionalRule(
            "MIN_NOTIONAL",
            number(filter, "minNotional"),
            null,
            filter.getBoolean("applyToMarket", false),
            false)));
    return List.copyOf(rules);
  }

  private static List<PercentRule> percents(List<JsonObject> filters) {
    var rules = new ArrayList<PercentRule>();
    named(filters, "PERCENT_PRICE").forEach(filter -> {
      var down = number(filter, "multiplierDown");
      var up = number(filter, "multiplierUp");
      rules.add(new PercentRule("PERCENT_PRICE", down, up, down, up));
    });
    named(filters, "PERCENT_PRICE_BY_SIDE")
        .forEach(filter -> rules.add(new PercentRule(
            "PERCENT_PRICE_BY_SIDE",
            number(filter, "bidMultiplierDown"),
            number(filter, "bidMultiplierUp"),
            number(filter, "askMultiplierDown"),
            number(filter, "askMultiplierUp"))));
    return List.copyOf(rules);
  }

  private static Stream<JsonObject> named(List<JsonObject> filters, String name) {
    return filters.stream().filter(filter -> name.equals(filter.getString("filterType")));
  }

  private static Set<String> texts(JsonObject symbol, String field) {
    return symbol.getJsonArray(field, new JsonArray()).stream()
        .map(String::valueOf)
        .collect(Collectors.toUnmodifiableSet());
  }

  private static BigDecimal number(JsonObject filter, String field) {
    try {
      var value = new BigDecimal(String.valueOf(filter.getValue(field)));
      return value.signum() > 0 ? value : null;
    } catch (NumberFormatException absent) {
      return null;
    }
  }

  private static BigDecimal orZero(BigDecimal value) {
    return value == null ? BigDecimal.ZERO : value;
  }
}
