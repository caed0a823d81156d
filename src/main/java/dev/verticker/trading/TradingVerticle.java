package dev.verticker.trading;

import dev.verticker.bus.Address;
import dev.verticker.context.NodeContext;
import dev.verticker.data.Database;
import dev.verticker.data.Housekeeping;
import dev.verticker.data.LeaderLease;
import dev.verticker.data.RedisClient;
import dev.verticker.message.trading.Orders;
import dev.verticker.message.trading.Portfolios;
import dev.verticker.message.trading.TradingAccounts;
import dev.verticker.outbox.OutboxRelay;
import dev.verticker.outbox.OutboxTable;
import dev.verticker.settings.PostgresSettings;
import dev.verticker.settings.RedisSettings;
import dev.verticker.settings.SettingsReader;
import dev.verticker.settings.TradingSettings;
import dev.verticker.settings.VenueSettings;
import dev.verticker.trading.account.AccountRepository;
import dev.verticker.trading.account.AccountService;
import dev.verticker.trading.account.TradingLocks;
import dev.verticker.trading.account.TradingOutbox;
import dev.verticker.trading.control.CancelDeadlines;
import dev.verticker.trading.control.ControlTasks;
import dev.verticker.trading.control.HaltService;
import dev.verticker.trading.control.InterruptedCommands;
import dev.verticker.trading.control.PaperReset;
import dev.verticker.trading.control.UserFollower;
import dev.verticker.trading.order.CancelService;
import dev.verticker.trading.order.OrderReports;
import dev.verticker.trading.order.OrderRepository;
import dev.verticker.trading.order.OrderSender;
import dev.verticker.trading.order.OrderService;
import dev.verticker.trading.order.OrderStore;
import dev.verticker.trading.order.PlacementCheck;
import dev.verticker.trading.order.PlacementService;
import dev.verticker.trading.paper.PaperVenue;
import dev.verticker.trading.portfolio.Ledger;
import dev.verticker.trading.portfolio.PortfolioService;
import dev.verticker.trading.reconciliation.ReconciliationModule;
import dev.verticker.trading.reconciliation.ReconciliationModule.Stores;
import dev.verticker.trading.rules.BusMarket;
import dev.verticker.trading.rules.InstrumentRepository;
import dev.verticker.trading.rules.VenueRules;
import dev.verticker.trading.venue.VenueModule;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.function.Function;

/** Serves accounts at venues, their orders and balances, and runs the paper venue. Schema {@code trading}. */
public final class TradingVerticle extends VerticleBase {
  private static final String SCHEMA = "trading";
  private static final Duration UNDELIVERED_RETENTION = Duration.ofDays(7);

  private final NodeContext node;
  private Database database;
  private OutboxRelay relay;
  private LeaderLease paperLease;
  private VenueModule venues;
  private ReconciliationModule reconciliation;

  public TradingVerticle(NodeContext node) {
    this.node = node;
  }

  @Override
  public Future<?> start() {
    var settings = SettingsReader.read(config(), TradingSettings::read);
    var postgres = SettingsReader.read(config(), reader -> PostgresSettings.read(SCHEMA, reader));
    database = Database.open(vertx, postgres);
    relay = new OutboxRelay(
        vertx,
        Database.openForBackground(vertx, postgres),
        node.bus(),
        node.clock(),
        node.metrics(),
        new OutboxTable(SCHEMA, TradingOutbox::entry));
    paperLease = new LeaderLease(vertx, database, new LeaderLease.Key(SCHEMA, "paper"));
    node.health().notReadyWhen("postgres trading", database::outage);
    node.health().note("outbox trading", relay::delay);
    var venueSettings = SettingsReader.read(config(), VenueSettings::read);
    return redis(venueSettings).compose(redis -> start(settings, venueSettings, redis));
  }

  /** Only real venues have limits that nodes share in Redis. */
  private Future<RedisClient> redis(VenueSettings venues) {
    return venues.venues().isEmpty()
        ? Future.succeededFuture()
        : RedisClient.open(vertx, SettingsReader.read(config(), RedisSettings::read));
  }

  @Override
  public Future<?> stop() {
    return reconciliation
        .stop()
        .eventually(venues::stop)
        .eventually(paperLease::stop)
        .eventually(relay::stop)
        .eventually(database::close);
  }

  private Future<?> start(
      TradingSettings settings, VenueSettings venueSettings, RedisClient redis) {
    var clock = node.clock();
    var ledger = new Ledger();
    var accounts = new AccountRepository(database, ledger, settings.paperBalance(), clock);
    var orders = new OrderRepository(database);
    var outbox = new TradingOutbox(clock, relay::wake);
    var metrics = new TradingMetrics(node.metrics());
    var store = new OrderStore(database, accounts, orders, ledger, outbox, clock)
        .reportingTo(metrics::changed);
    var reports = new OrderReports(orders, store);
    var sender = new OrderSender(reports, metrics::refused);
    var paper = new PaperVenue(database, node.bus(), clock);
    venues = new VenueModule(
        vertx, node, venueSettings, database, redis, account -> paper.gateway(account.id()));
    var gateways = venues.gateways();
    reconciliation = new ReconciliationModule(
        vertx, node, new Stores(database, accounts, reports, outbox), gateways);
    var markets = new HashMap<>(venues.markets());
    markets.put(
        TradingAccounts.PAPER, new BusMarket(vertx, node.bus(), clock, PaperVenue.FEE_RATE));
    var rules = new VenueRules(markets);
    var check = new PlacementCheck(accounts, rules, new InstrumentRepository(database));
    var placements = new PlacementService(vertx, check, orders, store, sender, gateways);
    var cancellations = new CancelService(vertx, accounts, orders, store, sender, gateways);
    var deadlines = new CancelDeadlines(database, cancellations, clock);
    var portfolios = new PortfolioService(
        database, node.bus(), clock, settings.paperBalance().asset());
    var matcher = paper.matcher(vertx, database, reports, paperLease, node.metrics());
    return Future.all(List.of(
            serve(Orders.PLACE, place -> metrics.counted(placements.place(place))),
            serveOrders(new OrderService(orders, accounts), check, cancellations),
            serveAccounts(new AccountService(
                database, accounts, venues.keys(), settings.venues(), venues::check)),
            serve(
                TradingAccounts.TEST,
                test -> accounts.find(test.actor().id(), test.accountId()).compose(venues::test)),
            serveControls(
                new HaltService(vertx, database, accounts, clock),
                deadlines,
                new PaperReset(database, accounts, cancellations, ledger, outbox, clock)),
            serve(Portfolios.FIND, find -> accounts
                .find(find.userId(), find.accountId())
                .compose(account -> portfolios.find(account.id(), account.venue()))),
            venues.start(),
            matcher.start()))
        .onSuccess(serving -> {
          new ControlTasks(
                  vertx,
                  deadlines,
                  new InterruptedCommands(database, reports, cancellations, clock),
                  new UserFollower(database, node.bus(), clock),
                  paperLease::isHeld)
              .start();
          paperLease.start();
          reconciliation.start();
          housekeeping().start();
          relay.start();
        });
  }

  private Future<?> serveOrders(
      OrderService orders, PlacementCheck check, CancelService cancellations) {
    return Future.all(List.of(
        serve(Orders.CHECK, check::verdict),
        serve(Orders.FIND, orders::find),
        serve(Orders.LIST, orders::list),
        serve(Orders.TRADES, orders::trades),
        serve(Orders.CANCEL, cancellations::cancel),
        serve(Orders.CANCEL_ALL, cancellations::cancelAll)));
  }

  private Future<?> serveAccounts(AccountService accounts) {
    return Future.all(List.of(
        serve(TradingAccounts.LIST, accounts::list),
        serve(TradingAccounts.CREATE, accounts::create),
        serve(TradingAccounts.DELETE, delete -> accounts
            .delete(delete)
            .onSuccess(deleted -> venues.gateways().forget(delete.accountId()))),
        serve(TradingAccounts.LIMITS, accounts::limits),
        serve(TradingAccounts.CHANGE_LIMITS, accounts::changeLimits)));
  }

  private Future<?> serveControls(HaltService halts, CancelDeadlines deadlines, PaperReset reset) {
    return Future.all(List.of(
        serve(TradingAccounts.HALT, halts::halt),
        serve(TradingAccounts.RESUME, halts::resume),
        serve(TradingAccounts.CANCEL_AFTER, deadlines::set),
        serve(TradingAccounts.RESET, reset::reset)));
  }

  /** Serves requests that need the database, and leaves them to other nodes while it is unavailable here. */
  private <Q, A> Future<?> serve(Address<Q, A> address, Function<Q, Future<A>> handler) {
    return node.bus().serve(address, database.whileAvailable(handler));
  }

  private Housekeeping housekeeping() {
    var housekeeping =
        new Housekeeping(vertx, database, TradingLocks.HOUSEKEEPING, node.clock(), node.metrics());
    PaperVenue.addCleanupTasks(housekeeping);
    return housekeeping.deleteUndelivered(
        UNDELIVERED_RETENTION, "trading-outbox", "trading.outbox");
  }
}
