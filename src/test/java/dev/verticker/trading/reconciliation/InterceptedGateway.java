package dev.verticker.trading.reconciliation;

import dev.verticker.exchange.OrderGateway;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Runs a test's code before an order is sent, and before its outcome is returned. */
record InterceptedGateway(
    OrderGateway gateway,
    Function<OrderGateway.NewOrder, Future<OrderGateway.NewOrder>> beforeSending,
    Function<OrderGateway.Outcome, Future<OrderGateway.Outcome>> beforeOutcome)
    implements OrderGateway {
  @Override
  public Instant time() {
    return gateway.time();
  }

  @Override
  public Future<Outcome> place(NewOrder order) {
    return beforeSending.apply(order).compose(gateway::place).compose(beforeOutcome);
  }

  @Override
  public Future<Outcome> cancel(OrderReference order) {
    return gateway.cancel(order);
  }

  @Override
  public Future<Optional<VenueOrder>> find(OrderReference order) {
    return gateway.find(order);
  }

  @Override
  public Future<List<VenueOrder>> openOrders() {
    return gateway.openOrders();
  }

  @Override
  public Future<List<VenueOrder>> orders(String symbol, Instant from) {
    return gateway.orders(symbol, from);
  }

  @Override
  public Future<List<VenueTrade>> trades(OrderReference order) {
    return gateway.trades(order);
  }

  @Override
  public Future<Balances> balances() {
    return gateway.balances();
  }
}
