package dev.verticker.api.trading;

import static dev.verticker.api.openapi.ApiClient.expect;
import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.price.FakeMarket;
import dev.verticker.api.price.FakePrices;
import dev.verticker.api.user.UserFrontDoor;
import dev.verticker.api.user.UserFrontDoor.Person;
import dev.verticker.message.Listings;
import dev.verticker.message.Notifications;
import dev.verticker.message.trading.Orders;
import dev.verticker.testing.Await;
import dev.verticker.testing.TestHttpClient.Response;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Trades on paper over the User API with the trading verticle and its database, and tries to reach what others own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OwnTradingTest {
  private static final String SYMBOL =
      """
      {"symbol": "BTCUSDT", "status": "TRADING", "baseAsset": "BTC", "baseAssetPrecision": 8, "quoteAsset": "USDT",
       "quoteAssetPrecision": 8, "orderTypes": ["LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS_LIMIT"],
       "filters": [
         {"filterType": "PRICE_FILTER", "minPrice": "0.01", "maxPrice": "1000000.00", "tickSize": "0.01"},
         {"filterType": "LOT_SIZE", "minQty": "0.00001", "maxQty": "9000", "stepSize": "0.00001"},
         {"filterType": "PERCENT_PRICE_BY_SIDE", "bidMultiplierUp": "5", "bidMultiplierDown": "0.2", "askMultiplierUp": "5",
          "askMultiplierDown": "0.2", "avgPriceMins": 5},
         {"filterType": "NOTIONAL", "minNotional": "5", "applyMinToMarket": true, "maxNotional": "9000000",
          "applyMaxToMarket": false, "avgPriceMins": 5}]}
      """;

  private final UserFrontDoor door = UserFrontDoor.openWithTrading();
  private Person ada;
  private Person grace;

  @BeforeAll
  void openTheMarket() {
    await(door.bus.serve(
        Listings.OBJECTS,
        request -> Future.succeededFuture(new Listings.Objects(
            "1", null, "1".equals(request.known()) ? List.of() : List.of(SYMBOL), null))));
    ada = door.person();
    grace = door.person();
    quote();
  }

  @AfterAll
  void close() {
    door.close();
  }

  private void quote() {
    var now = door.clock.instant();
    door.prices.tick(FakePrices.quote(1, "BTCUSDT", "68000.00", now));
    door.market.holds(FakeMarket.book("BTCUSDT", 1, "67999.99", "68000.00", now));
  }

  @Test
  void a_user_buys_at_the_market_and_sees_the_trade_the_balance_and_the_event() {
    var buyer = door.person();
    quote();

    var order = expect(201, place(buyer, market("\"quote_qty\":\"100\""))).object();

    assertEquals("filled", order.getString("status"));
    assertEquals("paper", order.getString("venue"));
    assertEquals("68000", order.getString("average_price"));
    var trades =
        expect(200, door.get(buyer, "/trades?order_id=" + order.getLong("id"))).array();
    assertEquals(1, trades.size());
    assertEquals("0.00147", trades.getJsonObject(0).getString("qty"));
    assertEquals("0.00000147", trades.getJsonObject(0).getString("fee"));
    assertEquals("BTC", trades.getJsonObject(0).getString("fee_asset"));
    var portfolio = expect(200, door.get(buyer, "/portfolio")).object();
    assertEquals("9900.04", position(portfolio, "USDT").getString("available"));
    assertEquals("0.00146853", position(portfolio, "BTC").getString("available"));
    Await.until("the events are in the log", () -> events(buyer).contains("\"filled\""));
    assertTrue(events(buyer).contains("balance_updated"));
    assertEquals(
        order, expect(200, door.get(buyer, "/orders/" + order.getLong("id"))).object());
  }

  @Test
  void an_open_order_locks_its_amount_until_it_is_canceled() {
    var trader = door.person();
    quote();

    var order = expect(201, place(trader, limit("60000", "0.01"))).object();
    assertEquals("open", order.getString("status"));
    assertEquals(
        "600",
        position(expect(200, door.get(trader, "/portfolio")).object(), "USDT").getString("locked"));
    assertEquals(
        order.getLong("id"),
        expect(200, door.get(trader, "/orders?open=true"))
            .array()
            .getJsonObject(0)
            .getLong("id"));

    var canceled = expect(200, delete(trader, "/orders/" + order.getLong("id"))).object();
    assertEquals("canceled", canceled.getString("status"));
    assertTrue(canceled.getLong("revision") > order.getLong("revision"));
    assertEquals(
        "order-closed",
        expect(409, delete(trader, "/orders/" + order.getLong("id"))).code());
    assertEquals(
        "0",
        position(expect(200, door.get(trader, "/portfolio")).object(), "USDT").getString("locked"));
    assertEquals(
        new JsonArray(), expect(200, door.get(trader, "/orders?open=true")).array());
  }

  @Test
  void a_repeated_request_places_one_order_and_another_body_is_refused() {
    var trader = door.person();
    quote();
    var first = expect(201, place(trader, limit("60000", "0.01"), "Idempotency-Key", "one"))
        .object();

    var again = expect(201, place(trader, limit("60000.00", "0.010"), "Idempotency-Key", "one"))
        .object();
    assertEquals(first, again);
    assertEquals(
        "idempotency-key-reused",
        expect(422, place(trader, limit("60000", "0.02"), "Idempotency-Key", "one"))
            .code());
    assertEquals(1, expect(200, door.get(trader, "/orders")).array().size());
    assertEquals(
        first,
        expect(200, door.get(trader, "/orders?client_order_id=one")).array().getJsonObject(0));
    var other = expect(201, place(door.person(), limit("60000", "0.01"), "Idempotency-Key", "one"));
    assertNotEquals(first.getLong("id"), other.object().getLong("id"));
  }

  @Test
  void an_order_beyond_a_filter_is_refused_as_its_check_says_and_nothing_is_stored() {
    var trader = door.person();
    quote();
    for (var body : List.of(
        limit("68000.001", "0.01"),
        limit("0.00000001", "99999999999999999999.999999999999999999"),
        limit("99999999999999999999", "0.00001"),
        limit("68000", "0.000000000000000001"),
        limit("68000", "0"),
        limit("68000", "0.00001"),
        market("\"qty\":\"1\",\"price\":\"68000\""),
        market("\"qty\":\"1\",\"quote_qty\":\"5\""),
        market("\"quote_qty\":\"0.000000000000000001\""),
        market("\"qty\":\"99999999999999999999.999999999999999999\""),
        limit("68000", "0.01").replace("BTCUSDT", "NOPE"),
        limit("68000", "0.01").replace("BTCUSDT", "💩"),
        limit("68000", "0.01").replace("limit", "stop_limit"))) {
      var checked =
          expect(200, send(trader, HttpMethod.POST, "/orders/check", body)).object();
      assertFalse(checked.getBoolean("accepted"), body);
      var violations = checked.getJsonArray("violations");
      assertFalse(violations.isEmpty(), body);

      var refused = expect(422, place(trader, body));
      assertEquals("order-not-accepted", refused.code(), body);
      assertEquals(violations.size(), refused.object().getJsonArray("errors").size(), body);
    }
    assertEquals(
        "insufficient-balance",
        expect(409, place(trader, limit("68000", "100"))).code());
    assertEquals(new JsonArray(), expect(200, door.get(trader, "/orders")).array());
  }

  @Test
  void a_market_order_is_refused_while_the_price_is_stale() {
    var trader = door.person();
    var now = door.clock.instant();
    door.prices.tick(FakePrices.quote(1, "BTCUSDT", "68000.00", now.minusSeconds(100)));

    var checked = expect(
            200, send(trader, HttpMethod.POST, "/orders/check", market("\"qty\":\"0.01\"")))
        .object();
    assertTrue(checked.getBoolean("price_stale"));
    assertFalse(checked.getBoolean("accepted"));
    assertTrue(checked.getLong("price_age_ms") >= 100_000);
    assertEquals(
        "price-stale", expect(409, place(trader, market("\"qty\":\"0.01\""))).code());
    expect(201, place(trader, limit("60000", "0.01")));
    quote();
  }

  @Test
  void no_user_and_no_administrator_reaches_the_account_or_an_order_of_another_user() {
    quote();
    var account = account(ada);
    var order = expect(201, place(ada, limit("60000", "0.01"))).object();
    expect(201, place(ada, market("\"quote_qty\":\"100\"")));
    var before = everything(ada);

    for (var stranger : List.of(grace, door.admin())) {
      var own = account(stranger);
      assertNotEquals(account, own);
      var id = order.getLong("id");
      for (var target : List.of(
          "GET /orders/" + id,
          "DELETE /orders/" + id,
          "GET /portfolio?account_id=" + account,
          "GET /trading/limits?account_id=" + account,
          "DELETE /trading/accounts/" + account,
          "POST /trading/accounts/" + account + "/reset")) {
        var words = target.split(" ");
        expect(404, send(stranger, HttpMethod.valueOf(words[0]), words[1], null));
      }
      expect(
          404,
          send(
              stranger,
              HttpMethod.PUT,
              "/trading/limits?account_id=" + account,
              "{\"max_open_orders\":0}"));
      var foreign = limit("60000", "0.01").replace("{", "{\"account_id\":" + account + ",");
      assertEquals("account-not-found", expect(404, place(stranger, foreign)).code());
      expect(404, send(stranger, HttpMethod.POST, "/orders/check", foreign));
      for (var list : List.of(
          "/orders?account_id=" + account,
          "/orders?client_order_id=" + order.getString("client_order_id"),
          "/orders?symbol=BTCUSDT",
          "/trades?account_id=" + account,
          "/trades?order_id=" + id,
          "/trades")) {
        var found = door.get(stranger, list);
        assertTrue(
            found.status() == 404 || found.expect(200).array().isEmpty(), list + " " + found);
      }
      expect(200, delete(stranger, "/orders"));
      expect(200, send(stranger, HttpMethod.POST, "/trading/halt", null));
      expect(
          200, send(stranger, HttpMethod.PUT, "/trading/cancel-after", "{\"cancel_after_s\":5}"));
      assertFalse(events(stranger).contains(order.getString("client_order_id")));
    }

    door.clock.step(Duration.ofSeconds(1));
    assertEquals(before, everything(ada));
    quote();
    var placed = expect(201, place(ada, limit("60000", "0.01"))).object();
    assertEquals("open", placed.getString("status"), "the halt of another user has no effect");
    for (var stranger : List.of(grace, door.admin())) {
      expect(200, send(stranger, HttpMethod.POST, "/trading/resume", null));
      expect(
          200,
          send(stranger, HttpMethod.PUT, "/trading/cancel-after", "{\"cancel_after_s\":null}"));
    }
  }

  @Test
  void an_administrator_halts_all_users_and_cancellations_still_work() {
    var trader = door.person();
    quote();
    var order = expect(201, place(trader, limit("60000", "0.01"))).object();

    var halted =
        expect(200, send(door.admin(), HttpMethod.POST, "/trading/halt", "{\"scope\":\"all\"}"));
    assertTrue(halted.object().getBoolean("halted"));
    assertEquals(
        "trading-halted", expect(409, place(trader, limit("60000", "0.01"))).code());
    assertTrue(
        expect(200, send(trader, HttpMethod.POST, "/trading/resume", null))
            .object()
            .getBoolean("halted"),
        "a user cannot end the halt of an administrator");
    expect(200, delete(trader, "/orders/" + order.getLong("id")));

    expect(200, send(door.admin(), HttpMethod.POST, "/trading/resume", "{\"scope\":\"all\"}"));
    expect(201, place(trader, limit("60000", "0.01")));
  }

  @Test
  void the_limits_of_an_account_refuse_orders_beyond_them() {
    var trader = door.person();
    quote();
    expect(
        200,
        send(
            trader,
            HttpMethod.PUT,
            "/trading/limits",
            "{\"max_open_orders\":1,\"max_order_notional\":\"1000\",\"symbols\":[\"BTCUSDT\"]}"));

    var beyond = expect(422, place(trader, limit("60000", "0.1"))).object();
    assertEquals(
        "max-order-notional", beyond.getJsonArray("errors").getJsonObject(0).getString("code"));
    expect(201, place(trader, limit("60000", "0.01")));
    assertEquals(
        "limit-exceeded", expect(409, place(trader, limit("60000", "0.01"))).code());
    assertNull(
        expect(200, door.get(trader, "/trading/limits")).object().getString("max_daily_notional"));
  }

  @Test
  void a_paper_account_is_reset_to_its_initial_balance() {
    var trader = door.person();
    quote();
    expect(201, place(trader, market("\"quote_qty\":\"100\"")));
    expect(201, place(trader, limit("60000", "0.01")));

    expect(
        200,
        send(trader, HttpMethod.POST, "/trading/accounts/" + account(trader) + "/reset", null));

    var portfolio = expect(200, door.get(trader, "/portfolio")).object();
    assertEquals("10000", position(portfolio, "USDT").getString("available"));
    assertEquals(
        new JsonArray(), expect(200, door.get(trader, "/orders?open=true")).array());
    assertEquals(2, expect(200, door.get(trader, "/orders")).array().size());
    assertEquals(409, delete(trader, "/trading/accounts/" + account(trader)).status());
  }

  private long account(Person person) {
    return expect(200, door.get(person, "/trading/accounts"))
        .object()
        .getJsonArray("accounts")
        .getJsonObject(0)
        .getLong("id");
  }

  /** What a user can read of its trading, without ages of prices. */
  private String everything(Person person) {
    var portfolio = expect(200, door.get(person, "/portfolio")).object();
    return String.join(
        "\n",
        expect(200, door.get(person, "/orders")).body().toString(),
        expect(200, door.get(person, "/trades")).body().toString(),
        expect(200, door.get(person, "/trading/accounts")).body().toString(),
        expect(200, door.get(person, "/trading/limits")).body().toString(),
        position(portfolio, "USDT").getString("available"),
        position(portfolio, "USDT").getString("locked"));
  }

  private static JsonObject position(JsonObject portfolio, String asset) {
    return portfolio.getJsonArray("positions").stream()
        .map(JsonObject.class::cast)
        .filter(position -> position.getString("asset").equals(asset))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + asset + " in " + portfolio));
  }

  private String events(Person person) {
    var read = new Notifications.ReadTopic(Orders.topic(person.id()), null, null, 100);
    return await(door.bus.request(Notifications.READ_TOPIC, read)).events().toString();
  }

  private static String limit(String price, String qty) {
    return "{\"symbol\":\"BTCUSDT\",\"side\":\"buy\",\"type\":\"limit\",\"price\":\"" + price
        + "\",\"qty\":\"" + qty + "\"}";
  }

  private static String market(String amount) {
    return "{\"symbol\":\"BTCUSDT\",\"side\":\"buy\",\"type\":\"market\"," + amount + "}";
  }

  private Response place(Person person, String body, String... headers) {
    return door.as(person, HttpMethod.POST, "/orders", new JsonObject(body), headers);
  }

  private Response delete(Person person, String target) {
    return send(person, HttpMethod.DELETE, target, null);
  }

  private Response send(Person person, HttpMethod method, String target, String body) {
    return door.as(person, method, target, body == null ? null : new JsonObject(body));
  }
}
