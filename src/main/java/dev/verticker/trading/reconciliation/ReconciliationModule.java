package dev.verticker.trading.reconciliation;

import dev.verticker.context.NodeContext;
import dev.verticker.data.Database;
import dev.verticker.data.LeaderLease;
import dev.verticker.trading.account.AccountRepository;
import dev.verticker.trading.account.TradingOutbox;
import dev.verticker.trading.order.OrderReports;
import dev.verticker.trading.reconciliation.Reconciliation.Timing;
import dev.verticker.trading.reconciliation.Reconciliation.Workers;
import dev.verticker.trading.venue.VenueGateways;
import io.micrometer.core.instrument.Gauge;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/** Wires the reconciliation with real venues, which the leader runs. */
public final class ReconciliationModule {
  private final LeaderLease lease;

  /** The repositories and services that the module uses. */
  public record Stores(
      Database database, AccountRepository accounts, OrderReports reports, TradingOutbox outbox) {}

  public ReconciliationModule(
      Vertx vertx, NodeContext node, Stores stores, VenueGateways gateways) {
    this(vertx, node, stores, gateways, Timing.DEFAULT);
  }

  ReconciliationModule(
      Vertx vertx, NodeContext node, Stores stores, VenueGateways gateways, Timing timing) {
    this.lease =
        new LeaderLease(vertx, stores.database(), new LeaderLease.Key("trading", "reconciliation"));
    var reports = stores.reports().checkedBy(lease::check);
    var state = new VenueState(stores.database(), stores.accounts(), stores.outbox(), lease::check);
    var unknown = new UnknownOrders(
        reports,
        order -> stores
            .accounts()
            .find(order.order().userId(), order.order().accountId())
            .compose(gateways::gateway),
        node.clock());
    var workers = new Workers(state, unknown, new AccountReconciler(state, reports, node.clock()));
    var reconciliation =
        new Reconciliation(vertx, stores.accounts(), gateways, workers, node.clock(), timing);
    lease.addListener(reconciliation);
    Gauge.builder("trading_unsettled_orders", reconciliation, Reconciliation::unsettled)
        .register(node.metrics());
    Gauge.builder(
            "trading_oldest_unsettled_seconds",
            reconciliation,
            Reconciliation::oldestUnsettledSeconds)
        .register(node.metrics());
    Gauge.builder("trading_reconcile_lag_seconds", reconciliation, Reconciliation::lagSeconds)
        .register(node.metrics());
    Gauge.builder("trading_leading", reconciliation, leader -> leader.isLeading() ? 1 : 0)
        .tag("work", "reconciliation")
        .register(node.metrics());
  }

  public void start() {
    lease.start();
  }

  public Future<Void> stop() {
    return lease.stop();
  }
}
