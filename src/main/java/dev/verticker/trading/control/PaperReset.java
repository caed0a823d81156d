package dev.verticker.trading.control;

import dev.verticker.bus.Failure.Conflict;
import dev.verticker.data.Database;
import dev.verticker.message.Actor;
import dev.verticker.message.trading.Orders.CancelAll;
import dev.verticker.message.trading.TradingAccounts.Account;
import dev.verticker.message.trading.TradingAccounts.Reset;
import dev.verticker.trading.account.AccountRepository;
import dev.verticker.trading.account.TradingOutbox;
import dev.verticker.trading.account.TradingOutbox.Changes;
import dev.verticker.trading.account.VenueAccount;
import dev.verticker.trading.order.CancelService;
import dev.verticker.trading.portfolio.Ledger;
import dev.verticker.trading.portfolio.Ledger.Entry;
import dev.verticker.trading.portfolio.PositionRepository;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.time.Clock;
import java.util.List;

/** Resets a paper account: cancels its open orders and books its initial balance again. Orders and trades stay. */
public final class PaperReset {
  private final Database database;
  private final AccountRepository accounts;
  private final CancelService cancellations;
  private final Ledger ledger;
  private final TradingOutbox outbox;
  private final Clock clock;

  public PaperReset(
      Database database,
      AccountRepository accounts,
      CancelService cancellations,
      Ledger ledger,
      TradingOutbox outbox,
      Clock clock) {
    this.database = database;
    this.accounts = accounts;
    this.cancellations = cancellations;
    this.ledger = ledger;
    this.outbox = outbox;
    this.clock = clock;
  }

  public Future<Account> reset(Reset reset) {
    var userId = reset.actor().id();
    return accounts
        .find(userId, reset.accountId())
        .compose(account -> account.isPaper()
            ? cancellations
                .cancelAll(new CancelAll(reset.actor(), account.id(), null))
                .compose(canceled -> database.transaction(tx -> reset(tx, reset.actor(), account)))
                .map(account.message())
            : Future.failedFuture(new Conflict(
                "not-a-paper-account",
                "Only a paper account can be reset, this one is at " + account.venue() + ".")));
  }

  private Future<Void> reset(SqlConnection tx, Actor actor, VenueAccount account) {
    return accounts
        .lock(tx, account.id())
        .compose(locked -> accounts.hasOpenOrders(tx, account.id()))
        .compose(open -> open
            ? Future.<List<Ledger.Balance>>failedFuture(new Conflict(
                "account-has-open-orders",
                "An order of the account is not canceled yet: reset it again in a moment."))
            : ledger.balances(tx, account.id()))
        .compose(before -> {
          var entries = before.stream()
              .map(balance -> Entry.reset(balance.asset(), balance.available()))
              .toList();
          return ledger
              .book(tx, account.id(), true, entries, clock.instant())
              .compose(emptied -> accounts.fund(tx, account.id()))
              .compose(funded -> PositionRepository.reset(tx, account.id()))
              .compose(reset -> ledger.balances(tx, account.id()));
        })
        .compose(balances -> outbox.write(
            tx, actor, account.userId(), account.id(), new Changes(null, List.of(), balances)));
  }
}
