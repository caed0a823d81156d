package dev.verticker.dev.exchange;

import static dev.verticker.dev.exchange.SignedClient.plain;
import static dev.verticker.testing.Await.failureOf;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.dev.exchange.order.ApiKey;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SignedApiTest {
  private static final String BTC = "BTCUSDT";
  private static final Duration VISIBLE = Duration.ofMillis(100);
  private final SimulatorFixture fixture =
      new SimulatorFixture(SimulatorOptions.defaults().withSymbols(BTC, "ETHUSDT", "ETHBTC"));
  private final SignedClient client = SignedClient.of(fixture);

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void queries_show_an_order_only_after_the_delay_and_the_stream_at_once() {
    var stream = client.stream();
    var order = client.limit(BTC, "BUY", "0.01", "30000");
    assertEquals("NEW", order.getString("status"));
    assertEquals(-2013, client.find(order).getInteger("code"));
    assertEquals(0, client.list("openOrders").size());
    assertEquals(List.of("10000", "0"), client.balance("USDT"));
    var report = stream.awaitEvents("executionReport", 1).get(0);
    assertEquals(order.getLong("orderId"), report.getLong("i"));
    assertEquals("NEW", report.getString("X"));
    assertEquals("", report.getString("C"));
    var position = stream.awaitEvents("outboundAccountPosition", 1).get(0).getJsonArray("B");
    assertEquals("9700.00000000", position.getJsonObject(0).getString("f"));
    assertEquals("300.00000000", position.getJsonObject(0).getString("l"));
    fixture.advance(VISIBLE);
    assertEquals("NEW", client.find(order).getString("status"));
    assertEquals(1, client.list("openOrders", "symbol", BTC).size());
    assertEquals(List.of("9700", "300"), client.balance("USDT"));
  }

  @Test
  void a_market_order_takes_the_levels_of_the_book_that_the_market_shows() {
    var asks = fixture.get("depth?symbol=" + BTC + "&limit=100").object().getJsonArray("asks");
    var order = client.market(BTC, "BUY", "quantity", "0.10000");
    assertEquals("FILLED", order.getString("status"));
    var fills = order.getJsonArray("fills");
    var quantity = BigDecimal.ZERO;
    var quote = BigDecimal.ZERO;
    for (int index = 0; index < fills.size(); index++) {
      var fill = fills.getJsonObject(index);
      assertEquals(asks.getJsonArray(index).getString(0), fill.getString("price"));
      assertEquals("BTC", fill.getString("commissionAsset"));
      quantity = quantity.add(new BigDecimal(fill.getString("qty")));
      quote = quote.add(
          new BigDecimal(fill.getString("price")).multiply(new BigDecimal(fill.getString("qty"))));
    }
    assertEquals("0.10000000", quantity.toPlainString());
    assertEquals(plain(order.getString("cummulativeQuoteQty")), plain(quote.toPlainString()));
    fixture.advance(VISIBLE);
    assertEquals(List.of("1.0999", "0"), client.balance("BTC"));
    assertEquals(
        List.of(plain(new BigDecimal("10000").subtract(quote).toPlainString()), "0"),
        client.balance("USDT"));
    var trades = client.list("myTrades", "symbol", BTC);
    assertEquals(fills.size(), trades.size());
    assertFalse(trades.getJsonObject(0).getBoolean("isMaker"));
  }

  @ParameterizedTest
  @CsvSource({"BUY,1000", "SELL,1000", "BUY,33.33"})
  void a_market_order_by_quote_quantity_comes_as_close_as_a_step(String side, String quote) {
    var order = client.market(BTC, side, "quoteOrderQty", quote);
    assertEquals("FILLED", order.getString("status"));
    var rest =
        new BigDecimal(quote).subtract(new BigDecimal(order.getString("cummulativeQuoteQty")));
    var price = new BigDecimal(order.getJsonArray("fills").getJsonObject(0).getString("price"));
    assertTrue(rest.signum() >= 0, rest.toPlainString());
    // One step costs about 0.7 USDT.
    assertTrue(
        rest.compareTo(price.multiply(new BigDecimal("0.0000101"))) < 0, rest.toPlainString());
    assertEquals(order.getString("executedQty"), order.getString("origQty"));
  }

  @Test
  void a_resting_order_is_filled_at_its_price_when_the_market_reaches_it() {
    var bid = bid(BTC);
    var order = client.limit(BTC, "BUY", "0.01000", bid.toPlainString());
    assertEquals("0.00000000", order.getString("executedQty"));
    advanceUntilClosed(order);
    var filled = client.find(order);
    assertEquals("FILLED", filled.getString("status"));
    assertEquals(
        plain(bid.multiply(new BigDecimal("0.01")).toPlainString()),
        plain(filled.getString("cummulativeQuoteQty")));
    var trades = client.list("myTrades", "symbol", BTC, "orderId", order.getLong("orderId") + "");
    for (var trade : trades) {
      assertTrue(((JsonObject) trade).getBoolean("isMaker"));
      assertEquals(
          bid, new BigDecimal(((JsonObject) trade).getString("price")).setScale(bid.scale()));
    }
    var low =
        fixture
            .market()
            .trades(BTC, SteppedTime.START, fixture.market().now().plusMillis(1))
            .stream()
            .map(SimulatedTrade::price)
            .min(BigDecimal::compareTo)
            .orElseThrow();
    assertTrue(low.compareTo(bid) <= 0, "lowest price " + low + ", limit " + bid);
  }

  @Test
  void orders_of_two_accounts_match_at_the_price_of_the_resting_one() {
    var other = account("other", Map.of("USDT", "5000"));
    var price = ask(BTC).toPlainString();
    // The ask of the market is behind an order at the same price.
    var maker = client.limit(BTC, "SELL", "0.00500", price);
    var taker = other.limit(BTC, "BUY", "0.00500", price);
    assertEquals("FILLED", taker.getString("status"));
    fixture.advance(VISIBLE);
    assertEquals("FILLED", client.find(maker).getString("status"));
    var sold = client.list("myTrades", "symbol", BTC).getJsonObject(0);
    var bought = other.list("myTrades", "symbol", BTC).getJsonObject(0);
    assertEquals(sold.getLong("id"), bought.getLong("id"));
    assertTrue(sold.getBoolean("isMaker"));
    assertFalse(bought.getBoolean("isMaker"));
    assertEquals("USDT", sold.getString("commissionAsset"));
  }

  @ParameterizedTest
  @CsvSource({
    "NONE,FILLED,FILLED,,",
    "EXPIRE_TAKER,NEW,EXPIRED_IN_MATCH,,0.00200000",
    "EXPIRE_BOTH,EXPIRED_IN_MATCH,EXPIRED_IN_MATCH,0.00600000,0.00200000",
    "DECREMENT,NEW,EXPIRED_IN_MATCH,0.00200000,0.00200000"
  })
  void self_trade_prevention_follows_the_mode_of_the_taker(
      String mode, String maker, String taker, String makerPrevented, String takerPrevented) {
    var price = ask(BTC).toPlainString();
    var resting = client.limit(BTC, "SELL", "0.00600", price);
    var taking = client.limit(BTC, "BUY", "0.00200", price, "selfTradePreventionMode", mode);
    fixture.advance(VISIBLE);
    var first = client.find(resting);
    var second = client.find(taking);
    assertEquals(mode.equals("NONE") ? "PARTIALLY_FILLED" : maker, first.getString("status"));
    assertEquals(taker, second.getString("status"));
    assertEquals(makerPrevented, first.getString("preventedQuantity"));
    assertEquals(takerPrevented, second.getString("preventedQuantity"));
  }

  @Test
  void a_decremented_order_is_open_for_what_is_left_and_locks_only_that() {
    var stream = client.stream();
    var price = ask(BTC).toPlainString();
    var resting = client.limit(BTC, "SELL", "0.00600", price);
    client.limit(BTC, "BUY", "0.00200", price, "selfTradePreventionMode", "DECREMENT");
    fixture.advance(VISIBLE);
    assertEquals(List.of("0.996", "0.004"), client.balance("BTC"));
    assertEquals(List.of("10000", "0"), client.balance("USDT"));
    var reports = stream.awaitEvents("executionReport", 4);
    var prevented = reports.stream()
        .filter(report -> report.getString("x").equals("TRADE_PREVENTION"))
        .toList();
    assertEquals(2, prevented.size());
    assertEquals("EXPIRED_IN_MATCH", prevented.get(0).getString("X"));
    assertEquals(resting.getLong("orderId"), prevented.get(0).getLong("U"));
    assertEquals("0.00200000", prevented.get(1).getString("A"));
    assertEquals("NEW", prevented.get(1).getString("X"));
  }

  @Test
  void what_an_ioc_or_fok_order_cannot_fill_at_once_expires() {
    var top = new BigDecimal(fixture
        .get("depth?symbol=" + BTC + "&limit=5")
        .object()
        .getJsonArray("asks")
        .getJsonArray(0)
        .getString(1));
    account("rich", Map.of("USDT", "100000000"));
    var rich = new SignedClient(fixture, "rich", "secret");
    var quantity = top.add(new BigDecimal("0.00001")).toPlainString();
    var price = ask(BTC).toPlainString();
    var killed = rich.place(
        "symbol",
        BTC,
        "side",
        "BUY",
        "type",
        "LIMIT",
        "timeInForce",
        "FOK",
        "quantity",
        quantity,
        "price",
        price);
    assertEquals("EXPIRED", killed.getString("status"));
    assertEquals("UNFILLED_FOK_ORDER_EXPIRED", killed.getString("expiryReason"));
    assertEquals("0.00000000", killed.getString("executedQty"));
    var partial = rich.place(
        "symbol",
        BTC,
        "side",
        "BUY",
        "type",
        "LIMIT",
        "timeInForce",
        "IOC",
        "quantity",
        quantity,
        "price",
        price);
    assertEquals("EXPIRED", partial.getString("status"));
    assertEquals("UNFILLED_IOC_QUANTITY_EXPIRED", partial.getString("expiryReason"));
    assertEquals(top.toPlainString(), partial.getString("executedQty"));
    fixture.advance(VISIBLE);
    assertEquals("0", rich.balance("USDT").get(1));
  }

  @Test
  void a_market_order_larger_than_the_book_is_filled_in_part_and_expires() {
    var whale = account("whale", Map.of("BTC", "100000"));
    var order = whale.market(BTC, "SELL", "quantity", "8999");
    var total =
        fixture.get("depth?symbol=" + BTC + "&limit=5000").object().getJsonArray("bids").stream()
            .map(level -> new BigDecimal(((JsonArray) level).getString(1)))
            .reduce(BigDecimal.ZERO, BigDecimal::add);
    assertEquals(total.toPlainString(), order.getString("executedQty"));
    assertEquals("EXPIRED", order.getString("status"));
    assertEquals("INSUFFICIENT_LIQUIDITY", order.getString("expiryReason"));
  }

  @Test
  void a_stop_order_waits_until_the_market_reaches_its_price() {
    var stream = client.stream();
    var stop = ask(BTC).add(new BigDecimal("5"));
    var order = client.place(
        "symbol",
        BTC,
        "side",
        "BUY",
        "type",
        "STOP_LOSS_LIMIT",
        "timeInForce",
        "GTC",
        "quantity",
        "0.00100",
        "price",
        stop.add(new BigDecimal("500")).toPlainString(),
        "stopPrice",
        stop.toPlainString());
    fixture.advance(VISIBLE);
    assertFalse(client.find(order).getBoolean("isWorking"));
    advanceUntilClosed(order);
    assertEquals("FILLED", client.find(order).getString("status"));
    var reports = stream.awaitEvents("executionReport", 3);
    assertEquals(
        List.of("NEW false", "NEW true", "TRADE false"),
        reports.stream()
            .limit(3)
            .map(report -> report.getString("x") + " " + report.getBoolean("w"))
            .toList());
    var immediate = client.place(
        "symbol",
        BTC,
        "side",
        "BUY",
        "type",
        "STOP_LOSS_LIMIT",
        "timeInForce",
        "GTC",
        "quantity",
        "0.00100",
        "price",
        stop.toPlainString(),
        "stopPrice",
        bid(BTC).subtract(new BigDecimal("100")).toPlainString());
    assertEquals("Order would trigger immediately.", immediate.getString("msg"));
  }

  @Test
  void a_limit_maker_order_that_would_take_is_rejected() {
    var rejected = client.place(
        "symbol",
        BTC,
        "side",
        "BUY",
        "type",
        "LIMIT_MAKER",
        "quantity",
        "0.00100",
        "price",
        ask(BTC).toPlainString());
    assertEquals(-2010, rejected.getInteger("code"));
    var accepted = client.place(
        "symbol",
        BTC,
        "side",
        "BUY",
        "type",
        "LIMIT_MAKER",
        "quantity",
        "0.00100",
        "price",
        bid(BTC).toPlainString());
    assertEquals(
        List.of("clientOrderId", "orderId", "orderListId", "symbol", "transactTime"),
        accepted.fieldNames().stream().sorted().toList());
  }

  @Test
  void a_cancellation_has_an_id_of_its_own_and_releases_the_balance() {
    var stream = client.stream();
    var order = client.limit(BTC, "BUY", "0.01", "30000", "newClientOrderId", "mine");
    var canceled = client
        .send(
            "DELETE", "order", "symbol", BTC, "origClientOrderId", "mine", "newClientOrderId", "c1")
        .object();
    assertEquals("CANCELED", canceled.getString("status"));
    assertEquals("mine", canceled.getString("origClientOrderId"));
    assertEquals("c1", canceled.getString("clientOrderId"));
    var report = stream.awaitEvents("executionReport", 2).get(1);
    assertEquals("c1", report.getString("c"));
    assertEquals("mine", report.getString("C"));
    assertEquals(order.getLong("orderId"), report.getLong("i"));
    fixture.advance(VISIBLE);
    assertEquals(List.of("10000", "0"), client.balance("USDT"));
    assertEquals(-2011, client.cancel(order).getInteger("code"));
  }

  @Test
  void all_open_orders_of_a_symbol_are_canceled_together() {
    client.limit(BTC, "BUY", "0.01", "30000");
    client.limit(BTC, "BUY", "0.01", "31000");
    client.limit("ETHUSDT", "BUY", "0.01", "3000");
    assertEquals(2, client.send("DELETE", "openOrders", "symbol", BTC).array().size());
    assertEquals(
        -2011, client.send("DELETE", "openOrders", "symbol", BTC).object().getInteger("code"));
    fixture.advance(VISIBLE);
    assertEquals(1, client.list("openOrders").size());
    assertEquals(2, client.list("allOrders", "symbol", BTC).size());
  }

  @Test
  void a_client_order_id_is_unique_among_open_orders_only() {
    client.limit(BTC, "BUY", "0.01", "30000", "newClientOrderId", "same");
    var duplicate = client.limit(BTC, "BUY", "0.01", "30000", "newClientOrderId", "same");
    assertEquals("Duplicate order sent.", duplicate.getString("msg"));
    client.send("DELETE", "order", "symbol", BTC, "origClientOrderId", "same");
    assertEquals(
        "NEW",
        client.limit(BTC, "BUY", "0.01", "30000", "newClientOrderId", "same").getString("status"));
    fixture.advance(VISIBLE);
    assertEquals(
        "NEW", client.get("order", "symbol", BTC, "origClientOrderId", "same").getString("status"));
  }

  @ParameterizedTest
  @CsvSource({
    "0.010001,30000,-1013,LOT_SIZE",
    "9001,30000,-1013,LOT_SIZE",
    "0.01,30000.001,-1013,PRICE_FILTER",
    "0.01,1000000.01,-1013,PRICE_FILTER",
    "0.00001,30000,-1013,NOTIONAL",
    "0.01,1000,-1013,PERCENT_PRICE_BY_SIDE",
    "0.01,999999,-1013,PERCENT_PRICE_BY_SIDE",
    "0.010000001,30000,-1111,quantity",
    "0,30000,-1013,quantity",
    "-1,30000,-1100,quantity",
    "1e-2,30000,-1100,quantity",
    "0.01,NaN,-1100,price",
    "1,60000,-2010,insufficient"
  })
  void an_order_that_breaks_a_rule_is_rejected_and_changes_nothing(
      String quantity, String price, int code, String name) {
    var rejected = client.limit(BTC, "BUY", quantity, price);
    assertEquals(code, rejected.getInteger("code"), rejected.encode());
    assertTrue(rejected.getString("msg").contains(name), rejected.encode());
    assertEquals(List.of(), fixture.simulator().orders().orders("simulator-key"));
  }

  @Test
  void the_market_lot_size_and_the_numbers_of_orders_have_limits() {
    account("rich", Map.of("BTC", "100000", "USDT", "100000000"));
    var rich = new SignedClient(fixture, "rich", "secret");
    assertEquals(
        "Filter failure: LOT_SIZE", rich.market(BTC, "SELL", "quantity", "9001").getString("msg"));
    for (int count = 0; count < 5; count++) {
      stop(rich);
    }
    assertEquals("Filter failure: MAX_NUM_ALGO_ORDERS", stop(rich).getString("msg"));
  }

  @Test
  void a_test_order_is_checked_but_not_placed() {
    var parameters =
        new String[] {"symbol", BTC, "side", "BUY", "type", "MARKET", "quantity", "0.01000"};
    assertEquals("{}", client.send("POST", "order/test", parameters).body());
    assertEquals(
        -1013,
        client
            .send(
                "POST",
                "order/test",
                "symbol",
                BTC,
                "side",
                "BUY",
                "type",
                "MARKET",
                "quantity",
                "0.00001")
            .object()
            .getInteger("code"));
    assertEquals(List.of(), fixture.simulator().orders().orders("simulator-key"));
  }

  @ParameterizedTest
  @CsvSource({
    "side=HOLD,-1117",
    "type=ICEBERG,-1116",
    "timeInForce=GTD,-1115",
    "symbol=BOGUS,-1121",
    "quantity=,-1105",
    "foo=1,-1104",
    "stopPrice=1,-1106",
    "quoteOrderQty=1,-1106",
    "newClientOrderId=ä,-1100",
    "newClientOrderId=0123456789012345678901234567890123456,-1100",
    "selfTradePreventionMode=TRANSFER,-1013",
    "type=STOP_LOSS_LIMIT,-1102",
    "type=MARKET,-1114"
  })
  void a_parameter_that_does_not_fit_is_rejected(String change, int code) {
    var parameters = new TreeMap<>(Map.of(
        "symbol",
        BTC,
        "side",
        "BUY",
        "type",
        "LIMIT",
        "timeInForce",
        "GTC",
        "quantity",
        "0.01",
        "price",
        "30000"));
    parameters.put(
        change.substring(0, change.indexOf('=')), change.substring(change.indexOf('=') + 1));
    assertEquals(code, client.codeOf(flat(parameters)));
  }

  @Test
  void a_request_outside_its_time_window_is_rejected() {
    var now = SteppedTime.START.toEpochMilli();
    assertEquals(-1021, timed(now - 5_001));
    assertEquals(0, timed(now - 5_000));
    assertEquals(0, timed(now + 999));
    assertEquals(-1021, timed(now + 1_000));
    assertEquals(
        0,
        client
            .get("account", "timestamp", Long.toString(now - 60_000), "recvWindow", "60000")
            .getInteger("code", 0));
    assertEquals(-1131, client.get("account", "recvWindow", "60001").getInteger("code"));
  }

  @Test
  void a_faster_clock_may_be_followed_by_real_time_or_by_the_exchanges_clock() {
    try (var fast =
        new SimulatorFixture(SimulatorOptions.defaults().withSymbols(BTC).withSpeed(60))) {
      fast.advance(Duration.ofMinutes(1));
      var trader = SignedClient.of(fast);
      var real = SteppedTime.START.plusSeconds(60).toEpochMilli();
      assertEquals(0, trader.get("account").getInteger("code", 0));
      assertEquals(
          0, trader.get("account", "timestamp", Long.toString(real)).getInteger("code", 0));
    }
  }

  @Test
  void a_request_without_a_valid_key_or_signature_is_rejected() {
    assertEquals(-2014, fixture.send("POST", "/api/v3/order", "").object().getInteger("code"));
    var unknown = new SignedClient(fixture, "nobody", "secret").send("GET", "account");
    assertEquals(401, unknown.status());
    assertEquals(-2015, unknown.object().getInteger("code"));
    var wrong = new SignedClient(fixture, "simulator-key", "secret").send("GET", "account");
    assertEquals(400, wrong.status());
    assertEquals(-1022, wrong.object().getInteger("code"));
    assertEquals(
        -1102,
        fixture
            .signed(
                "GET",
                "/api/v3/account?timestamp=" + SteppedTime.START.toEpochMilli(),
                "simulator-key")
            .object()
            .getInteger("code"));
    assertEquals(
        -1102,
        fixture.signed("GET", "/api/v3/account", "simulator-key").object().getInteger("code"));
  }

  @Test
  void a_key_without_the_permission_reads_but_does_not_trade() {
    fixture
        .simulator()
        .orders()
        .addKey(ApiKey.hmac("reader", "secret", Map.of()).withPermissions(false, true));
    var reader = new SignedClient(fixture, "reader", "secret");
    assertFalse(reader.get("account").getBoolean("canTrade"));
    assertEquals(-2015, reader.limit(BTC, "BUY", "0.01", "30000").getInteger("code"));
    assertTrue(reader.get("/sapi/v1/account/apiRestrictions").getBoolean("enableWithdrawals"));
  }

  @Test
  void an_ed25519_key_is_added_and_revoked_through_the_control_endpoint() throws Exception {
    var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    var pem = "-----BEGIN PUBLIC KEY-----\n"
        + Base64.getEncoder().encodeToString(pair.getPublic().getEncoded())
        + "\n-----END PUBLIC KEY-----";
    var key = new JsonObject()
        .put("key", "ed")
        .put("public_key", pem)
        .put("balances", new JsonObject().put("ETH", "2.5"));
    assertEquals(201, fixture.control("POST", "keys", key.encode()).status());
    var query = "timestamp=" + fixture.market().now().toEpochMilli();
    var signer = Signature.getInstance("Ed25519");
    signer.initSign(pair.getPrivate());
    signer.update(query.getBytes(StandardCharsets.UTF_8));
    var uri = "/api/v3/account?" + query + "&signature="
        + SimulatorFixture.encoded(Base64.getEncoder().encodeToString(signer.sign()));
    assertEquals(
        "2.50000000",
        fixture
            .signed("GET", uri, "ed")
            .object()
            .getJsonArray("balances")
            .getJsonObject(0)
            .getString("free"));
    assertEquals(204, fixture.control("DELETE", "keys/ed", "").status());
    assertEquals(-2015, fixture.signed("GET", uri, "ed").object().getInteger("code"));
    assertEquals(404, fixture.control("DELETE", "keys/ed", "").status());
    for (var invalid : List.of(
        "{}",
        "{\"key\":\"a\"}",
        "[]",
        "x",
        "{\"key\":\"a\",\"secret\":\"b\",\"balances\":{\"X\":\"y\"}}")) {
      assertEquals(400, fixture.control("POST", "keys", invalid).status(), invalid);
    }
  }

  @Test
  void a_successful_order_has_no_weight_and_reports_the_unfilled_ones() {
    var before = fixture.control("GET", "calls", "").object().getInteger("used_weight");
    var answer = client.send(
        "POST",
        "order",
        "symbol",
        BTC,
        "side",
        "BUY",
        "type",
        "LIMIT",
        "timeInForce",
        "GTC",
        "quantity",
        "0.01",
        "price",
        "30000");
    assertEquals("1", answer.header("X-MBX-ORDER-COUNT-10S"));
    assertEquals("1", answer.header("X-MBX-ORDER-COUNT-1D"));
    assertEquals(Integer.toString(before), answer.header("X-MBX-USED-WEIGHT-1M"));
    client.market(BTC, "BUY", "quantity", "0.00100");
    var limits = client.list("rateLimit/order");
    assertEquals(1, limits.getJsonObject(0).getInteger("count"));
    assertEquals(3, fixture.simulator().calls().total());
    assertEquals(2, fixture.simulator().calls().of(Endpoint.PLACE_ORDER, BTC));
  }

  @Test
  void too_many_unfilled_orders_are_rejected_until_the_next_interval() {
    fixture.simulator().orders().setOrderLimit(2);
    client.limit(BTC, "BUY", "0.01", "30000");
    client.limit(BTC, "BUY", "0.01", "30000");
    var rejected = client.send(
        "POST",
        "order",
        "symbol",
        BTC,
        "side",
        "BUY",
        "type",
        "LIMIT",
        "timeInForce",
        "GTC",
        "quantity",
        "0.01",
        "price",
        "30000");
    assertEquals(429, rejected.status());
    assertEquals(-1015, rejected.object().getInteger("code"));
    assertEquals("10", rejected.header("Retry-After"));
    fixture.advance(Duration.ofSeconds(10));
    assertEquals(0, client.limit(BTC, "BUY", "0.01", "30000").getInteger("code", 0));
  }

  @Test
  void a_wiped_exchange_knows_its_keys_but_no_orders() {
    var order = client.limit(BTC, "BUY", "0.01", "30000");
    client.market(BTC, "BUY", "quantity", "0.01000");
    assertEquals(204, fixture.control("POST", "orders/wipe", "").status());
    assertEquals(-2013, client.find(order).getInteger("code"));
    assertEquals(0, client.list("myTrades", "symbol", BTC).size());
    assertEquals(List.of("10000", "0"), client.balance("USDT"));
    assertNotEquals(
        order.getLong("orderId"), client.limit(BTC, "BUY", "0.01", "30000").getLong("orderId"));
  }

  @Test
  void an_open_order_is_filled_or_expired_through_the_control_endpoint() {
    var order = client.limit(BTC, "BUY", "0.01", "30000");
    var path = "orders/" + order.getLong("orderId");
    assertEquals(
        204,
        fixture
            .control("POST", path + "/fill", "{\"qty\":\"0.004\",\"price\":\"30000\"}")
            .status());
    fixture.advance(VISIBLE);
    assertEquals("PARTIALLY_FILLED", client.find(order).getString("status"));
    assertEquals(204, fixture.control("POST", path + "/expire", "").status());
    fixture.advance(VISIBLE);
    var expired = client.find(order);
    assertEquals("EXPIRED", expired.getString("status"));
    assertEquals("EXCHANGE_CANCELED", expired.getString("expiryReason"));
    assertEquals(404, fixture.control("POST", path + "/expire", "").status());
    assertEquals(400, fixture.control("POST", path + "/fill", "{}").status());
    var account = fixture.control("GET", "keys/simulator-key", "").object();
    assertEquals(1, account.getJsonArray("trades").size());
    assertEquals(404, fixture.control("GET", "keys/nobody", "").status());
  }

  @Test
  void the_lag_of_queries_and_the_limit_of_orders_are_settings() {
    var set = fixture.control("PUT", "orders/settings", "{\"visibility_ms\":0,\"order_limit\":1}");
    assertEquals(204, set.status());
    var order = client.limit(BTC, "BUY", "0.01", "30000");
    assertEquals("NEW", client.find(order).getString("status"));
    assertEquals(-1015, client.limit(BTC, "BUY", "0.01", "30000").getInteger("code"));
    for (var invalid : List.of(
        "{\"visibility_ms\":-1}", "{\"order_limit\":0}", "{\"order_limit\":\"x\"}", "[]", "")) {
      assertEquals(400, fixture.control("PUT", "orders/settings", invalid).status(), invalid);
    }
  }

  @Test
  void requests_with_random_parameters_are_answered_with_a_code() {
    var seed = 77L;
    var random = new SplittableRandom(seed);
    var values = List.of(
        "",
        "0",
        "-1",
        "1e3",
        "NaN",
        "99999999999999999999999",
        "0.000000001",
        "BTCUSDT",
        "BUY",
        "LIMIT",
        "GTC",
        "true",
        "null",
        "%00",
        "测试",
        "a b",
        "{}",
        "1".repeat(500));
    var names = List.of(
        "symbol",
        "side",
        "type",
        "timeInForce",
        "quantity",
        "quoteOrderQty",
        "price",
        "stopPrice",
        "icebergQty",
        "newClientOrderId",
        "orderId",
        "origClientOrderId",
        "startTime",
        "endTime",
        "fromId",
        "limit",
        "recvWindow",
        "timestamp",
        "omitZeroBalances",
        "x");
    var requests = List.of(
        "POST order",
        "GET order",
        "DELETE order",
        "GET openOrders",
        "DELETE openOrders",
        "GET allOrders",
        "GET myTrades",
        "GET account",
        "POST order/test",
        "GET account/commission");
    for (int step = 0; step < 300; step++) {
      var parameters = new TreeMap<>(Map.of("symbol", BTC));
      for (int count = random.nextInt(6); count > 0; count--) {
        parameters.put(
            names.get(random.nextInt(names.size())), values.get(random.nextInt(values.size())));
      }
      var request = requests.get(random.nextInt(requests.size())).split(" ");
      var answer = client.send(request[0], request[1], flat(parameters));
      var message = "seed " + seed + " " + String.join(" ", request) + parameters + answer.body();
      assertTrue(answer.status() == 200 || answer.status() == 400, message);
      assertTrue(answer.status() == 200 || answer.object().getInteger("code") < 0, message);
    }
  }

  @Test
  void a_deposit_changes_the_balance_and_is_reported() {
    var stream = client.stream();
    assertEquals(
        204,
        fixture.control("POST", "keys/simulator-key/deposit", "{\"ETH\":\"3\"}").status());
    var event = stream.awaitEvents("balanceUpdate", 1).get(0);
    assertEquals("3.00000000", event.getString("d"));
    fixture.advance(VISIBLE);
    assertEquals(List.of("3", "0"), client.balance("ETH"));
  }

  @ParameterizedTest
  @CsvSource({"-1006,500", "-1007,504", "-1015,429", "-1021,400", "-2010,400", "500,500", "503,503"
  })
  void a_fault_answers_with_its_code_although_the_order_was_executed(String kind, int status) {
    fault("{\"kind\":\"" + kind + "\",\"endpoint\":\"POST order\",\"times\":1,\"executed\":true}");
    var answer = client.send(
        "POST", "order", "symbol", BTC, "side", "BUY", "type", "MARKET", "quantity", "0.01000");
    assertEquals(status, answer.status());
    assertEquals(1, fixture.simulator().orders().trades("simulator-key").size());
  }

  @Test
  void a_fault_without_execution_leaves_no_order() {
    fault("{\"kind\":\"-1007\",\"endpoint\":\"POST order\",\"times\":1}");
    assertEquals(-1007, client.limit(BTC, "BUY", "0.01", "30000").getInteger("code"));
    assertEquals(List.of(), fixture.simulator().orders().orders("simulator-key"));
  }

  @Test
  void an_answer_is_lost_after_the_order_was_filled() {
    fault("{\"kind\":\"close\",\"endpoint\":\"POST order\",\"times\":1,\"executed\":true}");
    var lost = client.begin(
        "POST", "order", "symbol", BTC, "side", "BUY", "type", "MARKET", "quantity", "0.01000");
    assertInstanceOf(HttpClosedException.class, failureOf(lost));
    fixture.advance(VISIBLE);
    assertEquals(1, client.list("myTrades", "symbol", BTC).size());
  }

  @Test
  void an_accepted_order_gets_no_answer() {
    fault("{\"kind\":\"hang\",\"endpoint\":\"POST order\",\"times\":1,\"executed\":true}");
    var hanging = client.begin(
        "POST",
        "order",
        "symbol",
        BTC,
        "side",
        "BUY",
        "type",
        "LIMIT",
        "timeInForce",
        "GTC",
        "quantity",
        "0.01",
        "price",
        "30000",
        "newClientOrderId",
        "mine");
    until(
        "an order", () -> !fixture.simulator().orders().orders("simulator-key").isEmpty());
    fixture.advance(VISIBLE);
    assertEquals(
        "NEW", client.get("order", "symbol", BTC, "origClientOrderId", "mine").getString("status"));
    assertFalse(hanging.isComplete());
  }

  @Test
  void an_order_is_hidden_longer_than_the_delay() {
    fault(
        "{\"kind\":\"late_visibility\",\"endpoint\":\"POST order\",\"times\":1,\"delay_ms\":3000}");
    var order = client.limit(BTC, "BUY", "0.01", "30000");
    assertEquals("NEW", order.getString("status"));
    fixture.advance(Duration.ofMillis(2_999));
    assertEquals(-2013, client.find(order).getInteger("code"));
    fixture.advance(Duration.ofMillis(1));
    assertEquals("NEW", client.find(order).getString("status"));
  }

  @Test
  void a_fill_is_reported_after_the_cancellation_that_it_preceded() {
    var stream = client.stream();
    var order = client.limit(BTC, "BUY", "0.01000", "30000");
    fault("{\"kind\":\"late_fill\",\"endpoint\":\"DELETE order\",\"times\":1,\"delay_ms\":50}");
    var canceled = client.cancel(order);
    assertEquals("CANCELED", canceled.getString("status"));
    assertEquals("0.00000000", canceled.getString("executedQty"));
    var reports = stream.awaitEvents("executionReport", 3);
    assertEquals("CANCELED", reports.get(1).getString("X"));
    assertEquals("PARTIALLY_FILLED", reports.get(2).getString("X"));
    assertTrue(reports.get(2).getLong("I") < reports.get(1).getLong("I"));
    fixture.advance(VISIBLE);
    var late = client.find(order);
    assertEquals("CANCELED", late.getString("status"));
    assertEquals("0.00500000", late.getString("executedQty"));
    assertEquals(List.of("9850", "0"), client.balance("USDT"));
  }

  @Test
  void the_streams_are_closed_between_the_order_and_its_report() {
    var stream = client.stream();
    fault("{\"kind\":\"drop_streams\",\"endpoint\":\"POST order\",\"times\":1}");
    assertEquals("NEW", client.limit(BTC, "BUY", "0.01", "30000").getString("status"));
    until("closed", stream::isClosed);
    assertEquals(List.of(), stream.events("executionReport"));
  }

  @Test
  void events_are_doubled_delayed_and_left_out() {
    var stream = client.stream();
    streamFault("{\"kind\":\"doubled\",\"stream\":\"user@executionReport\",\"times\":1}");
    client.limit(BTC, "BUY", "0.01", "30000", "newClientOrderId", "a");
    until("doubled", () -> stream.events("executionReport").size() == 2);
    streamFault(
        "{\"kind\":\"late\",\"stream\":\"user@executionReport\",\"times\":1,\"delay_ms\":100}");
    client.limit(BTC, "BUY", "0.01", "30000", "newClientOrderId", "b");
    client.limit(BTC, "BUY", "0.01", "30000", "newClientOrderId", "c");
    until("reordered", () -> stream.events("executionReport").size() == 4);
    streamFault("{\"kind\":\"silence\",\"stream\":\"user@executionReport\",\"times\":1}");
    client.limit(BTC, "BUY", "0.01", "30000", "newClientOrderId", "d");
    client.limit(BTC, "BUY", "0.01", "30000", "newClientOrderId", "e");
    until("e", () -> stream.events("executionReport").size() == 5);
    assertEquals(
        List.of("a", "a", "c", "b", "e"),
        stream.events("executionReport").stream()
            .map(event -> event.getString("c"))
            .toList());
  }

  @Test
  void the_websocket_api_places_finds_and_cancels() {
    var stream = client.stream();
    var placed = client.request(
        stream,
        "order.place",
        "symbol",
        BTC,
        "side",
        "BUY",
        "type",
        "LIMIT",
        "timeInForce",
        "GTC",
        "quantity",
        "0.01",
        "price",
        "30000",
        "newClientOrderId",
        "ws");
    assertEquals(200, placed.getInteger("status"), placed.encode());
    assertEquals("NEW", placed.getJsonObject("result").getString("status"));
    assertEquals(3, placed.getJsonArray("rateLimits").size());
    fixture.advance(VISIBLE);
    var found = client.request(stream, "order.status", "symbol", BTC, "origClientOrderId", "ws");
    assertEquals("NEW", found.getJsonObject("result").getString("status"));
    assertEquals(
        1, client.request(stream, "openOrders.status").getJsonArray("result").size());
    var canceled = client.request(stream, "order.cancel", "symbol", BTC, "origClientOrderId", "ws");
    assertEquals("CANCELED", canceled.getJsonObject("result").getString("status"));
    var again = client.request(stream, "order.cancel", "symbol", BTC, "origClientOrderId", "ws");
    assertEquals(400, again.getInteger("status"));
    assertEquals(-2011, again.getJsonObject("error").getInteger("code"));
  }

  @Test
  void a_connection_subscribes_accounts_once_each_and_receives_only_theirs() {
    var other = account("other", Map.of("USDT", "5000"));
    var stream = client.stream();
    assertEquals(
        -2035,
        client
            .request(stream, "userDataStream.subscribe.signature")
            .getJsonObject("error")
            .getInteger("code"));
    other.limit(BTC, "BUY", "0.01", "30000");
    assertEquals(
        1,
        other
            .request(stream, "userDataStream.subscribe.signature")
            .getJsonObject("result")
            .getInteger("subscriptionId"));
    var mine = other.limit(BTC, "BUY", "0.01", "30000");
    assertEquals(
        mine.getLong("orderId"), stream.awaitEvents("executionReport", 1).get(0).getLong("i"));
    var text = stream.received().stream()
        .filter(each -> each.contains("executionReport"))
        .findFirst()
        .orElseThrow();
    assertEquals(1, new JsonObject(text).getInteger("subscriptionId"));
    assertEquals(
        2,
        stream
            .send("{\"id\":1,\"method\":\"session.subscriptions\"}")
            .getJsonArray("result")
            .size());
    assertEquals(
        200,
        stream.send("{\"id\":2,\"method\":\"userDataStream.unsubscribe\"}").getInteger("status"));
    assertEquals(
        -2036,
        stream
            .send("{\"id\":3,\"method\":\"userDataStream.unsubscribe\"}")
            .getJsonObject("error")
            .getInteger("code"));
  }

  @Test
  void the_websocket_api_answers_invalid_requests() {
    var stream = fixture.stream("/ws-api/v3");
    for (var text : List.of(
        "{\"id\":1,\"method\":5}",
        "{\"id\":1}",
        "{\"id\":1,\"method\":\"x\",\"params\":[]}",
        "{\"id\":1,\"method\":\"session.logon\"}",
        "{\"id\":1,\"method\":\"order.place\"}",
        "{\"id\":1,\"method\":\"\"}")) {
      assertNotEquals(200, stream.send(text).getInteger("status"), text);
    }
    assertEquals("x", stream.send("{\"id\":\"x\",\"method\":\"ping\"}").getString("id"));
    assertEquals(400, fixture.plain("/ws-api/v3").status());
  }

  @Test
  void user_streams_are_half_open_and_shut_down_on_demand() {
    var silent = client.stream();
    assertEquals(204, fixture.control("POST", "user_streams/half_open", "").status());
    var stream = client.stream();
    var state = fixture.control("GET", "user_streams", "").object();
    assertEquals(2, state.getInteger("connections"));
    assertEquals(2, state.getJsonObject("subscribers").getInteger("simulator-key"));
    client.limit(BTC, "BUY", "0.01", "30000");
    stream.awaitEvents("executionReport", 1);
    assertEquals(List.of(), silent.events("executionReport"));
    fixture.control("POST", "user_streams/shutdown?notice_ms=1", "");
    stream.awaitEvents("serverShutdown", 1);
    assertEquals("1001 server shutdown", stream.closeReason());
  }

  @Test
  void random_orders_never_lose_or_create_money() {
    var seed = 20_260_721L;
    var random = new SplittableRandom(seed);
    var other = account("other", Map.of("USDT", "20000", "BTC", "1", "ETH", "5"));
    fixture.simulator().orders().setOrderLimit(100_000);
    for (int step = 0; step < 250; step++) {
      randomOrder(random, random.nextBoolean() ? client : other);
      fixture.advance(Duration.ofMillis(random.nextInt(3_000)));
    }
    assertBalances("simulator-key", Map.of("USDT", "10000", "BTC", "1"), seed);
    assertBalances("other", Map.of("USDT", "20000", "BTC", "1", "ETH", "5"), seed);
  }

  private void randomOrder(SplittableRandom random, SignedClient trader) {
    var symbol = List.of(BTC, "ETHUSDT", "ETHBTC").get(random.nextInt(3));
    var side = random.nextBoolean() ? "BUY" : "SELL";
    var quantity = new BigDecimal(random.nextInt(1, 60)).movePointLeft(symbol.equals(BTC) ? 4 : 2);
    if (random.nextInt(4) == 0) {
      trader.market(symbol, side, "quantity", quantity.toPlainString());
      return;
    }
    var ticks = BigDecimal.valueOf(random.nextInt(-20, 20)).multiply(tick(symbol));
    trader.place(
        "symbol",
        symbol,
        "side",
        side,
        "type",
        "LIMIT",
        "timeInForce",
        List.of("GTC", "GTC", "IOC", "FOK").get(random.nextInt(4)),
        "quantity",
        quantity.toPlainString(),
        "price",
        bid(symbol).add(ticks).toPlainString(),
        "selfTradePreventionMode",
        List.of("NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT")
            .get(random.nextInt(5)));
    if (random.nextInt(3) == 0) {
      trader.send("DELETE", "openOrders", "symbol", symbol);
    }
  }

  /** Compares the balances with the sum of the trades, and the locked ones with the open orders. */
  private void assertBalances(String key, Map<String, String> initial, long seed) {
    var expected = new TreeMap<String, BigDecimal>();
    initial.forEach((asset, amount) -> expected.put(asset, new BigDecimal(amount)));
    var trades = fixture.simulator().orders().trades(key);
    assertTrue(trades.size() > 20, trades.size() + " trades, seed " + seed);
    for (var trade : trades) {
      var pair = ListedPair.of(trade.getString("symbol"));
      var sign = trade.getBoolean("isBuyer") ? 1 : -1;
      var base = new BigDecimal(trade.getString("qty")).multiply(BigDecimal.valueOf(sign));
      var quote = new BigDecimal(trade.getString("quoteQty")).multiply(BigDecimal.valueOf(-sign));
      expected.merge(pair.base(), base, BigDecimal::add);
      expected.merge(pair.quote(), quote, BigDecimal::add);
      expected.merge(
          trade.getString("commissionAsset"),
          new BigDecimal(trade.getString("commission")).negate(),
          BigDecimal::add);
    }
    for (var order : fixture.simulator().orders().orders(key)) {
      assertEquals(executed(order, trades), plain(order.getString("executedQty")), "seed " + seed);
    }
    for (var each : fixture.simulator().orders().balances(key).getJsonArray("balances")) {
      var balance = (JsonObject) each;
      var free = new BigDecimal(balance.getString("free"));
      var locked = new BigDecimal(balance.getString("locked"));
      var asset = balance.getString("asset");
      assertTrue(free.signum() >= 0 && locked.signum() >= 0, balance.encode() + " seed " + seed);
      assertEquals(
          plain(expected.get(asset).toPlainString()),
          plain(free.add(locked).toPlainString()),
          asset + ", seed " + seed);
      assertEquals(
          plain(locked(key, asset).toPlainString()),
          plain(locked.toPlainString()),
          "locked " + asset + ", seed " + seed);
    }
  }

  private static String executed(JsonObject order, List<JsonObject> trades) {
    return plain(trades.stream()
        .filter(trade -> trade.getLong("orderId").equals(order.getLong("orderId")))
        .map(trade -> new BigDecimal(trade.getString("qty")))
        .reduce(BigDecimal.ZERO, BigDecimal::add)
        .toPlainString());
  }

  private BigDecimal locked(String key, String asset) {
    return fixture.simulator().orders().orders(key).stream()
        .filter(order -> List.of("NEW", "PARTIALLY_FILLED").contains(order.getString("status")))
        .map(order -> {
          var pair = ListedPair.of(order.getString("symbol"));
          var left = new BigDecimal(order.getString("origQty"))
              .subtract(new BigDecimal(order.getString("executedQty")))
              .subtract(new BigDecimal(order.getString("preventedQuantity", "0")));
          var isBuy = order.getString("side").equals("BUY");
          if (!asset.equals(isBuy ? pair.quote() : pair.base())) {
            return BigDecimal.ZERO;
          }
          return isBuy
              ? left.multiply(new BigDecimal(order.getString("price"))).setScale(8, RoundingMode.UP)
              : left;
        })
        .reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  private SignedClient account(String key, Map<String, String> balances) {
    var amounts = new TreeMap<String, BigDecimal>();
    balances.forEach((asset, amount) -> amounts.put(asset, new BigDecimal(amount)));
    fixture.simulator().orders().addKey(ApiKey.hmac(key, "secret", amounts));
    return new SignedClient(fixture, key, "secret");
  }

  private JsonObject stop(SignedClient trader) {
    return trader.place(
        "symbol",
        BTC,
        "side",
        "BUY",
        "type",
        "STOP_LOSS_LIMIT",
        "timeInForce",
        "GTC",
        "quantity",
        "0.00100",
        "price",
        "90000",
        "stopPrice",
        "90000");
  }

  private void advanceUntilClosed(JsonObject order) {
    for (int step = 0; step < 1_000 && isOpen(order); step++) {
      fixture.advance(Duration.ofSeconds(2));
      fixture.simulator().orders().advance();
    }
    fixture.advance(VISIBLE);
  }

  private boolean isOpen(JsonObject order) {
    return fixture.simulator().orders().orders("simulator-key").stream()
        .anyMatch(each -> each.getLong("orderId").equals(order.getLong("orderId"))
            && List.of("NEW", "PARTIALLY_FILLED").contains(each.getString("status")));
  }

  private int timed(long timestamp) {
    return client.get("account", "timestamp", Long.toString(timestamp)).getInteger("code", 0);
  }

  private void fault(String json) {
    assertEquals(201, fixture.control("POST", "faults", json).status());
  }

  private void streamFault(String json) {
    assertEquals(201, fixture.control("POST", "stream_faults", json).status());
  }

  private BigDecimal bid(String symbol) {
    return best(symbol, "bids");
  }

  private BigDecimal ask(String symbol) {
    return best(symbol, "asks");
  }

  private BigDecimal best(String symbol, String side) {
    JsonArray levels =
        fixture.get("depth?symbol=" + symbol + "&limit=5").object().getJsonArray(side);
    return new BigDecimal(plain(levels.getJsonArray(0).getString(0)));
  }

  private static BigDecimal tick(String symbol) {
    return ListedPair.of(symbol).tick();
  }

  private static String[] flat(Map<String, String> parameters) {
    return parameters.entrySet().stream()
        .flatMap(entry -> Stream.of(entry.getKey(), entry.getValue()))
        .toArray(String[]::new);
  }
}
