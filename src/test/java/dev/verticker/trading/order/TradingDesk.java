package dev.verticker.trading.order;

import dev.verticker.data.Database;
import dev.verticker.message.Actor;
import dev.verticker.message.trading.Orders.Order;
import dev.verticker.message.trading.Orders.Place;
import dev.verticker.message.trading.Orders.Side;
import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.message.trading.Orders.TimeInForce;
import dev.verticker.message.trading.Orders.Type;
import dev.verticker.settings.TradingSettings.PaperBalance;
import dev.verticker.testing.Await;
import dev.verticker.testing.SteppedClock;
import dev.verticker.testing.TestDatabase;
import dev.verticker.trading.TradingMetrics;
import dev.verticker.trading.account.AccountRepository;
import dev.verticker.trading.account.TradingOutbox;
import dev.verticker.trading.account.VenueAccount;
import dev.verticker.trading.portfolio.Ledger;
import dev.verticker.trading.rules.InstrumentRepository;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Tuple;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The services of orders on a real database, with a fake venue and without rules. */
public final class TradingDesk implements AutoCloseable {
  public static final Instant NOON = Instant.parse("2026-11-30T12:00:00Z");

  public final Vertx vertx = Vertx.vertx();
  public final SteppedClock clock = new SteppedClock(NOON);
  public final FakeVenue venue = new FakeVenue(clock);
  public final FakeRules rules = new FakeRules();
  public final MeterRegistry registry = new SimpleMeterRegistry();
  public final TradingMetrics metrics = new TradingMetrics(registry);
  public final TestDatabase postgres;
  public final Database database;
  public final AccountRepository accounts;
  public final OrderRepository orders;
  public final OrderStore store;
  public final OrderReports reports;
  public final OrderService service;
  public final PlacementService placements;
  public final CancelService cancellations;
  private final Context context = vertx.getOrCreateContext();
  private long lastEvent;

  public TradingDesk() {
    this(TestDatabase.create());
  }

  /** Another node on the same database. */
  public TradingDesk(TestDatabase postgres) {
    this.postgres = postgres;
    this.database = Database.open(vertx, postgres.settings("trading"));
    // The first connection of a cold JVM may take longer than the connect timeout.
    database.query("SELECT 1", Tuple.tuple()).otherwiseEmpty().await();
    var ledger = new Ledger();
    this.accounts = new AccountRepository(
        database, ledger, new PaperBalance(new BigDecimal("10000"), "USDT"), clock);
    this.orders = new OrderRepository(database);
    var outbox = new TradingOutbox(clock, () -> {});
    this.store = new OrderStore(database, accounts, orders, ledger, outbox, clock)
        .reportingTo(metrics::changed);
    this.reports = new OrderReports(orders, store);
    this.service = new OrderService(orders, accounts);
    var sender = new OrderSender(reports, metrics::refused);
    Venues venues = account -> Future.succeededFuture(venue);
    var check = new PlacementCheck(accounts, rules, new InstrumentRepository(database));
    this.placements = new PlacementService(vertx, check, orders, store, sender, venues);
    this.cancellations = new CancelService(vertx, accounts, orders, store, sender, venues);
  }

  public <T> T await(Supplier<Future<T>> work) {
    return Await.await(context, work);
  }

  public <T> Future<T> start(Supplier<Future<T>> work) {
    return Await.run(context, work);
  }

  public Throwable failure(Supplier<Future<?>> work) {
    return Await.failureOf(start(() -> work.get().mapEmpty()));
  }

  public static Actor user(long id) {
    return new Actor(id, "user" + id, "session", "192.0.2.7");
  }

  public Order place(long user, Ticket ticket) {
    return place(user, null, ticket);
  }

  public Order place(long user, String clientOrderId, Ticket ticket) {
    return await(() -> placements.place(new Place(user(user), null, clientOrderId, ticket)));
  }

  /** An account at a real venue. */
  public VenueAccount account(long user, String atVenue) {
    var id = postgres.number(
        "INSERT INTO trading.accounts (user_id, venue, created_at) VALUES (%d, '%s', now()) RETURNING id"
            .formatted(user, atVenue));
    return await(() -> accounts.find(user, id));
  }

  public static Ticket limit(Side side, String qty, String price) {
    return new Ticket(
        "BTCUSDT",
        side,
        Type.LIMIT,
        TimeInForce.GTC,
        new BigDecimal(qty),
        null,
        new BigDecimal(price),
        null,
        null);
  }

  public static Ticket market(Side side, String qty) {
    return new Ticket(
        "BTCUSDT", side, Type.MARKET, null, new BigDecimal(qty), null, null, null, null);
  }

  /** The events since the last call, each as its name and the object in it. */
  public List<JsonObject> events() {
    var events = new ArrayList<JsonObject>();
    for (var row : postgres.rows(
        "SELECT id, payload FROM trading.outbox WHERE id > " + lastEvent + " ORDER BY id")) {
      lastEvent = Long.parseLong(row.get(0));
      events.add(new JsonObject(row.get(1)));
    }
    return events;
  }

  /** Short forms of the events since the last call. */
  public List<String> eventTexts() {
    return events().stream().map(TradingDesk::text).toList();
  }

  private static String text(JsonObject event) {
    var name = event.getString("event");
    switch (name) {
      case "order_updated":
        var order = event.getJsonObject("order");
        return name + " " + order.getLong("revision") + " " + order.getString("status") + " "
            + order.getString("executed_qty");
      case "trade":
        var trade = event.getJsonObject("trade");
        return name + " " + trade.getString("exchange_trade_id") + " " + trade.getString("qty");
      default:
        var balance = event.getJsonObject("balance");
        return name + " " + balance.getString("asset") + " " + balance.getString("available") + " "
            + balance.getString("locked");
    }
  }

  /** "asset available locked traded fees funded" of the wallets of a user. */
  public List<String> wallets(long user) {
    return postgres.column(
        """
        SELECT concat_ws(' ', asset, trim_scale(available), trim_scale(w.locked), trim_scale(traded), trim_scale(fees),
                         trim_scale(funded))
          FROM trading.wallets AS w
          JOIN trading.accounts AS a ON a.id = w.account_id
         WHERE a.user_id = %d
         ORDER BY a.id, asset"""
            .formatted(user));
  }

  @Override
  public void close() {
    Await.await(database.close());
    Await.await(vertx.close());
  }
}
