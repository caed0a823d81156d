package dev.verticker.trading.order;

import dev.verticker.data.Database;
import dev.verticker.message.Actor;
import dev.verticker.message.trading.Orders.Fill;
import dev.verticker.message.trading.Orders.Side;
import dev.verticker.message.trading.Orders.Status;
import dev.verticker.trading.account.AccountRepository;
import dev.verticker.trading.account.TradingOutbox;
import dev.verticker.trading.account.TradingOutbox.Changes;
import dev.verticker.trading.order.PlacementRules.Placement;
import dev.verticker.trading.portfolio.Ledger;
import dev.verticker.trading.portfolio.Ledger.Balance;
import dev.verticker.trading.portfolio.Ledger.Entry;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The transactions of orders. Each one locks the row of the account, then the order, then wallets by asset; the order, its trades,
 * the ledger and the events commit together.
 */
public final class OrderStore {
  private final Database database;
  private final AccountRepository accounts;
  private final OrderRepository orders;
  private final Ledger ledger;
  private final TradingOutbox outbox;
  private final Clock clock;
  private final Function<SqlConnection, Future<Void>> check;
  private final Consumer<Status> statuses;

  public OrderStore(
      Database database,
      AccountRepository accounts,
      OrderRepository orders,
      Ledger ledger,
      TradingOutbox outbox,
      Clock clock) {
    this.database = database;
    this.accounts = accounts;
    this.orders = orders;
    this.ledger = ledger;
    this.outbox = outbox;
    this.clock = clock;
    this.check = tx -> Future.succeededFuture();
    this.statuses = status -> {};
  }

  private OrderStore(
      OrderStore store, Function<SqlConnection, Future<Void>> check, Consumer<Status> statuses) {
    this.database = store.database;
    this.accounts = store.accounts;
    this.orders = store.orders;
    this.ledger = store.ledger;
    this.outbox = store.outbox;
    this.clock = store.clock;
    this.check = check;
    this.statuses = statuses;
  }

  /** Returns a store whose transactions begin with a check, such as that of a lease, and fail with it. */
  OrderStore checkedBy(Function<SqlConnection, Future<Void>> first) {
    return new OrderStore(this, first, statuses);
  }

  /** Returns a store that reports each new status of an order, the first one included, after its transaction committed. */
  public OrderStore reportingTo(Consumer<Status> listener) {
    return new OrderStore(this, check, listener);
  }

  /**
   * A status of an order that was concluded here and that no report of its venue contains.
   *
   * @param reason null without one
   */
  public record Conclusion(Status status, String reason) {}

  /** @param created false if the order was placed before with the same client order id */
  record Placed(StoredOrder order, boolean created) {}

  /** Stores an order as pending; fails if the account may not place it. */
  Future<Placed> place(Actor actor, Placement placement) {
    var now = clock.instant();
    var account = placement.account();
    return transaction(tx -> accounts
            .lock(tx, account.id())
            .compose(locked -> PlacementRules.check(tx, placement, now))
            .compose(existing -> existing == null
                ? insert(tx, actor, placement, now).map(order -> new Placed(order, true))
                : orders.lock(tx, existing).map(order -> new Placed(order, false))))
        .onSuccess(placed -> {
          if (placed.created()) {
            statuses.accept(placed.order().order().status());
          }
        });
  }

  /**
   * Applies a report about an order that is stored. A report of the paper venue about an order whose status is final changes
   * nothing. Fails with {@link Ledger#isInsufficient} if an order on paper costs more than the account has.
   */
  Future<StoredOrder> apply(long accountId, long orderId, OrderReport report) {
    return change(
        accountId,
        orderId,
        (tx, stored) -> stored.isPaper() && stored.order().status().isFinal()
            ? Future.succeededFuture(stored)
            : orders
                .insertTrades(tx, stored, report.trades())
                .compose(trades -> apply(tx, stored, report, trades)));
  }

  /**
   * Sets the status of an order without a report of its venue; an order that does not satisfy {@code expected} stays unchanged.
   *
   * @param expected evaluated while the order is locked
   */
  Future<StoredOrder> conclude(
      long accountId, long orderId, Predicate<StoredOrder> expected, Conclusion conclusion) {
    return change(accountId, orderId, (tx, stored) -> {
      if (!expected.test(stored)) {
        return Future.succeededFuture(stored);
      }
      var change = OrderChange.none(stored);
      return write(
          tx,
          stored,
          change.with(change.state().concluded(conclusion.status(), conclusion.reason())),
          List.of());
    });
  }

  /** Marks that a cancellation was requested; the transaction writes the event too. */
  Future<StoredOrder> requestCancel(Actor actor, long accountId, long orderId) {
    return transaction(tx -> accounts
        .lock(tx, accountId)
        .compose(locked -> orders.lock(tx, orderId))
        .compose(stored ->
            stored.order().status().isFinal() || stored.order().cancelRequestedAt() != null
                ? Future.succeededFuture(stored)
                : orders
                    .update(
                        tx,
                        orderId,
                        OrderChange.none(stored).cancelRequested(clock.instant()),
                        clock.instant())
                    .compose(updated -> outbox
                        .write(
                            tx,
                            actor,
                            updated.order().userId(),
                            accountId,
                            new Changes(updated.order(), List.of(), List.of()))
                        .map(updated))));
  }

  private record Changed(Status before, StoredOrder order) {}

  private Future<StoredOrder> change(
      long accountId,
      long orderId,
      BiFunction<SqlConnection, StoredOrder, Future<StoredOrder>> work) {
    return transaction(tx -> accounts
            .lock(tx, accountId)
            .compose(locked -> orders.lock(tx, orderId))
            .compose(stored ->
                work.apply(tx, stored).map(after -> new Changed(stored.order().status(), after))))
        .map(changed -> {
          var status = changed.order().order().status();
          if (status != changed.before()) {
            statuses.accept(status);
          }
          return changed.order();
        });
  }

  private <T> Future<T> transaction(Function<SqlConnection, Future<T>> work) {
    return database.transaction(tx -> check.apply(tx).compose(checked -> work.apply(tx)));
  }

  private Future<StoredOrder> insert(
      SqlConnection tx, Actor actor, Placement placement, Instant now) {
    var account = placement.account();
    return orders.insert(tx, placement, now).compose(stored -> ledger
        .book(
            tx,
            account.id(),
            account.isPaper(),
            List.of(Entry.lock(placement.payAsset(), placement.locked(), stored.id())),
            now)
        .compose(balances -> outbox.write(
            tx,
            actor,
            account.userId(),
            account.id(),
            new Changes(stored.order(), List.of(), balances)))
        .map(stored));
  }

  private Future<StoredOrder> apply(
      SqlConnection tx, StoredOrder stored, OrderReport report, List<Fill> trades) {
    var before = OrderChange.none(stored);
    var state = before.state().merge(stored, report.order(), report.executionId());
    var executed = before.executedQty();
    var executedQuote = before.executedQuoteQty();
    for (var trade : trades) {
      executed = executed.add(trade.qty());
      executedQuote = executedQuote.add(trade.quoteQty());
    }
    var after = new OrderChange(
        state,
        executed,
        executedQuote,
        before.locked(),
        before.triggeredAt() == null ? report.triggeredAt() : before.triggeredAt(),
        before.cancelRequestedAt());
    return after.equals(before) && trades.isEmpty()
        ? Future.succeededFuture(stored)
        : write(tx, stored, after, trades);
  }

  private Future<StoredOrder> write(
      SqlConnection tx, StoredOrder stored, OrderChange change, List<Fill> trades) {
    var now = clock.instant();
    var order = stored.order();
    var entries = new ArrayList<Entry>();
    var locked = settle(stored, trades, change, entries);
    return orders.update(tx, order.id(), change.locking(locked), now).compose(updated -> ledger
        .book(tx, order.accountId(), stored.isPaper(), entries, now)
        .compose(balances -> outbox.write(
            tx,
            Actor.system(),
            order.userId(),
            order.accountId(),
            new Changes(updated.order(), trades, published(stored, balances))))
        .map(updated));
  }

  /** Leaves out balances at a real venue: those of the ledger are not those of the account. */
  private static List<Balance> published(StoredOrder stored, List<Balance> balances) {
    return stored.isPaper() ? balances : List.of();
  }

  /**
   * Adds the entries of the trades, and on paper of the amount that the order unlocks; returns the amount that stays locked.
   */
  private static BigDecimal settle(
      StoredOrder stored, List<Fill> trades, OrderChange change, List<Entry> entries) {
    var buys = stored.ticket().side() == Side.BUY;
    var locked = stored.locked();
    for (var trade : trades) {
      if (stored.base() == null || stored.quote() == null) {
        continue;
      }
      var paid = buys ? trade.quoteQty() : trade.qty();
      var received = buys ? trade.qty() : trade.quoteQty();
      var fromLocked = paid.min(locked);
      locked = locked.subtract(fromLocked);
      entries.add(Entry.payLocked(stored.payAsset(), fromLocked, trade.id()));
      entries.add(Entry.pay(stored.payAsset(), paid.subtract(fromLocked), trade.id()));
      entries.add(Entry.receive(buys ? stored.base() : stored.quote(), received, trade.id()));
      entries.add(Entry.fee(trade.feeAsset(), trade.fee(), trade.id()));
    }
    var needed = change.state().status().isFinal()
        ? BigDecimal.ZERO
        : OrderLock.remaining(stored.ticket(), change.executedQty(), change.executedQuoteQty())
            .min(locked);
    entries.add(Entry.unlock(stored.payAsset(), locked.subtract(needed), stored.id()));
    return needed;
  }
}
