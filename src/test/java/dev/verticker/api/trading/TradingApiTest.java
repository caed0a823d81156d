package dev.verticker.api.trading;

import static dev.verticker.api.openapi.ApiClient.expect;
import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.auth.AccessToken;
import dev.verticker.api.auth.AuthenticatedUser;
import dev.verticker.api.openapi.ApiClient;
import dev.verticker.api.openapi.ApiResponse;
import dev.verticker.api.openapi.Authenticator;
import dev.verticker.api.openapi.Contract;
import dev.verticker.api.openapi.ContractRouter;
import dev.verticker.api.request.Caller;
import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.http.HttpServers;
import dev.verticker.message.Actor;
import dev.verticker.message.Confidential;
import dev.verticker.message.trading.Orders.Cancel;
import dev.verticker.message.trading.Orders.CancelAll;
import dev.verticker.message.trading.Orders.FindOrder;
import dev.verticker.message.trading.Orders.ListOrders;
import dev.verticker.message.trading.Orders.ListTrades;
import dev.verticker.message.trading.Orders.Place;
import dev.verticker.message.trading.Orders.Side;
import dev.verticker.message.trading.Orders.Status;
import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.message.trading.Orders.TimeInForce;
import dev.verticker.message.trading.Orders.Type;
import dev.verticker.message.trading.Portfolios.FindPortfolio;
import dev.verticker.message.trading.TradingAccounts;
import dev.verticker.message.trading.TradingAccounts.CancelAfter;
import dev.verticker.message.trading.TradingAccounts.ChangeLimits;
import dev.verticker.message.trading.TradingAccounts.Create;
import dev.verticker.message.trading.TradingAccounts.Delete;
import dev.verticker.message.trading.TradingAccounts.FindLimits;
import dev.verticker.message.trading.TradingAccounts.Halt;
import dev.verticker.message.trading.TradingAccounts.HaltState;
import dev.verticker.message.trading.TradingAccounts.Limits;
import dev.verticker.message.trading.TradingAccounts.ListAccounts;
import dev.verticker.message.trading.TradingAccounts.Reset;
import dev.verticker.testing.TestHttpClient.Response;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the operations on orders and accounts with {@link FakeTrading}, without users and their database. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TradingApiTest {
  private static final long ADA = 7;
  private static final long GRACE = 8;
  private static final Actor ADA_ACTS = new Actor(ADA, null, "session-7", "127.0.0.1");
  private static final String LIMIT_BODY =
      "{\"symbol\":\"BTCUSDT\",\"side\":\"buy\",\"type\":\"limit\",\"qty\":\"0.0010\",\"price\":\"68000\"}";

  private final Vertx vertx = Vertx.vertx();
  private final Clock clock = Clock.fixed(FakeTrading.NOON.plusMillis(1500), ZoneOffset.UTC);
  private final Bus bus = new Bus(vertx, Clock.systemUTC(), new SimpleMeterRegistry());
  private final FakeTrading trading = new FakeTrading(bus);
  private final Contract contract = await(Contract.load(vertx, "openapi/user-api.yaml"));
  private ApiClient client;

  /** Accepts {@code Bearer <user id> <role>}. */
  private static final class NamedCaller implements Authenticator {
    @Override
    public Future<Caller> authenticate(HttpServerRequest request, Requirement requirement) {
      var words = request.getHeader("Authorization").split(" ");
      var token = new AccessToken(
          "id",
          Long.parseLong(words[1]),
          "session-" + words[1],
          1,
          List.of(words[2]),
          FakeTrading.NOON,
          FakeTrading.NOON);
      return Future.succeededFuture(AuthenticatedUser.with(token));
    }

    @Override
    public String challenge(Failure.Unauthenticated failure) {
      return "none";
    }
  }

  @BeforeAll
  void start() {
    await(trading.serve());
    var routes = new ContractRouter(vertx, contract).security("login", new NamedCaller());
    contract
        .openApi()
        .operations()
        .forEach(operation -> routes.operation(
            operation.getOperationId(),
            request -> Future.succeededFuture(ApiResponse.noContent())));
    new OrderOperations(bus, clock).addTo(routes);
    new OwnTradeOperations(bus).addTo(routes);
    new AccountOperations(bus, clock).addTo(routes);
    var server = await(HttpServers.create(vertx, "localhost", 0, () -> false)
        .requestHandler(routes.createRouter("trading", new SimpleMeterRegistry()))
        .listen());
    client = new ApiClient(vertx, contract, server.actualPort());
  }

  @BeforeEach
  void reset() {
    trading.requests.clear();
    trading.failure = null;
    trading.status = Status.OPEN;
    trading.next = null;
    trading.stale = false;
  }

  @AfterAll
  void close() {
    client.close();
    await(vertx.close());
  }

  @Test
  void an_order_is_placed_for_the_caller_with_its_key_and_exact_numbers() {
    var placed = expect(201, post("/orders", LIMIT_BODY, "Idempotency-Key", "key-1"));

    assertEquals(new Place(ADA_ACTS, null, "key-1", limit("0.0010")), trading.received());
    var order = placed.object();
    assertEquals("/orders/" + order.getLong("id"), placed.headers().get("Location"));
    assertEquals(
        new JsonObject()
            .put("id", order.getLong("id"))
            .put("revision", 1)
            .put("account_id", 12)
            .put("venue", "paper")
            .put("client_order_id", "key-1")
            .put("exchange_order_id", "x" + order.getLong("id"))
            .put("symbol", "BTCUSDT")
            .put("side", "buy")
            .put("type", "limit")
            .put("time_in_force", "GTC")
            .put("qty", "0.001")
            .putNull("quote_qty")
            .put("price", "68000")
            .putNull("stop_price")
            .putNull("self_trade_prevention")
            .put("status", "open")
            .put("source", "own")
            .put("executed_qty", "0.0003")
            .put("executed_quote_qty", "20.4")
            .put("prevented_qty", "0")
            .put("average_price", "68000")
            .putNull("reason")
            .put("created_at", "2026-11-30T12:00:00.000000+00:00")
            .put("updated_at", "2026-11-30T12:00:00.000000+00:00")
            .put("sent_at", "2026-11-30T12:00:00.000000+00:00")
            .putNull("cancel_requested_at"),
        order);
    assertEquals(order, expect(200, get("/orders/" + order.getLong("id"))).object());
  }

  @Test
  void every_field_of_an_order_reaches_the_trading_verticle() {
    expect(
        201,
        post(
            "/orders",
            "{\"account_id\":13,\"symbol\":\"币安人生USDT\",\"side\":\"sell\",\"type\":\"stop_limit\",\"time_in_force\":\"FOK\","
                + "\"qty\":\"99999999999999999999.999999999999999999\",\"quote_qty\":null,\"price\":\"0.00000001\","
                + "\"stop_price\":\"000.10\",\"self_trade_prevention\":\"EXPIRE_MAKER\"}"));

    var ticket = new Ticket(
        "币安人生USDT",
        Side.SELL,
        Type.STOP_LIMIT,
        TimeInForce.FOK,
        new BigDecimal("99999999999999999999.999999999999999999"),
        null,
        new BigDecimal("0.00000001"),
        new BigDecimal("0.10"),
        "EXPIRE_MAKER");
    assertEquals(new Place(ADA_ACTS, 13L, null, ticket), trading.received());
  }

  @Test
  void a_market_order_has_no_default_time_in_force() {
    expect(
        201,
        post(
            "/orders",
            "{\"symbol\":\"BTCUSDT\",\"side\":\"buy\",\"type\":\"market\",\"quote_qty\":\"50\"}"));

    var ticket = new Ticket(
        "BTCUSDT", Side.BUY, Type.MARKET, null, null, new BigDecimal("50"), null, null, null);
    assertEquals(new Place(ADA_ACTS, null, null, ticket), trading.received());
  }

  @Test
  void an_order_whose_outcome_is_not_known_is_accepted_and_a_rejected_one_is_created() {
    trading.status = Status.PENDING;
    assertEquals("pending", expect(202, post("/orders", LIMIT_BODY)).object().getString("status"));
    trading.status = Status.OUTCOME_UNKNOWN;
    assertEquals("unknown", expect(202, post("/orders", LIMIT_BODY)).object().getString("status"));
    trading.status = Status.REJECTED;
    assertEquals("rejected", expect(201, post("/orders", LIMIT_BODY)).object().getString("status"));
  }

  @Test
  void each_refusal_of_an_order_has_its_documented_status() {
    var error = new Failure.Error(
        "/price", "tick-size", "The price is not a multiple of the tick size: send 1.");
    var refusals = new ArrayList<Map.Entry<Integer, Failure>>();
    refusals.add(Map.entry(422, new Failure.Invalid("order-not-accepted", "See errors.", error)));
    refusals.add(Map.entry(422, new Failure.Invalid("idempotency-key-reused", "Use a new key.")));
    refusals.add(Map.entry(404, new Failure.NotFound("account-not-found", "No such account.")));
    for (var code :
        List.of("trading-halted", "price-stale", "insufficient-balance", "limit-exceeded")) {
      refusals.add(Map.entry(409, new Failure.Conflict(code, "Not now.")));
    }
    refusals.add(Map.entry(
        429, new Failure.TooManyRequests("venue-rate-limited", "Wait.", Duration.ofSeconds(3))));
    refusals.add(
        Map.entry(503, new Failure.Unavailable("symbols-not-yet-known", "Not known yet.")));

    for (var refusal : refusals) {
      trading.failure = refusal.getValue();
      assertEquals(
          refusal.getValue().code(),
          expect(refusal.getKey(), post("/orders", LIMIT_BODY)).code());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"qty\":1",
        "\"qty\":0.001",
        "\"qty\":\"1e-3\"",
        "\"qty\":\"1E3\"",
        "\"qty\":\"-1\"",
        "\"qty\":\"+1\"",
        "\"qty\":\"1.\"",
        "\"qty\":\".5\"",
        "\"qty\":\" 1\"",
        "\"qty\":\"1 \"",
        "\"qty\":\"1,5\"",
        "\"qty\":\"0x10\"",
        "\"qty\":\"NaN\"",
        "\"qty\":\"Infinity\"",
        "\"qty\":\"\"",
        "\"qty\":\"١\"",
        "\"qty\":\"1\\n\"",
        "\"qty\":[\"1\"]",
        "\"qty\":{\"value\":\"1\"}",
        "\"qty\":true",
        "\"qty\":\"123456789012345678901\"",
        "\"qty\":\"0.1234567890123456789\"",
        "\"quote_qty\":5",
        "\"price\":68000",
        "\"price\":\"-68000\"",
        "\"stop_price\":\"1e400\"",
        "\"symbol\":\"\"",
        "\"symbol\":null",
        "\"symbol\":7",
        "\"symbol\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
        "\"side\":\"BUY\"",
        "\"side\":\"unknown\"",
        "\"side\":null",
        "\"type\":\"stop_loss\"",
        "\"type\":\"unknown\"",
        "\"time_in_force\":\"gtc\"",
        "\"time_in_force\":\"UNKNOWN\"",
        "\"self_trade_prevention\":\"expire\"",
        "\"self_trade_prevention\":\"\"",
        "\"account_id\":0",
        "\"account_id\":-1",
        "\"account_id\":1.5",
        "\"account_id\":\"12\"",
        "\"account_id\":1e300",
        "\"account_id\":9223372036854775808",
        "\"user_id\":8",
        "\"venue\":\"binance\"",
        "\"status\":\"filled\""
      })
  void an_invalid_field_is_422_for_the_order_and_its_check_and_nothing_is_requested(String field) {
    var name = field.substring(0, field.indexOf(':'));
    var body =
        new JsonObject(LIMIT_BODY).mergeIn(new JsonObject("{" + field + "}")).encode();
    assertTrue(body.contains(name));

    for (var target : List.of("/orders", "/orders/check")) {
      var problem = expect(422, post(target, body));
      assertEquals("invalid-request", problem.code());
      assertEquals(
          "/" + name.replace("\"", ""),
          problem.object().getJsonArray("errors").getJsonObject(0).getString("pointer"));
    }
    assertEquals(List.of(), trading.requests);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a b", "schlüssel", "1234567890123456789012345678901234567", "a\"b", "a;b", "%00"})
  void an_invalid_key_is_422_and_nothing_is_requested(String key) {
    var problem = expect(422, post("/orders", LIMIT_BODY, "Idempotency-Key", key));

    assertEquals(
        "header/Idempotency-Key",
        problem.object().getJsonArray("errors").getJsonObject(0).getString("pointer"));
    assertEquals(List.of(), trading.requests);
  }

  @Test
  void bodies_that_are_no_order_are_refused() {
    for (var body : List.of("", "null", "[]", "7", "{", "{\"symbol\":\"A\",\"symbol\":\"B\"}")) {
      var response = post("/orders", body);
      assertTrue(response.status() == 400 || response.status() == 422, response::toString);
    }
    expect(422, post("/orders", "{}"));
    expect(
        415,
        client.send(
            HttpMethod.POST,
            "/orders",
            Buffer.buffer(LIMIT_BODY),
            "Authorization",
            "Bearer 7 user",
            "Content-Type",
            "text/plain"));
    assertEquals(List.of(), trading.requests);
  }

  @Test
  void a_check_returns_the_verdict_with_the_age_of_its_price() {
    var checked = expect(200, post("/orders/check", LIMIT_BODY)).object();

    assertEquals(new Place(ADA_ACTS, null, null, limit("0.0010")), trading.received());
    assertEquals(
        new JsonObject()
            .put("accepted", true)
            .put("violations", new JsonArray())
            .put("only_exchange_knows", new JsonArray())
            .put("price", "68000.12")
            .put("price_at", "2026-11-30T12:00:00.000000+00:00")
            .put("price_age_ms", 1500)
            .put("price_stale", false)
            .putNull("estimated_qty")
            .putNull("estimated_notional")
            .putNull("estimated_fee")
            .putNull("fee_asset"),
        checked);
  }

  @Test
  void a_check_does_not_accept_a_market_order_while_the_price_is_stale() {
    trading.stale = true;
    var market = "{\"symbol\":\"BTCUSDT\",\"side\":\"buy\",\"type\":\"market\",\"qty\":\"1\"}";

    assertFalse(expect(200, post("/orders/check", market)).object().getBoolean("accepted"));
    assertTrue(expect(200, post("/orders/check", LIMIT_BODY)).object().getBoolean("accepted"));
  }

  @Test
  void orders_are_listed_by_filter_and_page() {
    expect(201, post("/orders", LIMIT_BODY));
    trading.requests.clear();
    trading.next = 4711L;

    var page =
        expect(200, get("/orders?account_id=12&symbol=BTCUSDT&open=true&before=5000&limit=500"));
    assertEquals(new ListOrders(ADA, 12L, "BTCUSDT", true, 5000L, 500), trading.received());
    assertFalse(page.array().isEmpty());
    assertEquals(
        "</orders?limit=500&symbol=BTCUSDT&open=true&account_id=12&before=4711>; rel=\"next\"",
        page.headers().get("Link"));

    trading.next = null;
    assertNull(expect(200, get("/orders")).headers().get("Link"));
    assertEquals(new ListOrders(ADA, null, null, false, null, 100), trading.received());
  }

  @Test
  void an_order_is_found_by_the_id_that_its_client_chose() {
    var placed =
        expect(201, post("/orders", LIMIT_BODY, "Idempotency-Key", "key-2")).object();
    trading.requests.clear();

    var found = expect(200, get("/orders?client_order_id=key-2&account_id=12")).array();
    assertEquals(new FindOrder(ADA, null, 12L, "key-2"), trading.received());
    assertEquals(12, found.getJsonObject(0).getInteger("account_id"));
    assertEquals(placed.getString("symbol"), found.getJsonObject(0).getString("symbol"));

    assertEquals(
        new JsonArray(),
        expect(200, getAs(GRACE, "/orders?client_order_id=key-2")).array());
    trading.failure = new Failure.NotFound("account-not-found", "No such account.");
    expect(404, get("/orders?client_order_id=key-2&account_id=13"));
    trading.requests.clear();
    for (var other : List.of("symbol=A", "open=true", "before=1")) {
      expect(422, get("/orders?client_order_id=key-2&" + other));
    }
    assertEquals(List.of(), trading.requests);
  }

  @Test
  void the_path_of_the_check_is_not_the_id_of_an_order() {
    for (var method : List.of(HttpMethod.GET, HttpMethod.DELETE, HttpMethod.HEAD, HttpMethod.PUT)) {
      var refused = send(method, ADA, "/orders/check");
      assertEquals(405, refused.status(), method::name);
      assertEquals("OPTIONS, POST", refused.headers().get("Allow"), method::name);
    }
    assertEquals(List.of(), trading.requests);
  }

  @Test
  void an_order_of_another_user_does_not_exist() {
    var id = expect(201, post("/orders", LIMIT_BODY)).object().getLong("id");

    expect(404, getAs(GRACE, "/orders/" + id));
    expect(404, send(HttpMethod.DELETE, GRACE, "/orders/" + id));
    assertEquals(new JsonArray(), expect(200, getAs(GRACE, "/orders")).array());
    assertEquals(
        "order-not-found", expect(404, get("/orders/999999999999999999")).code());
    for (var invalid : List.of("0", "-1", "x", "1.5", "1e3", "9999999999999999999", "%00", "+1")) {
      var response = get("/orders/" + invalid);
      assertTrue(response.status() == 422 || response.status() == 400, invalid + response);
    }
  }

  @Test
  void a_cancellation_is_200_when_the_order_is_closed_and_202_before() {
    trading.status = Status.CANCELED;
    var canceled = expect(201, post("/orders", LIMIT_BODY)).object().getLong("id");
    trading.status = Status.OPEN;
    var open = expect(201, post("/orders", LIMIT_BODY)).object().getLong("id");
    trading.requests.clear();

    expect(200, send(HttpMethod.DELETE, ADA, "/orders/" + canceled));
    assertEquals(new Cancel(ADA_ACTS, canceled), trading.received());
    expect(202, send(HttpMethod.DELETE, ADA, "/orders/" + open));
    trading.requests.clear();
    expect(202, send(HttpMethod.DELETE, ADA, "/orders?symbol=BTCUSDT&account_id=12"));
    assertEquals(new CancelAll(ADA_ACTS, 12L, "BTCUSDT"), trading.received());
    expect(200, send(HttpMethod.DELETE, GRACE, "/orders"));

    trading.failure = new Failure.Conflict("order-closed", "The order is filled.");
    assertEquals(
        "order-closed",
        expect(409, send(HttpMethod.DELETE, ADA, "/orders/" + open)).code());
  }

  @Test
  void trades_are_listed_as_json_and_as_a_table() {
    trading.next = 815L;

    var json =
        expect(200, get("/trades?order_id=4711&symbol=BTCUSDT&account_id=12&before=900&limit=1"));
    assertEquals(new ListTrades(ADA, 12L, 4711L, "BTCUSDT", 900L, 1), trading.received());
    var trade = json.array().getJsonObject(0);
    assertEquals("68000.12", trade.getString("price"));
    assertEquals("0.000001", trade.getString("fee"));

    var csv = expect(200, get("/trades?format=csv&order_id=4711"));
    assertEquals("text/csv", csv.headers().get("Content-Type"));
    assertEquals("attachment; filename=\"trades.csv\"", csv.headers().get("Content-Disposition"));
    assertEquals(
        "</trades?limit=100&format=csv&order_id=4711&before=815>; rel=\"next\"",
        csv.headers().get("Link"));
    assertEquals(
        "id,order_id,account_id,venue,symbol,side,exchange_trade_id,price,qty,quote_qty,fee_asset,fee,maker,traded_at\r\n"
            + "815,4711,12,paper,\"A,\"\"B\"\"\",buy,4711-1,68000.12,0.001,68.00012,BTC,0.000001,,"
            + "2026-11-30T12:00:00.000000+00:00\r\n",
        csv.body().toString());
  }

  @Test
  void a_portfolio_has_the_age_of_each_price_and_null_for_what_is_unknown() {
    var portfolio = expect(200, get("/portfolio?account_id=12")).object();

    assertEquals(new FindPortfolio(ADA, 12L), trading.received());
    assertNull(portfolio.getString("total"));
    assertEquals(1500, portfolio.getInteger("price_age_ms"));
    var positions = portfolio.getJsonArray("positions");
    assertEquals(1500, positions.getJsonObject(0).getInteger("price_age_ms"));
    assertEquals("34000.06", positions.getJsonObject(0).getString("value"));
    assertNull(positions.getJsonObject(1).getValue("value"));
    assertNull(positions.getJsonObject(1).getValue("price_age_ms"));
  }

  @Test
  void accounts_are_listed_added_tested_reset_and_removed() {
    var list = expect(200, get("/trading/accounts")).object();
    assertEquals(new ListAccounts(ADA), trading.received());
    assertEquals(new JsonArray().add("paper").add("testnet"), list.getJsonArray("venues"));
    assertEquals(
        "administrator", list.getJsonArray("accounts").getJsonObject(0).getString("halted"));

    var added = expect(
        201,
        post(
            "/trading/accounts",
            "{\"venue\":\"testnet\",\"label\":\"My account\",\"key\":\"k-1\",\"secret\":\"s-1\"}"));
    assertEquals(
        new Create(
            ADA_ACTS, "testnet", "My account", new Confidential("k-1"), new Confidential("s-1")),
        trading.received());
    assertFalse(added.body().toString().contains("s-1"));

    var tested = expect(200, post("/trading/accounts/12/test", "")).object();
    assertEquals(new TradingAccounts.Test(ADA_ACTS, 12), trading.received());
    assertEquals("The key is unknown.", tested.getString("reason"));
    expect(200, post("/trading/accounts/12/reset", ""));
    assertEquals(new Reset(ADA_ACTS, 12), trading.received());
    expect(204, send(HttpMethod.DELETE, ADA, "/trading/accounts/12"));
    assertEquals(new Delete(ADA_ACTS, 12), trading.received());

    trading.failure = new Failure.Conflict("account-has-open-orders", "Cancel them first.");
    expect(409, send(HttpMethod.DELETE, ADA, "/trading/accounts/12"));
    trading.failure = new Failure.Invalid("venue-not-enabled", "Use paper.");
    expect(
        422,
        post(
            "/trading/accounts",
            "{\"venue\":\"binance\",\"label\":\"a\",\"key\":\"k\",\"secret\":\"s\"}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"venue\":\"\"",
        "\"venue\":7",
        "\"label\":\"\"",
        "\"label\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
        "\"key\":\"\"",
        "\"key\":\"a b\"",
        "\"key\":\"ключ\"",
        "\"secret\":\"\"",
        "\"secret\":7",
        "\"withdraw\":true"
      })
  void an_invalid_account_is_422_and_no_secret_is_in_the_answer(String field) {
    var body = new JsonObject(
            "{\"venue\":\"testnet\",\"label\":\"a\",\"key\":\"k-hidden\",\"secret\":\"s-hidden\"}")
        .mergeIn(new JsonObject("{" + field + "}"))
        .encode();

    var problem = expect(422, post("/trading/accounts", body));

    assertFalse(problem.body().toString().contains("hidden"), problem::toString);
    assertEquals(List.of(), trading.requests);
  }

  @Test
  void limits_are_read_and_replaced() {
    assertEquals(
        new JsonObject()
            .put("max_open_orders", 20)
            .put("max_order_notional", "1000")
            .putNull("max_daily_notional")
            .putNull("max_price_distance")
            .putNull("symbols"),
        expect(200, get("/trading/limits?account_id=12")).object());
    assertEquals(new FindLimits(ADA, 12L), trading.received());

    var body =
        "{\"max_open_orders\":0,\"max_daily_notional\":\"5000.50\",\"max_price_distance\":\"0.1\","
            + "\"symbols\":[\"BTCUSDT\"]}";
    var replaced =
        expect(200, send(HttpMethod.PUT, ADA, "/trading/limits", body)).object();
    assertEquals(
        new ChangeLimits(
            ADA_ACTS,
            null,
            new Limits(
                0, null, new BigDecimal("5000.50"), new BigDecimal("0.1"), List.of("BTCUSDT"))),
        trading.received());
    assertEquals("5000.5", replaced.getString("max_daily_notional"));

    for (var invalid : List.of(
        "{\"max_open_orders\":-1}",
        "{\"max_open_orders\":1.5}",
        "{\"max_order_notional\":5}",
        "{\"max_price_distance\":\"-0.1\"}",
        "{\"symbols\":[\"A\",\"A\"]}",
        "{\"symbols\":[\"\"]}",
        "{\"symbols\":\"BTCUSDT\"}",
        "{\"max_orders\":1}")) {
      expect(422, send(HttpMethod.PUT, ADA, "/trading/limits", invalid));
    }
    assertEquals(List.of(), trading.requests);
  }

  @Test
  void a_user_halts_own_trading_and_only_an_administrator_that_of_everyone() {
    assertEquals(
        new JsonObject()
            .put("halted", true)
            .put("in_flight", 0)
            .put("at", "2026-11-30T12:00:00.000000+00:00"),
        expect(200, post("/trading/halt", "")).object());
    assertEquals(new Halt(ADA_ACTS, false), trading.received());
    expect(200, post("/trading/halt", "{\"scope\":\"own\"}"));
    assertEquals(new Halt(ADA_ACTS, false), trading.received());

    assertEquals(
        "not-allowed", expect(403, post("/trading/halt", "{\"scope\":\"all\"}")).code());
    assertEquals(
        "not-allowed",
        expect(403, post("/trading/resume", "{\"scope\":\"all\"}")).code());
    expect(422, post("/trading/halt", "{\"scope\":\"everyone\"}"));
    assertEquals(List.of(), trading.requests);

    trading.halt = new HaltState(true, 2, FakeTrading.NOON);
    var administrator =
        List.of("Authorization", "Bearer 1 admin", "Content-Type", "application/json");
    expect(
        202,
        client.send(
            HttpMethod.POST,
            "/trading/halt",
            Buffer.buffer("{\"scope\":\"all\"}"),
            administrator.toArray(String[]::new)));
    assertEquals(new Halt(new Actor(1L, null, "session-1", "127.0.0.1"), true), trading.received());
    assertFalse(expect(200, post("/trading/resume", "")).object().getBoolean("halted"));
  }

  @Test
  void the_dead_mans_switch_is_armed_and_disarmed() {
    var armed = send(HttpMethod.PUT, ADA, "/trading/cancel-after", "{\"cancel_after_s\":60}");
    assertEquals(
        "2026-11-30T12:01:00.000000+00:00", expect(200, armed).object().getString("cancel_at"));
    assertEquals(new CancelAfter(ADA_ACTS, Duration.ofMinutes(1)), trading.received());

    var disarmed = send(HttpMethod.PUT, ADA, "/trading/cancel-after", "{\"cancel_after_s\":null}");
    assertNull(expect(200, disarmed).object().getValue("cancel_at"));
    assertEquals(new CancelAfter(ADA_ACTS, null), trading.received());

    for (var seconds : List.of("4", "86401", "60.5", "\"60\"", "-60", "1e99")) {
      expect(
          422,
          send(
              HttpMethod.PUT,
              ADA,
              "/trading/cancel-after",
              "{\"cancel_after_s\":" + seconds + "}"));
    }
    expect(422, send(HttpMethod.PUT, ADA, "/trading/cancel-after", "{}"));
    assertEquals(List.of(), trading.requests);
  }

  private static Ticket limit(String qty) {
    return new Ticket(
        "BTCUSDT",
        Side.BUY,
        Type.LIMIT,
        TimeInForce.GTC,
        new BigDecimal(qty),
        null,
        new BigDecimal("68000"),
        null,
        null);
  }

  private Response get(String target) {
    return getAs(ADA, target);
  }

  private Response getAs(long user, String target) {
    return client.get(target, "Authorization", "Bearer " + user + " user");
  }

  private Response send(HttpMethod method, long user, String target) {
    return client.send(method, target, null, "Authorization", "Bearer " + user + " user");
  }

  private Response send(HttpMethod method, long user, String target, String body) {
    return client.send(
        method,
        target,
        Buffer.buffer(body),
        "Authorization",
        "Bearer " + user + " user",
        "Content-Type",
        "application/json");
  }

  private Response post(String target, String body, String... headers) {
    var all = new ArrayList<>(List.of(headers));
    all.addAll(List.of("Authorization", "Bearer " + ADA + " user"));
    if (!body.isEmpty()) {
      all.addAll(List.of("Content-Type", "application/json"));
    }
    return client.send(
        HttpMethod.POST,
        target,
        body.isEmpty() ? null : Buffer.buffer(body),
        all.toArray(String[]::new));
  }
}
