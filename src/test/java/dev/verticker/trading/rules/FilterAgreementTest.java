package dev.verticker.trading.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.dev.exchange.order.SimulatedOrders;
import dev.verticker.message.trading.Orders.Side;
import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.message.trading.Orders.TimeInForce;
import dev.verticker.message.trading.Orders.Type;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The filters of this package and those of the simulated exchange, which is written independently, agree on every order. */
class FilterAgreementTest {
  private static final int ORDERS_PER_SYMBOL = 100;
  private static final int SCALE = 8;

  /** Filters that are compared together: an order of a kind breaks one rule for each of them. */
  private static final Map<String, String> GROUPS = Map.of(
      "PRICE_FILTER", "price",
      "PERCENT_PRICE", "percent",
      "PERCENT_PRICE_BY_SIDE", "percent",
      "LOT_SIZE", "lot",
      "MARKET_LOT_SIZE", "lot",
      "NOTIONAL", "notional",
      "MIN_NOTIONAL", "notional");

  private static final Map<String, String> CODES = Map.of(
      "min-price", "price",
      "max-price", "price",
      "tick-size", "price",
      "percent-price", "percent",
      "min-qty", "lot",
      "max-qty", "lot",
      "step-size", "lot",
      "min-notional", "notional",
      "max-notional", "notional");

  @Test
  void both_reject_the_same_of_20_000_random_orders_for_the_same_reasons() {
    assertAgreement(200);
  }

  @Test
  @Tag("faults")
  void both_reject_the_same_of_100_000_random_orders_for_the_same_reasons() {
    assertAgreement(1_000);
  }

  private static void assertAgreement(int symbols) {
    var seed = System.nanoTime();
    var random = new SplittableRandom(seed);
    var verdicts = new TreeMap<String, Integer>();
    for (int count = 0; count < symbols; count++) {
      var symbol = symbol(random);
      var rules = SymbolRules.of("testnet", symbol.encode());
      var reference = amount(random, 1, 5_000_000, 2);
      for (int order = 0; order < ORDERS_PER_SYMBOL; order++) {
        var ticket = ticket(random, symbol, reference);
        var ours = ours(rules, ticket, reference);
        var theirs = theirs(symbol, ticket, reference);
        assertEquals(
            theirs,
            ours,
            () -> "seed " + seed + ", reference " + reference + ", " + ticket + ", "
                + symbol.getJsonArray("filters"));
        verdicts.merge(ours, 1, Integer::sum);
      }
    }
    // Every rule was broken, and orders were accepted.
    for (var group : List.of("[]", "[price]", "[percent]", "[lot]", "[notional]")) {
      assertTrue(verdicts.getOrDefault(group, 0) > 100, "seed " + seed + " " + verdicts);
    }
  }

  private static String ours(SymbolRules rules, Ticket ticket, BigDecimal reference) {
    assertEquals(List.of(), TicketContent.check(ticket));
    return OrderFilters.check(rules, ticket, reference).stream()
        // How much an amount of the quote asset buys is an estimate, not a filter.
        .filter(violation ->
            !(violation.pointer().equals("/quote_qty") && violation.code().endsWith("-qty")))
        .map(violation -> CODES.get(violation.code()))
        .collect(Collectors.toCollection(TreeSet::new))
        .toString();
  }

  private static String theirs(JsonObject symbol, Ticket ticket, BigDecimal reference) {
    var order = new HashMap<String, String>();
    order.put("symbol", ticket.symbol());
    order.put("side", ticket.side().name());
    order.put(
        "type",
        ticket.type() == Type.STOP_LIMIT ? "STOP_LOSS_LIMIT" : ticket.type().name());
    if (ticket.timeInForce() != null) {
      order.put("timeInForce", ticket.timeInForce().name());
    }
    put(order, "quantity", ticket.qty());
    put(order, "quoteOrderQty", ticket.quoteQty());
    put(order, "price", ticket.price());
    put(order, "stopPrice", ticket.stopPrice());
    return SimulatedOrders.violations(symbol, order, minutes -> reference).stream()
        .map(GROUPS::get)
        .collect(Collectors.toCollection(TreeSet::new))
        .toString();
  }

  private static void put(Map<String, String> order, String name, BigDecimal value) {
    if (value != null) {
      order.put(name, value.toPlainString());
    }
  }

  private static JsonObject symbol(SplittableRandom random) {
    var filters = new JsonArray();
    filters.add(range(random, "PRICE_FILTER", "Price", "tickSize"));
    filters.add(range(random, "LOT_SIZE", "Qty", "stepSize"));
    if (random.nextBoolean()) {
      filters.add(range(random, "MARKET_LOT_SIZE", "Qty", "stepSize"));
    }
    switch (random.nextInt(3)) {
      case 0 ->
        filters.add(new JsonObject()
            .put("filterType", "PERCENT_PRICE")
            .put("multiplierUp", multiplier(random, 1, 6))
            .put("multiplierDown", multiplier(random, 0, 1))
            .put("avgPriceMins", 5));
      case 1 ->
        filters.add(new JsonObject()
            .put("filterType", "PERCENT_PRICE_BY_SIDE")
            .put("bidMultiplierUp", multiplier(random, 1, 6))
            .put("bidMultiplierDown", multiplier(random, 0, 1))
            .put("askMultiplierUp", multiplier(random, 1, 6))
            .put("askMultiplierDown", multiplier(random, 0, 1))
            .put("avgPriceMins", 5));
      default -> {
        // None.
      }
    }
    if (random.nextBoolean()) {
      filters.add(new JsonObject()
          .put("filterType", "NOTIONAL")
          .put("minNotional", bound(random, 1_000))
          .put("applyMinToMarket", random.nextBoolean())
          .put("maxNotional", bound(random, 50_000_000))
          .put("applyMaxToMarket", random.nextBoolean())
          .put("avgPriceMins", 5));
    } else if (random.nextBoolean()) {
      filters.add(new JsonObject()
          .put("filterType", "MIN_NOTIONAL")
          .put("minNotional", bound(random, 1_000))
          .put("applyToMarket", random.nextBoolean())
          .put("avgPriceMins", 5));
    }
    return new JsonObject()
        .put("symbol", "AAABBB")
        .put("status", "TRADING")
        .put("baseAsset", "AAA")
        .put("baseAssetPrecision", SCALE)
        .put("quoteAsset", "BBB")
        .put("quoteAssetPrecision", SCALE)
        .put("quoteOrderQtyMarketAllowed", true)
        .put("filters", filters);
  }

  private static JsonObject range(
      SplittableRandom random, String type, String name, String stepName) {
    return new JsonObject()
        .put("filterType", type)
        .put("min" + name, bound(random, 100))
        .put("max" + name, bound(random, 100_000))
        .put(
            stepName,
            List.of(
                    "0.00000000",
                    "0.00000001",
                    "0.00001000",
                    "0.01000000",
                    "0.03000000",
                    "1.00000000")
                .get(random.nextInt(6)));
  }

  /** 0, which is no rule, or an amount. */
  private static String bound(SplittableRandom random, int max) {
    return random.nextInt(4) == 0
        ? "0.00000000"
        : amount(random, 1, max, random.nextInt(3)).setScale(SCALE).toPlainString();
  }

  private static String multiplier(SplittableRandom random, int min, int max) {
    return amount(random, min * 100 + 1, max * 100, 2).toPlainString();
  }

  private static BigDecimal amount(SplittableRandom random, long min, long max, int decimals) {
    return BigDecimal.valueOf(random.nextLong(min, max + 1), decimals);
  }

  private static Ticket ticket(SplittableRandom random, JsonObject symbol, BigDecimal reference) {
    var type =
        List.of(Type.LIMIT, Type.LIMIT_MAKER, Type.STOP_LIMIT, Type.MARKET).get(random.nextInt(4));
    var hasPrice = type != Type.MARKET;
    var byQuote = type == Type.MARKET && random.nextInt(3) == 0;
    var isTimed = type == Type.LIMIT || type == Type.STOP_LIMIT;
    return new Ticket(
        "AAABBB",
        random.nextBoolean() ? Side.BUY : Side.SELL,
        type,
        isTimed
            ? List.of(TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK).get(random.nextInt(3))
            : null,
        byQuote ? null : value(random, symbol, "LOT_SIZE", BigDecimal.TEN),
        byQuote ? value(random, symbol, "NOTIONAL", reference) : null,
        hasPrice ? value(random, symbol, "PRICE_FILTER", reference) : null,
        type == Type.STOP_LIMIT ? value(random, symbol, "PRICE_FILTER", reference) : null,
        null);
  }

  /** Often a bound of the filter, a multiple of its step, or one unit beside it. */
  private static BigDecimal value(
      SplittableRandom random, JsonObject symbol, String filter, BigDecimal usual) {
    var numbers = numbers(symbol, filter);
    var base = numbers.isEmpty() || random.nextInt(3) == 0
        ? usual.multiply(amount(random, 1, 300, 2))
        : numbers
            .get(random.nextInt(numbers.size()))
            .multiply(amount(random, 1, random.nextBoolean() ? 1 : 2_000, 0));
    var beside = BigDecimal.valueOf(random.nextInt(-1, 2), random.nextInt(SCALE + 1));
    var value = (random.nextBoolean() ? base : base.add(beside)).setScale(SCALE, RoundingMode.DOWN);
    return value.signum() > 0 ? value : BigDecimal.ONE;
  }

  private static List<BigDecimal> numbers(JsonObject symbol, String type) {
    var numbers = new ArrayList<BigDecimal>();
    for (var each : symbol.getJsonArray("filters")) {
      var filter = (JsonObject) each;
      if (filter.getString("filterType").equals(type)) {
        filter.forEach(entry -> {
          if (entry.getValue() instanceof String text && !entry.getKey().equals("filterType")) {
            var number = new BigDecimal(text);
            if (number.signum() > 0) {
              numbers.add(number);
            }
          }
        });
      }
    }
    return numbers;
  }
}
