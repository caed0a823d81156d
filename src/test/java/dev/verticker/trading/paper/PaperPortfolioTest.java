package dev.verticker.trading.paper;

import static dev.verticker.trading.paper.FakeMarket.level;
import static dev.verticker.trading.paper.PaperDesk.dec;
import static dev.verticker.trading.paper.PaperDesk.limit;
import static dev.verticker.trading.paper.PaperDesk.market;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.message.trading.Orders.Side;
import dev.verticker.message.trading.Portfolios.Portfolio;
import dev.verticker.message.trading.Portfolios.Position;
import dev.verticker.testing.Await;
import dev.verticker.trading.portfolio.PortfolioService;
import dev.verticker.trading.portfolio.PositionRepository;
import io.vertx.core.Future;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Balances and profits of paper accounts after orders. */
class PaperPortfolioTest {
  private static PaperDesk desk;
  private static PortfolioService portfolios;
  private static long users;
  private long ada;

  @BeforeAll
  static void open() {
    desk = new PaperDesk();
    portfolios = new PortfolioService(desk.database, desk.bus, desk.clock, "USDT");
  }

  @AfterAll
  static void close() {
    desk.close();
  }

  @BeforeEach
  void begin() {
    ada = ++users;
    desk.market.bids = List.of(level("100.00", "50"));
    desk.market.asks = List.of(level("100.00", "50"));
    desk.market.isStale = false;
    desk.market.silentTrade("100.00", "1");
  }

  @Test
  void a_bought_asset_has_its_cost_its_value_and_the_age_of_the_price() {
    var order = desk.place(ada, market(Side.BUY, "2"));
    var last = desk.market.silentTrade("110.00", "1");

    var portfolio = find(order.accountId());

    var btc = portfolio.positions().get(0);
    assertEquals("BTC", btc.asset());
    same("1.998", btc.available());
    same("200", btc.cost());
    same("100.100100100100100100", btc.averageCost());
    same("110", btc.price());
    assertEquals(last.time(), btc.priceAt());
    same("219.78", btc.value());
    same("19.78", btc.unrealizedProfit());
    same("0", btc.realizedProfit());
    same("10019.78", portfolio.total());
    same("19.78", portfolio.unrealizedProfit());
    same("0", portfolio.realizedProfit());
    assertEquals("USDT", portfolio.valuedIn());
    assertEquals(last.time(), portfolio.oldestPriceAt());
    assertEquals(desk.clock.instant(), portfolio.asOf().plus(Duration.ofMillis(10)));
  }

  @Test
  void a_sale_realizes_the_profit_after_fees_and_a_locked_quantity_keeps_its_value() {
    var order = desk.place(ada, market(Side.BUY, "2"));
    desk.market.bids = List.of(level("120.00", "50"));
    desk.place(ada, market(Side.SELL, "0.999"));
    desk.place(ada, limit(Side.SELL, "0.5", "130.00"));

    var portfolio = find(order.accountId());

    var btc = portfolio.positions().get(0);
    same("0.499", btc.available());
    same("0.5", btc.locked());
    same("100", btc.cost());
    // 119.88 received, 0.11988 of it as the fee, for a cost of 100.
    same("19.76012", btc.realizedProfit());
    same("19.76012", portfolio.realizedProfit());
    same("-0.1", btc.unrealizedProfit());
    // Reading it again adds no trade a second time.
    assertEquals(portfolio, find(order.accountId()));
  }

  @Test
  void without_a_price_values_are_unknown_and_never_0() {
    var order = desk.place(ada, market(Side.BUY, "1"));
    desk.market.hasQuote = false;
    try {
      var portfolio = find(order.accountId());

      var btc = portfolio.positions().get(0);
      assertNull(btc.value());
      assertNull(btc.unrealizedProfit());
      assertNull(portfolio.total());
      assertNull(portfolio.oldestPriceAt());
      same("100", btc.cost());
    } finally {
      desk.market.hasQuote = true;
    }
  }

  @Test
  void a_stale_price_is_used_and_marked() {
    var order = desk.place(ada, market(Side.BUY, "1"));
    desk.market.isStale = true;

    var portfolio = find(order.accountId());

    assertTrue(portfolio.stale());
    assertTrue(portfolio.positions().get(0).priceStale());
    same("99.9", portfolio.positions().get(0).value());
  }

  @Test
  void a_quantity_that_no_trade_acquired_has_no_known_profit() {
    var order = desk.place(ada, market(Side.BUY, "1"));
    desk.postgres.execute(
        """
        INSERT INTO trading.ledger_entries (wallet_id, kind, debit, credit, amount, at)
        SELECT id, 'fund', 'funded', 'available', 1, now()
          FROM trading.wallets
         WHERE asset = 'BTC'
           AND account_id = %d"""
            .formatted(order.accountId()));

    var btc = find(order.accountId()).positions().get(0);

    same("100", btc.cost());
    same("100.100100100100100100", btc.averageCost());
    assertNull(btc.unrealizedProfit());
  }

  @Test
  void after_a_reset_earlier_trades_have_no_effect() {
    var order = desk.place(ada, market(Side.BUY, "1"));
    find(order.accountId());
    desk.await(
        () -> desk.database.transaction(tx -> PositionRepository.reset(tx, order.accountId())));

    assertNull(find(order.accountId()).positions().get(0).cost());
    desk.place(ada, market(Side.BUY, "2"));
    same("200", find(order.accountId()).positions().get(0).cost());
  }

  @Test
  void a_reset_waits_for_positions_that_another_node_stores_and_removes_them() throws SQLException {
    var order = desk.place(ada, market(Side.BUY, "1"));
    find(order.accountId());
    var account = " WHERE account_id = " + order.accountId();
    try (var other = desk.postgres.connect();
        var statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("UPDATE trading.position_cursors SET trade_id = trade_id" + account);
      var reset = desk.vertx.getOrCreateContext();
      var done = Await.run(
          reset,
          () -> desk.database.transaction(tx -> PositionRepository.reset(tx, order.accountId())));
      Await.until("the reset waits", () -> !desk.postgres
          .value("SELECT count(*) FROM pg_locks WHERE NOT granted")
          .equals("0"));
      statement.execute("UPDATE trading.positions SET qty = qty + 1" + account);
      other.commit();
      Await.await(done);
    }

    assertEquals("0", desk.postgres.value("SELECT count(*) FROM trading.positions" + account));
  }

  @Test
  void concurrent_reads_add_each_trade_once() {
    var order = desk.place(ada, market(Side.BUY, "1"));
    for (var i = 0; i < 20; i++) {
      desk.place(ada, market(Side.BUY, "0.1"));
    }
    var all = desk.await(() -> Future.all(
        portfolios.find(order.accountId(), "paper"),
        portfolios.find(order.accountId(), "paper"),
        portfolios.find(order.accountId(), "paper")));

    assertTrue(all.succeeded());
    same("300", cost(find(order.accountId())));
  }

  private static BigDecimal cost(Portfolio portfolio) {
    return portfolio.positions().stream()
        .filter(position -> position.asset().equals("BTC"))
        .map(Position::cost)
        .findFirst()
        .orElseThrow();
  }

  private Portfolio find(long accountId) {
    return desk.await(() -> portfolios.find(accountId, "paper"));
  }

  private static void same(String expected, BigDecimal actual) {
    assertEquals(0, dec(expected).compareTo(actual), () -> expected + " but was " + actual);
  }
}
