package dev.verticker.trading.paper;

import dev.verticker.data.Database;
import dev.verticker.data.Rows;
import dev.verticker.exchange.OrderGateway.Balance;
import dev.verticker.exchange.OrderGateway.Balances;
import dev.verticker.exchange.OrderGateway.OrderReference;
import dev.verticker.exchange.OrderGateway.VenueOrder;
import dev.verticker.exchange.OrderGateway.VenueTrade;
import dev.verticker.message.trading.Orders.Side;
import dev.verticker.message.trading.Orders.Type;
import dev.verticker.trading.order.OrderRepository;
import dev.verticker.trading.order.StoredOrder;
import dev.verticker.trading.paper.WorkingOrder.Identity;
import dev.verticker.trading.rules.Instrument;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The orders of the paper venue: rows of {@code trading.orders}, and the positions from which their matching continues. */
final class PaperOrders {
  /** Max number of rows of one statement. */
  static final int MAX_PAGE = 500;

  private static final int MAX_ORDERS = 1000;

  private static final String INSTRUMENT =
      """
      i.venue AS instrument_venue, i.symbol AS instrument_symbol, i.base, i.quote, i.base_scale, i.quote_scale,
             i.tick_size, i.step_size, i.min_notional
      """;

  private static final String FIND_NEW =
      """
      SELECT o.id, %s
        FROM trading.orders AS o
        JOIN trading.instruments AS i USING (venue, symbol)
       WHERE o.account_id = $1
         AND o.client_order_id = $2
         AND o.source = 'own'
      """
          .formatted(INSTRUMENT);

  private static final String ENTER =
      """
      INSERT INTO trading.paper_orders (order_id, market, trade_id, market_time, entered_at)
      VALUES ($1, $2, $3, $4, $5)
          ON CONFLICT (order_id) DO NOTHING
      """;

  private static final String WORKING =
      """
      SELECT o.*, %s, p.market, p.trade_id, p.market_time, p.version,
             m.market AS symbol_market, m.trade_id AS symbol_trade_id, m.market_time AS symbol_time
        FROM trading.paper_orders AS p
        JOIN trading.orders AS o ON o.id = p.order_id
        JOIN trading.instruments AS i USING (venue, symbol)
        LEFT JOIN trading.paper_markets AS m ON m.symbol = o.symbol
       WHERE o.status IN ('open', 'partially_filled')
         AND %%s
       ORDER BY p.order_id
       LIMIT $2
      """
          .formatted(INSTRUMENT);

  private static final String LIST_WORKING = WORKING.formatted("p.order_id > $1");
  private static final String LIST_RECENT =
      WORKING.formatted("p.entered_at >= $1 AND p.order_id > $3");
  private static final String LIST_BY_ID = WORKING.formatted("p.order_id = ANY ($1)");

  private static final String ADVANCE =
      """
      UPDATE trading.paper_orders
         SET market = $3,
             trade_id = $4,
             market_time = $5,
             version = version + 1
       WHERE order_id = $1
         AND version = $2
      """;

  private static final String SAVE_MARKETS =
      """
      INSERT INTO trading.paper_markets (symbol, market, trade_id, market_time)
      SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::timestamptz[])
          ON CONFLICT (symbol) DO UPDATE
         SET market = excluded.market,
             trade_id = excluded.trade_id,
             market_time = excluded.market_time
      """;

  private static final String ORDER =
      """
      SELECT o.*, i.base, i.quote
        FROM trading.orders AS o
        JOIN trading.instruments AS i USING (venue, symbol)
       WHERE o.account_id = $1
         AND o.source = 'own'
         AND o.exchange_order_id IS NOT NULL
      """;

  private static final String FIND =
      ORDER + " AND (o.client_order_id = $2 OR o.symbol = $3 AND o.exchange_order_id = $4) LIMIT 1";

  private static final String LIST_OPEN = ORDER
      + " AND o.status IN ('open', 'partially_filled') ORDER BY o.id LIMIT %d"
          .formatted(MAX_ORDERS);

  private static final String LIST_SINCE = ORDER
      + " AND o.symbol = $2 AND o.created_at >= $3 ORDER BY o.id LIMIT %d".formatted(MAX_ORDERS);

  private static final String TRADES =
      """
      SELECT t.*, o.side, o.exchange_order_id
        FROM trading.trades AS t
        JOIN trading.orders AS o ON o.id = t.order_id
       WHERE o.account_id = $1
         AND o.client_order_id = $2
         AND o.source = 'own'
       ORDER BY t.id
       LIMIT %d
      """
          .formatted(MAX_ORDERS);

  private static final String BALANCES =
      """
      SELECT asset, available, locked, updated_at
        FROM trading.wallets
       WHERE account_id = $1
       ORDER BY asset
       LIMIT %d
      """
          .formatted(MAX_ORDERS);

  /** Deletes at most $2 rows of orders that are final, and that entered before $1. */
  static final String DELETE_FINAL =
      """
      DELETE FROM trading.paper_orders
       WHERE order_id IN (SELECT p.order_id
                            FROM trading.paper_orders AS p
                            JOIN trading.orders AS o ON o.id = p.order_id
                           WHERE p.entered_at < $1
                             AND o.status NOT IN ('pending', 'open', 'partially_filled', 'unknown')
                           LIMIT $2
                             FOR UPDATE OF p SKIP LOCKED)
      """;

  private final Database database;

  PaperOrders(Database database) {
    this.database = database;
  }

  /** An order that was stored and is not at the venue yet. */
  record NewPaperOrder(long id, Instrument instrument) {}

  /** Another node changed the order. */
  static final class OrderChangedException extends RuntimeException {
    OrderChangedException(long orderId) {
      super("order " + orderId + " was changed by another node", null, false, false);
    }
  }

  Future<Optional<NewPaperOrder>> findNew(long accountId, String clientOrderId) {
    return database
        .query(FIND_NEW, Tuple.of(accountId, clientOrderId))
        .map(
            rows -> Rows.first(rows, row -> new NewPaperOrder(row.getLong("id"), instrument(row))));
  }

  /** Stores the position after which the matching of an order begins. */
  Future<Void> enter(long orderId, MarketPosition position, Instant now) {
    return database
        .query(
            ENTER,
            Tuple.of(
                orderId,
                position.market(),
                position.tradeId(),
                Rows.utc(position.time()),
                Rows.utc(now)))
        .mapEmpty();
  }

  /** At most {@link #MAX_PAGE} orders that rest, by id. */
  Future<List<WorkingOrder>> listWorking(long after) {
    return working(LIST_WORKING, Tuple.of(after, MAX_PAGE));
  }

  /** At most {@link #MAX_PAGE} of the orders that rest and entered since a time, by id. */
  Future<List<WorkingOrder>> listRecent(Instant since, long after) {
    return working(LIST_RECENT, Tuple.of(Rows.utc(since), MAX_PAGE, after));
  }

  /** Those of the orders that still rest. @param ids at most {@link #MAX_PAGE} */
  Future<List<WorkingOrder>> listWorking(Collection<Long> ids) {
    return working(LIST_BY_ID, Tuple.of(ids.toArray(Long[]::new), MAX_PAGE));
  }

  private Future<List<WorkingOrder>> working(String sql, Tuple parameters) {
    return database.query(sql, parameters).map(rows -> Rows.all(rows, PaperOrders::working));
  }

  /** Stores the position of an order; fails with {@link OrderChangedException} if another node did so in between. */
  Future<Void> advance(SqlConnection tx, WorkingOrder order) {
    var position = order.matched();
    return tx.preparedQuery(ADVANCE)
        .execute(Tuple.of(
            order.identity().orderId(),
            order.identity().version(),
            position.market(),
            position.tradeId(),
            Rows.utc(position.time())))
        .compose(rows -> rows.rowCount() == 1
            ? Future.succeededFuture()
            : Future.failedFuture(new OrderChangedException(order.identity().orderId())));
  }

  /** Stores the positions that all orders of a symbol have at least. */
  Future<Void> saveMarkets(SqlConnection tx, Map<String, MarketPosition> positions) {
    var symbols = positions.keySet().toArray(String[]::new);
    var each = List.copyOf(positions.values());
    return tx.preparedQuery(SAVE_MARKETS)
        .execute(Tuple.of(
            symbols,
            each.stream().map(MarketPosition::market).toArray(String[]::new),
            each.stream().map(MarketPosition::tradeId).toArray(Long[]::new),
            each.stream()
                .map(position -> Rows.utc(position.time()))
                .toArray(OffsetDateTime[]::new)))
        .mapEmpty();
  }

  /** Empty if the venue has not acknowledged the order. */
  Future<Optional<VenueOrder>> find(long accountId, OrderReference order) {
    return database
        .query(
            FIND,
            Tuple.of(accountId, order.clientOrderId(), order.symbol(), order.exchangeOrderId()))
        .map(rows -> Rows.first(rows, PaperOrders::order));
  }

  Future<List<VenueOrder>> listOpen(long accountId) {
    return database
        .query(LIST_OPEN, Tuple.of(accountId))
        .map(rows -> Rows.all(rows, PaperOrders::order));
  }

  Future<List<VenueOrder>> listSince(long accountId, String symbol, Instant from) {
    return database
        .query(LIST_SINCE, Tuple.of(accountId, symbol, Rows.utc(from)))
        .map(rows -> Rows.all(rows, PaperOrders::order));
  }

  Future<List<VenueTrade>> trades(long accountId, OrderReference order) {
    return database
        .query(TRADES, Tuple.of(accountId, order.clientOrderId()))
        .map(rows -> Rows.all(rows, PaperOrders::trade));
  }

  Future<Balances> balances(long accountId, Instant now) {
    return database
        .query(BALANCES, Tuple.of(accountId))
        .map(rows -> new Balances(
            now,
            Rows.all(
                rows,
                row -> new Balance(
                    row.getString("asset"),
                    row.getBigDecimal("available"),
                    row.getBigDecimal("locked")))));
  }

  private static WorkingOrder working(Row row) {
    var stored = OrderRepository.order(row);
    var order = stored.order();
    var position = new MarketPosition(
        row.getString("market"), row.getLong("trade_id"), Rows.instant(row, "market_time"));
    var market = row.getString("symbol_market");
    var symbol = market == null
        ? null
        : new MarketPosition(
            market, row.getLong("symbol_trade_id"), Rows.instant(row, "symbol_time"));
    return new WorkingOrder(
        new Identity(
            order.id(),
            order.accountId(),
            order.exchangeOrderId(),
            order.clientOrderId(),
            row.getLong("version")),
        instrument(row),
        order.ticket(),
        order.executedQty(),
        order.executedQuoteQty(),
        order.ticket().type() != Type.STOP_LIMIT || stored.triggeredAt() != null,
        position.max(symbol));
  }

  private static Instrument instrument(Row row) {
    return new Instrument(
        row.getString("instrument_venue"),
        row.getString("instrument_symbol"),
        row.getString("base"),
        row.getString("quote"),
        row.getInteger("base_scale"),
        row.getInteger("quote_scale"),
        row.getBigDecimal("tick_size"),
        row.getBigDecimal("step_size"),
        row.getBigDecimal("min_notional"),
        null);
  }

  private static VenueOrder order(Row row) {
    return order(OrderRepository.order(row));
  }

  private static VenueOrder order(StoredOrder stored) {
    var order = stored.order();
    return new VenueOrder(
        order.exchangeOrderId(),
        order.clientOrderId(),
        order.ticket(),
        order.status(),
        order.executedQty(),
        order.executedQuoteQty(),
        order.preventedQty(),
        order.reason(),
        order.updatedAt());
  }

  private static VenueTrade trade(Row row) {
    return new VenueTrade(
        row.getString("exchange_trade_id"),
        row.getString("exchange_order_id"),
        row.getString("symbol"),
        Side.valueOf(row.getString("side").toUpperCase(Locale.ROOT)),
        row.getBigDecimal("price"),
        row.getBigDecimal("qty"),
        row.getBigDecimal("quote_qty"),
        row.getString("fee_asset"),
        row.getBigDecimal("fee"),
        row.getBoolean("maker"),
        Rows.instant(row, "traded_at"));
  }
}
