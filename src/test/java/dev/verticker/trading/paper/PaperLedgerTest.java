package dev.verticker.trading.paper;

import static dev.verticker.trading.paper.FakeMarket.level;
import static dev.verticker.trading.paper.PaperDesk.limit;
import static dev.verticker.trading.paper.PaperDesk.market;
import static dev.verticker.trading.paper.PaperDesk.stop;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Failure;
import dev.verticker.message.trading.Orders.Order;
import dev.verticker.message.trading.Orders.Side;
import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.message.trading.Orders.TimeInForce;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Random orders on paper: the books balance, and the same input gives the same rows. */
class PaperLedgerTest {
  private static final int ORDERS = 120;

  /** Orders between two steps of the matching. */
  private static final int MATCHING = 4;

  @Test
  void balances_and_fees_of_random_orders_add_up_and_a_repetition_gives_the_same_rows() {
    repeat(ORDERS, new Random().nextLong());
  }

  @Test
  @Tag("faults")
  @Timeout(value = 20, unit = TimeUnit.MINUTES)
  void balances_and_fees_of_10000_random_orders_add_up_and_a_repetition_gives_the_same_rows() {
    repeat(10_000, new Random().nextLong());
  }

  private static void repeat(int count, long seed) {
    System.out.println("random orders with seed " + seed);
    var first = run(count, new Random(seed));
    assertTrue(first.size() > count, () -> "rows: " + first.size() + ", seed " + seed);
    assertEquals(first, run(count, new Random(seed)), () -> "seed " + seed);
  }

  /** Returns the rows of orders, trades and entries. */
  private static List<String> run(int count, Random random) {
    try (var desk = new PaperDesk()) {
      desk.startBook();
      var price = 10_000;
      var open = new ArrayList<Order>();
      for (var i = 0; i < count; i++) {
        price = Math.max(5_000, price + random.nextInt(41) - 20);
        quote(desk, price);
        var user = 1 + random.nextInt(3);
        if (random.nextInt(10) == 0 && !open.isEmpty()) {
          cancel(desk, open.remove(random.nextInt(open.size())));
        } else {
          place(desk, user, ticket(random, price)).ifPresent(open::add);
        }
        desk.market.silentTrade(cents(price + random.nextInt(41) - 20), steps(random));
        if (i % MATCHING == 0) {
          desk.matchBook();
        }
      }
      desk.matchBook();
      assertBalanced(desk);
      return rows(desk);
    }
  }

  private static void quote(PaperDesk desk, int price) {
    desk.market.bids = List.of(level(cents(price - 1), "0.3"), level(cents(price - 3), "0.5"));
    desk.market.asks = List.of(level(cents(price), "0.3"), level(cents(price + 2), "0.5"));
    desk.market.silentTrade(cents(price), "0.00001");
  }

  private static Optional<Order> place(PaperDesk desk, long user, Ticket ticket) {
    try {
      return Optional.of(desk.place(user, ticket));
    } catch (Failure.Conflict insufficient) {
      assertEquals("insufficient-balance", insufficient.code());
      return Optional.empty();
    }
  }

  private static void cancel(PaperDesk desk, Order order) {
    try {
      desk.cancel(order.userId(), order.id());
    } catch (Failure.Conflict closed) {
      assertEquals("order-closed", closed.code());
    }
  }

  private static Ticket ticket(Random random, int price) {
    var side = random.nextBoolean() ? Side.BUY : Side.SELL;
    var limit = cents(price + random.nextInt(61) - 30);
    var forces = TimeInForce.values();
    var force = forces[random.nextInt(3)];
    return switch (random.nextInt(4)) {
      case 0 -> market(side, steps(random));
      case 1 ->
        stop(side, steps(random), cents(side == Side.BUY ? price + 15 : price - 15), limit, force);
      default -> limit(side, steps(random), limit, force);
    };
  }

  /** Free, locked, paid and received amounts and fees add up to what the account began with, to the last digit. */
  private static void assertBalanced(PaperDesk desk) {
    var wrong = desk.postgres.column(
        """
        WITH flows AS (
          SELECT t.account_id, i.base AS asset, CASE o.side WHEN 'buy' THEN t.qty ELSE -t.qty END AS amount
            FROM trading.trades AS t
            JOIN trading.orders AS o ON o.id = t.order_id
            JOIN trading.instruments AS i ON i.venue = o.venue AND i.symbol = o.symbol
           UNION ALL
          SELECT t.account_id, i.quote, CASE o.side WHEN 'buy' THEN -t.quote_qty ELSE t.quote_qty END
            FROM trading.trades AS t
            JOIN trading.orders AS o ON o.id = t.order_id
            JOIN trading.instruments AS i ON i.venue = o.venue AND i.symbol = o.symbol
           UNION ALL
          SELECT account_id, fee_asset, -fee FROM trading.trades
           UNION ALL
          SELECT id, 'USDT', 10000 FROM trading.accounts
        )
        SELECT concat_ws(' ', w.account_id, w.asset, w.available + w.locked, sum(f.amount))
          FROM trading.wallets AS w
          JOIN flows AS f USING (account_id, asset)
         GROUP BY w.id
        HAVING w.available + w.locked <> sum(f.amount)
         UNION ALL
        SELECT concat_ws(' ', 'locked', w.account_id, w.asset, w.locked)
          FROM trading.wallets AS w
          LEFT JOIN LATERAL (
                 SELECT sum(o.locked) AS locked
                   FROM trading.orders AS o
                   JOIN trading.instruments AS i ON i.venue = o.venue AND i.symbol = o.symbol
                  WHERE o.account_id = w.account_id
                    AND CASE o.side WHEN 'buy' THEN i.quote ELSE i.base END = w.asset) AS o ON true
         WHERE w.locked <> coalesce(o.locked, 0)
         UNION ALL
        SELECT concat_ws(' ', 'executed', o.id, o.executed_qty, o.qty)
          FROM trading.orders AS o
         WHERE o.executed_qty <> (SELECT coalesce(sum(t.qty), 0) FROM trading.trades AS t WHERE t.order_id = o.id)
            OR o.executed_qty > o.qty
            OR o.status NOT IN ('open', 'partially_filled') AND o.locked <> 0
        """);
    assertEquals(List.of(), wrong);
  }

  private static List<String> rows(PaperDesk desk) {
    var rows = new ArrayList<String>();
    for (var sql : List.of(
        """
        SELECT (id, account_id, side, type, qty, price, stop_price, status, executed_qty, executed_quote_qty, locked,
                reason, revision)::text
          FROM trading.orders
         ORDER BY id""",
        """
        SELECT (order_id, exchange_trade_id, price, qty, quote_qty, fee_asset, fee, maker, traded_at)::text
          FROM trading.trades
         ORDER BY order_id, exchange_trade_id""",
        """
        SELECT (w.account_id, w.asset, e.seq, e.kind, e.debit, e.credit, e.amount, e.order_id, t.order_id,
                t.exchange_trade_id, e.available_after, e.locked_after)::text
          FROM trading.ledger_entries AS e
          JOIN trading.wallets AS w ON w.id = e.wallet_id
          LEFT JOIN trading.trades AS t ON t.id = e.trade_id
         ORDER BY w.account_id, w.asset, e.seq""")) {
      rows.addAll(desk.postgres.column(sql));
    }
    return rows;
  }

  private static String steps(Random random) {
    return BigDecimal.valueOf(1 + random.nextInt(60_000), 5).toPlainString();
  }

  private static String cents(int price) {
    return BigDecimal.valueOf(price, 2).toPlainString();
  }
}
