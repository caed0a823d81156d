package dev.verticker.trading.order;

import dev.verticker.exchange.OrderGateway;
import dev.verticker.message.trading.Orders.Side;
import dev.verticker.message.trading.Orders.Status;
import dev.verticker.message.trading.Orders.Ticket;
import io.vertx.core.Future;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** A venue whose answers a test sets; it accepts orders as open by default, and records what it receives. */
public final class FakeVenue implements OrderGateway {
  public final List<NewOrder> placed = new CopyOnWriteArrayList<>();
  public final List<OrderReference> canceled = new CopyOnWriteArrayList<>();
  public volatile Function<NewOrder, Future<Outcome>> onPlace =
      order -> Future.succeededFuture(new Outcome.Accepted(open(order), List.of()));
  public volatile Function<OrderReference, Future<Outcome>> onCancel =
      order -> Future.succeededFuture(new Outcome.Ambiguous("not set"));
  public volatile Function<OrderReference, Future<Optional<VenueOrder>>> onFind =
      order -> Future.succeededFuture(Optional.empty());
  public volatile Function<OrderReference, Future<List<VenueTrade>>> onTrades =
      order -> Future.succeededFuture(List.of());
  private final Clock clock;

  public FakeVenue(Clock clock) {
    this.clock = clock;
  }

  public static String exchangeId(String clientOrderId) {
    return "x-" + clientOrderId;
  }

  public static VenueOrder open(NewOrder order) {
    return order(order.clientOrderId(), order.ticket(), Status.OPEN, "0");
  }

  public static VenueOrder order(
      String clientOrderId, Ticket ticket, Status status, String executed) {
    return new VenueOrder(
        exchangeId(clientOrderId),
        clientOrderId,
        ticket,
        status,
        new BigDecimal(executed),
        BigDecimal.ZERO,
        BigDecimal.ZERO,
        null,
        TradingDesk.NOON);
  }

  /** A trade that takes 0.1 % of what it receives as its fee. */
  public static VenueTrade trade(String id, Ticket ticket, String qty, String price) {
    var quantity = new BigDecimal(qty);
    var quote = quantity.multiply(new BigDecimal(price));
    var buys = ticket.side() == Side.BUY;
    return new VenueTrade(
        id,
        "x",
        ticket.symbol(),
        ticket.side(),
        new BigDecimal(price),
        quantity,
        quote,
        buys ? "BTC" : "USDT",
        (buys ? quantity : quote).movePointLeft(3),
        false,
        TradingDesk.NOON);
  }

  @Override
  public Instant time() {
    return clock.instant();
  }

  @Override
  public Future<Outcome> place(NewOrder order) {
    placed.add(order);
    return onPlace.apply(order);
  }

  @Override
  public Future<Outcome> cancel(OrderReference order) {
    canceled.add(order);
    return onCancel.apply(order);
  }

  @Override
  public Future<Optional<VenueOrder>> find(OrderReference order) {
    return onFind.apply(order);
  }

  @Override
  public Future<List<VenueOrder>> openOrders() {
    return Future.succeededFuture(List.of());
  }

  @Override
  public Future<List<VenueOrder>> orders(String symbol, Instant from) {
    return Future.succeededFuture(List.of());
  }

  @Override
  public Future<List<VenueTrade>> trades(OrderReference order) {
    return onTrades.apply(order);
  }

  @Override
  public Future<Balances> balances() {
    return Future.succeededFuture(new Balances(clock.instant(), List.of()));
  }
}
