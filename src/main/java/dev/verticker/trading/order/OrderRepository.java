package dev.verticker.trading.order;

import static dev.verticker.message.trading.OrderJson.wireName;

import dev.verticker.data.Database;
import dev.verticker.data.Rows;
import dev.verticker.exchange.OrderGateway.VenueTrade;
import dev.verticker.message.trading.OrderJson;
import dev.verticker.message.trading.Orders.Fill;
import dev.verticker.message.trading.Orders.FindOrder;
import dev.verticker.message.trading.Orders.ListOrders;
import dev.verticker.message.trading.Orders.ListTrades;
import dev.verticker.message.trading.Orders.Order;
import dev.verticker.message.trading.Orders.Side;
import dev.verticker.message.trading.Orders.Source;
import dev.verticker.message.trading.Orders.Status;
import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.message.trading.Orders.TimeInForce;
import dev.verticker.message.trading.Orders.Type;
import dev.verticker.trading.order.PlacementRules.Placement;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The rows of {@code trading.orders} and {@code trading.trades}. */
public final class OrderRepository {
  private static final HexFormat HEX = HexFormat.of();

  /** By their names in the database. */
  private static final Map<String, Status> STATUSES = Stream.of(Status.values())
      .filter(status -> status != Status.UNKNOWN)
      .collect(Collectors.toUnmodifiableMap(OrderJson::status, Function.identity()));

  /** The predicate of the partial indexes. */
  private static final String OPEN =
      "o.status IN ('pending', 'open', 'partially_filled', 'unknown')";

  private static final String SELECT =
      """
      SELECT o.*, i.base, i.quote
        FROM trading.orders AS o
        JOIN trading.instruments AS i USING (venue, symbol)
      """;

  private static final String FIND = SELECT + " WHERE o.id = $1 AND o.user_id = $2";

  private static final String FIND_BY_CLIENT_ORDER_ID = SELECT
      + " WHERE o.account_id = $1 AND o.client_order_id = $2 AND o.source = 'own' AND o.user_id = $3";

  /** The newest first: a venue that was reset assigns its ids again. */
  private static final String FIND_REPORTED =
      """
      SELECT id
        FROM trading.orders
       WHERE account_id = $1
         AND (symbol = $2 AND exchange_order_id = $3
              OR client_order_id = $4 AND source = 'own' AND (exchange_order_id IS NULL OR exchange_order_id = $3))
       ORDER BY exchange_order_id IS NULL, id DESC
       LIMIT 1
      """;

  private static final String LOCK = SELECT + " WHERE o.id = $1 FOR NO KEY UPDATE OF o";

  private static final String LIST = SELECT
      + """
           WHERE o.user_id = $1
             AND %s
             AND %s
             AND o.id < $4
             AND %s
           ORDER BY o.id DESC
           LIMIT $5
          """;

  private static final String TRADES =
      """
      SELECT t.*, o.venue, o.side
        FROM trading.trades AS t
        JOIN trading.orders AS o ON o.id = t.order_id
       WHERE t.user_id = $1
         AND %s
         AND %s
         AND %s
         AND t.id < $5
       ORDER BY t.id DESC
       LIMIT $6
      """;

  private static final String INSERT =
      """
      WITH o AS (
        INSERT INTO trading.orders (user_id, account_id, venue, symbol, client_order_id, content_hash, side, type,
               time_in_force, qty, quote_qty, price, stop_price, self_trade_prevention, status, source, locked, sent_at,
               created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::numeric, $11::numeric, $12::numeric, $13::numeric, $14,
               'pending', 'own', $15::numeric, $16, $17, $17)
        RETURNING *
      )
      SELECT o.*, i.base, i.quote
        FROM o
        JOIN trading.instruments AS i USING (venue, symbol)
      """;

  private static final String INSERT_TRADES =
      """
      INSERT INTO trading.trades (order_id, user_id, account_id, symbol, exchange_trade_id, price, qty, quote_qty, fee_asset,
             fee, maker, traded_at)
      SELECT o.id, o.user_id, o.account_id, o.symbol, given.exchange_trade_id, given.price::numeric, given.qty::numeric,
             given.quote_qty::numeric, given.fee_asset, given.fee::numeric, given.maker, given.traded_at
        FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::boolean[], $9::timestamptz[])
             WITH ORDINALITY AS given (exchange_trade_id, price, qty, quote_qty, fee_asset, fee, maker, traded_at, n)
       CROSS JOIN trading.orders AS o
       WHERE o.id = $1
       ORDER BY given.n
          ON CONFLICT (order_id, exchange_trade_id) DO NOTHING
      RETURNING *
      """;

  private static final String UPDATE =
      """
      UPDATE trading.orders AS o
         SET revision = revision + 1,
             status = $2,
             exchange_order_id = $3,
             executed_qty = $4::numeric,
             executed_quote_qty = $5::numeric,
             reported_qty = $6::numeric,
             prevented_qty = $7::numeric,
             locked = $8::numeric,
             reason = $9,
             last_execution_id = $10,
             oddities = $11,
             triggered_at = $12,
             cancel_requested_at = $13,
             updated_at = greatest(updated_at, $14)
        FROM trading.instruments AS i
       WHERE o.id = $1
         AND i.venue = o.venue
         AND i.symbol = o.symbol
      RETURNING o.*, i.base, i.quote
      """;

  private final Database database;

  public OrderRepository(Database database) {
    this.database = database;
  }

  Future<Optional<StoredOrder>> find(FindOrder find) {
    return find.id() != null
        ? one(database.query(FIND, Tuple.of(find.id(), find.userId())))
        : one(database.query(
            FIND_BY_CLIENT_ORDER_ID,
            Tuple.of(find.accountId(), find.clientOrderId(), find.userId())));
  }

  /** Finds an order of the account by the ids in a report; the exchange order id has precedence over the client order id. */
  Future<Optional<Long>> findReported(
      long accountId, String symbol, String exchangeOrderId, String clientOrderId) {
    return database
        .query(FIND_REPORTED, Tuple.of(accountId, symbol, exchangeOrderId, clientOrderId))
        .map(rows -> Rows.first(rows, row -> row.getLong("id")));
  }

  /** Returns at most one order more than the limit, newest first. */
  Future<List<StoredOrder>> list(ListOrders list) {
    return database
        .query(
            LIST.formatted(
                equal("o.account_id", "$2::bigint", list.accountId()),
                equal("o.symbol", "$3::text", list.symbol()),
                list.open() ? OPEN : "true"),
            Tuple.of(
                list.userId(),
                list.accountId(),
                list.symbol(),
                list.before() == null ? Long.MAX_VALUE : list.before(),
                list.limit() + 1))
        .map(rows -> Rows.all(rows, OrderRepository::order));
  }

  /** Returns at most one trade more than the limit, newest first. */
  Future<List<Fill>> trades(ListTrades list) {
    return database
        .query(
            TRADES.formatted(
                equal("t.account_id", "$2::bigint", list.accountId()),
                equal("t.order_id", "$3::bigint", list.orderId()),
                equal("t.symbol", "$4::text", list.symbol())),
            Tuple.of(
                list.userId(),
                list.accountId(),
                list.orderId(),
                list.symbol(),
                list.before() == null ? Long.MAX_VALUE : list.before(),
                list.limit() + 1))
        .map(rows -> Rows.all(
            rows,
            row -> fill(row, row.getString("venue"), constant(Side.class, row.getString("side")))));
  }

  /** Locks the order; the transaction has locked the row of its account. */
  Future<StoredOrder> lock(SqlConnection tx, long id) {
    return one(tx.preparedQuery(LOCK).execute(Tuple.of(id)))
        .map(found -> found.orElseThrow(() -> new IllegalStateException("no order " + id)));
  }

  /** Inserts an own order as pending. */
  Future<StoredOrder> insert(SqlConnection tx, Placement placement, Instant now) {
    var account = placement.account();
    var ticket = placement.ticket();
    var row = Tuple.of(account.userId(), account.id(), account.venue(), ticket.symbol())
        .addValue(placement.clientOrderId())
        .addValue(Buffer.buffer(HEX.parseHex(placement.contentHash())))
        .addValue(wireName(ticket.side()))
        .addValue(wireName(ticket.type()))
        .addValue(ticket.timeInForce() == null ? null : ticket.timeInForce().name())
        .addValue(ticket.qty())
        .addValue(ticket.quoteQty())
        .addValue(ticket.price())
        .addValue(ticket.stopPrice())
        .addValue(ticket.selfTradePrevention())
        .addValue(placement.locked())
        .addValue(Rows.utc(placement.sentAt()))
        .addValue(Rows.utc(now));
    return one(tx.preparedQuery(INSERT).execute(row)).map(Optional::orElseThrow);
  }

  /** Inserts the trades of the order that are not stored yet, and returns them. */
  Future<List<Fill>> insertTrades(SqlConnection tx, StoredOrder stored, List<VenueTrade> trades) {
    if (trades.isEmpty()) {
      return Future.succeededFuture(List.of());
    }
    var order = stored.order();
    var row = Tuple.of(order.id())
        .addValue(each(trades, VenueTrade::exchangeTradeId, String[]::new))
        .addValue(each(trades, trade -> trade.price().toPlainString(), String[]::new))
        .addValue(each(trades, trade -> trade.qty().toPlainString(), String[]::new))
        .addValue(each(trades, trade -> trade.quoteQty().toPlainString(), String[]::new))
        .addValue(each(trades, VenueTrade::feeAsset, String[]::new))
        .addValue(each(trades, trade -> trade.fee().toPlainString(), String[]::new))
        .addValue(each(trades, VenueTrade::maker, Boolean[]::new))
        .addValue(each(trades, trade -> Rows.utc(trade.tradedAt()), OffsetDateTime[]::new));
    return tx.preparedQuery(INSERT_TRADES)
        .execute(row)
        .map(rows ->
            Rows.all(rows, trade -> fill(trade, order.venue(), order.ticket().side())));
  }

  /** Writes the changed columns of an order, and returns it with its new revision. */
  Future<StoredOrder> update(SqlConnection tx, long id, OrderChange change, Instant now) {
    var state = change.state();
    var row = Tuple.of(id, OrderJson.status(state.status()), state.exchangeOrderId())
        .addValue(change.executedQty())
        .addValue(change.executedQuoteQty())
        .addValue(state.reportedQty())
        .addValue(state.preventedQty())
        .addValue(change.locked())
        .addValue(state.reason())
        .addValue(state.executionId())
        .addValue(state.oddities().toArray(String[]::new))
        .addValue(Rows.utc(change.triggeredAt()))
        .addValue(Rows.utc(change.cancelRequestedAt()))
        .addValue(Rows.utc(now));
    return one(tx.preparedQuery(UPDATE).execute(row)).map(Optional::orElseThrow);
  }

  /** Each combination of conditions gets its own statement, so that each uses the index of its columns. */
  private static String equal(String column, String parameter, Object value) {
    return value == null ? parameter + " IS NULL" : column + " = " + parameter;
  }

  private static Future<Optional<StoredOrder>> one(Future<RowSet<Row>> rows) {
    return rows.map(found -> Rows.first(found, OrderRepository::order));
  }

  private static <T, V> V[] each(List<T> items, Function<T, V> value, IntFunction<V[]> array) {
    return items.stream().map(value).toArray(array);
  }

  /** Maps a row of {@code trading.orders} with {@code base} and {@code quote} of its instrument. */
  public static StoredOrder order(Row row) {
    var hash = row.getBuffer("content_hash");
    return new StoredOrder(
        new Order(
            row.getLong("id"),
            row.getLong("revision"),
            row.getLong("user_id"),
            row.getLong("account_id"),
            row.getString("venue"),
            row.getString("client_order_id"),
            row.getString("exchange_order_id"),
            ticket(row),
            STATUSES.get(row.getString("status")),
            constant(Source.class, row.getString("source")),
            row.getBigDecimal("executed_qty"),
            row.getBigDecimal("executed_quote_qty"),
            row.getBigDecimal("prevented_qty"),
            row.getString("reason"),
            Rows.instant(row, "created_at"),
            Rows.instant(row, "updated_at"),
            Rows.instant(row, "sent_at"),
            Rows.instant(row, "cancel_requested_at")),
        hash == null ? null : HEX.formatHex(hash.getBytes()),
        row.getString("base"),
        row.getString("quote"),
        row.getBigDecimal("reported_qty"),
        row.getBigDecimal("locked"),
        row.getString("last_execution_id"),
        Rows.instant(row, "triggered_at"),
        List.of(row.getArrayOfStrings("oddities")));
  }

  private static Ticket ticket(Row row) {
    return new Ticket(
        row.getString("symbol"),
        constant(Side.class, row.getString("side")),
        constant(Type.class, row.getString("type")),
        constant(TimeInForce.class, row.getString("time_in_force")),
        row.getBigDecimal("qty"),
        row.getBigDecimal("quote_qty"),
        row.getBigDecimal("price"),
        row.getBigDecimal("stop_price"),
        row.getString("self_trade_prevention"));
  }

  private static Fill fill(Row row, String venue, Side side) {
    return new Fill(
        row.getLong("id"),
        row.getLong("order_id"),
        row.getLong("account_id"),
        venue,
        row.getString("symbol"),
        side,
        row.getString("exchange_trade_id"),
        row.getBigDecimal("price"),
        row.getBigDecimal("qty"),
        row.getBigDecimal("quote_qty"),
        row.getString("fee_asset"),
        row.getBigDecimal("fee"),
        row.getBoolean("maker"),
        Rows.instant(row, "traded_at"));
  }

  private static <E extends Enum<E>> E constant(Class<E> type, String name) {
    return name == null ? null : Enum.valueOf(type, name.toUpperCase(Locale.ROOT));
  }
}
