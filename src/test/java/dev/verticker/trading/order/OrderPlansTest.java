package dev.verticker.trading.order;

import static dev.verticker.trading.order.TradingDesk.limit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.message.trading.Orders.ListOrders;
import dev.verticker.message.trading.Orders.ListTrades;
import dev.verticker.message.trading.Orders.Side;
import dev.verticker.testing.SequentialScans;
import dev.verticker.testing.TestDatabase;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Lists of a user with a long history read as many rows as they return. */
@Tag("faults")
class OrderPlansTest {
  private static final int REPETITIONS = 8;

  /** Of all lists together: their rows, and those that a placement reads. */
  private static final int MAX_ROWS = 10_000;

  @Test
  void no_list_reads_the_whole_history_of_a_user() {
    var postgres = TestDatabase.create();
    long account;
    try (var desk = new TradingDesk(postgres)) {
      account = desk.place(7, limit(Side.BUY, "1", "100")).accountId();
    }
    postgres.execute(
        """
        INSERT INTO trading.instruments (venue, symbol, base, quote) VALUES ('paper', 'ETHUSDT', 'ETH', 'USDT');
        INSERT INTO trading.orders (user_id, account_id, venue, symbol, side, type, time_in_force, price, qty, client_order_id,
               content_hash, status, source, sent_at, created_at, updated_at)
        SELECT 7, %1$d, 'paper', CASE n WHEN 3 THEN 'ETHUSDT' ELSE 'BTCUSDT' END, 'buy', 'limit', 'GTC', 100, 1, 'order-' || n,
               sha256('order'), 'pending', 'own', now(), now(), now()
          FROM generate_series(1, 100000) AS n;
        UPDATE trading.orders SET status = 'filled' WHERE status = 'pending';
        INSERT INTO trading.trades (order_id, user_id, account_id, symbol, exchange_trade_id, price, qty, quote_qty, fee_asset, fee,
               traded_at)
        SELECT id, user_id, account_id, symbol, id, 100, 1, 100, 'BTC', 0.001, now() FROM trading.orders;
        """
            .formatted(account));
    postgres.execute("VACUUM ANALYZE");
    var scans = SequentialScans.of(postgres, "trading");
    var before = fetched(postgres);

    try (var desk = new TradingDesk(postgres)) {
      for (var i = 0; i < REPETITIONS; i++) {
        assertEquals(1, orders(desk, null, "ETHUSDT", false));
        assertEquals(1, orders(desk, account, "ETHUSDT", false));
        assertEquals(10, orders(desk, account, null, false));
        assertEquals(10, orders(desk, null, null, false));
        assertEquals(1 + i, orders(desk, null, null, true));
        assertEquals(1, trades(desk, null, "ETHUSDT"));
        assertEquals(1, trades(desk, account, "ETHUSDT"));
        assertEquals(10, trades(desk, account, null));
        assertEquals(10, trades(desk, null, null));
        desk.place(7, limit(Side.BUY, "1", "100"));
      }
    }

    scans.assertNone("orders", "trades");
    var rows = fetched(postgres) - before;
    assertTrue(rows < MAX_ROWS, "read rows: " + rows);
  }

  private static int orders(TradingDesk desk, Long account, String symbol, boolean open) {
    return desk.await(() -> desk.service.list(new ListOrders(7, account, symbol, open, null, 10)))
        .orders()
        .size();
  }

  private static int trades(TradingDesk desk, Long account, String symbol) {
    return desk.await(() -> desk.service.trades(new ListTrades(7, account, null, symbol, null, 10)))
        .trades()
        .size();
  }

  private static long fetched(TestDatabase postgres) {
    return postgres.number(
        "SELECT sum(idx_tup_fetch) FROM pg_stat_user_tables WHERE schemaname = 'trading' AND relname IN ('orders', 'trades')");
  }
}
