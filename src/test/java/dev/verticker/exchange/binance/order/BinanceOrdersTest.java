package dev.verticker.exchange.binance.order;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.failureOf;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Bus;
import dev.verticker.data.Database;
import dev.verticker.data.RedisClient;
import dev.verticker.exchange.ApiKey;
import dev.verticker.exchange.BanRepository;
import dev.verticker.exchange.ExchangeException;
import dev.verticker.exchange.OrderGateway;
import dev.verticker.exchange.OrderGateway.Balance;
import dev.verticker.exchange.OrderGateway.ExecutionReport;
import dev.verticker.exchange.OrderGateway.NewOrder;
import dev.verticker.exchange.OrderGateway.OrderReference;
import dev.verticker.exchange.OrderGateway.Outcome;
import dev.verticker.exchange.RateLimits;
import dev.verticker.exchange.TradingVenue.KeyPermissions;
import dev.verticker.exchange.UserStream;
import dev.verticker.exchange.binance.order.BinanceVenue.Hosts;
import dev.verticker.message.trading.Orders.Side;
import dev.verticker.message.trading.Orders.Status;
import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.message.trading.Orders.TimeInForce;
import dev.verticker.message.trading.Orders.Type;
import dev.verticker.settings.PostgresSettings;
import dev.verticker.settings.RedisSettings;
import dev.verticker.settings.SettingsFiles;
import dev.verticker.settings.SettingsReader;
import dev.verticker.testing.Await;
import dev.verticker.testing.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BinanceOrdersTest {
  private static final ApiKey KEY =
      RequestSignerTest.key(FakeOrderExchange.KEY, FakeOrderExchange.SECRET);
  private static final Instant SIGNED = Instant.ofEpochMilli(1_782_907_200_123L);
  private static final OrderReference REFERENCE = new OrderReference("币安人生USDT", null, "c-1");
  private static JsonObject settings;

  private final Vertx vertx = Vertx.vertx();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final Context context = vertx.getOrCreateContext();
  private final Bus bus = new Bus(vertx, Clock.systemUTC(), metrics);
  private FakeOrderExchange exchange;
  private BinanceVenue venue;
  private OrderGateway gateway;

  @BeforeAll
  static void readSettings() {
    settings = SettingsFiles.load(TestDatabase.create().settings(), Path.of("target"));
  }

  @BeforeEach
  void start() {
    exchange = FakeOrderExchange.start(vertx);
    venue = venue(
        new UserStreamOptions(Duration.ofHours(12), Duration.ofSeconds(2), Duration.ofMillis(200)));
    await(context, venue::start);
    gateway = venue.gateway(KEY);
  }

  @AfterEach
  void stop() {
    await(vertx.close());
  }

  @Test
  void an_order_is_sent_once_with_every_parameter_and_signed_with_its_time() {
    exchange.respond(200, order("c-1", "NEW", "0.00"));

    var outcome = await(place(ticket(Type.LIMIT, "0.0010", "43000.10", null)));

    assertInstanceOf(Outcome.Accepted.class, outcome);
    assertEquals(
        Map.ofEntries(
            Map.entry("symbol", "币安人生USDT"),
            Map.entry("side", "BUY"),
            Map.entry("type", "LIMIT"),
            Map.entry("timeInForce", "GTC"),
            Map.entry("quantity", "0.001"),
            Map.entry("price", "43000.1"),
            Map.entry("newClientOrderId", "c-1"),
            Map.entry("newOrderRespType", "FULL"),
            Map.entry("recvWindow", "5000"),
            Map.entry("timestamp", "1782907200123")),
        exchange.last().parameters());
    assertEquals("POST", exchange.last().method());
    assertEquals(1, exchange.requests.size());
  }

  @Test
  void each_type_of_order_has_only_its_own_parameters() {
    exchange.respond(400, error(-1013));
    await(place(new Ticket(
        "BTCUSDT",
        Side.SELL,
        Type.MARKET,
        null,
        null,
        new BigDecimal("1E+2"),
        null,
        null,
        "DECREMENT")));
    var market = exchange.last().parameters();
    assertEquals("100", market.get("quoteOrderQty"));
    assertEquals("DECREMENT", market.get("selfTradePreventionMode"));
    for (var absent : List.of("timeInForce", "quantity", "price", "stopPrice")) {
      assertNull(market.get(absent), absent);
    }

    exchange.respond(400, error(-1013));
    await(place(ticket(Type.LIMIT_MAKER, "1", "2", null)));
    assertEquals("LIMIT_MAKER", exchange.last().parameters().get("type"));
    assertNull(exchange.last().parameters().get("timeInForce"));

    exchange.respond(400, error(-1013));
    await(place(ticket(Type.STOP_LIMIT, "1", "2", "3")));
    assertEquals("STOP_LOSS_LIMIT", exchange.last().parameters().get("type"));
    assertEquals("3", exchange.last().parameters().get("stopPrice"));
  }

  @Test
  void an_order_without_a_response_is_ambiguous_and_is_not_sent_again() {
    exchange.disconnect();
    assertInstanceOf(Outcome.Ambiguous.class, await(place(ticket(Type.LIMIT, "1", "2", null))));
    assertEquals(1, exchange.requests.size());
  }

  @Test
  void an_order_that_was_not_sent_is_refused() {
    var unreachable = venue(
        new Hosts(URI.create("http://127.0.0.1:1"), exchange.socket(), false),
        UserStreamOptions.DEFAULT);

    var outcome = await(context, () -> unreachable
        .gateway(KEY)
        .place(new NewOrder("c-1", ticket(Type.LIMIT, "1", "2", null), SIGNED)));

    assertEquals(0, assertInstanceOf(Outcome.Refused.class, outcome).code());
  }

  @Test
  void the_circuit_breaker_refuses_orders_without_sending_them() {
    for (var i = 0; i < 5; i++) {
      exchange.disconnect();
      await(place(ticket(Type.LIMIT, "1", "2", null)));
    }

    var outcome = await(place(ticket(Type.LIMIT, "1", "2", null)));

    assertEquals(0, assertInstanceOf(Outcome.Refused.class, outcome).code());
    assertEquals(5, exchange.requests.size());
  }

  @Test
  void too_many_orders_pause_the_account_and_not_the_address() {
    exchange.respond(429, error(-1015), "Retry-After", "60");
    var refused =
        assertInstanceOf(Outcome.Refused.class, await(place(ticket(Type.LIMIT, "1", "2", null))));
    assertEquals(-1015, refused.code());

    var next =
        assertInstanceOf(Outcome.Refused.class, await(place(ticket(Type.LIMIT, "1", "2", null))));

    assertEquals(0, next.code());
    assertEquals(1, exchange.requests.size());
    exchange.respond(200, order("c-1", "CANCELED", "0.00"));
    assertInstanceOf(
        Outcome.Accepted.class, await(run(() -> gateway.cancel(REFERENCE))), "cancels still work");
    exchange.respond(200, order("c-1", "NEW", "0.00"));
    var other = venue.gateway(KEY);
    assertInstanceOf(
        Outcome.Accepted.class,
        await(run(
            () -> other.place(new NewOrder("c-1", ticket(Type.LIMIT, "1", "2", null), SIGNED)))));
  }

  @Test
  void a_used_up_count_of_orders_pauses_the_account_before_the_exchange_refuses() {
    exchange.respond(200, order("c-1", "NEW", "0.00"), "X-MBX-ORDER-COUNT-1D", "1000");
    await(place(ticket(Type.LIMIT, "1", "2", null)));

    var next =
        assertInstanceOf(Outcome.Refused.class, await(place(ticket(Type.LIMIT, "1", "2", null))));

    assertTrue(next.message().contains("too many orders"), next.message());
    assertEquals(1, exchange.requests.size());
  }

  @Test
  void a_ban_of_the_address_stops_orders_before_they_are_sent() {
    exchange.respond(418, error(-1003), "Retry-After", "60");
    assertInstanceOf(Outcome.Refused.class, await(place(ticket(Type.LIMIT, "1", "2", null))));

    assertInstanceOf(Outcome.Refused.class, await(place(ticket(Type.LIMIT, "1", "2", null))));

    assertEquals(1, exchange.requests.size());
  }

  @Test
  void an_order_that_the_exchange_does_not_know_is_empty_and_every_other_error_fails() {
    exchange.respond(400, error(-2013));
    assertTrue(await(run(() -> gateway.find(REFERENCE))).isEmpty());

    exchange.respond(401, error(-2015));
    var rejected = assertInstanceOf(
        ExchangeException.RejectedException.class, failureOf(run(() -> gateway.find(REFERENCE))));
    assertEquals(-2015, rejected.code());

    for (var status : new int[] {500, 403, 404}) {
      exchange.respond(status, "<html>");
      assertInstanceOf(
          ExchangeException.class, failureOf(run(() -> gateway.find(REFERENCE))), "" + status);
    }
    exchange.respond(200, "{}");
    assertInstanceOf(
        ExchangeException.ExchangeUnavailableException.class,
        failureOf(run(() -> gateway.find(REFERENCE))));
  }

  @Test
  void the_id_of_the_exchange_is_preferred_to_that_of_the_client() {
    exchange.respond(200, order("c-1", "FILLED", "1.00"));
    var found = await(run(() -> gateway.find(REFERENCE))).orElseThrow();
    assertEquals("c-1", exchange.last().parameters().get("origClientOrderId"));
    assertEquals(Status.FILLED, found.status());

    exchange.respond(200, order("c-1", "FILLED", "1.00"));
    await(run(() -> gateway.find(new OrderReference("BTCUSDT", "28", "c-1"))));
    assertEquals("28", exchange.last().parameters().get("orderId"));
    assertNull(exchange.last().parameters().get("origClientOrderId"));
  }

  @Test
  void a_list_of_orders_is_read_to_its_end() {
    var page = new StringBuilder("[");
    for (var i = 1; i <= 1000; i++) {
      page.append(i == 1 ? "" : ",")
          .append(order("c-" + i, "FILLED", "1.00").replace("\"orderId\":28", "\"orderId\":" + i));
    }
    exchange.respond(200, page + "]");
    exchange.respond(
        200,
        "[" + order("c-1001", "NEW", "0.00").replace("\"orderId\":28", "\"orderId\":1001") + "]");

    var orders = await(run(() -> gateway.orders("BTCUSDT", SIGNED)));

    assertEquals(1001, orders.size());
    assertEquals("1782907200123", exchange.requests.get(0).parameters().get("startTime"));
    assertEquals("1001", exchange.requests.get(1).parameters().get("orderId"));
  }

  @Test
  void trades_have_their_fees_and_whether_the_order_was_resting() {
    exchange.respond(
        200,
        """
        [{"symbol":"BNBBTC","id":28457,"orderId":100234,"orderListId":-1,"price":"4.00000100","qty":"12.00000000",
          "quoteQty":"48.000012","commission":"10.10000000","commissionAsset":"BNB","time":1499865549590,
          "isBuyer":true,"isMaker":false,"isBestMatch":true}]
        """);

    var trade = await(run(() -> gateway.trades(new OrderReference("BNBBTC", "100234", "c"))))
        .get(0);

    assertEquals(
        new OrderGateway.VenueTrade(
            "28457",
            "100234",
            "BNBBTC",
            Side.BUY,
            new BigDecimal("4.00000100"),
            new BigDecimal("12.00000000"),
            new BigDecimal("48.000012"),
            "BNB",
            new BigDecimal("10.10000000"),
            false,
            Instant.ofEpochMilli(1499865549590L)),
        trade);
  }

  @Test
  void balances_are_a_snapshot_with_its_time() {
    exchange.respond(
        200, "{\"balances\":[{\"asset\":\"BTC\",\"free\":\"1.5\",\"locked\":\"0.5\"}]}");
    var before = Instant.now().minusSeconds(1);

    var balances = await(run(gateway::balances));

    assertEquals(
        List.of(new Balance("BTC", new BigDecimal("1.5"), new BigDecimal("0.5"))),
        balances.balances());
    assertTrue(balances.asOf().isAfter(before));
  }

  @Test
  void requests_are_signed_with_the_time_of_the_exchange() {
    exchange.ahead = 90_000;
    var other = venue(UserStreamOptions.DEFAULT);
    await(context, other::start);
    exchange.respond(400, error(-2013));

    await(run(() -> other.gateway(KEY).find(REFERENCE)));

    var timestamp = Long.parseLong(exchange.last().parameters().get("timestamp"));
    assertTrue(Math.abs(timestamp - System.currentTimeMillis() - 90_000) < 5_000, "" + timestamp);
  }

  @Test
  void the_exchange_reports_that_a_key_may_trade_and_refuses_an_unknown_key() {
    exchange.respond(200, "{\"canTrade\":true,\"balances\":[]}");
    assertEquals(new KeyPermissions(true, null), await(run(() -> venue.check(KEY))));

    exchange.respond(401, error(-2015));
    assertInstanceOf(
        ExchangeException.RejectedException.class, failureOf(run(() -> venue.check(KEY))));
  }

  @Test
  void the_exchange_reports_that_a_key_may_withdraw_where_it_has_that_request() {
    var live =
        venue(new Hosts(exchange.rest(), exchange.socket(), true), UserStreamOptions.DEFAULT);
    exchange.respond(200, "{\"canTrade\":true,\"balances\":[]}");
    exchange.respond(200, "{\"enableWithdrawals\":true,\"enableSpotAndMarginTrading\":true}");
    assertEquals(new KeyPermissions(true, true), await(run(() -> live.check(KEY))));
    assertEquals("/sapi/v1/account/apiRestrictions", exchange.last().path());

    exchange.respond(200, "{\"canTrade\":true,\"balances\":[]}");
    exchange.respond(200, "{\"enableSpotAndMarginTrading\":false}");
    assertEquals(
        new KeyPermissions(false, true),
        await(run(() -> live.check(KEY))),
        "a missing permission is the dangerous one");
  }

  @Test
  void reports_and_balances_arrive_over_a_signed_subscription() {
    var listener = new Recorder();
    var stream = stream(venue, listener);

    until("the account is connected", () -> listener.events.contains("connected 7"));
    exchange.event(report("c-1", "", "TRADE", "PARTIALLY_FILLED"));
    exchange.event(
        new JsonObject(
            "{\"e\":\"outboundAccountPosition\",\"E\":2,\"u\":1,\"B\":[{\"a\":\"BTC\",\"f\":\"1.0\",\"l\":\"0.5\"}]}"));
    exchange.event(
        new JsonObject("{\"e\":\"balanceUpdate\",\"E\":2,\"a\":\"BTC\",\"d\":\"1\",\"T\":1}"));
    until("three events arrived", () -> listener.events.size() == 4);

    assertEquals(
        List.of("connected 7", "report c-1 8641984", "balances 7 [BTC]", "transfer 7"),
        listener.events);
    var report = listener.reports.get(0);
    assertEquals(Status.PARTIALLY_FILLED, report.order().status());
    assertEquals(0, report.trade().quoteQty().compareTo(new BigDecimal("0.05")));
    assertEquals("BNB", report.trade().feeAsset());
    run(() -> stream.close());
  }

  @Test
  void a_report_of_a_cancellation_has_the_id_of_the_order() {
    var listener = new Recorder();
    stream(venue, listener);
    until("the account is connected", () -> listener.events.contains("connected 7"));

    exchange.event(report("the-cancel", "c-1", "CANCELED", "CANCELED"));
    exchange.event(report("c-2", "", "NEW", "NEW").put("i", -1));
    until(
        "a broken report asks for a reconciliation", () -> listener.events.contains("transfer 7"));

    assertEquals("c-1", listener.reports.get(0).order().clientOrderId());
    assertNull(listener.reports.get(0).trade());
    assertEquals(1, listener.reports.size());
  }

  @Test
  void a_lost_connection_is_reported_and_replaced() {
    var listener = new Recorder();
    stream(venue, listener);
    until("the account is connected", () -> listener.events.contains("connected 7"));

    exchange.sessions.get(0).close();
    until("it is connected again", () -> listener.events.size() == 3);

    assertEquals(List.of("connected 7", "disconnected 7", "connected 7"), listener.events);
  }

  @Test
  void a_silent_connection_is_replaced() {
    var listener = new Recorder();
    stream(venue, listener);
    until("the account is connected", () -> listener.events.contains("connected 7"));

    until(
        "the connection is checked",
        () -> exchange.sessions.get(0).methods.contains("session.subscriptions"));
    assertEquals(1, exchange.sessions.size(), "a quiet account does not close the connection");
    exchange.sessions.get(0).muted = true;
    until("it is connected again", () -> listener.events.size() == 3);

    assertEquals(List.of("connected 7", "disconnected 7", "connected 7"), listener.events);
  }

  @Test
  void a_connection_is_replaced_before_it_ends_without_missing_a_report() {
    var listener = new Recorder();
    stream(venue, listener);
    until("the account is connected", () -> listener.events.contains("connected 7"));

    exchange.sessions.get(0).send(new JsonObject("{\"event\":{\"e\":\"serverShutdown\",\"E\":1}}"));
    until(
        "the successor subscribed",
        () -> exchange.sessions.size() == 2
            && !exchange.sessions.get(1).subscriptions.isEmpty());
    exchange.sessions.get(0).event(FakeOrderExchange.KEY, report("late", "", "NEW", "NEW"));
    until("the former connection is closed", () -> exchange.sessions.get(0).closed);
    exchange.event(report("next", "", "NEW", "NEW"));
    until("both reports arrived", () -> listener.reports.size() == 2);

    assertEquals(
        List.of("late", "next"),
        listener.reports.stream().map(report -> report.order().clientOrderId()).toList());
    assertFalse(listener.events.contains("disconnected 7"), listener.events.toString());
  }

  @Test
  void a_subscription_that_the_exchange_lost_is_requested_again() {
    var listener = new Recorder();
    stream(venue, listener);
    until("the account is connected", () -> listener.events.contains("connected 7"));

    exchange.sessions.get(0).subscriptions.clear();
    until("it is connected again", () -> listener.events.size() == 3);

    assertEquals(List.of("connected 7", "disconnected 7", "connected 7"), listener.events);
    assertEquals(1, exchange.sessions.size());
  }

  @Test
  void a_refused_key_is_not_subscribed_in_a_loop() {
    exchange.refusal = -2015;
    var listener = new Recorder();
    stream(venue, listener);

    until(
        "the connection is checked",
        () -> !exchange.sessions.isEmpty()
            && exchange.sessions.get(0).methods.contains("session.subscriptions"));

    assertEquals(
        1,
        exchange.sessions.get(0).methods.stream()
            .filter("userDataStream.subscribe.signature"::equals)
            .count());
    assertEquals(List.of(), listener.events);
  }

  /** Records what a stream delivers. */
  private static final class Recorder implements UserStream.Listener {
    final List<String> events = new CopyOnWriteArrayList<>();
    final List<ExecutionReport> reports = new CopyOnWriteArrayList<>();

    @Override
    public void onReport(long accountId, ExecutionReport report) {
      reports.add(report);
      events.add("report " + report.order().clientOrderId() + " " + report.executionId());
    }

    @Override
    public void onBalances(long accountId, OrderGateway.Balances changed) {
      events.add("balances " + accountId + " "
          + changed.balances().stream().map(Balance::asset).toList());
    }

    @Override
    public void onTransfer(long accountId) {
      events.add("transfer " + accountId);
    }

    @Override
    public void onConnected(long accountId) {
      events.add("connected " + accountId);
    }

    @Override
    public void onDisconnected(long accountId, String reason) {
      events.add("disconnected " + accountId);
    }
  }

  private UserStream stream(BinanceVenue venue, UserStream.Listener listener) {
    return await(context, () -> {
      var stream = venue.userStream();
      stream.open(listener);
      stream.expect(Map.of(7L, KEY));
      return Future.succeededFuture(stream);
    });
  }

  private Future<Outcome> place(Ticket ticket) {
    return run(() -> gateway.place(new NewOrder("c-1", ticket, SIGNED)));
  }

  private <T> Future<T> run(Supplier<Future<T>> work) {
    return Await.run(context, work);
  }

  private BinanceVenue venue(UserStreamOptions options) {
    return venue(new Hosts(exchange.rest(), exchange.socket(), false), options);
  }

  private BinanceVenue venue(Hosts hosts, UserStreamOptions options) {
    var redis = await(RedisClient.open(vertx, SettingsReader.read(settings, RedisSettings::read)));
    var postgres = Database.open(
        vertx, SettingsReader.read(settings, r -> PostgresSettings.read("market", r)));
    var limits = new RateLimits(
        "orders-" + hosts.rest().getPort() + "-" + System.nanoTime(),
        "",
        redis,
        new BanRepository(postgres, "market"),
        bus,
        Clock.systemUTC());
    return await(
        context,
        () -> Future.succeededFuture(
            new BinanceVenue(vertx, hosts, options, limits, Clock.systemUTC(), metrics)));
  }

  private static Ticket ticket(Type type, String qty, String price, String stopPrice) {
    return new Ticket(
        "币安人生USDT",
        Side.BUY,
        type,
        type == Type.LIMIT_MAKER ? null : TimeInForce.GTC,
        new BigDecimal(qty),
        null,
        new BigDecimal(price),
        stopPrice == null ? null : new BigDecimal(stopPrice),
        null);
  }

  private static String error(int code) {
    return "{\"code\":" + code + ",\"msg\":\"a message\"}";
  }

  private static String order(String clientOrderId, String status, String executed) {
    return """
        {"symbol":"BTCUSDT","orderId":28,"orderListId":-1,"clientOrderId":"%s","price":"2.0","origQty":"1.0",
         "executedQty":"%s","cummulativeQuoteQty":"0.0","status":"%s","timeInForce":"GTC","type":"LIMIT","side":"BUY",
         "stopPrice":"0.0","icebergQty":"0.0","time":1499827319559,"updateTime":1499827319559,"isWorking":true,
         "origQuoteOrderQty":"0.000000","selfTradePreventionMode":"NONE"}
        """
        .formatted(clientOrderId, executed, status);
  }

  private static JsonObject report(String id, String original, String execution, String status) {
    return new JsonObject(
            """
            {"e":"executionReport","E":1499405658658,"s":"ETHBTC","S":"BUY","o":"LIMIT","f":"GTC","q":"1.00000000",
             "p":"0.10000000","P":"0.00000000","F":"0.00000000","g":-1,"r":"NONE","i":4293153,"l":"0.50000000",
             "z":"0.50000000","L":"0.10000000","n":"0.001","N":"BNB","T":1499405658657,"t":77,"I":8641984,"w":true,
             "m":false,"M":false,"O":1499405658657,"Z":"0.05000000","Y":"0.05000000","Q":"0.00000000","V":"NONE"}
            """)
        .put("c", id)
        .put("C", original)
        .put("x", execution)
        .put("X", status);
  }
}
