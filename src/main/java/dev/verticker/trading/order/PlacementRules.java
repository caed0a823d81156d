package dev.verticker.trading.order;

import dev.verticker.bus.Failure;
import dev.verticker.bus.Failure.Conflict;
import dev.verticker.bus.Failure.TooManyRequests;
import dev.verticker.data.Rows;
import dev.verticker.message.trading.OrderJson;
import dev.verticker.message.trading.Orders.Side;
import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.message.trading.TradingAccounts.Limits;
import dev.verticker.trading.account.AccountRepository;
import dev.verticker.trading.account.VenueAccount;
import dev.verticker.trading.rules.Instrument;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** The conditions of a placement that hold only while the row of the account is locked: halt, limits and balance. */
final class PlacementRules {
  /** Max number of open orders of an account, whatever its own limit. */
  static final int MAX_OPEN_ORDERS = 500;

  private static final String STATE =
      """
      SELECT a.max_open_orders, a.max_order_notional, a.max_daily_notional, a.max_price_distance, a.symbols,
             a.deleted_at IS NOT NULL AS deleted,
             a.paused_until,
             EXISTS (SELECT FROM trading.halts AS h WHERE h.user_id = a.user_id OR h.user_id IS NULL) AS halted,
             (SELECT o.id
                FROM trading.orders AS o
               WHERE o.account_id = a.id AND o.client_order_id = $2 AND o.source = 'own') AS existing,
             (SELECT count(*)
                FROM (SELECT FROM trading.orders AS o
                       WHERE o.account_id = a.id AND o.status IN ('pending', 'open', 'partially_filled', 'unknown')
                       LIMIT $3) AS open_order) AS open_orders,
             (SELECT w.available FROM trading.wallets AS w WHERE w.account_id = a.id AND w.asset = $4) AS available,
             (SELECT d.notional
                FROM trading.daily_notionals AS d
               WHERE d.account_id = a.id AND d.asset = $5 AND d.day = $6) AS notional
        FROM trading.accounts AS a
       WHERE a.id = $1
      """;

  private static final String COUNT =
      """
      INSERT INTO trading.daily_notionals AS d (account_id, asset, day, notional)
      VALUES ($1, $2, $3, $4::numeric)
          ON CONFLICT (account_id, asset) DO UPDATE
         SET day = excluded.day,
             notional = excluded.notional + CASE WHEN d.day = excluded.day THEN d.notional ELSE 0 END
      """;

  private PlacementRules() {}

  /**
   * An own order that satisfies every other rule and is not stored yet.
   *
   * @param contentHash SHA-256 of the client's request, in hexadecimal digits
   * @param locked amount that it locks on paper; 0 at a real venue
   * @param notional in units of the quote asset; null if unknown
   * @param sentAt time of its signature, on the venue's clock
   */
  record Placement(
      VenueAccount account,
      String clientOrderId,
      String contentHash,
      Ticket ticket,
      Instrument instrument,
      BigDecimal locked,
      BigDecimal notional,
      Instant sentAt) {
    String payAsset() {
      return ticket.side() == Side.BUY ? instrument.quote() : instrument.base();
    }
  }

  /**
   * Checks the placement and counts its notional. Returns the id of the order that was placed with the same client order id,
   * or null.
   */
  static Future<Long> check(SqlConnection tx, Placement placement, Instant now) {
    var account = placement.account();
    var day = LocalDate.ofInstant(now, ZoneOffset.UTC);
    var quote = placement.instrument().quote();
    return tx.preparedQuery(STATE)
        .execute(Tuple.of(account.id(), placement.clientOrderId(), MAX_OPEN_ORDERS)
            .addValue(placement.payAsset())
            .addValue(quote)
            .addValue(day))
        .compose(rows -> {
          var state = rows.iterator().next();
          var existing = state.getLong("existing");
          if (existing != null) {
            return Future.succeededFuture(existing);
          }
          var failure = violation(state, placement, now);
          if (failure != null) {
            return Future.failedFuture(failure);
          }
          return placement.notional() == null
              ? Future.succeededFuture()
              : tx.preparedQuery(COUNT)
                  .execute(Tuple.of(account.id(), quote, day, placement.notional()))
                  .mapEmpty();
        });
  }

  private static Failure violation(Row state, Placement placement, Instant now) {
    var account = placement.account();
    var limits = AccountRepository.limits(state);
    if (state.getBoolean("deleted")) {
      return new Conflict(
          "account-deleted", "The trading account was deleted: choose another one.");
    }
    if (state.getBoolean("halted")) {
      return new Conflict(
          "trading-halted", "Trading is halted, no order was placed: resume trading first.");
    }
    var paused = Rows.instant(state, "paused_until");
    if (paused != null && now.isBefore(paused)) {
      return new TooManyRequests(
          "venue-rate-limited",
          "The venue limits the orders of this account, no order was placed: try again later.",
          Duration.between(now, paused));
    }
    var maxOpen = limits.maxOpenOrders() == null
        ? MAX_OPEN_ORDERS
        : Math.min(limits.maxOpenOrders(), MAX_OPEN_ORDERS);
    if (state.getLong("open_orders") >= maxOpen) {
      return exceeded("The account has " + state.getLong("open_orders")
          + " open orders, the limit is " + maxOpen + ": cancel one first.");
    }
    return isOverDailyLimit(state, limits, placement)
        ? exceeded("The orders of this UTC day would exceed the limit of "
            + OrderJson.decimal(limits.maxDailyNotional()) + " "
            + placement.instrument().quote() + ": raise the limit or continue tomorrow.")
        : uncovered(state, account, placement);
  }

  private static boolean isOverDailyLimit(Row state, Limits limits, Placement placement) {
    if (limits.maxDailyNotional() == null || placement.notional() == null) {
      return false;
    }
    var sum = orZero(state.getBigDecimal("notional")).add(placement.notional());
    return sum.compareTo(limits.maxDailyNotional()) > 0;
  }

  private static Failure uncovered(Row state, VenueAccount account, Placement placement) {
    var available = orZero(state.getBigDecimal("available"));
    var needed = placement.locked();
    return account.isPaper() && available.compareTo(needed) < 0
        ? new Conflict(
            "insufficient-balance",
            "The order needs " + OrderJson.decimal(needed) + " " + placement.payAsset()
                + ", the account has " + OrderJson.decimal(available)
                + " available: order less or cancel an open order.")
        : null;
  }

  private static Conflict exceeded(String detail) {
    return new Conflict("limit-exceeded", detail);
  }

  private static BigDecimal orZero(BigDecimal amount) {
    return amount == null ? BigDecimal.ZERO : amount;
  }
}
