package dev.verticker.message.trading;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;
import dev.verticker.bus.Address;
import dev.verticker.message.Actor;
import dev.verticker.message.Confidential;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Requests about accounts at venues, their limits and the kill switch, served by the trading verticle. An account of another
 * user fails with {@code account-not-found} (404), as one that does not exist.
 */
public final class TradingAccounts {
  /** The venue that fills orders against the live market without an exchange. */
  public static final String PAPER = "paper";

  /** A halt waits at most this long for the outcomes of orders in flight. */
  private static final Duration HALT_DEADLINE = Duration.ofSeconds(9);

  private static final Duration VENUE_DEADLINE = Duration.ofSeconds(12);

  /** The accounts of a user; creates the paper account if there is none. */
  public static final Address<ListAccounts, AccountList> LIST =
      new Address<>("trading-accounts.list", ListAccounts.class, AccountList.class);

  /** Fails with {@code venue-not-enabled} (422) and {@code too-many-accounts} (409). */
  public static final Address<Create, Account> CREATE =
      new Address<>("trading-accounts.create", Create.class, Account.class);

  /** Tests the keys of an account at its venue. Fails with {@code account-without-keys} (409) for a paper account. */
  public static final Address<Test, KeyTest> TEST =
      new Address<>("trading-accounts.test", Test.class, KeyTest.class, VENUE_DEADLINE);

  /** Destroys the keys. Fails with {@code account-has-open-orders} (409); a paper account cannot be deleted (409). */
  public static final Address<Delete, Void> DELETE =
      new Address<>("trading-accounts.delete", Delete.class, Void.class);

  /** Cancels the open orders of a paper account and sets its balances to the initial ones. Fails with {@code not-a-paper-account} (409). */
  public static final Address<Reset, Account> RESET =
      new Address<>("trading-accounts.reset", Reset.class, Account.class);

  public static final Address<FindLimits, Limits> LIMITS =
      new Address<>("trading-accounts.limits", FindLimits.class, Limits.class).asRepeatable();

  public static final Address<ChangeLimits, Limits> CHANGE_LIMITS =
      new Address<>("trading-accounts.change-limits", ChangeLimits.class, Limits.class);

  /** Commits a halt, after which no node sends a new order, and waits until no order is in flight. Cancellations still work. */
  public static final Address<Halt, HaltState> HALT =
      new Address<>("trading-accounts.halt", Halt.class, HaltState.class, HALT_DEADLINE);

  public static final Address<Halt, HaltState> RESUME =
      new Address<>("trading-accounts.resume", Halt.class, HaltState.class);

  /** Arms, renews or disarms the dead-man's switch: without a renewal in time, all open orders of the user are canceled. */
  public static final Address<CancelAfter, CancelAfterState> CANCEL_AFTER =
      new Address<>("trading-accounts.cancel-after", CancelAfter.class, CancelAfterState.class);

  private TradingAccounts() {}

  /** The reason for which an account accepts no new orders. */
  public enum HaltReason {
    /** The user halted it. */
    USER,
    /** An administrator halted all accounts. */
    ADMINISTRATOR,
    USER_DISABLED,
    @JsonEnumDefaultValue
    UNKNOWN
  }

  /**
   * @param label chosen by the user; null on paper
   * @param keyPrefix the first characters of the API key, for recognition; null on paper
   * @param halted null while the account accepts orders
   */
  public record Account(
      long id,
      long userId,
      String venue,
      String label,
      String keyPrefix,
      HaltReason halted,
      Instant createdAt) {}

  public record ListAccounts(long userId) {}

  /** @param venues enabled on this installation */
  public record AccountList(List<Account> accounts, List<String> venues) {
    public AccountList {
      accounts = List.copyOf(accounts);
      venues = List.copyOf(venues);
    }
  }

  /** @param key null on paper, like {@code secret} */
  public record Create(
      Actor actor, String venue, String label, Confidential key, Confidential secret) {}

  public record Test(Actor actor, long accountId) {}

  /**
   * The response of a venue to a test of an account's keys.
   *
   * @param accepted whether the venue accepts the keys
   * @param reason why the venue refuses them, in one sentence; null if it accepts them
   * @param canTrade null if the venue does not report it, like {@code canWithdraw}
   */
  public record KeyTest(
      boolean accepted, String reason, Boolean canTrade, Boolean canWithdraw, Instant at) {}

  public record Delete(Actor actor, long accountId) {}

  /** @param accountId a paper account */
  public record Reset(Actor actor, long accountId) {}

  /** @param accountId null = the user's paper account */
  public record FindLimits(long userId, Long accountId) {}

  /**
   * Limits on the orders of an account; null means no limit. Amounts are in units of the quote asset.
   *
   * @param maxOpenOrders open orders at the same time
   * @param maxOrderNotional of one order
   * @param maxDailyNotional of the orders of one UTC day
   * @param maxPriceDistance of a limit price from the last price, as a fraction
   * @param symbols allowed symbols; null = every symbol
   */
  public record Limits(
      Integer maxOpenOrders,
      BigDecimal maxOrderNotional,
      BigDecimal maxDailyNotional,
      BigDecimal maxPriceDistance,
      List<String> symbols) {
    public static final Limits NONE = new Limits(null, null, null, null, null);

    public Limits {
      symbols = symbols == null ? null : List.copyOf(symbols);
    }
  }

  /** @param accountId null = the user's paper account */
  public record ChangeLimits(Actor actor, Long accountId, Limits limits) {}

  /** @param everyone whether to halt the accounts of all users, which requires {@code trading.halt} */
  public record Halt(Actor actor, boolean everyone) {}

  /**
   * @param inFlight number of orders whose outcome is not known yet
   * @param at time of the halt; null if trading is not halted
   */
  public record HaltState(boolean halted, int inFlight, Instant at) {}

  /** @param after null = disarm */
  public record CancelAfter(Actor actor, Duration after) {}

  /** @param at time of the cancellation unless it is renewed; null if disarmed */
  public record CancelAfterState(Instant at) {}
}
