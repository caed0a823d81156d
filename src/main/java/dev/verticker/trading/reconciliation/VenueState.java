package dev.verticker.trading.reconciliation;

import static dev.verticker.message.trading.OrderJson.wireName;

import dev.verticker.data.Database;
import dev.verticker.data.Rows;
import dev.verticker.exchange.OrderGateway.Balances;
import dev.verticker.exchange.OrderGateway.VenueOrder;
import dev.verticker.message.Actor;
import dev.verticker.trading.account.AccountRepository;
import dev.verticker.trading.account.TradingOutbox;
import dev.verticker.trading.account.VenueAccount;
import dev.verticker.trading.order.OrderRepository;
import dev.verticker.trading.order.StoredOrder;
import dev.verticker.trading.portfolio.Ledger.Balance;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The orders and balances that the leader compares with real venues; stores external orders and reported balances. */
final class VenueState {
  /** Max number of orders in one comparison. */
  static final int MAX_ORDERS = 1000;

  private static final String SELECT =
      """
      SELECT o.*, i.base, i.quote
        FROM trading.orders AS o
        JOIN trading.instruments AS i USING (venue, symbol)
      """;

  private static final String UNSETTLED = SELECT
      + """
           WHERE o.status IN ('pending', 'unknown')
             AND o.venue <> 'paper'
             AND o.sent_at < $1
           ORDER BY o.sent_at
           LIMIT $2
          """;

  private static final String OPEN = SELECT
      + """
           WHERE o.id IN (
                 SELECT id
                   FROM trading.orders
                  WHERE account_id = $1
                    AND status IN ('open', 'partially_filled')
                  UNION ALL
                 SELECT id
                   FROM (SELECT id, reported_qty, executed_qty
                           FROM trading.orders
                          WHERE account_id = $1
                          ORDER BY id DESC
                          LIMIT 200) AS newest
                  WHERE reported_qty > executed_qty)
           ORDER BY o.id
           LIMIT $2
          """;

  private static final String RECENT_SYMBOLS =
      """
      SELECT DISTINCT symbol
        FROM trading.orders
       WHERE account_id = $1
         AND id IN (SELECT id FROM trading.orders WHERE account_id = $1 ORDER BY id DESC LIMIT 200)
         AND updated_at >= $2
       ORDER BY symbol
       LIMIT $3
      """;

  private static final String INSERT_INSTRUMENT =
      """
      INSERT INTO trading.instruments (venue, symbol)
      VALUES ($1, $2)
          ON CONFLICT DO NOTHING
      """;

  private static final String INSERT_EXTERNAL =
      """
      INSERT INTO trading.orders (user_id, account_id, venue, symbol, client_order_id, exchange_order_id, side, type,
             time_in_force, qty, quote_qty, price, stop_price, self_trade_prevention, status, source, created_at, updated_at)
      SELECT $1::bigint, $2::bigint, $3::text, $4::text, $5::text, $6::text, $7::text, $8::text, $9::text, $10::numeric,
             $11::numeric, $12::numeric, $13::numeric, $14::text, 'open', 'external', $15::timestamptz, $15::timestamptz
       WHERE NOT EXISTS (
             SELECT
               FROM trading.orders
              WHERE account_id = $2
                AND (symbol = $4 AND exchange_order_id = $6
                     OR client_order_id = $5 AND source = 'own' AND exchange_order_id IS NULL))
      """;

  private static final String BALANCES =
      "SELECT asset, free, locked, as_of FROM trading.balances WHERE account_id = $1";

  private static final String STORE_BALANCE =
      """
      INSERT INTO trading.balances (account_id, asset, free, locked, as_of)
      VALUES ($1, $2, $3::numeric, $4::numeric, $5)
          ON CONFLICT (account_id, asset) DO UPDATE
         SET free = excluded.free,
             locked = excluded.locked,
             as_of = excluded.as_of
      """;

  private static final String CONFIRM_BALANCES =
      "UPDATE trading.balances SET as_of = $2 WHERE account_id = $1 AND as_of < $2";

  private final Database database;
  private final AccountRepository accounts;
  private final TradingOutbox outbox;
  private final Function<SqlConnection, Future<Void>> check;

  /** @param check begins each transaction that writes, such as that of a lease */
  VenueState(
      Database database,
      AccountRepository accounts,
      TradingOutbox outbox,
      Function<SqlConnection, Future<Void>> check) {
    this.database = database;
    this.accounts = accounts;
    this.outbox = outbox;
    this.check = check;
  }

  /** Orders without an outcome that were signed before this time, the oldest first. */
  Future<List<StoredOrder>> unsettled(Instant before, int limit) {
    return database
        .query(UNSETTLED, Tuple.of(Rows.utc(before), limit))
        .map(rows -> Rows.all(rows, OrderRepository::order));
  }

  /** Returns the orders of the account whose stored status is open, and closed ones whose trades are not all known. */
  Future<List<StoredOrder>> open(long accountId) {
    return database
        .query(OPEN, Tuple.of(accountId, MAX_ORDERS))
        .map(rows -> Rows.all(rows, OrderRepository::order));
  }

  /** Symbols of the newest orders of the account that changed since then. */
  Future<List<String>> recentSymbols(long accountId, Instant since, int limit) {
    return database
        .query(RECENT_SYMBOLS, Tuple.of(accountId, Rows.utc(since), limit))
        .map(rows -> Rows.all(rows, row -> row.getString("symbol")));
  }

  /** Stores an order that was not placed here, unless it is stored already. */
  Future<Void> storeExternal(VenueAccount account, VenueOrder order) {
    var ticket = order.ticket();
    return database.transaction(tx -> check
        .apply(tx)
        .compose(checked -> accounts.lock(tx, account.id()))
        .compose(locked ->
            tx.preparedQuery(INSERT_INSTRUMENT).execute(Tuple.of(account.venue(), ticket.symbol())))
        .compose(stored -> tx.preparedQuery(INSERT_EXTERNAL)
            .execute(Tuple.of(account.userId(), account.id(), account.venue(), ticket.symbol())
                .addValue(
                    order.clientOrderId() == null
                        ? "order-" + order.exchangeOrderId()
                        : order.clientOrderId())
                .addValue(order.exchangeOrderId())
                .addValue(wireName(ticket.side()))
                .addValue(wireName(ticket.type()))
                .addValue(ticket.timeInForce() == null ? null : timeInForce(order))
                .addValue(ticket.qty())
                .addValue(ticket.quoteQty())
                .addValue(ticket.price())
                .addValue(ticket.stopPrice())
                .addValue(ticket.selfTradePrevention())
                .addValue(Rows.utc(order.updatedAt())))
            .mapEmpty()));
  }

  private static String timeInForce(VenueOrder order) {
    return switch (order.ticket().timeInForce()) {
      case GTC, IOC, FOK -> order.ticket().timeInForce().name();
      case UNKNOWN -> "unknown";
    };
  }

  /**
   * Stores balances that are newer than the stored ones, and publishes those that differ.
   *
   * @param all whether assets that are not in the report have no balance
   */
  Future<Void> storeBalances(VenueAccount account, Balances reported, boolean all) {
    return database.transaction(tx -> check
        .apply(tx)
        .compose(checked -> accounts.lock(tx, account.id()))
        .compose(locked -> tx.preparedQuery(BALANCES).execute(Tuple.of(account.id())))
        .map(rows -> {
          var stored = new HashMap<String, Balance>();
          rows.forEach(row -> stored.put(
              row.getString("asset"),
              new Balance(
                  row.getString("asset"),
                  row.getBigDecimal("free"),
                  row.getBigDecimal("locked"),
                  Rows.instant(row, "as_of"))));
          return changes(stored, reported, all);
        })
        .compose(changes -> write(tx, account, changes)
            .compose(written -> all
                ? tx.preparedQuery(CONFIRM_BALANCES)
                    .execute(Tuple.of(account.id(), Rows.utc(reported.asOf())))
                    .mapEmpty()
                : Future.succeededFuture())
            .compose(confirmed -> outbox.write(
                tx,
                Actor.system(),
                account.userId(),
                account.id(),
                new TradingOutbox.Changes(null, List.of(), changes)))));
  }

  private Future<Void> write(SqlConnection tx, VenueAccount account, List<Balance> changes) {
    if (changes.isEmpty()) {
      return Future.succeededFuture();
    }
    return tx.preparedQuery(STORE_BALANCE)
        .executeBatch(changes.stream()
            .map(balance -> Tuple.of(
                account.id(),
                balance.asset(),
                balance.available(),
                balance.locked(),
                Rows.utc(balance.asOf())))
            .toList())
        .mapEmpty();
  }

  private static List<Balance> changes(
      Map<String, Balance> stored, Balances reported, boolean all) {
    var changes = new ArrayList<Balance>();
    var rest = new HashMap<>(stored);
    for (var balance : reported.balances()) {
      rest.remove(balance.asset());
      var next = new Balance(balance.asset(), balance.free(), balance.locked(), reported.asOf());
      if (differs(stored.get(balance.asset()), next)) {
        changes.add(next);
      }
    }
    if (all) {
      rest.keySet().stream()
          .map(asset -> new Balance(asset, BigDecimal.ZERO, BigDecimal.ZERO, reported.asOf()))
          .filter(none -> differs(stored.get(none.asset()), none))
          .forEach(changes::add);
    }
    return changes;
  }

  /** An older snapshot changes nothing. */
  private static boolean differs(Balance stored, Balance reported) {
    if (stored == null) {
      return reported.available().signum() != 0 || reported.locked().signum() != 0;
    }
    return !reported.asOf().isBefore(stored.asOf())
        && (stored.available().compareTo(reported.available()) != 0
            || stored.locked().compareTo(reported.locked()) != 0);
  }
}
