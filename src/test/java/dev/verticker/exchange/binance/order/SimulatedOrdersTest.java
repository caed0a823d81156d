package dev.verticker.exchange.binance.order;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Bus;
import dev.verticker.data.Database;
import dev.verticker.data.RedisClient;
import dev.verticker.dev.exchange.Endpoint;
import dev.verticker.dev.exchange.ExchangeSimulator;
import dev.verticker.dev.exchange.Fault;
import dev.verticker.dev.exchange.FaultKind;
import dev.verticker.dev.exchange.SimulatorOptions;
import dev.verticker.exchange.ApiKey;
import dev.verticker.exchange.BanRepository;
import dev.verticker.exchange.ExchangeException.ExchangeUnavailableException;
import dev.verticker.exchange.ExchangeException.RejectedException;
import dev.verticker.exchange.OrderGateway;
import dev.verticker.exchange.OrderGateway.Balances;
import dev.verticker.exchange.OrderGateway.ExecutionReport;
import dev.verticker.exchange.OrderGateway.NewOrder;
import dev.verticker.exchange.OrderGateway.OrderReference;
import dev.verticker.exchange.OrderGateway.Outcome;
import dev.verticker.exchange.OrderGateway.VenueOrder;
import dev.verticker.exchange.OrderGateway.VenueTrade;
import dev.verticker.exchange.RateLimits;
import dev.verticker.exchange.TradingVenue.KeyPermissions;
import dev.verticker.exchange.UserStream;
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
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Orders on the simulated exchange, whose code is independent. */
class SimulatedOrdersTest {
  private static final ApiKey KEY = RequestSignerTest.key("simulator-key", "simulator-secret");
  private static final Ticket RESTING = new Ticket(
      "BTCUSDT",
      Side.BUY,
      Type.LIMIT,
      TimeInForce.GTC,
      new BigDecimal("0.01"),
      null,
      new BigDecimal("30000"),
      null,
      null);
  private static final Ticket MARKET = new Ticket(
      "BTCUSDT", Side.BUY, Type.MARKET, null, null, new BigDecimal("1000"), null, null, null);
  private static JsonObject settings;

  private final Vertx vertx = Vertx.vertx();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final Context context = vertx.getOrCreateContext();
  private final Bus bus = new Bus(vertx, Clock.systemUTC(), metrics);
  private ExchangeSimulator simulator;
  private BinanceVenue venue;
  private OrderGateway gateway;

  @BeforeAll
  static void readSettings() {
    settings = SettingsFiles.load(TestDatabase.create().settings(), Path.of("target"));
  }

  @BeforeEach
  void start() {
    simulator = await(ExchangeSimulator.start(
        vertx, SimulatorOptions.defaults().withSymbols("BTCUSDT").withVisibility(Duration.ZERO)));
    venue = venue();
    await(context, venue::start);
    gateway = venue.gateway(KEY);
  }

  @AfterEach
  void stop() {
    await(vertx.close());
  }

  @Test
  void a_resting_order_is_open_listed_and_canceled() {
    var accepted = assertInstanceOf(Outcome.Accepted.class, place("c1", RESTING));
    assertEquals(Status.OPEN, accepted.order().status());
    assertEquals("c1", accepted.order().clientOrderId());
    assertEquals(0, accepted.order().ticket().price().compareTo(new BigDecimal("30000")));

    var reference = new OrderReference("BTCUSDT", null, "c1");
    assertEquals(
        accepted.order().exchangeOrderId(),
        run(() -> gateway.find(reference)).orElseThrow().exchangeOrderId());
    assertEquals(List.of("c1"), ids(run(gateway::openOrders)));
    assertEquals(
        List.of("c1"), ids(run(() -> gateway.orders("BTCUSDT", Instant.now().minusSeconds(60)))));
    assertEquals("USDT 9700.00000000 300.00000000", balance(run(gateway::balances), "USDT"));

    var canceled = assertInstanceOf(Outcome.Accepted.class, run(() -> gateway.cancel(reference)));
    assertEquals(Status.CANCELED, canceled.order().status());
    assertEquals("c1", canceled.order().clientOrderId());
    assertEquals(List.of(), run(gateway::openOrders));
    assertEquals(
        -2011,
        assertInstanceOf(Outcome.Refused.class, run(() -> gateway.cancel(reference)))
            .code());
  }

  @Test
  void a_market_order_by_quote_quantity_has_the_same_trades_in_every_response() {
    var accepted = assertInstanceOf(Outcome.Accepted.class, place("c1", MARKET));
    var order = accepted.order();
    assertEquals(Status.FILLED, order.status());
    assertEquals(0, order.ticket().quoteQty().compareTo(new BigDecimal("1000")));

    var reference = new OrderReference("BTCUSDT", order.exchangeOrderId(), "c1");
    var trades = run(() -> gateway.trades(reference));
    assertEquals(sums(accepted.trades()), sums(trades));
    assertEquals(0, order.executedQty().compareTo(sum(trades, true)));
    assertEquals(0, order.executedQuoteQty().compareTo(sum(trades, false)));
    var found = run(() -> gateway.find(reference)).orElseThrow();
    assertEquals(
        order.ticket().quoteQty().stripTrailingZeros(),
        found.ticket().quoteQty().stripTrailingZeros());
    assertEquals(order.executedQty(), found.executedQty());
  }

  @ParameterizedTest
  @CsvSource({
    "UNEXPECTED_RESPONSE, ambiguous",
    "BACKEND_TIMEOUT, ambiguous",
    "DUPLICATE_ORDER, ambiguous",
    "SERVER_ERROR, ambiguous",
    "OVERLOADED, ambiguous",
    "FORBIDDEN, ambiguous",
    "CLOSED, ambiguous",
    "TRUNCATED_JSON, ambiguous",
    "TOO_MANY_ORDERS, refused",
    "INVALID_TIMESTAMP, refused",
    "RATE_LIMITED, refused"
  })
  void each_failure_of_the_exchange_is_a_refusal_or_leaves_the_outcome_open(
      FaultKind fault, String expected) {
    simulator.faults().add(Fault.of(fault).on(Endpoint.PLACE_ORDER).times(1));

    var outcome = place("c1", RESTING);

    assertEquals(
        expected, outcome instanceof Outcome.Refused ? "refused" : "ambiguous", outcome.toString());
    assertFalse(outcome instanceof Outcome.Accepted, outcome.toString());
    assertEquals(1, simulator.calls().of(Endpoint.PLACE_ORDER));
  }

  @Test
  void an_order_that_violates_a_filter_or_exceeds_the_balance_is_refused() {
    assertEquals(
        -1013,
        assertInstanceOf(
                Outcome.Refused.class,
                place(
                    "c1",
                    new Ticket(
                        "BTCUSDT",
                        Side.BUY,
                        Type.LIMIT,
                        TimeInForce.GTC,
                        new BigDecimal("0.00000001"),
                        null,
                        new BigDecimal("30000"),
                        null,
                        null)))
            .code());
    assertEquals(
        -2010,
        assertInstanceOf(
                Outcome.Refused.class,
                place(
                    "c2",
                    new Ticket(
                        "BTCUSDT",
                        Side.BUY,
                        Type.LIMIT,
                        TimeInForce.GTC,
                        BigDecimal.ONE,
                        null,
                        new BigDecimal("30000"),
                        null,
                        null)))
            .code());
  }

  @Test
  void an_order_that_arrives_late_is_refused() {
    var late =
        run(() -> gateway.place(new NewOrder("c1", RESTING, gateway.time().minusMillis(5_100))));
    assertEquals(-1021, assertInstanceOf(Outcome.Refused.class, late).code());
  }

  @Test
  void an_ed25519_key_trades_too() throws GeneralSecurityException {
    var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    simulator
        .orders()
        .addKey(dev.verticker.dev.exchange.order.ApiKey.ed25519(
            "ed", pair.getPublic(), Map.of("USDT", new BigDecimal("10000"))));
    var key = RequestSignerTest.key("ed", RequestSignerTest.pem(pair));

    var outcome = run(() ->
        venue.gateway(key).place(new NewOrder("c1", RESTING, venue.gateway(key).time())));

    assertInstanceOf(Outcome.Accepted.class, outcome);
    var reports = new Reports();
    subscribe(key, reports);
    until("the account is connected", () -> reports.connected > 0);
  }

  @Test
  void reports_of_the_stream_lead_to_the_state_that_a_lookup_returns() {
    var reports = new Reports();
    subscribe(KEY, reports);
    until("the account is connected", () -> reports.connected > 0);

    var resting = assertInstanceOf(Outcome.Accepted.class, place("c1", RESTING)).order();
    simulator
        .orders()
        .fill(
            Long.parseLong(resting.exchangeOrderId()),
            new BigDecimal("0.004"),
            new BigDecimal("30000"));
    run(() -> gateway.cancel(new OrderReference("BTCUSDT", null, "c1")));
    until("three reports arrived", () -> reports.orders.size() == 3);

    assertEquals(
        List.of(Status.OPEN, Status.PARTIALLY_FILLED, Status.CANCELED),
        reports.orders.stream().map(report -> report.order().status()).toList());
    var last = reports.orders.get(2).order();
    var found =
        run(() -> gateway.find(new OrderReference("BTCUSDT", null, "c1"))).orElseThrow();
    assertEquals(found.clientOrderId(), last.clientOrderId());
    assertEquals(found.status(), last.status());
    assertEquals(0, found.executedQty().compareTo(last.executedQty()));
    assertEquals(0, found.executedQuoteQty().compareTo(last.executedQuoteQty()));
    var trade = reports.orders.get(1).trade();
    assertEquals(
        sums(run(
            () -> gateway.trades(new OrderReference("BTCUSDT", resting.exchangeOrderId(), "c1")))),
        sums(List.of(trade)));
    until("balances arrived", () -> !reports.balances.isEmpty());
  }

  @Test
  void the_stream_is_replaced_when_the_exchange_announces_its_end() {
    var reports = new Reports();
    subscribe(KEY, reports);
    until("the account is connected", () -> reports.connected > 0);

    await(simulator.userStreams().shutDown(Duration.ofSeconds(2)));
    until("a second connection is opened", () -> await(simulator.userStreams().opened()) >= 2);
    place("c1", RESTING);
    until("the report arrived", () -> !reports.orders.isEmpty());
    until(
        "the former connection is closed", () -> await(simulator.userStreams().connections()) == 1);

    assertEquals(0, reports.disconnected);
    await(simulator.userStreams().drop());
    until(
        "the interruption is reported", () -> reports.disconnected == 1 && reports.connected == 2);
  }

  @Test
  void the_permissions_of_a_key_are_those_of_the_exchange() {
    assertEquals(new KeyPermissions(true, false), run(() -> venue.check(KEY)));
    simulator
        .orders()
        .addKey(dev.verticker.dev.exchange.order.ApiKey.hmac("w", "s", Map.of())
            .withPermissions(true, true));
    assertEquals(
        new KeyPermissions(true, true), run(() -> venue.check(RequestSignerTest.key("w", "s"))));
    assertTrue(
        Await.failureOf(Await.run(context, () -> venue.check(RequestSignerTest.key("w", "wrong"))))
            instanceof RejectedException);
  }

  @Test
  void symbols_and_prices_are_those_of_the_venue() {
    var symbol = new JsonObject(run(() -> venue.symbol("BTCUSDT")).orElseThrow());
    assertEquals("BTCUSDT", symbol.getString("symbol"));
    assertTrue(symbol.getJsonArray("filters").size() > 3);
    var ticker = run(() -> venue.ticker("BTCUSDT")).orElseThrow();
    assertTrue(ticker.bid().compareTo(ticker.ask()) < 0, ticker.toString());
    assertTrue(run(() -> venue.symbol("NOSUCHPAIR")).isEmpty());
    assertTrue(run(() -> venue.ticker("NOSUCHPAIR")).isEmpty());
    simulator.faults().add(Fault.of(FaultKind.SERVER_ERROR).times(2));
    assertInstanceOf(
        ExchangeUnavailableException.class,
        Await.failureOf(Await.run(context, () -> venue.symbol("BTCUSDT"))));
    assertInstanceOf(
        ExchangeUnavailableException.class,
        Await.failureOf(Await.run(context, () -> venue.ticker("BTCUSDT"))));
  }

  /** Records what a stream delivers. */
  private static final class Reports implements UserStream.Listener {
    final List<ExecutionReport> orders = new CopyOnWriteArrayList<>();
    final List<Balances> balances = new CopyOnWriteArrayList<>();
    volatile int connected;
    volatile int disconnected;

    @Override
    public void onReport(long accountId, ExecutionReport report) {
      orders.add(report);
    }

    @Override
    public void onBalances(long accountId, Balances changed) {
      balances.add(changed);
    }

    @Override
    public void onTransfer(long accountId) {}

    @Override
    public void onConnected(long accountId) {
      connected++;
    }

    @Override
    public void onDisconnected(long accountId, String reason) {
      disconnected++;
    }
  }

  private void subscribe(ApiKey key, UserStream.Listener listener) {
    run(() -> {
      var stream = venue.userStream();
      stream.open(listener);
      stream.expect(Map.of(1L, key));
      return Future.succeededFuture();
    });
  }

  private Outcome place(String clientOrderId, Ticket ticket) {
    return run(() -> gateway.place(new NewOrder(clientOrderId, ticket, gateway.time())));
  }

  private <T> T run(Supplier<Future<T>> work) {
    return await(context, work);
  }

  private static List<String> ids(List<VenueOrder> orders) {
    return orders.stream().map(VenueOrder::clientOrderId).toList();
  }

  private static String balance(Balances balances, String asset) {
    return balances.balances().stream()
        .filter(balance -> balance.asset().equals(asset))
        .map(balance -> asset + " " + balance.free() + " " + balance.locked())
        .findFirst()
        .orElse("");
  }

  /** Trades without what only some responses have. */
  private static List<String> sums(List<VenueTrade> trades) {
    return trades.stream()
        .map(trade -> trade.exchangeTradeId() + " " + trade.price().stripTrailingZeros() + " "
            + trade.qty().stripTrailingZeros() + " " + trade.quoteQty().stripTrailingZeros() + " "
            + trade.fee().stripTrailingZeros() + " " + trade.feeAsset())
        .toList();
  }

  private static BigDecimal sum(List<VenueTrade> trades, boolean base) {
    return trades.stream()
        .map(trade -> base ? trade.qty() : trade.quoteQty())
        .reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  private BinanceVenue venue() {
    var redis = await(RedisClient.open(vertx, SettingsReader.read(settings, RedisSettings::read)));
    var postgres = Database.open(
        vertx, SettingsReader.read(settings, r -> PostgresSettings.read("market", r)));
    var limits = new RateLimits(
        "orders-" + simulator.port() + "-" + System.nanoTime(),
        "",
        redis,
        new BanRepository(postgres, "market"),
        bus,
        Clock.systemUTC());
    var hosts = new BinanceVenue.Hosts(
        URI.create(simulator.url()),
        URI.create(simulator.url().replace("http", "ws") + "/ws-api/v3"),
        true);
    var options =
        new UserStreamOptions(Duration.ofHours(12), Duration.ofSeconds(4), Duration.ofMillis(200));
    return new BinanceVenue(vertx, hosts, options, limits, Clock.systemUTC(), metrics);
  }
}
