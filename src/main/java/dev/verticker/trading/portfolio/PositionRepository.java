package dev.verticker.trading.portfolio;

import dev.verticker.data.Database;
import dev.verticker.data.Rows;
import dev.verticker.message.trading.Orders.Side;
import dev.verticker.trading.portfolio.TradeCosts.TradeFacts;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** The average costs of the assets of accounts, and the trades that are not included yet. */
public final class PositionRepository {
  /** Max number of trades that one transaction adds. */
  static final int MAX_TRADES = 200;

  private static final String CURSOR =
      "SELECT trade_id FROM trading.position_cursors WHERE account_id = $1";

  private static final String POSITIONS =
      """
      SELECT asset, qty, cost, realized_profit
        FROM trading.positions
       WHERE account_id = $1
      """;

  private static final String TRADES =
      """
      SELECT t.id, o.side, i.base, i.quote, t.qty, t.quote_qty, t.fee_asset, t.fee, t.traded_at
        FROM trading.trades AS t
        JOIN trading.orders AS o ON o.id = t.order_id
        JOIN trading.instruments AS i ON i.venue = o.venue AND i.symbol = o.symbol
       WHERE t.account_id = $1
         AND t.id > $2
       ORDER BY t.id
       LIMIT $3
      """;

  private static final String ADVANCE =
      """
      INSERT INTO trading.position_cursors AS cursor (account_id, trade_id)
      VALUES ($1, $3)
          ON CONFLICT (account_id) DO UPDATE
         SET trade_id = excluded.trade_id
       WHERE cursor.trade_id = $2
      """;

  private static final String STORE =
      """
      INSERT INTO trading.positions (account_id, asset, qty, cost, realized_profit)
      SELECT $1, asset, qty::numeric, cost::numeric, realized_profit::numeric
        FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS given (asset, qty, cost, realized_profit)
          ON CONFLICT (account_id, asset) DO UPDATE
         SET qty = excluded.qty,
             cost = excluded.cost,
             realized_profit = excluded.realized_profit
      """;

  private static final String CLEAR = "DELETE FROM trading.positions WHERE account_id = $1";

  private static final String SKIP =
      """
      INSERT INTO trading.position_cursors AS cursor (account_id, trade_id)
      SELECT $1, coalesce(max(id), 0)
        FROM trading.trades
       WHERE account_id = $1
          ON CONFLICT (account_id) DO UPDATE
         SET trade_id = excluded.trade_id
      """;

  private final Database database;

  PositionRepository(Database database) {
    this.database = database;
  }

  /** @param cursor id of the last trade that the positions contain; 0 = none */
  record Positions(long cursor, Map<String, CostBasis> bases) {}

  /** Resets the positions of an account, without its earlier trades; the transaction holds the lock of the account. */
  public static Future<Void> reset(SqlConnection tx, long accountId) {
    // The cursor first, as in store: its row lock orders the two, and what the other stored is
    // deleted.
    return tx.preparedQuery(SKIP)
        .execute(Tuple.of(accountId))
        .compose(skipped -> tx.preparedQuery(CLEAR).execute(Tuple.of(accountId)))
        .mapEmpty();
  }

  Future<Positions> find(long accountId) {
    // The cursor first: a change in between then fails the next one.
    return database.query(CURSOR, Tuple.of(accountId)).compose(cursor -> database
        .query(POSITIONS, Tuple.of(accountId))
        .map(rows -> new Positions(
            Rows.first(cursor, row -> row.getLong("trade_id")).orElse(0L),
            StreamSupport.stream(rows.spliterator(), false)
                .collect(
                    Collectors.toMap(row -> row.getString("asset"), PositionRepository::basis)))));
  }

  /** At most {@link #MAX_TRADES}, by id. */
  Future<List<TradeFacts>> tradesAfter(long accountId, long cursor) {
    return database
        .query(TRADES, Tuple.of(accountId, cursor, MAX_TRADES))
        .map(rows -> Rows.all(rows, PositionRepository::trade));
  }

  /** Stores positions that contain the trades up to an id; false if another node did so in between. */
  Future<Boolean> store(
      long accountId, Positions before, long cursor, Map<String, CostBasis> changed) {
    return database.transaction(tx -> tx.preparedQuery(ADVANCE)
        .execute(Tuple.of(accountId, before.cursor(), cursor))
        .compose(rows -> rows.rowCount() == 0
            ? Future.succeededFuture(false)
            : store(tx, accountId, new HashMap<>(changed)).map(true)));
  }

  private static Future<Void> store(
      SqlConnection tx, long accountId, Map<String, CostBasis> changed) {
    var assets = changed.keySet().toArray(String[]::new);
    var bases = List.copyOf(changed.values());
    return tx.preparedQuery(STORE)
        .execute(Tuple.of(
            accountId,
            assets,
            bases.stream().map(basis -> text(basis.qty())).toArray(String[]::new),
            bases.stream().map(basis -> text(basis.cost())).toArray(String[]::new),
            bases.stream().map(basis -> text(basis.realizedProfit())).toArray(String[]::new)))
        .mapEmpty();
  }

  private static String text(BigDecimal amount) {
    return amount == null ? null : amount.toPlainString();
  }

  private static CostBasis basis(Row row) {
    return new CostBasis(
        row.getBigDecimal("qty"), row.getBigDecimal("cost"), row.getBigDecimal("realized_profit"));
  }

  private static TradeFacts trade(Row row) {
    return new TradeFacts(
        row.getLong("id"),
        Side.valueOf(row.getString("side").toUpperCase(Locale.ROOT)),
        row.getString("base"),
        row.getString("quote"),
        row.getBigDecimal("qty"),
        row.getBigDecimal("quote_qty"),
        row.getString("fee_asset"),
        row.getBigDecimal("fee"),
        Rows.instant(row, "traded_at"));
  }
}
