package dev.verticker.trading.paper;

import static dev.verticker.trading.paper.FakeMarket.level;
import static dev.verticker.trading.paper.PaperDesk.limit;
import static dev.verticker.trading.paper.PaperDesk.market;
import static dev.verticker.trading.paper.PaperDesk.stop;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.message.trading.Orders.Side;
import dev.verticker.message.trading.Orders.TimeInForce;
import dev.verticker.testing.Await;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PaperVenueTest {
  private static PaperDesk desk;
  private static long users;
  private boolean matching;
  private long ada;

  @BeforeAll
  static void open() {
    desk = new PaperDesk();
  }

  @AfterAll
  static void close() {
    desk.close();
  }

  @BeforeEach
  void begin() {
    ada = ++users;
    desk.market.bids = List.of(level("99.99", "5"));
    desk.market.asks = List.of(level("100.00", "5"));
    desk.market.hasBook = true;
    desk.market.isStale = false;
    desk.market.inMemoryFrom = 0;
    desk.market.silentTrade("100.00", "1");
  }

  @AfterEach
  void stop_matching() {
    if (matching) {
      desk.stopMatching();
    }
  }

  private void startMatching() {
    desk.startMatching();
    matching = true;
  }

  @Test
  void a_market_order_trades_with_the_live_book_at_once() {
    desk.market.asks = List.of(level("100.00", "1"), level("100.10", "5"));

    var order = desk.place(ada, market(Side.BUY, "1.5"));

    assertEquals("filled 1.5", desk.state(order.id()));
    assertEquals(
        List.of("taker-0 100 1 100 0.001 BTC f", "taker-1 100.1 0.5 50.05 0.0005 BTC f"),
        desk.trades(order.id()));
    assertEquals(
        List.of("BTC 1.4985 0 -1.5 0.0015 0", "USDT 9849.95 0 150.05 0 -10000"), desk.wallets(ada));
  }

  @Test
  void without_a_book_a_market_order_trades_at_the_best_price() {
    desk.market.hasBook = false;

    var order = desk.place(ada, market(Side.BUY, "50"));

    assertEquals(List.of("taker-0 100 50 5000 0.05 BTC f"), desk.trades(order.id()));
  }

  @Test
  void without_a_current_price_a_market_order_is_rejected_and_nothing_stays_locked() {
    desk.market.hasBook = false;
    desk.market.isStale = true;

    var order = desk.place(ada, market(Side.BUY, "1"));

    assertEquals(
        "rejected 0 -2010 The paper venue has no current price of BTCUSDT.",
        desk.state(order.id()));
    assertEquals(List.of("USDT 10000 0 0 0 -10000"), desk.wallets(ada));
  }

  @Test
  void an_order_that_costs_more_than_the_account_has_is_rejected_like_at_the_exchange() {
    desk.market.asks = List.of(level("150.00", "500"));

    var order = desk.place(ada, market(Side.BUY, "90"));

    assertEquals(
        "rejected 0 -2010 Account has insufficient balance for requested action.",
        desk.state(order.id()));
    assertEquals(List.of("USDT 10000 0 0 0 -10000"), desk.wallets(ada));
  }

  @Test
  void a_resting_order_trades_with_trades_through_its_price_until_it_is_filled() {
    startMatching();
    var order = desk.place(ada, limit(Side.BUY, "2", "99.00"));
    assertEquals("open 0", desk.state(order.id()));

    desk.market.trade("99.00", "10");
    var first = desk.market.trade("98.99", "0.5");
    desk.awaitState(order.id(), "partially_filled 0.5");
    var second = desk.market.trade("98.00", "10");
    desk.awaitState(order.id(), "filled 2");

    assertEquals(
        List.of(
            first.lastTradeId() + " 99 0.5 49.5 0.0005 BTC t",
            second.lastTradeId() + " 99 1.5 148.5 0.0015 BTC t"),
        desk.trades(order.id()));
    assertEquals(List.of("BTC 1.998 0 -2 0.002 0", "USDT 9802 0 198 0 -10000"), desk.wallets(ada));
  }

  @Test
  void an_order_does_not_trade_with_trades_before_its_placement() {
    desk.market.trade("90.00", "10");
    var order = desk.place(ada, limit(Side.BUY, "1", "95.00"));
    startMatching();
    var other = desk.place(ada, limit(Side.BUY, "1", "94.00"));
    desk.market.trade("93.00", "1");

    desk.awaitState(order.id(), "filled 1");
    desk.awaitState(other.id(), "filled 1");
    assertEquals(1, desk.trades(order.id()).size());
  }

  @Test
  void a_triggered_stop_limit_order_trades_with_the_live_book() {
    startMatching();
    desk.place(ada, market(Side.BUY, "1"));
    var order = desk.place(ada, stop(Side.SELL, "0.9", "95.00", "90.00", TimeInForce.GTC));
    desk.market.bids = List.of(level("94.50", "0.4"), level("94.00", "5"));
    var witness = desk.place(ada, limit(Side.BUY, "1", "97.00"));
    desk.market.trade("96.00", "1");
    desk.awaitState(witness.id(), "filled 1");

    desk.market.trade("95.00", "1");

    desk.awaitState(order.id(), "filled 0.9");
    assertEquals(
        List.of("stop-0 94.5 0.4 37.8 0.0378 USDT f", "stop-1 94 0.5 47 0.047 USDT f"),
        desk.trades(order.id()));
    assertEquals(
        1,
        desk.postgres.number(
            "SELECT count(*) FROM trading.orders WHERE triggered_at IS NOT NULL AND id = "
                + order.id()));
  }

  @Test
  void after_a_restart_orders_trade_with_the_trades_since() {
    startMatching();
    var order = desk.place(ada, limit(Side.BUY, "2", "99.00"));
    desk.market.trade("98.00", "0.5");
    desk.awaitState(order.id(), "partially_filled 0.5");
    desk.stopMatching();

    desk.market.silentTrade("98.00", "0.25");
    desk.market.silentTrade("99.50", "10");
    desk.market.silentTrade("98.50", "0.75");
    desk.startMatching();

    desk.awaitState(order.id(), "partially_filled 1.5");
    assertEquals(3, desk.trades(order.id()).size());
    desk.market.trade("98.00", "0.1");
    desk.awaitState(order.id(), "partially_filled 1.6");
  }

  @Test
  void after_a_long_interruption_orders_trade_with_the_minutes_since() {
    startMatching();
    var order = desk.place(ada, limit(Side.BUY, "2", "99.00"));
    var stop = desk.place(ada, stop(Side.BUY, "1", "105.00", "106.00", TimeInForce.GTC));
    var immediate = desk.place(ada, stop(Side.BUY, "1", "105.00", "106.00", TimeInForce.IOC));
    desk.market.trade("98.00", "0.5");
    desk.awaitState(order.id(), "partially_filled 0.5");
    desk.stopMatching();

    desk.market.inMemoryFrom = desk.market.size();
    desk.clock.step(Duration.ofSeconds(90));
    desk.market.minute("98.50", "101.00", "0.25");
    desk.market.minute("99.00", "105.00", "9");
    desk.market.minute("104.00", "105.50", "0.75");
    desk.clock.step(Duration.ofMinutes(15));
    desk.market.silentTrade("100.00", "1");
    desk.startMatching();

    desk.awaitState(order.id(), "partially_filled 0.75");
    // The rest of it trades with the trade after the minutes.
    desk.awaitState(stop.id(), "filled 1");
    desk.awaitState(immediate.id(), "expired 0 immediate or cancel");
    var trades = desk.trades(stop.id());
    assertEquals(2, trades.size(), trades::toString);
    assertTrue(trades.get(0).matches("minute-\\d+ 106 0.75 .*"), trades::toString);
    // The minutes are not matched a second time.
    desk.market.trade("98.00", "0.25");
    desk.awaitState(order.id(), "partially_filled 1");
    assertEquals(3, desk.trades(order.id()).size());
  }

  @Test
  void trades_that_were_not_published_are_read() {
    startMatching();
    var order = desk.place(ada, limit(Side.BUY, "2", "99.00"));
    desk.market.trade("98.00", "0.5");
    desk.awaitState(order.id(), "partially_filled 0.5");

    desk.market.silentTrade("98.00", "0.25");
    desk.market.trade("100.00", "1");

    desk.awaitState(order.id(), "partially_filled 0.75");
  }

  @Test
  void orders_rest_on_after_an_election_during_a_read() throws SQLException {
    startMatching();
    var order = desk.place(ada, limit(Side.BUY, "2", "99.00"));
    desk.market.trade("98.00", "0.5");
    desk.awaitState(order.id(), "partially_filled 0.5");
    desk.clock.step(Duration.ofSeconds(30));
    try (var other = desk.postgres.connect();
        var statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("LOCK TABLE trading.paper_orders");
      Await.until("a read waits", () -> !desk.postgres
          .value("SELECT count(*) FROM pg_locks WHERE NOT granted")
          .equals("0"));
      desk.electAgain();
    }

    desk.market.trade("98.00", "0.25");
    desk.awaitState(order.id(), "partially_filled 0.75");
  }

  @Test
  void a_canceled_order_does_not_trade() {
    startMatching();
    var order = desk.place(ada, limit(Side.BUY, "2", "99.00"));
    var witness = desk.place(ada, limit(Side.BUY, "1", "99.00"));
    desk.market.trade("98.00", "0.5");
    desk.awaitState(order.id(), "partially_filled 0.5");

    desk.cancel(ada, order.id());
    desk.market.trade("98.00", "10");

    desk.awaitState(witness.id(), "filled 1");
    assertEquals("canceled 0.5", desk.state(order.id()));
    assertEquals(
        List.of("BTC 1.4985 0 -1.5 0.0015 0", "USDT 9851.5 0 148.5 0 -10000"), desk.wallets(ada));
  }
}
