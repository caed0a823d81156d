package dev.verticker.trading.paper;

import dev.verticker.bus.Bus;
import dev.verticker.data.Database;
import dev.verticker.data.LeaderLease;
import dev.verticker.message.Actor;
import dev.verticker.message.trading.Orders.Cancel;
import dev.verticker.message.trading.Orders.Order;
import dev.verticker.message.trading.Orders.Place;
import dev.verticker.message.trading.Orders.Side;
import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.message.trading.Orders.TimeInForce;
import dev.verticker.message.trading.Orders.Type;
import dev.verticker.message.trading.Orders.Verdict;
import dev.verticker.settings.TradingSettings.PaperBalance;
import dev.verticker.testing.Await;
import dev.verticker.testing.SteppedClock;
import dev.verticker.testing.TestDatabase;
import dev.verticker.trading.account.AccountRepository;
import dev.verticker.trading.account.TradingOutbox;
import dev.verticker.trading.order.CancelService;
import dev.verticker.trading.order.OrderReports;
import dev.verticker.trading.order.OrderRepository;
import dev.verticker.trading.order.OrderSender;
import dev.verticker.trading.order.OrderStore;
import dev.verticker.trading.order.PlacementCheck;
import dev.verticker.trading.order.PlacementService;
import dev.verticker.trading.order.Venues;
import dev.verticker.trading.portfolio.Ledger;
import dev.verticker.trading.rules.Instrument;
import dev.verticker.trading.rules.InstrumentRepository;
import dev.verticker.trading.rules.OrderRules;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Tuple;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/** The paper venue and the services of orders on a real database and a fake market, without rules. */
final class PaperDesk implements AutoCloseable {
  private static final LeaderLease.Key LEASE = new LeaderLease.Key("trading", "orders");

  final Vertx vertx = Vertx.vertx();
  final SteppedClock clock = new SteppedClock(Instant.parse("2026-11-30T12:00:00Z"));
  final Bus bus = new Bus(vertx, clock, new SimpleMeterRegistry());
  final FakeMarket market = new FakeMarket(bus, clock);
  final TestDatabase postgres = TestDatabase.create();
  final Database database = Database.open(vertx, postgres.settings("trading"));
  final PaperVenue venue = new PaperVenue(database, bus, clock);
  final OrderReports reports;
  final PlacementService placements;
  final CancelService cancellations;
  private final Context context = vertx.getOrCreateContext();
  private String node;
  private PaperMatcher matcher;
  private Context matching;
  private PaperBook.Market books;
  private PaperBook book;

  PaperDesk() {
    database.query("SELECT 1", Tuple.tuple()).otherwiseEmpty().await();
    var ledger = new Ledger();
    var accounts = new AccountRepository(
        database, ledger, new PaperBalance(new BigDecimal("10000"), "USDT"), clock);
    var orders = new OrderRepository(database);
    var store = new OrderStore(
        database, accounts, orders, ledger, new TradingOutbox(clock, () -> {}), clock);
    this.reports = new OrderReports(orders, store);
    var sender = new OrderSender(reports, code -> {});
    Venues venues = account -> Future.succeededFuture(venue.gateway(account.id()));
    var check = new PlacementCheck(accounts, rules(), new InstrumentRepository(database));
    this.placements = new PlacementService(vertx, check, orders, store, sender, venues);
    this.cancellations = new CancelService(vertx, accounts, orders, store, sender, venues);
  }

  /** Accepts every order at a last price of 100. */
  private OrderRules rules() {
    return (name, limits, ticket) -> {
      var hundred = new BigDecimal("100");
      var qty = ticket.qty() != null ? ticket.qty() : ticket.quoteQty().divide(hundred);
      var verdict = new Verdict(
          List.of(),
          List.of(),
          hundred,
          clock.instant(),
          false,
          qty,
          ticket.quoteQty() != null ? ticket.quoteQty() : qty.multiply(hundred),
          null,
          null);
      return Future.succeededFuture(new OrderRules.Result(verdict, btcusdt(name)));
    };
  }

  static Instrument btcusdt(String venue) {
    return new Instrument(
        venue,
        "BTCUSDT",
        "BTC",
        "USDT",
        8,
        8,
        new BigDecimal("0.01"),
        new BigDecimal("0.00001"),
        BigDecimal.ZERO,
        "{}");
  }

  /** Starts the matching, as on a node that acquires the lease. */
  void startMatching() {
    node = Await.await(vertx.deployVerticle(new VerticleBase() {
      private final LeaderLease lease = new LeaderLease(PaperDesk.this.vertx, database, LEASE);

      @Override
      public Future<?> start() {
        matching = context;
        matcher = venue.matcher(
            PaperDesk.this.vertx, database, reports, lease, new SimpleMeterRegistry());
        return matcher.start().onSuccess(started -> lease.start());
      }

      @Override
      public Future<?> stop() {
        return lease.stop();
      }
    }));
  }

  /** Lets this node lose the lease and acquire it at once. */
  void electAgain() {
    Await.await(Await.run(matching, () -> {
      matcher.onResigned();
      matcher.onElected();
      return Future.succeededFuture();
    }));
  }

  /** Lets {@link #matchBook} match orders, one step after another. */
  void startBook() {
    var lease = new LeaderLease(vertx, database, LEASE);
    var orders = new PaperOrders(database);
    await(() -> {
      lease.start();
      return Future.succeededFuture();
    });
    Await.until("the lease is held", () -> await(() -> Future.succeededFuture(lease.isHeld())));
    books = new PaperBook.Market(
        vertx,
        orders,
        new PaperReports(reports, lease, orders, venue, clock),
        new PaperMarketReader(bus, clock),
        new MissedPrints(bus));
    book = new PaperBook("BTCUSDT", books);
  }

  /** Matches all resting orders with the trades so far. */
  void matchBook() {
    var found = await(() -> books.orders().listWorking(0));
    await(() -> {
      found.forEach(book::add);
      book.catchUp();
      return Future.succeededFuture();
    });
    Await.until(
        "orders are matched",
        () -> await(() ->
            Future.succeededFuture(book.size() == 0 || book.commonPosition().isPresent())));
  }

  void stopMatching() {
    Await.await(vertx.undeploy(node));
  }

  Order place(long user, Ticket ticket) {
    return await(() -> placements.place(new Place(user(user), null, null, ticket)));
  }

  Order cancel(long user, long id) {
    return await(() -> cancellations.cancel(new Cancel(user(user), id)));
  }

  <T> T await(Supplier<Future<T>> work) {
    return Await.await(context, work);
  }

  private static Actor user(long id) {
    return new Actor(id, "user" + id, "session", "192.0.2.7");
  }

  static Ticket limit(Side side, String qty, String price) {
    return limit(side, qty, price, TimeInForce.GTC);
  }

  static Ticket limit(Side side, String qty, String price, TimeInForce timeInForce) {
    return new Ticket(
        "BTCUSDT", side, Type.LIMIT, timeInForce, dec(qty), null, dec(price), null, null);
  }

  static Ticket market(Side side, String qty) {
    return new Ticket("BTCUSDT", side, Type.MARKET, null, dec(qty), null, null, null, null);
  }

  static Ticket stop(Side side, String qty, String stop, String price, TimeInForce timeInForce) {
    return new Ticket(
        "BTCUSDT", side, Type.STOP_LIMIT, timeInForce, dec(qty), null, dec(price), dec(stop), null);
  }

  static BigDecimal dec(String text) {
    return new BigDecimal(text);
  }

  /** "status executed reason" of an order. */
  String state(long id) {
    return postgres.value(
        "SELECT concat_ws(' ', status, trim_scale(executed_qty), reason) FROM trading.orders WHERE id = "
            + id);
  }

  void awaitState(long id, String expected) {
    try {
      Await.until("order " + id + " is " + expected, () -> expected.equals(state(id)));
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + ", but it is " + state(id) + " " + trades(id), e);
    }
  }

  /** "id price qty quote fee feeAsset maker" of the trades of an order. */
  List<String> trades(long id) {
    return postgres.column(
        """
        SELECT concat_ws(' ', exchange_trade_id, trim_scale(price), trim_scale(qty), trim_scale(quote_qty), trim_scale(fee),
                         fee_asset, maker)
          FROM trading.trades
         WHERE order_id = %d
         ORDER BY id"""
            .formatted(id));
  }

  /** "asset available locked traded fees funded" of the wallets of a user. */
  List<String> wallets(long user) {
    return postgres.column(
        """
        SELECT concat_ws(' ', asset, trim_scale(available), trim_scale(w.locked), trim_scale(traded), trim_scale(fees),
                         trim_scale(funded))
          FROM trading.wallets AS w
          JOIN trading.accounts AS a ON a.id = w.account_id
         WHERE a.user_id = %d
         ORDER BY asset"""
            .formatted(user));
  }

  @Override
  public void close() {
    Await.await(vertx.close());
  }
}
