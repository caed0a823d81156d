package dev.verticker.dev.exchange.order;

import dev.verticker.dev.exchange.order.OrderRequest.Type;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What an order of a symbol must fulfil, from the symbol's entry in exchangeInfo. */
final class SimulatedRules {
  private static final List<String> ALL_MODES =
      List.of("NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT", "TRANSFER");
  private static final BigDecimal MIN_STEP = new BigDecimal("0.00000001");

  private final JsonObject info;
  private final Map<String, JsonObject> filters;

  SimulatedRules(JsonObject info) {
    this.info = info;
    this.filters = byType(info.getJsonArray("filters", new JsonArray()));
  }

  static Map<String, JsonObject> byType(JsonArray filters) {
    return filters.stream()
        .map(JsonObject.class::cast)
        .collect(Collectors.toMap(
            filter -> filter.getString("filterType"),
            filter -> filter,
            (first, second) -> first,
            LinkedHashMap::new));
  }

  String symbol() {
    return info.getString("symbol");
  }

  String baseAsset() {
    return info.getString("baseAsset");
  }

  String quoteAsset() {
    return info.getString("quoteAsset");
  }

  String defaultSelfTradePrevention() {
    return info.getString("defaultSelfTradePreventionMode", "NONE");
  }

  /** The step of quantities that the exchange chooses itself. */
  BigDecimal step() {
    var step = amount("LOT_SIZE", "stepSize");
    return step.signum() > 0 ? step : MIN_STEP;
  }

  /** @throws OrderException if the symbol takes no such orders at present */
  void checkSupported(OrderRequest request) {
    if (!info.getString("status").equals("TRADING")) {
      throw OrderException.rejected("Market is closed.");
    }
    if (!info.getJsonArray("orderTypes").contains(request.type().name())) {
      var name = request.type().name().replace('_', ' ').toLowerCase(Locale.ROOT);
      throw OrderException.rejected(name.substring(0, 1).toUpperCase(Locale.ROOT)
          + name.substring(1) + " orders are not supported for this symbol.");
    }
    if (request.isByQuote() && !info.getBoolean("quoteOrderQtyMarketAllowed", false)) {
      throw OrderException.rejected(
          "Quote order qty market orders are not support for this symbol.");
    }
    if (request.icebergQuantity() != null && !info.getBoolean("icebergAllowed", false)) {
      throw OrderException.rejected("Iceberg orders are not supported for this symbol.");
    }
    if (request.icebergQuantity() != null && !request.timeInForce().equals("GTC")) {
      throw OrderException.rejected("Unsupported order combination");
    }
    if (request.selfTradePrevention() != null
        && !info.getJsonArray("allowedSelfTradePreventionModes", new JsonArray(ALL_MODES))
            .contains(request.selfTradePrevention())) {
      throw OrderException.invalid(
          -1013, "This symbol does not allow the specified self-trade prevention mode.");
    }
  }

  /**
   * Names of the filters that the order violates, without those that depend on the account.
   *
   * @param average price over the number of minutes
   */
  List<String> violations(OrderRequest request, BiFunction<String, Integer, BigDecimal> average) {
    var violated = new ArrayList<String>();
    filters.forEach((name, filter) -> {
      if (violates(name, filter, request, average)) {
        violated.add(name);
      }
    });
    return violated;
  }

  /** Names of the filters on the number of orders and the position that one more order violates. */
  List<String> accountViolations(
      OrderRequest request, SimulatedAccount account, JsonArray exchange) {
    var exchangeFilters = byType(exchange);
    var algo = request.type().hasStopPrice();
    var violated = new ArrayList<String>();
    if (exceeds(filters, "MAX_NUM_ORDERS", "maxNumOrders", open(account))) {
      violated.add("MAX_NUM_ORDERS");
    }
    if (algo && exceeds(filters, "MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders", algo(open(account)))) {
      violated.add("MAX_NUM_ALGO_ORDERS");
    }
    if (exceeds(exchangeFilters, "EXCHANGE_MAX_NUM_ORDERS", "maxNumOrders", all(account))) {
      violated.add("EXCHANGE_MAX_NUM_ORDERS");
    }
    if (algo
        && exceeds(
            exchangeFilters,
            "EXCHANGE_MAX_NUM_ALGO_ORDERS",
            "maxNumAlgoOrders",
            algo(all(account)))) {
      violated.add("EXCHANGE_MAX_NUM_ALGO_ORDERS");
    }
    if (request.isBuy() && exceedsPosition(request, account)) {
      violated.add("MAX_POSITION");
    }
    return violated;
  }

  private boolean violates(
      String name,
      JsonObject filter,
      OrderRequest request,
      BiFunction<String, Integer, BigDecimal> average) {
    return switch (name) {
      case "PRICE_FILTER" ->
        Stream.of(request.price(), request.stopPrice())
            .anyMatch(price -> price != null && isOff(price, filter, "Price", "tickSize"));
      case "LOT_SIZE" ->
        Stream.of(request.quantity(), request.icebergQuantity())
            .anyMatch(quantity -> quantity != null && isOff(quantity, filter, "Qty", "stepSize"));
      case "MARKET_LOT_SIZE" ->
        request.type() == Type.MARKET
            && !request.isByQuote()
            && isOff(request.quantity(), filter, "Qty", "stepSize");
      case "PERCENT_PRICE" -> isFar(request, filter, "multiplier", average);
      case "PERCENT_PRICE_BY_SIDE" ->
        isFar(request, filter, request.isBuy() ? "bidMultiplier" : "askMultiplier", average);
      case "MIN_NOTIONAL" ->
        applies(request, filter, "applyToMarket")
            && isBelow(notional(request, filter, average), filter, "minNotional");
      case "NOTIONAL" ->
        applies(request, filter, "applyMinToMarket")
                && isBelow(notional(request, filter, average), filter, "minNotional")
            || applies(request, filter, "applyMaxToMarket")
                && isAbove(notional(request, filter, average), filter, "maxNotional");
      case "ICEBERG_PARTS" ->
        request.icebergQuantity() != null
            && request
                    .quantity()
                    .compareTo(request
                        .icebergQuantity()
                        .multiply(BigDecimal.valueOf(filter.getInteger("limit"))))
                > 0;
      default -> false;
    };
  }

  private BigDecimal notional(
      OrderRequest request, JsonObject filter, BiFunction<String, Integer, BigDecimal> average) {
    if (request.isByQuote()) {
      return request.quoteQuantity();
    }
    var price = request.price() != null
        ? request.price()
        : average.apply(symbol(), filter.getInteger("avgPriceMins", 0));
    return price.multiply(request.quantity());
  }

  private boolean isFar(
      OrderRequest request,
      JsonObject filter,
      String multiplier,
      BiFunction<String, Integer, BigDecimal> average) {
    if (request.price() == null) {
      return false;
    }
    var mean = average.apply(symbol(), filter.getInteger("avgPriceMins", 0));
    return request.price().compareTo(mean.multiply(amount(filter, multiplier + "Up"))) > 0
        || request.price().compareTo(mean.multiply(amount(filter, multiplier + "Down"))) < 0;
  }

  private static boolean applies(OrderRequest request, JsonObject filter, String toMarket) {
    return request.type() != Type.MARKET || filter.getBoolean(toMarket, false);
  }

  /** Whether an amount is out of range or between two steps. */
  private static boolean isOff(BigDecimal amount, JsonObject filter, String name, String stepName) {
    var step = amount(filter, stepName);
    return isBelow(amount, filter, "min" + name)
        || isAbove(amount, filter, "max" + name)
        || step.signum() > 0 && amount.remainder(step).signum() != 0;
  }

  private static boolean isBelow(BigDecimal amount, JsonObject filter, String bound) {
    return amount.compareTo(amount(filter, bound)) < 0;
  }

  /** A bound of 0 is none. */
  private static boolean isAbove(BigDecimal amount, JsonObject filter, String bound) {
    var max = amount(filter, bound);
    return max.signum() > 0 && amount.compareTo(max) > 0;
  }

  private boolean exceedsPosition(OrderRequest request, SimulatedAccount account) {
    var max = amount("MAX_POSITION", "maxPosition");
    if (max.signum() == 0 || request.isByQuote()) {
      return false;
    }
    var position = open(account)
        .filter(order -> order.request.isBuy())
        .map(SimulatedOrder::remaining)
        .reduce(account.total(baseAsset()), BigDecimal::add);
    return position.add(request.quantity()).compareTo(max) > 0;
  }

  private Stream<SimulatedOrder> open(SimulatedAccount account) {
    return all(account).filter(order -> order.request.symbol().equals(symbol()));
  }

  private static Stream<SimulatedOrder> all(SimulatedAccount account) {
    return account.orders.values().stream().filter(SimulatedOrder::isOpen);
  }

  private static Stream<SimulatedOrder> algo(Stream<SimulatedOrder> orders) {
    return orders.filter(order -> order.request.type().hasStopPrice());
  }

  private static boolean exceeds(
      Map<String, JsonObject> filters, String name, String bound, Stream<SimulatedOrder> orders) {
    return filters.containsKey(name) && orders.count() >= filters.get(name).getInteger(bound);
  }

  private BigDecimal amount(String filter, String name) {
    return filters.containsKey(filter) ? amount(filters.get(filter), name) : BigDecimal.ZERO;
  }

  private static BigDecimal amount(JsonObject filter, String name) {
    return new BigDecimal(filter.getString(name, "0"));
  }
}
