package dev.verticker.trading.paper;

import dev.verticker.exchange.ExchangeException;
import dev.verticker.exchange.OrderGateway;
import dev.verticker.message.trading.Orders.Status;
import dev.verticker.trading.paper.PaperMatching.Placement.Entered;
import dev.verticker.trading.paper.PaperMatching.Placement.Refused;
import dev.verticker.trading.paper.PaperOrders.NewPaperOrder;
import dev.verticker.trading.paper.WorkingOrder.Identity;
import io.vertx.core.Future;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The paper account of one user. An order exists at this venue only when its outcome is stored. */
final class PaperGateway implements OrderGateway {
  private static final Logger log = LoggerFactory.getLogger(PaperGateway.class);
  private static final int TIMESTAMP_OUTSIDE_WINDOW = -1021;
  private static final Duration RECEIVE_WINDOW = Duration.ofSeconds(5);

  private final long accountId;
  private final PaperOrders orders;
  private final PaperMarketReader markets;
  private final Clock clock;

  PaperGateway(long accountId, PaperOrders orders, PaperMarketReader markets, Clock clock) {
    this.accountId = accountId;
    this.orders = orders;
    this.markets = markets;
    this.clock = clock;
  }

  @Override
  public Instant time() {
    return clock.instant();
  }

  @Override
  public Future<Outcome> place(NewOrder order) {
    var stored = orders.findNew(accountId, order.clientOrderId());
    var market = markets.read(order.ticket().symbol());
    return Future.all(stored, market)
        .compose(read -> place(order, stored.result().orElseThrow(), market.result()))
        .map(outcome -> isLate(order) ? late() : outcome)
        .otherwise(failure -> {
          log.warn("an order of account {} is not placed: {}", accountId, failure.getMessage());
          return new Outcome.Refused(0, "The paper venue is unavailable.");
        });
  }

  private Future<Outcome> place(NewOrder order, NewPaperOrder stored, PaperMarket market) {
    var placement = PaperMatching.place(stored.instrument(), order.ticket(), market);
    if (placement instanceof Refused refused) {
      return Future.succeededFuture(new Outcome.Refused(refused.code(), refused.message()));
    }
    var entered = (Entered) placement;
    var now = clock.instant();
    var working = working(order, stored, market).after(entered.fills());
    var accepted = new Outcome.Accepted(
        working.report(entered.status(), entered.reason(), now),
        working.trades(entered.fills(), now));
    return entered.status() == Status.OPEN || entered.status() == Status.PARTIALLY_FILLED
        ? orders.enter(stored.id(), market.at(), now).map(accepted)
        : Future.succeededFuture(accepted);
  }

  private WorkingOrder working(NewOrder order, NewPaperOrder stored, PaperMarket market) {
    return new WorkingOrder(
        new Identity(stored.id(), accountId, Long.toString(stored.id()), order.clientOrderId(), 0),
        stored.instrument(),
        order.ticket(),
        BigDecimal.ZERO,
        BigDecimal.ZERO,
        true,
        market.at());
  }

  private boolean isLate(NewOrder order) {
    return clock.instant().isAfter(order.at().plus(RECEIVE_WINDOW));
  }

  private static Outcome late() {
    return new Outcome.Refused(
        TIMESTAMP_OUTSIDE_WINDOW, "Timestamp for this request is outside of the recvWindow.");
  }

  @Override
  public Future<Outcome> cancel(OrderReference order) {
    return orders
        .find(accountId, order)
        .map(found -> found
            .filter(open -> !open.status().isFinal())
            .<Outcome>map(open -> new Outcome.Accepted(canceled(open), List.of()))
            .orElseGet(() -> new Outcome.Refused(-2011, "Unknown order sent.")))
        .otherwise(failure -> new Outcome.Ambiguous("the database is unavailable"));
  }

  private VenueOrder canceled(VenueOrder open) {
    return new VenueOrder(
        open.exchangeOrderId(),
        open.clientOrderId(),
        open.ticket(),
        Status.CANCELED,
        open.executedQty(),
        open.executedQuoteQty(),
        open.preventedQty(),
        null,
        clock.instant());
  }

  @Override
  public Future<Optional<VenueOrder>> find(OrderReference order) {
    return available(orders.find(accountId, order));
  }

  @Override
  public Future<List<VenueOrder>> openOrders() {
    return available(orders.listOpen(accountId));
  }

  @Override
  public Future<List<VenueOrder>> orders(String symbol, Instant from) {
    return available(orders.listSince(accountId, symbol, from));
  }

  @Override
  public Future<List<VenueTrade>> trades(OrderReference order) {
    return available(orders.trades(accountId, order));
  }

  @Override
  public Future<Balances> balances() {
    return available(orders.balances(accountId, clock.instant()));
  }

  private static <T> Future<T> available(Future<T> read) {
    return read.recover(
        failure -> Future.failedFuture(new ExchangeException.ExchangeUnavailableException(
            "the orders of the paper venue cannot be read: " + failure.getMessage())));
  }
}
