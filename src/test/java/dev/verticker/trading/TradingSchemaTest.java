package dev.verticker.trading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.verticker.testing.Await;
import dev.verticker.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;

/** Tests the constraints of the schema {@code trading} on a real server. */
class TradingSchemaTest {
  private static final int ADA = 7;
  private static final int GRACE = 8;

  private static Connection connection;

  @BeforeAll
  static void open() throws SQLException {
    connection = connect(TestDatabase.create());
  }

  @AfterAll
  static void close() throws SQLException {
    connection.close();
  }

  @BeforeEach
  void insert_assets_and_symbol() throws SQLException {
    execute("INSERT INTO trading.assets VALUES ('BTC', 'Bitcoin', 8), ('USDT', 'Tether', 6)");
    execute(
        "INSERT INTO trading.symbols VALUES ('BTCUSDT', 'BTC', 'USDT', 0.01, 0.00001, 5, true)");
  }

  @AfterEach
  void forget() throws SQLException {
    connection.rollback();
  }

  @Test
  void a_second_order_with_the_same_client_order_id_of_one_user_is_rejected() throws SQLException {
    order(ADA, "first");
    order(ADA, "second");
    order(GRACE, "first");
    assertEquals(
        "orders_client_order_id",
        refused(insert(ADA, "'buy', 'limit', 'GTC', 100, NULL, 1", "first")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "é", "0123456789012345678901234567890123456"})
  void a_client_order_id_is_a_short_word_of_ascii(String clientOrderId) {
    assertEquals(
        "orders_client_order_id_check",
        refused(insert(ADA, "'buy', 'limit', 'GTC', 100, NULL, 1", clientOrderId)));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      textBlock =
          """
      "'buy', 'market', NULL, NULL, NULL, 1"
      "'sell', 'limit', 'GTC', 100, NULL, 1"
      "'sell', 'limit', 'IOC', 100.01, NULL, 0.05"
      "'buy', 'limit', 'FOK', 100, NULL, 1.00001"
      "'buy', 'stop_limit', 'GTC', 100, 99.99, 1"
      "'buy', 'limit', 'GTC', 100.000000000000000000000, NULL, 1"
      """)
  void an_order_within_the_rules_is_accepted(String order) throws SQLException {
    execute(insert(ADA, order, "a"));
    assertEquals(List.of("pending"), query("SELECT status FROM trading.orders"));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      textBlock =
          """
      orders_side_check,         "'lend', 'limit', 'GTC', 100, NULL, 1"
      orders_type_check,         "'buy', 'iceberg', 'GTC', 100, NULL, 1"
      orders_time_in_force_check,"'buy', 'limit', 'DAY', 100, NULL, 1"
      orders_price,              "'buy', 'market', NULL, 100, NULL, 1"
      orders_price,              "'buy', 'limit', 'GTC', NULL, NULL, 1"
      orders_time_in_force,      "'buy', 'market', 'GTC', NULL, NULL, 1"
      orders_time_in_force,      "'buy', 'limit', NULL, 100, NULL, 1"
      orders_stop_price,         "'buy', 'limit', 'GTC', 100, 99, 1"
      orders_stop_price,         "'buy', 'stop_limit', 'GTC', 100, NULL, 1"
      orders_tick_size,          "'buy', 'limit', 'GTC', 100.005, NULL, 1"
      orders_tick_size,          "'buy', 'stop_limit', 'GTC', 100, 99.995, 1"
      orders_step_size,          "'buy', 'limit', 'GTC', 100, NULL, 1.000001"
      orders_step_size,          "'buy', 'market', NULL, NULL, NULL, 0.000001"
      orders_min_notional,       "'buy', 'limit', 'GTC', 100, NULL, 0.04999"
      amount_is_positive,        "'buy', 'limit', 'GTC', 100, NULL, 0"
      amount_is_positive,        "'buy', 'limit', 'GTC', -1, NULL, 1"
      amount_is_exact,           "'buy', 'limit', 'GTC', 'NaN', NULL, 1"
      amount_is_exact,           "'buy', 'limit', 'GTC', 100, NULL, 'Infinity'"
      amount_is_exact,           "'buy', 'limit', 'GTC', 100, NULL, 1.0000000000000000001"
      """)
  void an_order_that_violates_a_rule_fails_with_its_constraint(String rule, String order) {
    assertEquals(rule, refused(insert(ADA, order, "a")));
  }

  @Test
  void an_order_for_an_inactive_or_unknown_symbol_is_rejected() throws SQLException {
    execute("UPDATE trading.symbols SET is_active = false");
    assertEquals(
        "orders_symbol_is_active",
        refused(insert(ADA, "'buy', 'limit', 'GTC', 100, NULL, 1", "a")));
    execute("ALTER TABLE trading.orders DISABLE TRIGGER orders_fit_symbol");
    assertEquals(
        "orders_symbol_fkey",
        refused(insert(ADA, "'buy', 'limit', 'GTC', 100, NULL, 1", "a").replace("BTCUSDT", "X")));
  }

  @Test
  void new_rules_of_a_symbol_do_not_affect_existing_orders() throws SQLException {
    var order = order(ADA, "a");
    execute("UPDATE trading.symbols SET tick_size = 7, is_active = false");
    execute("UPDATE trading.orders SET status = 'canceled' WHERE id = " + order);
  }

  @ParameterizedTest
  @ValueSource(strings = {"open", "partially_filled", "filled", "canceled", "rejected", "lost"})
  void a_new_order_is_pending(String status) {
    assertEquals(
        "orders_begin_pending",
        refused(
            "INSERT INTO trading.orders (user_id, symbol, side, type, qty, status, client_order_id,"
                + " created_at, updated_at) VALUES (7, 'BTCUSDT', 'buy', 'market', 1, '" + status
                + "', 'a', now(), now())"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "open,0 partially_filled,0.4 partially_filled,0.6 filled,1",
        "open,0 canceled,0",
        "open,0 partially_filled,0.4 canceled,0.4",
        "rejected,0",
        "canceled,0",
        "filled,1",
      })
  void an_order_status_moves_forward(String way) throws SQLException {
    var order = order(ADA, "a");
    for (var step : way.split(" ")) {
      execute(step(order, step));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "open 0, pending 0, orders_go_forward",
    "open 0, rejected 0, orders_go_forward",
    "filled 1, canceled 0, orders_go_forward",
    "canceled 0, open 0, orders_go_forward",
    "rejected 0, pending 0, orders_go_forward",
    "partially_filled 0.4, partially_filled 0.3, orders_go_forward",
    "partially_filled 0.4, open 0, orders_go_forward",
    "open 0, open 0.5, orders_status",
    "open 0, partially_filled 0, orders_status",
    "open 0, partially_filled 1, orders_status",
    "open 0, filled 0.9, orders_status",
    "open 0, filled 1.1, orders_status",
    "open 0, canceled 1, orders_status",
    "open 0, lost 0, orders_status",
  })
  void an_order_status_never_moves_back_and_matches_the_executed_quantity(
      String from, String to, String rule) throws SQLException {
    var order = order(ADA, "a");
    execute(step(order, from.replace(' ', ',')));
    assertEquals(rule, refused(step(order, to.replace(' ', ','))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"user_id = 8", "side = 'sell'", "price = 101", "qty = 2", "client_order_id = 'b'"})
  void the_terms_of_an_order_never_change(String change) throws SQLException {
    order(ADA, "a");
    assertEquals("orders_stay_as_ordered", refused("UPDATE trading.orders SET " + change));
  }

  @Test
  void a_trade_reported_twice_is_stored_once_but_may_fill_two_orders() throws SQLException {
    var bought = order(ADA, "a");
    var sold = order(GRACE, "a");
    trade(bought, 1);
    trade(sold, 1);
    assertEquals("trades_once", refused(trading(bought, 1, "100, 1, 100, 'BTC', 0")));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      textBlock =
          """
      trades_qty_scale,            "100, 0.000000001, 0.0000001, 'BTC', 0"
      trades_quote_qty_scale,      "100, 1, 100.0000001, 'BTC', 0"
      trades_fee_scale,            "100, 1, 100, 'USDT', 0.0000001"
      trades_quote_qty_is_product, "100, 1, 99, 'USDT', 0"
      trades_quote_qty_is_product, "100, 1, 100.000001, 'USDT', 0"
      amount_is_positive,          "0, 1, 100, 'BTC', 0"
      amount_is_positive,          "100, -1, 100, 'BTC', 0"
      amount_is_not_negative,      "100, 1, 100, 'BTC', -1"
      trades_fee_asset_fkey,       "100, 1, 100, 'DOGE', 0"
      """)
  void an_invalid_trade_is_rejected(String rule, String trade) throws SQLException {
    assertEquals(rule, refused(trading(order(ADA, "a"), 1, trade)));
  }

  @Test
  void a_total_rounded_by_the_exchange_is_accepted() throws SQLException {
    // 33333.33 x 0.00001001 = 0.3336666333
    execute(trading(order(ADA, "a"), 1, "33333.33, 0.00001001, 0.333666, 'BTC', 0"));
    execute(trading(order(ADA, "b"), 2, "33333.33, 0.00001001, 0.333667, 'BTC', 0"));
  }

  @Test
  void a_trade_cannot_be_updated_or_deleted() throws SQLException {
    trade(order(ADA, "a"), 1);
    assertEquals("trades_stay", refused("UPDATE trading.trades SET qty = 2"));
    assertEquals("trades_stay", refused("DELETE FROM trading.trades"));
    assertEquals("trades_stay", refused("TRUNCATE trading.trades CASCADE"));
  }

  @Test
  void an_order_with_trades_cannot_be_deleted() throws SQLException {
    trade(order(ADA, "a"), 1);
    assertEquals("trades_order_id_fkey", refused("DELETE FROM trading.orders"));
  }

  @Test
  void a_wallet_is_updated_by_its_transactions_and_each_records_the_new_balance()
      throws SQLException {
    var wallet = wallet(ADA, "USDT");
    var order = order(ADA, "a");
    var trade = trade(order, 1);
    book(wallet, "'deposit', 1000, 0, NULL, NULL, 'd-1'");
    book(wallet, "'lock', -150, 150, " + order + ", NULL, NULL");
    book(wallet, "'trade', 0, -100, NULL, " + trade + ", NULL");
    book(wallet, "'fee', -0.1, 0, NULL, " + trade + ", NULL");
    book(wallet, "'unlock', 50, -50, " + order + ", NULL, NULL");
    book(wallet, "'withdrawal', -99.9, 0, NULL, NULL, 'w-1'");
    assertEquals(
        List.of(
            "1 deposit 1000 0",
            "2 lock 850 150",
            "3 trade 850 50",
            "4 fee 849.9 50",
            "5 unlock 899.9 0",
            "6 withdrawal 800.0 0"),
        query("SELECT seq || ' ' || kind || ' ' || available_after || ' ' || locked_after"
            + " FROM trading.wallet_transactions ORDER BY seq"));
    assertEquals(
        List.of("800.0 0 800.0 6"),
        query(
            "SELECT concat_ws(' ', available, locked, balance, transactions) FROM trading.wallets"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"available = 1", "locked = 1", "transactions = 0", "user_id = 8"})
  void a_wallet_cannot_be_changed_without_a_transaction(String change) throws SQLException {
    wallet(ADA, "USDT");
    assertEquals("wallets_change_by_transactions", refused("UPDATE trading.wallets SET " + change));
  }

  @Test
  void a_new_wallet_is_empty_and_unique_per_user_and_asset() throws SQLException {
    assertEquals(
        "wallets_begin_empty",
        refused("INSERT INTO trading.wallets (user_id, asset, available) VALUES (7, 'BTC', 1)"));
    wallet(ADA, "BTC");
    wallet(ADA, "USDT");
    wallet(GRACE, "BTC");
    assertEquals(
        "wallets_one_per_asset",
        refused("INSERT INTO trading.wallets (user_id, asset) VALUES (7, 'BTC')"));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      textBlock =
          """
      wallets_covered,           "'withdrawal', -10.000001, 0, NULL, NULL, 'w'"
      wallets_covered,           "'lock', -11, 11, :order, NULL, NULL"
      wallets_covered,           "'unlock', 1, -1, :order, NULL, NULL"
      wallets_covered,           "'trade', 0, -1, NULL, :trade, NULL"
      wallets_covered,           "'correction', -11, 0, NULL, NULL, NULL"
      wallet_transactions_kind,  "'gift', 1, 0, NULL, NULL, NULL"
      wallet_transactions_kind,  "'deposit', -1, 0, NULL, NULL, 'd'"
      wallet_transactions_kind,  "'deposit', 1, 1, NULL, NULL, 'd'"
      wallet_transactions_kind,  "'withdrawal', 1, 0, NULL, NULL, 'w'"
      wallet_transactions_kind,  "'lock', -1, 2, :order, NULL, NULL"
      wallet_transactions_kind,  "'fee', 1, 0, NULL, :trade, NULL"
      wallet_transactions_kind,  "'correction', 0, 0, NULL, NULL, NULL"
      wallet_transactions_cause, "'deposit', 1, 0, NULL, NULL, NULL"
      wallet_transactions_cause, "'lock', -1, 1, NULL, NULL, NULL"
      wallet_transactions_cause, "'trade', 1, 0, :order, NULL, NULL"
      wallet_transactions_cause, "'fee', -1, 0, NULL, NULL, NULL"
      wallet_transactions_scale, "'deposit', 0.0000001, 0, NULL, NULL, 'd'"
      wallet_transactions_owner, "'lock', -1, 1, :foreign, NULL, NULL"
      amount_is_exact,           "'deposit', 'NaN', 0, NULL, NULL, 'd'"
      amount_is_exact,           "'deposit', 'Infinity', 0, NULL, NULL, 'd'"
      """)
  void an_invalid_transaction_is_rejected_and_does_not_change_the_wallet(
      String rule, String transaction) throws SQLException {
    var wallet = wallet(ADA, "USDT");
    var order = order(ADA, "a");
    var trade = trade(order, 1);
    var foreign = order(GRACE, "a");
    book(wallet, "'deposit', 10, 0, NULL, NULL, 'd-1'");
    assertEquals(
        rule,
        refused(booking(
            wallet,
            transaction
                .replace(":order", order + "")
                .replace(":trade", trade + "")
                .replace(":foreign", foreign + ""))));
    assertEquals(
        List.of("10 0 1"),
        query("SELECT concat_ws(' ', available, locked, transactions) FROM trading.wallets"));
  }

  @Test
  void concurrent_withdrawals_cannot_overdraw_a_wallet() throws SQLException {
    var database = TestDatabase.create();
    try (var first = connect(database);
        var second = connect(database);
        var statement = first.createStatement()) {
      statement.execute("INSERT INTO trading.assets VALUES ('USDT', 'Tether', 6)");
      statement.execute("INSERT INTO trading.wallets (user_id, asset) VALUES (7, 'USDT')");
      statement.execute(booking(1, "'deposit', 10, 0, NULL, NULL, 'd-1'"));
      first.commit();

      statement.execute(booking(1, "'withdrawal', -10, 0, NULL, NULL, 'w-1'"));
      var other = CompletableFuture.supplyAsync(
          () -> refused(second, booking(1, "'withdrawal', -10, 0, NULL, NULL, 'w-2'")));
      Await.until("the second waits for the first", () -> isConnectionWaiting(first));
      first.commit();

      assertEquals("wallets_covered", other.join());
    }
  }

  @Test
  void a_trade_of_another_user_cannot_be_booked() throws SQLException {
    var wallet = wallet(ADA, "USDT");
    var trade = trade(order(GRACE, "a"), 1);
    assertEquals(
        "wallet_transactions_owner",
        refused(booking(wallet, "'trade', 1, 0, NULL, " + trade + ", NULL")));
  }

  @Test
  void a_deposit_or_trade_is_booked_once() throws SQLException {
    var wallet = wallet(ADA, "USDT");
    var trade = trade(order(ADA, "a"), 1);
    book(wallet, "'deposit', 10, 0, NULL, NULL, 'd-1'");
    book(wallet, "'trade', 10, 0, NULL, " + trade + ", NULL");
    assertEquals(
        "wallet_transactions_exchange",
        refused(booking(wallet, "'deposit', 10, 0, NULL, NULL, 'd-1'")));
    assertEquals(
        "wallet_transactions_trade",
        refused(booking(wallet, "'trade', 10, 0, NULL, " + trade + ", NULL")));
  }

  @Test
  void a_transaction_cannot_be_updated_or_deleted_and_its_wallet_cannot_be_deleted()
      throws SQLException {
    var wallet = wallet(ADA, "USDT");
    book(wallet, "'deposit', 10, 0, NULL, NULL, 'd-1'");
    for (var statement : List.of(
        "UPDATE trading.wallet_transactions SET at = now()",
        "DELETE FROM trading.wallet_transactions",
        "TRUNCATE trading.wallet_transactions")) {
      assertEquals("wallet_transactions_stay", refused(statement), statement);
    }
    assertEquals("wallet_transactions_wallet_id_fkey", refused("DELETE FROM trading.wallets"));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      textBlock =
          """
      assets_scale_check,    "INSERT INTO trading.assets VALUES ('X', 'X', 19)"
      assets_code_check,     "INSERT INTO trading.assets VALUES ('', 'X', 8)"
      symbols_of_two_assets, "INSERT INTO trading.symbols VALUES ('BTCBTC', 'BTC', 'BTC', 1, 1, 1)"
      symbols_pair,          "INSERT INTO trading.symbols VALUES ('XBTUSDT', 'BTC', 'USDT', 1, 1, 1)"
      symbols_quote_fkey,    "INSERT INTO trading.symbols VALUES ('BTCEUR', 'BTC', 'EUR', 1, 1, 1)"
      amount_is_positive,    "INSERT INTO trading.symbols VALUES ('USDTBTC', 'USDT', 'BTC', 0, 1, 1)"
      """)
  void assets_and_symbols_have_constraints(String rule, String statement) {
    assertEquals(rule, refused(statement));
  }

  private static long order(int user, String clientOrderId) throws SQLException {
    return id(insert(user, "'buy', 'limit', 'GTC', 100, NULL, 1", clientOrderId));
  }

  private static String insert(int user, String order, String clientOrderId) {
    return "INSERT INTO trading.orders (user_id, symbol, side, type, time_in_force, price, stop_price, qty,"
        + " client_order_id, created_at, updated_at) VALUES (" + user + ", 'BTCUSDT', " + order
        + ", '" + clientOrderId + "', now(), now())";
  }

  private static String step(long order, String step) {
    var parts = step.split(",");
    return "UPDATE trading.orders SET status = '" + parts[0] + "', executed_qty = " + parts[1]
        + " WHERE id = " + order;
  }

  private static long trade(long order, int exchangeTradeId) throws SQLException {
    return id(trading(order, exchangeTradeId, "100, 1, 100, 'BTC', 0.001"));
  }

  private static String trading(long order, int exchangeTradeId, String trade) {
    return "INSERT INTO trading.trades (order_id, exchange_trade_id, price, qty, quote_qty, fee_asset,"
        + " fee_amount, traded_at) VALUES (" + order + ", " + exchangeTradeId + ", " + trade
        + ", now())";
  }

  private static long wallet(int user, String asset) throws SQLException {
    return id(
        "INSERT INTO trading.wallets (user_id, asset) VALUES (" + user + ", '" + asset + "')");
  }

  private static void book(long wallet, String transaction) throws SQLException {
    execute(booking(wallet, transaction));
  }

  private static String booking(long wallet, String transaction) {
    return "INSERT INTO trading.wallet_transactions (wallet_id, kind, available_change, locked_change,"
        + " order_id, trade_id, exchange_id, at) VALUES (" + wallet + ", " + transaction
        + ", now())";
  }

  private static long id(String insert) throws SQLException {
    return Long.parseLong(query(insert + " RETURNING id").get(0));
  }

  private static void execute(String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static List<String> query(String sql) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      var all = new ArrayList<String>();
      while (rows.next()) {
        all.add(rows.getString(1));
      }
      return all;
    }
  }

  private static String refused(String sql) {
    return refused(connection, sql);
  }

  /** Returns the constraint that rejects the statement; earlier statements remain in effect. */
  private static String refused(Connection connection, String sql) {
    try (var statement = connection.createStatement()) {
      var before = connection.setSavepoint();
      var refusal = assertThrows(PSQLException.class, () -> statement.execute(sql), sql);
      connection.rollback(before);
      return Optional.ofNullable(refusal.getServerErrorMessage())
          .map(message -> message.getConstraint())
          .orElseGet(refusal::toString);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean isConnectionWaiting(Connection connection) {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery("SELECT FROM pg_locks WHERE NOT granted")) {
      return rows.next();
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private static Connection connect(TestDatabase database) throws SQLException {
    var connection = database.connect();
    connection.setAutoCommit(false);
    return connection;
  }
}
