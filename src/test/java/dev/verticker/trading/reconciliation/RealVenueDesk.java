package dev.verticker.trading.reconciliation;

import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.bus.Bus;
import dev.verticker.data.ColumnCipher;
import dev.verticker.data.Database;
import dev.verticker.data.LeaderLease;
import dev.verticker.data.RedisClient;
import dev.verticker.dev.exchange.Endpoint;
import dev.verticker.dev.exchange.ExchangeSimulator;
import dev.verticker.dev.exchange.Fault;
import dev.verticker.dev.exchange.SimulatorOptions;
import dev.verticker.exchange.BanRepository;
import dev.verticker.exchange.OrderGateway;
import dev.verticker.exchange.OrderGateway.NewOrder;
import dev.verticker.exchange.OrderGateway.Outcome;
import dev.verticker.exchange.RateLimits;
import dev.verticker.exchange.binance.order.BinanceVenue;
import dev.verticker.exchange.binance.order.UserStreamOptions;
import dev.verticker.message.Actor;
import dev.verticker.message.trading.Orders.Cancel;
import dev.verticker.message.trading.Orders.FindOrder;
import dev.verticker.message.trading.Orders.Order;
import dev.verticker.message.trading.Orders.Place;
import dev.verticker.message.trading.Orders.Status;
import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.message.trading.Orders.Verdict;
import dev.verticker.settings.RedisSettings;
import dev.verticker.settings.Secret;
import dev.verticker.settings.SecretsKey;
import dev.verticker.settings.SettingsFiles;
import dev.verticker.settings.SettingsReader;
import dev.verticker.settings.TradingSettings.PaperBalance;
import dev.verticker.testing.Await;
import dev.verticker.testing.TestDatabase;
import dev.verticker.trading.account.AccountKeys;
import dev.verticker.trading.account.AccountRepository;
import dev.verticker.trading.account.TradingOutbox;
import dev.verticker.trading.account.VenueAccount;
import dev.verticker.trading.order.CancelService;
import dev.verticker.trading.order.OrderReports;
import dev.verticker.trading.order.OrderRepository;
import dev.verticker.trading.order.OrderSender;
import dev.verticker.trading.order.OrderService;
import dev.verticker.trading.order.OrderStore;
import dev.verticker.trading.order.PlacementCheck;
import dev.verticker.trading.order.PlacementService;
import dev.verticker.trading.order.Venues;
import dev.verticker.trading.portfolio.Ledger;
import dev.verticker.trading.reconciliation.Reconciliation.Timing;
import dev.verticker.trading.reconciliation.Reconciliation.Workers;
import dev.verticker.trading.rules.Instrument;
import dev.verticker.trading.rules.InstrumentRepository;
import dev.verticker.trading.rules.OrderRules;
import dev.verticker.trading.venue.VenueGateways;
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
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;

/** The services of orders on a real database and the simulated exchange, whose time a test advances. */
final class RealVenueDesk implements AutoCloseable {
  private static final Duration SHORT = Duration.ofMillis(50);
  private static final Timing TIMING =
      new Timing(SHORT, SHORT, Duration.ofMillis(300), Duration.ofMillis(500), Duration.ZERO);
  private static final String VENUE = "testnet";

  /** Called before an order is sent and before its outcome is stored. */
  volatile Function<NewOrder, Future<NewOrder>> beforeSending = Future::succeededFuture;

  volatile Function<Outcome, Future<Outcome>> beforeOutcome = Future::succeededFuture;

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final AtomicLong shift = new AtomicLong();
  private final Clock clock = new ShiftedClock();
  private final TestDatabase postgres = TestDatabase.create();
  private final Database database = Database.open(vertx, postgres.settings("trading"));
  private final ExchangeSimulator simulator;
  private final VenueGateways gateways;
  private final AccountRepository accounts;
  private final PlacementService placements;
  private final CancelService cancellations;
  private final OrderService service;
  private final ColumnCipher cipher;
  private final LeaderLease lease;
  private final Reconciliation reconciliation;

  RealVenueDesk() {
    simulator = Await.await(ExchangeSimulator.start(
        vertx,
        SimulatorOptions.defaults()
            .withSymbols("BTCUSDT")
            .withVisibility(Duration.ZERO)
            .withNanos(() -> System.nanoTime() + shift.get())));
    cipher = new ColumnCipher(
        List.of(new SecretsKey(new Secret("a key of 32 bytes or more for tests"))),
        AccountKeys.PURPOSE,
        AccountKeys.TABLE);
    var venue = Await.await(context, this::venue);
    var ledger = new Ledger();
    accounts = new AccountRepository(
        database, ledger, new PaperBalance(new BigDecimal("10000"), "USDT"), clock);
    var orders = new OrderRepository(database);
    var outbox = new TradingOutbox(clock, () -> {});
    var store = new OrderStore(database, accounts, orders, ledger, outbox, clock);
    var reports = new OrderReports(orders, store);
    gateways = new VenueGateways(
        account -> {
          throw new AssertionError("no paper account is used");
        },
        Map.of(VENUE, venue),
        Optional.of(new AccountKeys(database, cipher)));
    var sender = new OrderSender(reports, code -> {});
    Venues sending = account -> gateways.gateway(account).map(this::intercepted);
    var check = new PlacementCheck(accounts, rules(), new InstrumentRepository(database));
    placements = new PlacementService(vertx, check, orders, store, sender, sending);
    cancellations = new CancelService(vertx, accounts, orders, store, sender, sending);
    service = new OrderService(orders, accounts);
    lease = new LeaderLease(vertx, database, new LeaderLease.Key("trading", "reconciliation"));
    var checked = reports.checkedBy(lease::check);
    var state = new VenueState(database, accounts, outbox, lease::check);
    var unknown = new UnknownOrders(
        checked,
        order -> accounts
            .find(order.order().userId(), order.order().accountId())
            .compose(gateways::gateway),
        clock);
    reconciliation = new Reconciliation(
        vertx,
        accounts,
        gateways,
        new Workers(state, unknown, new AccountReconciler(state, checked, clock)),
        clock,
        TIMING);
    lease.addListener(reconciliation);
  }

  /** Real time, advanced by the test. */
  private final class ShiftedClock extends Clock {
    @Override
    public Instant instant() {
      return Instant.now().plusNanos(shift.get());
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private Future<BinanceVenue> venue() {
    var settings = SettingsFiles.load(postgres.settings(), Path.of("target"));
    return RedisClient.open(vertx, SettingsReader.read(settings, RedisSettings::read))
        .compose(redis -> {
          var metrics = new SimpleMeterRegistry();
          var limits = new RateLimits(
              "simulator-" + simulator.port() + "-" + System.nanoTime(),
              "",
              redis,
              new BanRepository(database, "trading"),
              new Bus(vertx, clock, metrics),
              clock);
          var hosts = new BinanceVenue.Hosts(
              URI.create(simulator.url()),
              URI.create(simulator.url().replace("http", "ws") + "/ws-api/v3"),
              false);
          var options = new UserStreamOptions(Duration.ofHours(12), Duration.ofSeconds(4), SHORT);
          var venue = new BinanceVenue(vertx, hosts, options, limits, clock, metrics);
          return venue.start().map(venue);
        });
  }

  private static OrderRules rules() {
    return (venue, limits, ticket) -> Future.succeededFuture(new OrderRules.Result(
        new Verdict(
            List.of(),
            List.of(),
            new BigDecimal("70000"),
            Instant.now(),
            false,
            ticket.qty(),
            new BigDecimal("300"),
            null,
            null),
        new Instrument(
            venue,
            ticket.symbol(),
            "BTC",
            "USDT",
            8,
            8,
            new BigDecimal("0.01"),
            new BigDecimal("0.00001"),
            new BigDecimal("5"),
            "{}")));
  }

  private OrderGateway intercepted(OrderGateway gateway) {
    return new InterceptedGateway(
        gateway, order -> beforeSending.apply(order), outcome -> beforeOutcome.apply(outcome));
  }

  /** Creates an account with a key of the simulator, which has 10,000 USDT and 1 BTC. */
  VenueAccount account(long user, String key) {
    simulator
        .orders()
        .addKey(dev.verticker.dev.exchange.order.ApiKey.hmac(
            key, "secret-" + key, Map.of("USDT", new BigDecimal("10000"), "BTC", BigDecimal.ONE)));
    var id = postgres.number(
        "INSERT INTO trading.accounts (user_id, venue, created_at) VALUES (%d, '%s', now()) RETURNING id"
            .formatted(user, VENUE));
    postgres.execute(
        "UPDATE trading.accounts SET api_key = '\\x%s', api_secret = '\\x%s' WHERE id = %d"
            .formatted(
                hex(cipher.encrypt(id, "api_key", key)),
                hex(cipher.encrypt(id, "api_secret", "secret-" + key)),
                id));
    return await(() -> accounts.find(user, id));
  }

  /** Makes the key of the account unreadable. */
  void spoilKey(VenueAccount account) {
    postgres.execute("UPDATE trading.accounts SET api_secret = '\\x00' WHERE id = " + account.id());
  }

  void deleteKey(VenueAccount account) {
    postgres.execute(
        "UPDATE trading.accounts SET api_key = NULL, api_secret = NULL WHERE id = " + account.id());
  }

  double lagSeconds() {
    return reconciliation.lagSeconds();
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  <T> T await(Supplier<Future<T>> work) {
    return Await.await(context, work);
  }

  OrderGateway gateway(VenueAccount account) {
    return await(() -> gateways.gateway(account));
  }

  Order place(VenueAccount account, Ticket ticket) {
    return await(
        () -> placements.place(new Place(user(account.userId()), account.id(), null, ticket)));
  }

  void cancel(Order order) {
    await(() -> cancellations.cancel(new Cancel(user(order.userId()), order.id())));
  }

  private static Actor user(long id) {
    return new Actor(id, "user" + id, "session", "192.0.2.7");
  }

  Order find(Order order) {
    return await(() -> service.find(new FindOrder(order.userId(), order.id(), null, null)));
  }

  void untilStatus(Order order, Status status) {
    until(
        "order " + order.id() + " is " + status + ", was " + find(order),
        () -> find(order).status() == status);
  }

  /** Lets the time pass until the order has the status; returns the time since it was signed. */
  Duration passTimeUntil(Order order, Status status) {
    until("order " + order.id() + " is " + status, () -> {
      if (find(order).status() == status) {
        return true;
      }
      advance(Duration.ofMillis(250));
      return false;
    });
    return Duration.between(order.sentAt(), clock.instant());
  }

  /** Makes this node the leader. */
  void lead() {
    await(() -> {
      lease.start();
      return Future.succeededFuture();
    });
    until("this node leads", lease::isHeld);
  }

  boolean isLeading() {
    return lease.isHeld();
  }

  /** Another node acquires the lease, which this node does not notice. */
  void takeLeaseAway() {
    postgres.execute("UPDATE trading.leases SET holder = 'another', token = token + 1");
  }

  void untilConnected(String key) {
    until(
        "reports of the account arrive",
        () -> Await.await(simulator.userStreams().subscribers(key)) > 0);
    until("the account was compared", () -> count("SELECT count(*) FROM trading.balances") > 0);
  }

  void advance(Duration duration) {
    shift.addAndGet(duration.toNanos());
    simulator.orders().advance();
  }

  void fault(Fault fault) {
    simulator.faults().add(fault);
  }

  void dropStreams() {
    Await.await(simulator.userStreams().drop());
  }

  void wipe() {
    simulator.orders().wipe();
  }

  void deposit(String key, String asset, String amount) {
    simulator.orders().deposit(key, asset, new BigDecimal(amount));
  }

  void fill(Order order, String qty, String price) {
    var id = Long.parseLong(find(order).exchangeOrderId());
    assertEquals(
        true, simulator.orders().fill(id, new BigDecimal(qty), new BigDecimal(price)), "filled");
  }

  List<JsonObject> ordersAtVenue(String key) {
    return simulator.orders().orders(key);
  }

  int lookups() {
    return (int) simulator.calls().of(Endpoint.QUERY_ORDER);
  }

  /** Waits until the venue has received so many lookups more, the last one of which is processed. */
  void untilLookups(int more) {
    var expected = lookups() + more + 1;
    until("lookups", () -> {
      if (lookups() >= expected) {
        return true;
      }
      shift.addAndGet(Duration.ofMillis(20).toNanos());
      return false;
    });
  }

  int trades(Order order) {
    return (int) count("SELECT count(*) FROM trading.trades WHERE order_id = " + order.id());
  }

  void assertTradesAddUp(Order order) {
    assertEquals(
        0,
        count(
            """
            SELECT count(*)
              FROM trading.orders AS o
             WHERE id = %d
               AND (executed_qty <> (SELECT coalesce(sum(qty), 0) FROM trading.trades WHERE order_id = o.id)
                    OR executed_quote_qty <> (SELECT coalesce(sum(quote_qty), 0) FROM trading.trades WHERE order_id = o.id))"""
                .formatted(order.id())),
        "executed quantity and trades differ");
  }

  long count(String sql) {
    return postgres.number(sql);
  }

  /** "source status" of an order; empty if it is not stored. */
  String statusOf(String clientOrderId) {
    return String.join(
        "",
        postgres.column(
            "SELECT source || ' ' || status FROM trading.orders WHERE client_order_id = '"
                + clientOrderId + "'"));
  }

  /** "free locked" of an asset; empty without a balance. */
  String balance(String asset) {
    return String.join(
        "",
        postgres.column(
            "SELECT trim_scale(free) || ' ' || trim_scale(locked) FROM trading.balances WHERE asset = '"
                + asset + "'"));
  }

  /** What reports change of orders and trades. */
  List<String> rows() {
    return postgres.column(
        """
        SELECT concat_ws(' ', o.id, status, exchange_order_id, trim_scale(executed_qty), trim_scale(executed_quote_qty), prevented_qty,
                         (SELECT string_agg(exchange_trade_id || ':' || qty || ':' || price || ':' || fee || fee_asset, ',' ORDER BY exchange_trade_id)
                            FROM trading.trades AS t WHERE t.order_id = o.id))
          FROM trading.orders AS o
         ORDER BY o.id""");
  }

  /** Waits until a comparison that started now has ended. */
  void compareAgain() {
    var before = simulator.calls().of(Endpoint.ACCOUNT);
    await(() -> {
      reconciliation.onTransfer(1);
      return Future.succeededFuture();
    });
    until("balances were read", () -> simulator.calls().of(Endpoint.ACCOUNT) > before);
    Await.eventLoops(vertx);
  }

  @Override
  public void close() {
    await(lease::stop);
    Await.await(vertx.close());
  }
}
