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
import dev.verticker.dev.exchange.StreamFault;
import dev.verticker.dev.exchange.StreamFaultKind;
import dev.verticker.exchange.ApiKey;
import dev.verticker.exchange.BanRepository;
import dev.verticker.exchange.OrderGateway;
import dev.verticker.exchange.OrderGateway.Balances;
import dev.verticker.exchange.OrderGateway.ExecutionReport;
import dev.verticker.exchange.OrderGateway.NewOrder;
import dev.verticker.exchange.OrderGateway.OrderReference;
import dev.verticker.exchange.OrderGateway.Outcome;
import dev.verticker.exchange.OrderGateway.VenueOrder;
import dev.verticker.exchange.RateLimits;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The gateway trades on the simulated exchange, which is written independently of it. */
class SimulatedVenueTest {
  private static final String SYMBOL = "BTCUSDT";
  private static final String KEY_NAME = "simulator-key";
  private static final ApiKey KEY = RequestSignerTest.key(KEY_NAME, "simulator-secret");
  private static JsonObject settings;

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final AtomicLong ids = new AtomicLong();
  private ExchangeSimulator exchange;
  private BinanceVenue venue;
  private OrderGateway gateway;

  @BeforeAll
  static void readSettings() {
    settings = SettingsFiles.load(TestDatabase.create().settings(), Path.of("target"));
  }

  @BeforeEach
  void start() {
    exchange = await(ExchangeSimulator.start(
        vertx,
        SimulatorOptions.defaults()
            .withSymbols(SYMBOL)
            .withOrderLimit(10_000)
            .withVisibility(Duration.ofMillis(20))));
    venue = venue();
    await(context, venue::start);
    gateway = venue.gateway(KEY);
  }

  @AfterEach
  void stop() {
    await(vertx.close());
  }

  @Test
  void an_order_of_each_type_is_found_with_the_content_that_was_placed() {
    var tickets = List.of(
        limit("0.01", "30000"),
        new Ticket(
            SYMBOL,
            Side.SELL,
            Type.LIMIT_MAKER,
            null,
            amount("0.01"),
            null,
            amount("90000.5"),
            null,
            null),
        new Ticket(
            SYMBOL,
            Side.BUY,
            Type.STOP_LIMIT,
            TimeInForce.GTC,
            amount("0.01"),
            null,
            amount("91000"),
            amount("90000"),
            "EXPIRE_TAKER"));
    for (var ticket : tickets) {
      var id = nextId();
      var accepted = assertInstanceOf(Outcome.Accepted.class, place(id, ticket)).order();
      assertEquals(id, accepted.clientOrderId());
      var found = find(new OrderReference(SYMBOL, null, id));
      assertEquals(accepted.exchangeOrderId(), found.exchangeOrderId());
      assertEquals(Status.OPEN, found.status());
      assertEquals(ticket.type(), found.ticket().type());
      assertEquals(ticket.side(), found.ticket().side());
      assertEquals(0, ticket.qty().compareTo(found.ticket().qty()));
      assertEquals(0, ticket.price().compareTo(found.ticket().price()));
      if (ticket.stopPrice() != null) {
        assertEquals(0, ticket.stopPrice().compareTo(found.ticket().stopPrice()));
        assertEquals("EXPIRE_TAKER", found.ticket().selfTradePrevention());
      }
    }
    assertEquals(3, run(gateway::openOrders).size());
    assertEquals(
        3, run(() -> gateway.orders(SYMBOL, Instant.now().minusSeconds(60))).size());
  }

  @Test
  void a_market_order_by_quote_quantity_is_accepted_with_its_trades() {
    var ticket =
        new Ticket(SYMBOL, Side.BUY, Type.MARKET, null, null, amount("100"), null, null, null);
    var accepted = assertInstanceOf(Outcome.Accepted.class, place(nextId(), ticket));
    assertEquals(Status.FILLED, accepted.order().status());
    var executed = accepted.trades().stream()
        .map(OrderGateway.VenueTrade::qty)
        .reduce(BigDecimal.ZERO, BigDecimal::add);
    assertEquals(0, accepted.order().executedQty().compareTo(executed));
    var reference = new OrderReference(SYMBOL, accepted.order().exchangeOrderId(), null);
    until(
        "trades",
        () -> run(() -> gateway.trades(reference)).size() == accepted.trades().size());
    assertEquals(
        accepted.trades().stream().map(OrderGateway.VenueTrade::exchangeTradeId).toList(),
        run(() -> gateway.trades(reference)).stream()
            .map(OrderGateway.VenueTrade::exchangeTradeId)
            .toList());
    var usdt = run(gateway::balances).balances().stream()
        .filter(balance -> balance.asset().equals("USDT"))
        .findFirst()
        .orElseThrow();
    assertEquals(
        0, usdt.free().compareTo(amount("10000").subtract(accepted.order().executedQuoteQty())));
  }

  @Test
  void a_cancellation_ends_an_order_that_the_exchange_knows() {
    var accepted = assertInstanceOf(Outcome.Accepted.class, place(nextId(), limit("0.01", "30000")))
        .order();
    var reference =
        new OrderReference(SYMBOL, accepted.exchangeOrderId(), accepted.clientOrderId());
    var canceled = assertInstanceOf(Outcome.Accepted.class, run(() -> gateway.cancel(reference)))
        .order();
    assertEquals(Status.CANCELED, canceled.status());
    assertEquals(accepted.exchangeOrderId(), canceled.exchangeOrderId());
    assertFalse(run(() -> gateway.cancel(reference)) instanceof Outcome.Accepted);
  }

  @Test
  void an_order_that_breaks_a_rule_is_refused_with_the_exchanges_code() {
    assertEquals(-1013, refused(limit("0.0100001", "30000")));
    assertEquals(-1013, refused(limit("0.0001", "30000")));
    assertEquals(-2010, refused(limit("5", "60000")));
    assertEquals(
        -1121,
        refused(new Ticket(
            "NONEUSDT",
            Side.BUY,
            Type.LIMIT,
            TimeInForce.GTC,
            amount("1"),
            null,
            amount("1"),
            null,
            null)));
    assertEquals(List.of(), exchange.orders().orders(KEY_NAME));
  }

  @Test
  void an_order_signed_too_long_ago_is_refused() {
    var late = new NewOrder(nextId(), limit("0.01", "30000"), Instant.now().minusSeconds(6));
    assertEquals(
        -1021,
        assertInstanceOf(Outcome.Refused.class, run(() -> gateway.place(late))).code());
    assertEquals(List.of(), exchange.orders().orders(KEY_NAME));
  }

  @Test
  void no_fault_makes_the_gateway_refuse_an_order_that_the_exchange_has() {
    for (var kind : List.of(
        FaultKind.CLOSED,
        FaultKind.EARLY_CLOSE,
        FaultKind.TRUNCATED_JSON,
        FaultKind.WRONG_TYPES,
        FaultKind.FORBIDDEN,
        FaultKind.SERVER_ERROR,
        FaultKind.OVERLOADED,
        FaultKind.UNEXPECTED_RESPONSE,
        FaultKind.BACKEND_TIMEOUT,
        FaultKind.DUPLICATE_ORDER)) {
      exchange.faults().add(Fault.of(kind).on(Endpoint.PLACE_ORDER).times(1).afterExecution());
      var id = nextId();
      assertInstanceOf(Outcome.Ambiguous.class, place(id, limit("0.001", "30000")), kind.name());
      assertEquals(1, countOf(id), kind.name());
      assertEquals(Status.OPEN, find(new OrderReference(SYMBOL, null, id)).status(), kind.name());
    }
  }

  @Test
  void random_orders_and_faults_never_place_an_order_twice_or_lose_one() {
    var seed = System.nanoTime();
    var random = new SplittableRandom(seed);
    var kinds = List.of(
        FaultKind.CLOSED,
        FaultKind.TRUNCATED_JSON,
        FaultKind.SERVER_ERROR,
        FaultKind.BACKEND_TIMEOUT,
        FaultKind.UNEXPECTED_RESPONSE,
        FaultKind.LATE_VISIBILITY);
    for (int step = 0; step < 80; step++) {
      if (random.nextInt(2) == 0) {
        var fault = Fault.of(kinds.get(random.nextInt(kinds.size())))
            .on(Endpoint.PLACE_ORDER)
            .times(1)
            .delay(Duration.ofMillis(50));
        exchange.faults().add(random.nextBoolean() ? fault.afterExecution() : fault);
      }
      var id = nextId();
      var ticket = random.nextInt(3) == 0
          ? new Ticket(
              SYMBOL, Side.BUY, Type.MARKET, null, amount("0.0002"), null, null, null, null)
          : limit(random.nextInt(4) == 0 ? "0.0010001" : "0.001", "30000");
      var outcome = place(id, ticket);
      var message = "seed " + seed + ", order " + id + ": " + outcome;
      assertTrue(countOf(id) <= 1, message);
      if (outcome instanceof Outcome.Accepted) {
        assertEquals(1, countOf(id), message);
      } else if (outcome instanceof Outcome.Refused) {
        assertEquals(0, countOf(id), message);
      }
    }
  }

  @Test
  void reports_arrive_through_duplicates_delays_and_a_lost_connection() {
    var listener = new RecordingListener();
    var stream = open(listener);
    until("connected", () -> listener.connected.size() == 1);
    fault(StreamFault.of(StreamFaultKind.DOUBLED).on("user@executionReport").times(1));
    var first = accepted(limit("0.001", "30000"));
    until("two reports", () -> listener.reports.size() == 2);
    assertEquals(listener.reports.get(0), listener.reports.get(1));
    assertEquals(first.exchangeOrderId(), listener.reports.get(0).order().exchangeOrderId());

    exchange
        .faults()
        .add(Fault.of(FaultKind.DROPPED_STREAMS).on(Endpoint.PLACE_ORDER).times(1));
    var missed = accepted(limit("0.001", "30000"));
    until("disconnected", () -> !listener.disconnected.isEmpty());
    until("connected again", () -> listener.connected.size() == 2);
    assertFalse(listener.has(missed));
    assertEquals(
        missed.exchangeOrderId(),
        find(new OrderReference(SYMBOL, null, missed.clientOrderId())).exchangeOrderId());

    var filled = accepted(
        new Ticket(SYMBOL, Side.BUY, Type.MARKET, null, amount("0.001"), null, null, null, null));
    until("a report of the fill", () -> listener.reports.stream()
        .anyMatch(report -> report.order().exchangeOrderId().equals(filled.exchangeOrderId())
            && report.order().status() == Status.FILLED));
    until("balances", () -> !listener.balances.isEmpty());
    exchange.orders().deposit(KEY_NAME, "USDT", amount("5"));
    until("a transfer", () -> !listener.transfers.isEmpty());
    await(context, stream::close);
  }

  @Test
  void a_late_fill_is_reported_after_its_cancellation_with_both_ids() {
    var listener = new RecordingListener();
    var stream = open(listener);
    until("connected", () -> listener.connected.size() == 1);
    var order = accepted(limit("0.01", "30000"));
    exchange
        .faults()
        .add(Fault.of(FaultKind.LATE_FILL)
            .on(Endpoint.CANCEL_ORDER)
            .times(1)
            .delay(Duration.ofMillis(50)));
    run(() ->
        gateway.cancel(new OrderReference(SYMBOL, order.exchangeOrderId(), order.clientOrderId())));
    until("three reports", () -> listener.reports.size() == 3);
    var canceled = listener.reports.get(1);
    var late = listener.reports.get(2);
    assertEquals(Status.CANCELED, canceled.order().status());
    assertEquals(order.clientOrderId(), canceled.order().clientOrderId());
    assertEquals(0, late.trade().qty().compareTo(amount("0.005")));
    assertEquals(order.exchangeOrderId(), late.order().exchangeOrderId());
    var reference = new OrderReference(SYMBOL, order.exchangeOrderId(), order.clientOrderId());
    until("the late fill", () -> find(reference).executedQty().compareTo(amount("0.005")) == 0);
    assertEquals(Status.CANCELED, find(reference).status());
    await(context, stream::close);
  }

  @Test
  void a_wiped_exchange_does_not_know_an_acknowledged_order() {
    var order = accepted(limit("0.01", "30000"));
    exchange.orders().wipe();
    assertEquals(
        Optional.empty(),
        run(() -> gateway.find(
            new OrderReference(SYMBOL, order.exchangeOrderId(), order.clientOrderId()))));
  }

  private static final class RecordingListener implements UserStream.Listener {
    final List<ExecutionReport> reports = new CopyOnWriteArrayList<>();
    final List<Balances> balances = new CopyOnWriteArrayList<>();
    final List<Long> transfers = new CopyOnWriteArrayList<>();
    final List<Long> connected = new CopyOnWriteArrayList<>();
    final List<String> disconnected = new CopyOnWriteArrayList<>();

    @Override
    public void onReport(long accountId, ExecutionReport report) {
      reports.add(report);
    }

    @Override
    public void onBalances(long accountId, Balances changed) {
      balances.add(changed);
    }

    @Override
    public void onTransfer(long accountId) {
      transfers.add(accountId);
    }

    @Override
    public void onConnected(long accountId) {
      connected.add(accountId);
    }

    @Override
    public void onDisconnected(long accountId, String reason) {
      disconnected.add(reason);
    }

    boolean has(VenueOrder order) {
      return reports.stream()
          .anyMatch(report -> report.order().exchangeOrderId().equals(order.exchangeOrderId()));
    }
  }

  private UserStream open(UserStream.Listener listener) {
    return await(context, () -> {
      var stream = venue.userStream();
      stream.open(listener);
      stream.expect(Map.of(7L, KEY));
      return Future.succeededFuture(stream);
    });
  }

  private void fault(StreamFault fault) {
    exchange.streams().faults().add(fault);
  }

  private Outcome place(String id, Ticket ticket) {
    return run(() -> gateway.place(new NewOrder(id, ticket, gateway.time())));
  }

  private VenueOrder accepted(Ticket ticket) {
    return assertInstanceOf(Outcome.Accepted.class, place(nextId(), ticket)).order();
  }

  private int refused(Ticket ticket) {
    return assertInstanceOf(Outcome.Refused.class, place(nextId(), ticket)).code();
  }

  /** Waits until queries show the order. */
  private VenueOrder find(OrderReference reference) {
    var found = new ArrayList<VenueOrder>();
    until("the order " + reference, () -> {
      run(() -> gateway.find(reference)).ifPresent(found::add);
      return !found.isEmpty();
    });
    return found.get(0);
  }

  private long countOf(String clientOrderId) {
    return exchange.orders().orders(KEY_NAME).stream()
        .filter(order -> order.getString("clientOrderId").equals(clientOrderId))
        .count();
  }

  private String nextId() {
    return "order-" + ids.incrementAndGet();
  }

  private static Ticket limit(String quantity, String price) {
    return new Ticket(
        SYMBOL,
        Side.BUY,
        Type.LIMIT,
        TimeInForce.GTC,
        amount(quantity),
        null,
        amount(price),
        null,
        null);
  }

  private static BigDecimal amount(String text) {
    return new BigDecimal(text);
  }

  private <T> T run(Supplier<Future<T>> work) {
    return await(Await.run(context, work));
  }

  private BinanceVenue venue() {
    var metrics = new SimpleMeterRegistry();
    var redis = await(RedisClient.open(vertx, SettingsReader.read(settings, RedisSettings::read)));
    var postgres = Database.open(
        vertx, SettingsReader.read(settings, r -> PostgresSettings.read("market", r)));
    var limits = new RateLimits(
        "simulated-" + exchange.port() + "-" + System.nanoTime(),
        "",
        redis,
        new BanRepository(postgres, "market"),
        new Bus(vertx, Clock.systemUTC(), metrics),
        Clock.systemUTC());
    var hosts = new Hosts(
        URI.create(exchange.url()),
        URI.create("ws://127.0.0.1:" + exchange.port() + "/ws-api/v3"),
        true);
    return await(
        context,
        () -> Future.succeededFuture(new BinanceVenue(
            vertx, hosts, UserStreamOptions.DEFAULT, limits, Clock.systemUTC(), metrics)));
  }
}
