package dev.verticker.trading.paper;

import dev.verticker.bus.Bus;
import dev.verticker.data.Database;
import dev.verticker.data.Housekeeping;
import dev.verticker.data.LeaderLease;
import dev.verticker.exchange.OrderGateway;
import dev.verticker.trading.order.OrderReports;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;

/** The venue that fills orders against the live market without an exchange. Used on one event loop. */
public final class PaperVenue {
  /** The fraction of the received amount that each trade costs. */
  public static final BigDecimal FEE_RATE = PaperFill.FEE_RATE;

  private static final Duration FINAL_RETENTION = Duration.ofMinutes(10);

  private final Bus bus;
  private final Clock clock;
  private final PaperOrders orders;
  private final PaperMarketReader markets;

  public PaperVenue(Database database, Bus bus, Clock clock) {
    this.bus = bus;
    this.clock = clock;
    this.orders = new PaperOrders(database);
    this.markets = new PaperMarketReader(bus, clock);
  }

  /** @param accountId of an account whose venue is {@code paper} */
  public OrderGateway gateway(long accountId) {
    return new PaperGateway(accountId, orders, markets, clock);
  }

  /** Returns the matching of resting orders, which the caller starts and which runs while this node holds the lease. */
  public PaperMatcher matcher(
      Vertx vertx,
      Database database,
      OrderReports reports,
      LeaderLease lease,
      MeterRegistry metrics) {
    var books = new PaperBook.Market(
        vertx,
        orders,
        new PaperReports(reports, lease, orders, this, clock),
        markets,
        new MissedPrints(bus));
    return new PaperMatcher(vertx, bus, database, clock, books, lease).register(metrics);
  }

  /** Deletes the matching positions of orders that are final. */
  public static void addCleanupTasks(Housekeeping housekeeping) {
    housekeeping.deleteOlderThan(FINAL_RETENTION, "paper-orders", PaperOrders.DELETE_FINAL);
  }
}
