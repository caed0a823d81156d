package dev.verticker.api.trading;

import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.message.trading.Orders;
import dev.verticker.message.trading.Orders.Fill;
import dev.verticker.message.trading.Orders.Order;
import dev.verticker.message.trading.Orders.OrderPage;
import dev.verticker.message.trading.Orders.Place;
import dev.verticker.message.trading.Orders.Side;
import dev.verticker.message.trading.Orders.Source;
import dev.verticker.message.trading.Orders.Status;
import dev.verticker.message.trading.Orders.TradePage;
import dev.verticker.message.trading.Orders.Verdict;
import dev.verticker.message.trading.Portfolios;
import dev.verticker.message.trading.Portfolios.Portfolio;
import dev.verticker.message.trading.Portfolios.Position;
import dev.verticker.message.trading.TradingAccounts;
import dev.verticker.message.trading.TradingAccounts.Account;
import dev.verticker.message.trading.TradingAccounts.AccountList;
import dev.verticker.message.trading.TradingAccounts.CancelAfterState;
import dev.verticker.message.trading.TradingAccounts.HaltState;
import dev.verticker.message.trading.TradingAccounts.KeyTest;
import dev.verticker.message.trading.TradingAccounts.Limits;
import io.vertx.core.Future;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** A trading verticle for front door tests, with the orders that were placed and a list of the requests it received. */
public final class FakeTrading {
  public static final Instant NOON = Instant.parse("2026-11-30T12:00:00Z");
  private static final String PAPER = TradingAccounts.PAPER;

  private final Bus bus;
  private final Map<Long, Order> orders = new ConcurrentHashMap<>();
  public final List<Object> requests = new CopyOnWriteArrayList<>();

  /** The failure of every request; null = none. */
  public volatile Failure failure;

  /** The status of an order that is placed or canceled. */
  public volatile Status status = Status.OPEN;

  public volatile HaltState halt = new HaltState(true, 0, NOON);
  public volatile Long next;
  public volatile boolean stale;

  public FakeTrading(Bus bus) {
    this.bus = bus;
  }

  public Future<?> serve() {
    return Future.all(List.of(
        bus.serve(Orders.PLACE, answer(this::place)),
        bus.serve(Orders.CHECK, answer(place -> verdict())),
        bus.serve(Orders.FIND, request -> receive(request)
            .compose(find -> find(find.userId(), find.id()))),
        bus.serve(Orders.LIST, answer(list -> page(list.userId()))),
        bus.serve(Orders.CANCEL, request -> receive(request)
            .compose(cancel -> find(cancel.actor().id(), cancel.id()))),
        bus.serve(Orders.CANCEL_ALL, answer(cancel -> page(cancel.actor().id()))),
        bus.serve(Orders.TRADES, answer(list -> new TradePage(List.of(trade()), next))),
        bus.serve(Portfolios.FIND, answer(find -> portfolio())),
        bus.serve(
            TradingAccounts.LIST,
            answer(list -> new AccountList(
                List.of(account(list.userId(), PAPER)), List.of(PAPER, "testnet")))),
        bus.serve(
            TradingAccounts.CREATE, answer(create -> account(create.actor().id(), create.venue()))),
        bus.serve(
            TradingAccounts.DELETE, this.<TradingAccounts.Delete, Void>answer(delete -> null)),
        bus.serve(
            TradingAccounts.TEST,
            answer(test -> new KeyTest(false, "The key is unknown.", null, false, NOON))),
        bus.serve(TradingAccounts.RESET, answer(reset -> account(reset.actor().id(), PAPER))),
        bus.serve(
            TradingAccounts.LIMITS,
            answer(find -> new Limits(20, new BigDecimal("1000.0"), null, null, null))),
        bus.serve(TradingAccounts.CHANGE_LIMITS, answer(TradingAccounts.ChangeLimits::limits)),
        bus.serve(TradingAccounts.HALT, answer(request -> halt)),
        bus.serve(TradingAccounts.RESUME, answer(request -> new HaltState(false, 0, null))),
        bus.serve(
            TradingAccounts.CANCEL_AFTER,
            answer(request -> new CancelAfterState(
                request.after() == null ? null : NOON.plus(request.after()))))));
  }

  /** Returns the only request that was received since the last call. */
  Object received() {
    if (requests.size() != 1) {
      throw new AssertionError("expected one request but was " + requests);
    }
    return requests.remove(0);
  }

  private <Q> Future<Q> receive(Q request) {
    requests.add(request);
    return failure == null ? Future.succeededFuture(request) : Future.failedFuture(failure);
  }

  private <Q, A> Function<Q, Future<A>> answer(Function<Q, A> answer) {
    return request -> receive(request).map(answer);
  }

  private Order place(Place place) {
    var id = 4711L + orders.size();
    var ticket = place.ticket();
    var order = new Order(
        id,
        1,
        place.actor().id(),
        place.accountId() == null ? 12 : place.accountId(),
        PAPER,
        place.clientOrderId() == null ? "generated" : place.clientOrderId(),
        status == Status.PENDING ? null : "x" + id,
        ticket,
        status,
        Source.OWN,
        new BigDecimal("0.000300000000000000"),
        new BigDecimal("20.400000000000000000"),
        BigDecimal.ZERO,
        null,
        NOON,
        NOON,
        NOON,
        null);
    orders.put(id, order);
    return order;
  }

  private Future<Order> find(long userId, Long id) {
    var found = orders.values().stream()
        .filter(order -> order.userId() == userId && (id == null || order.id() == id))
        .findFirst();
    return found
        .map(Future::succeededFuture)
        .orElseGet(() -> Future.failedFuture(
            new Failure.NotFound("order-not-found", "The order " + id + " does not exist.")));
  }

  private OrderPage page(long userId) {
    return new OrderPage(
        orders.values().stream().filter(order -> order.userId() == userId).toList(), next);
  }

  private Verdict verdict() {
    return new Verdict(
        List.of(), List.of(), new BigDecimal("68000.12"), NOON, stale, null, null, null, null);
  }

  private static Fill trade() {
    return new Fill(
        815,
        4711,
        12,
        PAPER,
        "A,\"B\"",
        Side.BUY,
        "4711-1",
        new BigDecimal("68000.120000"),
        new BigDecimal("0.001"),
        new BigDecimal("68.00012"),
        "BTC",
        new BigDecimal("1E-6"),
        null,
        NOON);
  }

  private Portfolio portfolio() {
    var btc = new Position(
        "BTC",
        new BigDecimal("0.5"),
        BigDecimal.ZERO,
        new BigDecimal("34000"),
        new BigDecimal("68000"),
        new BigDecimal("68000.12"),
        NOON,
        stale,
        new BigDecimal("34000.06"),
        new BigDecimal("0.06"),
        BigDecimal.ZERO);
    var zzz = new Position(
        "ZZZ", BigDecimal.ONE, BigDecimal.ZERO, null, null, null, null, true, null, null, null);
    return new Portfolio(
        12, PAPER, "USDT", NOON, null, null, BigDecimal.ZERO, NOON, stale, List.of(btc, zzz));
  }

  private static Account account(long userId, String venue) {
    var paper = venue.equals(PAPER);
    return new Account(
        12,
        userId,
        venue,
        paper ? null : "My account",
        paper ? null : "abcd",
        paper ? TradingAccounts.HaltReason.ADMINISTRATOR : null,
        NOON);
  }
}
