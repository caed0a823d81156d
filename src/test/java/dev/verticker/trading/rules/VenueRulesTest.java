package dev.verticker.trading.rules;

import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Failure;
import dev.verticker.message.trading.OrderJson;
import dev.verticker.message.trading.Orders.Side;
import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.message.trading.Orders.TimeInForce;
import dev.verticker.message.trading.Orders.Type;
import dev.verticker.message.trading.Orders.Verdict;
import dev.verticker.message.trading.Orders.Violation;
import dev.verticker.message.trading.TradingAccounts;
import dev.verticker.message.trading.TradingAccounts.Limits;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class VenueRulesTest {
  private static final Instant NOON = Instant.parse("2026-11-30T12:00:00Z");
  private static final String TESTNET = "testnet";

  /** One unit of the last decimal that prices and quantities of {@link Rules} have. */
  private static final int UNIT_SCALE = 8;

  @Example
  void an_order_that_satisfies_every_filter_has_no_violation() {
    assertEquals(List.of(), violations(limit("68000.12", "0.001")));
    assertEquals(
        List.of(),
        violations(limit(
            "0.3",
            "0.30000",
            btc()
                .with("PRICE_FILTER", "tickSize", "0.1")
                .without("PERCENT_PRICE_BY_SIDE")
                .without("NOTIONAL"))));
    assertEquals(List.of(), violations(market("0.001", null)));
    assertEquals(List.of(), violations(market(null, "50")));
  }

  @Example
  void each_broken_filter_is_reported_with_its_value_its_rule_and_the_nearest_valid_value() {
    assertViolation("/price tick-size 68000.123 0.01 68000.12", limit("68000.123", "0.001"));
    assertViolation("/price percent-price 13600 13600.024 13600.03", limit("13600", "0.001"));
    assertViolation(
        "/price percent-price 340000.61 340000.6 340000.6", limit("340000.61", "0.001"));
    assertViolation("/qty step-size 0.0010001 0.00001 0.001", limit("68000", "0.0010001"));
    assertViolation("/qty max-qty 9001 9000 132.35294", limit("68000", "9001"), "max-notional");
    assertViolation("/qty min-notional 4.76 5 0.00008", limit("68000", "0.00007"));
    assertViolation("/qty max-notional 13600000 9000000 132.35294", limit("68000", "200"));
    assertViolation("/qty max-qty 100.5 100 100", market("100.5", null));
    assertViolation("/quote_qty min-notional 4.99 5 5", market(null, "4.99"));
    assertViolation(
        "/quote_qty precision 50.123456789 0.00000001 50.12345678", market(null, "50.123456789"));

    var coarse = btc().without("PERCENT_PRICE_BY_SIDE").without("NOTIONAL");
    assertViolation("/price min-price 0.005 0.01 0.01", limit("0.005", "1", coarse), "tick-size");
    assertViolation(
        "/price max-price 1000000.01 1000000 1000000", limit("1000000.01", "1", coarse));
    assertViolation(
        "/qty min-qty 0.000001 0.00001 0.00001", limit("1", "0.000001", coarse), "step-size");
  }

  @Example
  void the_stop_price_has_the_filters_of_a_price() {
    var stop = new Ticket(
        "BTCUSDT",
        Side.SELL,
        Type.STOP_LIMIT,
        TimeInForce.GTC,
        dec("0.001"),
        null,
        dec("67000"),
        dec("67100.005"),
        null);

    assertViolation("/stop_price tick-size 67100.005 0.01 67100", new Request(stop, btc()));
  }

  @Example
  void quantities_without_a_step_have_the_decimals_of_their_asset() {
    var stepless = btc().with("LOT_SIZE", "stepSize", "0.00000000");

    assertEquals(List.of(), violations(limit("68000", "0.00123456", stepless)));
    assertViolation(
        "/qty precision 0.001234567 0.00000001 0.00123456",
        limit("68000", "0.001234567", stepless));
  }

  @Example
  void a_market_order_is_compared_with_the_last_price_and_not_at_all_without_one() {
    assertViolation("/qty min-notional 4.7600084 5 0.00008", market("0.00007", null));

    var unpriced = check(new Request(market("0.00007", null).ticket(), btc()), Limits.NONE, null);
    assertEquals(List.of(), unpriced.violations());
    assertTrue(unpriced.priceStale());
    assertNull(unpriced.price());
    assertNull(unpriced.estimatedNotional());
  }

  @Example
  void an_older_exchange_with_other_names_of_the_filters_is_understood() {
    var older = btc()
        .without("NOTIONAL")
        .without("PERCENT_PRICE_BY_SIDE")
        .adding(new JsonObject()
            .put("filterType", "MIN_NOTIONAL")
            .put("minNotional", "10.0")
            .put("applyToMarket", false))
        .adding(new JsonObject()
            .put("filterType", "PERCENT_PRICE")
            .put("multiplierUp", "1.1")
            .put("multiplierDown", "0.9"));

    assertViolation("/qty min-notional 6.8 10 0.00015", limit("68000", "0.0001", older));
    assertViolation(
        "/price percent-price 80000 74800.132 74800.13", limit("80000", "0.001", older));
    assertEquals(List.of(), violations(new Request(market("0.0001", null).ticket(), older)));
  }

  @Example
  void an_order_needs_exactly_the_values_of_its_type() {
    assertCodes("/price required", ticket(Type.LIMIT, TimeInForce.GTC, "1", null, null, null));
    assertCodes("/time_in_force required", ticket(Type.LIMIT, null, "1", null, "68000", null));
    assertCodes(
        "/qty required, /quote_qty not-allowed",
        ticket(Type.LIMIT, TimeInForce.GTC, null, "5", "68000", null));
    assertCodes(
        "/stop_price not-allowed", ticket(Type.LIMIT, TimeInForce.GTC, "1", null, "68000", "1"));
    assertCodes(
        "/time_in_force not-allowed",
        ticket(Type.LIMIT_MAKER, TimeInForce.GTC, "1", null, "68000", null));
    assertCodes("/qty required", ticket(Type.MARKET, null, null, null, null, null));
    assertCodes("/quote_qty not-allowed", ticket(Type.MARKET, null, "1", "5", null, null));
    assertCodes("/price not-allowed", ticket(Type.MARKET, null, "1", null, "68000", null));
    assertCodes(
        "/stop_price required", ticket(Type.STOP_LIMIT, TimeInForce.GTC, "1", null, "68000", null));
    assertCodes(
        "/qty positive, /price positive",
        ticket(Type.LIMIT, TimeInForce.GTC, "0", null, "-1", null));
    assertCodes("/type required", ticket(Type.UNKNOWN, null, "1", null, null, null));
  }

  @Example
  void
      a_symbol_that_is_unknown_or_not_tradable_and_a_type_or_mode_it_does_not_support_are_reported() {
    var ticket = limit("68000", "0.001").ticket();
    assertCodes(
        "/symbol symbol-not-tradable", new Request(ticket, btc().putting("status", "CANCEL_ONLY")));
    assertCodes(
        "/symbol symbol-not-tradable",
        new Request(ticket, btc().putting("isSpotTradingAllowed", false)));
    assertCodes(
        "/type order-type",
        new Request(ticket, btc().putting("orderTypes", JsonArray.of("MARKET"))));
    assertCodes(
        "/quote_qty not-allowed",
        new Request(
            market(null, "50").ticket(), btc().putting("quoteOrderQtyMarketAllowed", false)));
    var prevention = new Ticket(
        "BTCUSDT",
        Side.BUY,
        Type.LIMIT,
        TimeInForce.GTC,
        dec("0.001"),
        null,
        dec("68000"),
        null,
        "TRANSFER");
    assertCodes("/self_trade_prevention self-trade-prevention", new Request(prevention, btc()));

    var result = result(
        new Request(
            new Ticket("NOPE", Side.BUY, Type.MARKET, null, dec("1"), null, null, null, null),
            btc()),
        Limits.NONE,
        price("68000.12"),
        TESTNET);
    assertEquals("symbol-unknown", result.verdict().violations().get(0).code());
    assertNull(result.instrument());
  }

  @Example
  void filters_that_only_the_exchange_can_decide_are_named_unless_the_venue_is_paper() {
    var request = limit("68000", "0.001");

    assertEquals(
        List.of("MAX_NUM_ORDERS", "MAX_SOMETHING_NEW", "PERCENT_PRICE_BY_SIDE"),
        result(request, Limits.NONE, price("68000.12"), TESTNET).verdict().onlyExchangeKnows());
    assertEquals(
        List.of("MAX_NUM_ORDERS", "MAX_SOMETHING_NEW", "NOTIONAL"),
        result(market("0.001", null), Limits.NONE, price("68000.12"), TESTNET)
            .verdict()
            .onlyExchangeKnows());
    assertEquals(List.of(), check(request, Limits.NONE, price("68000.12")).onlyExchangeKnows());
  }

  @Example
  void the_limits_of_an_account_are_checked() {
    var request = limit("68000", "0.001");

    assertEquals(
        List.of(),
        codes(request, new Limits(null, dec("68"), null, dec("0.1"), List.of("BTCUSDT"))));
    assertEquals(
        List.of("/symbol symbol-not-allowed"),
        codes(request, new Limits(null, null, null, null, List.of())));
    assertEquals(
        List.of("/qty max-order-notional"),
        codes(request, new Limits(null, dec("67.99"), null, null, null)));
    assertEquals(
        List.of("/price max-price-distance"),
        codes(limit("75000", "0.001"), new Limits(null, null, null, dec("0.1"), null)));
    assertEquals(
        List.of("/quote_qty max-order-notional"),
        codes(market(null, "50"), new Limits(null, dec("49"), null, null, null)));
    var unpriced =
        check(market("0.001", null), new Limits(null, dec("1000"), null, null, null), null);
    assertEquals("max-order-notional", unpriced.violations().get(0).code());
  }

  @Example
  void the_verdict_has_the_age_of_its_price_and_estimates_with_the_fee_of_the_paper_venue() {
    var price = new MarketPrice(dec("68000.12"), dec("68000.11"), dec("68000.13"), NOON, true);

    var bought = check(market("0.001", null), Limits.NONE, price);
    assertEquals(
        new Verdict(
            List.of(),
            List.of(),
            dec("68000.12"),
            NOON,
            true,
            dec("0.001"),
            dec("68.00013"),
            dec("0.00000100"),
            "BTC"),
        bought);

    var byAmount = check(market(null, "50"), Limits.NONE, price);
    assertEquals("0.00073", OrderJson.decimal(byAmount.estimatedQty()));
    assertEquals("50", OrderJson.decimal(byAmount.estimatedNotional()));

    var sold = check(
        new Request(
            new Ticket(
                "BTCUSDT", Side.SELL, Type.MARKET, null, dec("0.001"), null, null, null, null),
            btc()),
        Limits.NONE,
        price);
    assertEquals("0.06800011", OrderJson.decimal(sold.estimatedFee()));
    assertEquals("USDT", sold.feeAsset());
  }

  @Example
  void numbers_that_cannot_be_read_are_no_rule_and_the_instrument_keeps_the_whole_object() {
    var odd = btc().with("LOT_SIZE", "stepSize", "many").with("PRICE_FILTER", "tickSize", null);

    var result = result(
        limit("68000.123", "0.001", odd), Limits.NONE, price("68000.12"), TradingAccounts.PAPER);

    assertEquals(List.of(), result.verdict().violations());
    assertEquals(
        new Instrument(
            "paper",
            "BTCUSDT",
            "BTC",
            "USDT",
            8,
            8,
            BigDecimal.ZERO,
            BigDecimal.ZERO,
            dec("5.00000000"),
            odd.json().encode()),
        result.instrument());
  }

  @Example
  void a_venue_without_known_rules_is_unavailable() {
    var failed = new VenueRules(Map.of())
        .check("demo", Limits.NONE, limit("68000", "0.001").ticket());

    assertEquals(
        "venue-unavailable",
        assertInstanceOf(Failure.Unavailable.class, failed.cause()).code());
  }

  /** The oracle computes with whole numbers of units. */
  @Property
  void the_verdict_of_a_limit_order_equals_integer_arithmetic(
      @ForAll("rules") Rules rules, @ForAll("units") long price, @ForAll("units") long qty) {
    var expected = new TreeSet<String>();
    addExpected(
        expected,
        price,
        rules.minPrice(),
        rules.maxPrice(),
        rules.tick(),
        "min-price max-price tick-size");
    addExpected(
        expected, qty, rules.minQty(), rules.maxQty(), rules.step(), "min-qty max-qty step-size");
    var notional = BigInteger.valueOf(price).multiply(BigInteger.valueOf(qty));
    if (rules.minNotional() > 0 && notional.compareTo(squared(rules.minNotional())) < 0) {
      expected.add("min-notional");
    }
    if (rules.maxNotional() > 0 && notional.compareTo(squared(rules.maxNotional())) > 0) {
      expected.add("max-notional");
    }

    var actual = violations(new Request(limitTicket(units(price), units(qty)), rules.symbol()));

    assertEquals(
        expected, actual.stream().map(Violation::code).collect(toCollection(TreeSet::new)));
  }

  @Property
  void the_nearest_value_of_a_violation_satisfies_every_rule_of_its_field(
      @ForAll("rules") Rules rules, @ForAll("units") long price, @ForAll("units") long qty) {
    var ticket = limitTicket(units(price), units(qty));
    for (var violation : violations(new Request(ticket, rules.symbol()))) {
      if (violation.nearest() != null) {
        var corrected = violation.pointer().equals("/price")
            ? limitTicket(violation.nearest(), ticket.qty())
            : limitTicket(ticket.price(), violation.nearest());
        var remaining = violations(new Request(corrected, rules.symbol())).stream()
            .filter(other -> other.pointer().equals(violation.pointer()))
            .toList();
        assertEquals(List.of(), remaining, () -> violation + " of " + ticket);
      }
    }
  }

  @Property
  void the_nearest_amount_of_a_market_order_by_quote_quantity_is_accepted(
      @ForAll("rules") Rules rules, @ForAll("units") long amount) {
    var ticket =
        new Ticket("BTCUSDT", Side.BUY, Type.MARKET, null, null, units(amount), null, null, null);
    for (var violation : violations(new Request(ticket, rules.symbol()))) {
      if (violation.nearest() != null) {
        var corrected = new Ticket(
            "BTCUSDT", Side.BUY, Type.MARKET, null, null, violation.nearest(), null, null, null);
        assertEquals(
            List.of(),
            violations(new Request(corrected, rules.symbol())),
            () -> violation + " of " + amount);
      }
    }
  }

  @Property
  void the_nearest_quantity_is_never_larger_than_the_ordered_one_unless_that_is_too_small(
      @ForAll("rules") Rules rules, @ForAll("units") long price, @ForAll("units") long qty) {
    var step = Math.max(1, rules.step());
    var least = (rules.minQty() + step - 1) / step * step;
    violations(new Request(limitTicket(units(price), units(qty)), rules.symbol())).stream()
        .filter(violation ->
            violation.code().equals("step-size") || violation.code().equals("max-qty"))
        .filter(violation ->
            violation.nearest() != null && violation.nearest().compareTo(units(qty)) > 0)
        .forEach(violation ->
            assertTrue(least > qty || rules.minNotional() > 0, () -> violation + " of " + qty));
  }

  /** Bounds in units; 0 = no rule. A notional is a number of units squared, to have no more decimals than a product. */
  record Rules(
      long minPrice,
      long maxPrice,
      long tick,
      long minQty,
      long maxQty,
      long step,
      long minNotional,
      long maxNotional) {
    Symbol symbol() {
      return btc()
          .without("PERCENT_PRICE_BY_SIDE")
          .with("PRICE_FILTER", "minPrice", text(minPrice))
          .with("PRICE_FILTER", "maxPrice", text(maxPrice))
          .with("PRICE_FILTER", "tickSize", text(tick))
          .with("LOT_SIZE", "minQty", text(minQty))
          .with("LOT_SIZE", "maxQty", text(maxQty))
          .with("LOT_SIZE", "stepSize", text(step))
          .with("MARKET_LOT_SIZE", "maxQty", "0")
          .with("NOTIONAL", "minNotional", square(minNotional))
          .with("NOTIONAL", "maxNotional", square(maxNotional));
    }

    private static String text(long units) {
      return units(units).toPlainString();
    }

    private static String square(long units) {
      return units(units).pow(2).toPlainString();
    }
  }

  @Provide
  Arbitrary<Rules> rules() {
    var bound =
        Arbitraries.oneOf(Arbitraries.just(0L), Arbitraries.longs().between(1, 1_000_000_000_000L));
    var step = Arbitraries.of(0L, 1L, 10L, 1_000L, 100_000L, 100_000_000L, 500L, 250_000L);
    return Combinators.combine(bound, bound, step, bound, bound, step, bound, bound)
        .as(Rules::new);
  }

  @Provide
  Arbitrary<Long> units() {
    var any = Arbitraries.longs().between(1, 1_000_000_000_000L);
    return Arbitraries.oneOf(any, any.map(value -> value / 100_000 * 100_000 + 100_000));
  }

  private static void addExpected(
      Set<String> codes, long value, long min, long max, long step, String names) {
    var code = names.split(" ");
    if (min > 0 && value < min) {
      codes.add(code[0]);
    }
    if (max > 0 && value > max) {
      codes.add(code[1]);
    }
    if (step > 0 && value % step != 0) {
      codes.add(code[2]);
    }
  }

  private static BigInteger squared(long units) {
    return BigInteger.valueOf(units).pow(2);
  }

  private static BigDecimal units(long units) {
    return BigDecimal.valueOf(units, UNIT_SCALE);
  }

  /** The exchange's object of a symbol. */
  record Symbol(JsonObject json) {
    Symbol with(String filter, String field, String value) {
      var copy = json.copy();
      copy.getJsonArray("filters").stream()
          .map(JsonObject.class::cast)
          .filter(one -> one.getString("filterType").equals(filter))
          .forEach(one -> one.put(field, value));
      return new Symbol(copy);
    }

    Symbol without(String filter) {
      var others = json.getJsonArray("filters").stream()
          .filter(one -> !((JsonObject) one).getString("filterType").equals(filter))
          .toList();
      return putting("filters", new JsonArray(others));
    }

    Symbol adding(JsonObject filter) {
      var copy = json.copy();
      copy.getJsonArray("filters").add(filter);
      return new Symbol(copy);
    }

    Symbol putting(String field, Object value) {
      return new Symbol(json.copy().put(field, value));
    }
  }

  record Request(Ticket ticket, Symbol symbol) {}

  private record OneSymbol(Symbol symbol, MarketPrice newest) implements VenueMarket {
    @Override
    public Future<Optional<String>> symbol(String name) {
      var listed = symbol.json().getString("symbol").equals(name);
      return Future.succeededFuture(
          listed ? Optional.of(symbol.json().encode()) : Optional.empty());
    }

    @Override
    public Future<Optional<MarketPrice>> price(String name) {
      return Future.succeededFuture(Optional.ofNullable(newest));
    }

    @Override
    public BigDecimal feeRate() {
      return dec("0.001");
    }
  }

  private static Symbol btc() {
    return new Symbol(
        new JsonObject(
            """
        {"symbol": "BTCUSDT", "status": "TRADING", "baseAsset": "BTC", "baseAssetPrecision": 8, "quoteAsset": "USDT",
         "quoteAssetPrecision": 8, "orderTypes": ["LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS_LIMIT"],
         "quoteOrderQtyMarketAllowed": true, "isSpotTradingAllowed": true,
         "allowedSelfTradePreventionModes": ["NONE", "EXPIRE_MAKER"],
         "filters": [
           {"filterType": "PRICE_FILTER", "minPrice": "0.01000000", "maxPrice": "1000000.00000000", "tickSize": "0.01000000"},
           {"filterType": "LOT_SIZE", "minQty": "0.00001000", "maxQty": "9000.00000000", "stepSize": "0.00001000"},
           {"filterType": "MARKET_LOT_SIZE", "minQty": "0.00000000", "maxQty": "100.00000000", "stepSize": "0.00000000"},
           {"filterType": "PERCENT_PRICE_BY_SIDE", "bidMultiplierUp": "5", "bidMultiplierDown": "0.2",
            "askMultiplierUp": "5", "askMultiplierDown": "0.2", "avgPriceMins": 5},
           {"filterType": "NOTIONAL", "minNotional": "5.00000000", "applyMinToMarket": true, "maxNotional": "9000000.00000000",
            "applyMaxToMarket": false, "avgPriceMins": 5},
           {"filterType": "ICEBERG_PARTS", "limit": 10},
           {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": 200},
           {"filterType": "MAX_SOMETHING_NEW", "limit": "1"}]}
        """));
  }

  private static Request limit(String price, String qty) {
    return limit(price, qty, btc());
  }

  private static Request limit(String price, String qty, Symbol symbol) {
    return new Request(limitTicket(dec(price), dec(qty)), symbol);
  }

  private static Ticket limitTicket(BigDecimal price, BigDecimal qty) {
    return new Ticket(
        "BTCUSDT", Side.BUY, Type.LIMIT, TimeInForce.GTC, qty, null, price, null, null);
  }

  private static Request market(String qty, String quoteQty) {
    return ticket(Type.MARKET, null, qty, quoteQty, null, null);
  }

  private static Request ticket(
      Type type,
      TimeInForce timeInForce,
      String qty,
      String quoteQty,
      String price,
      String stopPrice) {
    return new Request(
        new Ticket(
            "BTCUSDT",
            Side.BUY,
            type,
            timeInForce,
            dec(qty),
            dec(quoteQty),
            dec(price),
            dec(stopPrice),
            null),
        btc());
  }

  private static MarketPrice price(String last) {
    return new MarketPrice(dec(last), null, null, NOON, false);
  }

  private static OrderRules.Result result(
      Request request, Limits limits, MarketPrice price, String venue) {
    var rules = new VenueRules(Map.of(venue, new OneSymbol(request.symbol(), price)));
    return rules.check(venue, limits, request.ticket()).result();
  }

  private static Verdict check(Request request, Limits limits, MarketPrice price) {
    return result(request, limits, price, TradingAccounts.PAPER).verdict();
  }

  private static List<Violation> violations(Request request) {
    return check(request, Limits.NONE, price("68000.12")).violations();
  }

  private static List<String> codes(Request request, Limits limits) {
    return check(request, limits, price("68000.12")).violations().stream()
        .map(violation -> violation.pointer() + " " + violation.code())
        .toList();
  }

  private static void assertCodes(String expected, Request request) {
    assertEquals(expected, String.join(", ", codes(request, Limits.NONE)));
  }

  /** @param further codes of violations that follow from the same value */
  private static void assertViolation(String expected, Request request, String... further) {
    var found = violations(request);
    var first = found.get(0);
    assertEquals(
        expected,
        String.join(
            " ",
            first.pointer(),
            first.code(),
            OrderJson.decimal(first.value()),
            OrderJson.decimal(first.rule()),
            OrderJson.decimal(first.nearest())));
    assertTrue(
        first.detail().endsWith("send " + OrderJson.decimal(first.nearest()) + "."), first::detail);
    assertEquals(List.of(further), found.stream().skip(1).map(Violation::code).toList());
  }

  private static BigDecimal dec(String text) {
    return text == null ? null : new BigDecimal(text);
  }
}
