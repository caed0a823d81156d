package dev.verticker.trading.account;

import dev.verticker.bus.Failure;
import dev.verticker.bus.Failure.Conflict;
import dev.verticker.bus.Failure.Invalid;
import dev.verticker.data.Database;
import dev.verticker.exchange.ApiKey;
import dev.verticker.message.Confidential;
import dev.verticker.message.trading.TradingAccounts;
import dev.verticker.message.trading.TradingAccounts.Account;
import dev.verticker.message.trading.TradingAccounts.AccountList;
import dev.verticker.message.trading.TradingAccounts.ChangeLimits;
import dev.verticker.message.trading.TradingAccounts.Create;
import dev.verticker.message.trading.TradingAccounts.Delete;
import dev.verticker.message.trading.TradingAccounts.FindLimits;
import dev.verticker.message.trading.TradingAccounts.Limits;
import dev.verticker.message.trading.TradingAccounts.ListAccounts;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Lists, creates and deletes accounts of a user, and changes their limits. */
public final class AccountService {
  private static final Pattern KEY = Pattern.compile("[!-~]{1,2048}");
  private static final int MAX_LABEL = 100;

  private final Database database;
  private final AccountRepository accounts;
  private final Optional<AccountKeys> keys;
  private final List<String> venues;
  private final KeyCheck check;

  /** Asks a venue whether a key may be used; fails with a {@link Failure} otherwise. */
  @FunctionalInterface
  public interface KeyCheck {
    Future<Void> check(String venue, ApiKey key);
  }

  /**
   * @param keys empty if no venue needs keys
   * @param venues enabled venues, including {@code paper}
   */
  public AccountService(
      Database database,
      AccountRepository accounts,
      Optional<AccountKeys> keys,
      List<String> venues,
      KeyCheck check) {
    this.database = database;
    this.accounts = accounts;
    this.keys = keys;
    this.venues = List.copyOf(venues);
    this.check = check;
  }

  public Future<AccountList> list(ListAccounts list) {
    return accounts
        .find(list.userId(), null)
        .compose(paper -> accounts.list(list.userId()))
        .map(found -> new AccountList(found.stream().map(VenueAccount::message).toList(), venues));
  }

  /** The row of the paper account is locked, so that a halt of the user waits for the creation. */
  public Future<Account> create(Create create) {
    var userId = create.actor().id();
    if (TradingAccounts.PAPER.equals(create.venue())
        || !venues.contains(create.venue())
        || keys.isEmpty()) {
      return Future.failedFuture(new Invalid(
          "venue-not-enabled",
          "No account can be created at this venue: choose one of those that GET /trading/accounts lists.",
          new Failure.Error("/venue", "enum", "The venue must be one of " + real() + ".")));
    }
    var violation = violation(create);
    if (violation.isPresent()) {
      return Future.failedFuture(violation.get());
    }
    var key = new ApiKey(create.key(), create.secret());
    return check
        .check(create.venue(), key)
        .compose(checked -> accounts.find(userId, null))
        .compose(paper -> database.transaction(tx -> accounts
            .lock(tx, paper.id())
            .compose(locked -> accounts.insert(
                tx, userId, create.venue(), create.label(), create.key().value()))
            .compose(id -> keys.get().store(tx, id, key).map(id))))
        .compose(id -> accounts.find(userId, id))
        .map(VenueAccount::message);
  }

  /** Destroys the keys; orders and trades of the account stay. */
  public Future<Void> delete(Delete delete) {
    return accounts.find(delete.actor().id(), delete.accountId()).compose(account -> {
      if (account.isPaper()) {
        return Future.failedFuture(new Conflict(
            "paper-account", "The paper account cannot be deleted: reset it instead."));
      }
      return database.transaction(tx -> accounts
          .lock(tx, account.id())
          .compose(locked -> accounts.hasOpenOrders(tx, account.id()))
          .compose(open -> open
              ? Future.failedFuture(new Conflict(
                  "account-has-open-orders",
                  "The account has open orders: cancel them before you delete it."))
              : accounts.delete(tx, account.id())));
    });
  }

  public Future<Limits> limits(FindLimits find) {
    return accounts.find(find.userId(), find.accountId()).map(VenueAccount::limits);
  }

  public Future<Limits> changeLimits(ChangeLimits change) {
    return accounts
        .find(change.actor().id(), change.accountId())
        .compose(account ->
            database.transaction(tx -> accounts.changeLimits(tx, account.id(), change.limits())))
        .map(change.limits());
  }

  private List<String> real() {
    return venues.stream().filter(venue -> !TradingAccounts.PAPER.equals(venue)).toList();
  }

  private static Optional<Invalid> violation(Create create) {
    if (create.label() != null
        && (create.label().isBlank() || create.label().length() > MAX_LABEL)) {
      return Optional.of(
          Invalid.of("/label", "length", "The label must have 1 to " + MAX_LABEL + " characters."));
    }
    if (!isKey(create.key())) {
      return Optional.of(Invalid.of("/key", "pattern", "The API key of the venue is required."));
    }
    return isKey(create.secret())
        ? Optional.empty()
        : Optional.of(Invalid.of("/secret", "pattern", "The secret of the API key is required."));
  }

  /** A secret may be a private key in PEM format, which has line breaks. */
  private static boolean isKey(Confidential key) {
    return key != null && KEY.matcher(key.value().replaceAll("\\s", "")).matches();
  }
}
