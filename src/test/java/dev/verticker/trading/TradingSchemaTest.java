package dev.verticker.trading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.verticker.node.Migrations;
import dev.verticker.node.StartupException;
import dev.verticker.testing.Await;
import dev.verticker.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.flywaydb.core.Flyway;
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
  private static final String BUY = "'buy', 'limit', 'GTC', 1, NULL, 100, NULL";

  private static Connection connection;
  private long account;

  @BeforeAll
  static void open() throws SQLException {
    connection = connect(TestDatabase.create());
  }

  @AfterAll
  static void close() throws SQLException {
    connection.close();
  }

  @BeforeEach
  void insert_instrument_and_account() throws SQLException {
    execute("INSERT INTO trading.instruments VALUES"
        + " ('paper', 'BTCUSDT', 'BTC', 'USDT', 8, 8, 0.01, 0.00001, 5, '{}'),"
        + " ('paper', 'FREE', 'BTC', 'EUR', 8, 8, 0, 0, 0, '{}')");
    account = account(ADA, "paper");
  }

  @AfterEach
  void forget() throws SQLException {
    connection.rollback();
  }

  @Test
  void a_user_has_one_paper_account_and_several_others() throws SQLException {
    account(GRACE, "paper");
    account(ADA, "testnet");
    account(ADA, "testnet");

    assertEquals(
        "accounts_paper",
        refused(
            "INSERT INTO trading.accounts (user_id, venue, created_at) VALUES (7, 'paper', now())"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"user_id = 8", "venue = 'binance'"})
  void an_account_stays_with_its_user_and_its_venue(String change) {
    assertEquals("accounts_stay_with_their_user", refused("UPDATE trading.accounts SET " + change));
  }

  @ParameterizedTest
  @ValueSource(strings = {"8, 'paper'", "7, 'testnet'"})
  void an_order_has_the_user_and_the_venue_of_its_account(String userAndVenue) {
    assertEquals(
        "orders_account_id_user_id_venue_fkey",
        refused(insert("a", BUY).replace("7, 'paper'", userAndVenue)));
  }

  @Test
  void a_second_own_order_with_the_same_client_order_id_of_one_account_is_rejected()
      throws SQLException {
    order("first");
    order("second");
    assertEquals("orders_client_order_id", refused(insert("first", BUY)));
    execute("UPDATE trading.orders SET status = 'filled'");
    assertEquals("orders_client_order_id", refused(insert("first", BUY)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "é", "0123456789012345678901234567890123456"})
  void a_client_order_id_of_an_own_order_is_a_short_word_of_ascii(String clientOrderId) {
    assertEquals("orders_own", refused(insert(clientOrderId, BUY)));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      textBlock =
          """
      "'buy', 'market', NULL, 1, NULL, NULL, NULL"
      "'sell', 'market', NULL, NULL, 10, NULL, NULL"
      "'sell', 'limit', 'IOC', 0.05, NULL, 100.01, NULL"
      "'buy', 'limit', 'FOK', 1.00001, NULL, 100, NULL"
      "'buy', 'limit_maker', NULL, 1, NULL, 100, NULL"
      "'buy', 'stop_limit', 'GTC', 1, NULL, 100, 99.99"
      "'buy', 'limit', 'GTC', 1, NULL, 100.000000000000000000000, NULL"
      """)
  void an_order_within_the_rules_is_accepted(String order) throws SQLException {
    execute(insert("a", order));
    assertEquals(List.of("pending"), query("SELECT status FROM trading.orders"));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      textBlock =
          """
      orders_side_check,         "'lend', 'limit', 'GTC', 1, NULL, 100, NULL"
      orders_type_check,         "'buy', 'iceberg', 'GTC', 1, NULL, 100, NULL"
      orders_own,                "'buy', 'unknown', 'GTC', 1, NULL, 100, NULL"
      orders_time_in_force_check,"'buy', 'limit', 'DAY', 1, NULL, 100, NULL"
      orders_quantity,           "'buy', 'market', NULL, NULL, NULL, NULL, NULL"
      orders_quantity,           "'buy', 'market', NULL, 1, 10, NULL, NULL"
      orders_quantity,           "'buy', 'limit', 'GTC', NULL, 10, 100, NULL"
      orders_price,              "'buy', 'market', NULL, 1, NULL, 100, NULL"
      orders_price,              "'buy', 'limit', 'GTC', 1, NULL, NULL, NULL"
      orders_time_in_force,      "'buy', 'market', 'GTC', 1, NULL, NULL, NULL"
      orders_time_in_force,      "'buy', 'limit', NULL, 1, NULL, 100, NULL"
      orders_time_in_force,      "'buy', 'limit_maker', 'GTC', 1, NULL, 100, NULL"
      orders_stop_price,         "'buy', 'limit', 'GTC', 1, NULL, 100, 99"
      orders_stop_price,         "'buy', 'stop_limit', 'GTC', 1, NULL, 100, NULL"
      orders_tick_size,          "'buy', 'limit', 'GTC', 1, NULL, 100.005, NULL"
      orders_tick_size,          "'buy', 'stop_limit', 'GTC', 1, NULL, 100, 99.995"
      orders_step_size,          "'buy', 'limit', 'GTC', 1.000001, NULL, 100, NULL"
      orders_step_size,          "'buy', 'market', NULL, 0.000001, NULL, NULL, NULL"
      orders_min_notional,       "'buy', 'limit', 'GTC', 0.04999, NULL, 100, NULL"
      amount_is_positive,        "'buy', 'limit', 'GTC', 0, NULL, 100, NULL"
      amount_is_positive,        "'buy', 'limit', 'GTC', 1, NULL, -1, NULL"
      amount_is_exact,           "'buy', 'limit', 'GTC', 1, NULL, 'NaN', NULL"
      amount_is_exact,           "'buy', 'limit', 'GTC', 'Infinity', NULL, 100, NULL"
      amount_is_exact,           "'buy', 'limit', 'GTC', 1.0000000000000000001, NULL, 100, NULL"
      """)
  void an_own_order_that_violates_a_rule_fails_with_its_constraint(String rule, String order) {
    assertEquals(rule, refused(insert("a", order)));
  }

  @Test
  void a_size_of_zero_is_no_rule() throws SQLException {
    execute(
        insert("a", "'buy', 'limit', 'GTC', 0.000000000000000001, NULL, 0.000000000000000001, NULL")
            .replace("BTCUSDT", "FREE"));
  }

  @Test
  void an_order_of_an_unknown_instrument_is_rejected() {
    assertEquals("orders_venue_symbol_fkey", refused(insert("a", BUY).replace("BTCUSDT", "X")));
  }

  @Test
  void new_rules_of_an_instrument_do_not_affect_existing_orders() throws SQLException {
    var order = order("a");
    execute("UPDATE trading.instruments SET tick_size = 7, min_notional = 1000000");
    execute("UPDATE trading.orders SET status = 'canceled' WHERE id = " + order);
  }

  @Test
  void an_order_that_was_found_at_the_venue_is_stored_as_it_is_reported() throws SQLException {
    var external = insert("web x:1", "'sell', 'unknown', 'unknown', 0.0000001, 3, 0.001, NULL")
        .replace("'pending', 'own'", "'expired_in_match', 'external'");
    execute(external);
    execute(external);
    execute(
        "UPDATE trading.orders SET status = 'open', executed_qty = 5, reported_qty = 4, prevented_qty = 1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"open", "partially_filled", "filled", "canceled", "rejected", "unknown"})
  void a_new_own_order_is_pending(String status) {
    assertEquals(
        "orders_begin_pending", refused(insert("a", BUY).replace("'pending'", "'" + status + "'")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "open,0 partially_filled,0.4 partially_filled,0.6 filled,1",
        "open,0 canceled,0.4 canceled,0.6",
        "unknown,0 rejected,0 open,0 venue_reset,0",
        "rejected,0 open,0",
        "open,0 expired_in_match,0.3",
        "filled,0.9",
      })
  void an_order_takes_every_way_that_a_venue_may_report(String way) throws SQLException {
    var order = order("a");
    for (var step : way.split(" ")) {
      execute(step(order, step));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"open,0 pending,0", "partially_filled,0.4 open,0.3"})
  void an_order_never_goes_back(String way) throws SQLException {
    var order = order("a");
    var steps = way.split(" ");
    execute(step(order, steps[0]));
    assertEquals("orders_go_forward", refused(step(order, steps[1])));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "symbol = 'FREE'",
        "side = 'sell'",
        "price = 101",
        "qty = 2",
        "client_order_id = 'b'",
        "content_hash = '\\x02'",
        "source = 'external'",
        "created_at = '2020-01-01'"
      })
  void what_was_ordered_never_changes(String change) throws SQLException {
    order("a");
    assertEquals("orders_stay_as_ordered", refused("UPDATE trading.orders SET " + change));
  }

  @Test
  void the_time_with_which_an_order_was_signed_never_changes() throws SQLException {
    order("a");
    assertEquals("orders_go_forward", refused("UPDATE trading.orders SET sent_at = '2020-01-01'"));
  }

  @Test
  void a_trade_is_stored_once_per_order_and_stays() throws SQLException {
    var bought = order("a");
    var sold = order("b");
    trade(bought, "t1");
    trade(sold, "t1");
    assertEquals("trades_once", refused(tradeOf(bought, "t1")));
    assertEquals("trades_stay", refused("UPDATE trading.trades SET qty = 2"));
    assertEquals("trades_stay", refused("DELETE FROM trading.trades"));
    assertEquals("trades_stay", refused("TRUNCATE trading.trades CASCADE"));
    assertEquals("trades_order_id_fkey", refused("DELETE FROM trading.orders"));
  }

  @Test
  void each_entry_moves_an_amount_between_two_books_of_a_wallet() throws SQLException {
    var wallet = wallet(account, true);
    var order = order("a");
    var trade = trade(order, "t1");
    book(wallet, "'fund', 'funded', 'available', 10", null, null);
    book(wallet, "'lock', 'available', 'locked', 4", order, null);
    book(wallet, "'trade', 'locked', 'traded', 3", null, trade);
    book(wallet, "'unlock', 'locked', 'available', 1", order, null);
    book(wallet, "'fee', 'available', 'fees', 0.5", null, trade);

    assertEquals(
        List.of("1 10 0", "2 6 4", "3 6 1", "4 7 0", "5 6.5 0"),
        query("SELECT concat_ws(' ', seq, trim_scale(available_after), trim_scale(locked_after))"
            + " FROM trading.ledger_entries ORDER BY seq"));
    assertEquals(
        List.of("6.5 0 3 0.5 -10 5"),
        query(
            "SELECT concat_ws(' ', available, locked, traded, fees, funded, entries) FROM trading.wallets"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"available = 1", "locked = 1", "entries = 7", "complete = false"})
  void a_wallet_changes_only_by_an_entry(String change) throws SQLException {
    wallet(account, true);
    assertEquals("wallets_change_by_entries", refused("UPDATE trading.wallets SET " + change));
  }

  @Test
  void a_balance_on_paper_is_never_negative_and_one_that_is_not_known_whole_may_be()
      throws SQLException {
    var paper = wallet(account, true);
    var real = wallet(account(ADA, "testnet"), false);
    var order = order("a");
    assertEquals(
        "wallets_covered", refused(entry(paper, "'lock', 'available', 'locked', 1", order, null)));
    var trade = trade(order, "t1");
    assertEquals(
        "ledger_entries_wallet",
        refused(entry(real, "'trade', 'available', 'traded', 1", null, trade)));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      textBlock =
          """
      ledger_entries_kind,  "'deposit', 'funded', 'available', 1"
      ledger_entries_kind,  "'fund', 'available', 'funded', 1"
      ledger_entries_kind,  "'fund', 'funded', 'locked', 1"
      ledger_entries_cause, "'lock', 'available', 'locked', 1"
      ledger_entries_cause, "'trade', 'traded', 'available', 1"
      amount_is_positive,   "'fund', 'funded', 'available', 0"
      amount_is_positive,   "'fund', 'funded', 'available', -1"
      """)
  void an_entry_has_the_books_and_the_cause_of_its_kind(String rule, String entry)
      throws SQLException {
    var wallet = wallet(account, true);
    book(wallet, "'fund', 'funded', 'available', 10", null, null);
    assertEquals(rule, refused(entry(wallet, entry, null, null)));
  }

  @Test
  void a_trade_is_booked_once_and_an_entry_stays() throws SQLException {
    var wallet = wallet(account, true);
    var trade = trade(order("a"), "t1");
    book(wallet, "'trade', 'traded', 'available', 1", null, trade);
    assertEquals(
        "ledger_entries_trade",
        refused(entry(wallet, "'trade', 'traded', 'available', 1", null, trade)));
    for (var statement : List.of(
        "UPDATE trading.ledger_entries SET at = now()",
        "DELETE FROM trading.ledger_entries",
        "TRUNCATE trading.ledger_entries")) {
      assertEquals("ledger_entries_stay", refused(statement), statement);
    }
    assertEquals("ledger_entries_wallet_id_fkey", refused("DELETE FROM trading.wallets"));
  }

  @Test
  void entries_of_one_wallet_wait_for_each_other() throws SQLException {
    var shared = TestDatabase.create();
    try (var first = connect(shared);
        var second = connect(shared);
        var monitor = connect(shared)) {
      try (var statement = first.createStatement()) {
        statement.execute(
            "INSERT INTO trading.accounts (user_id, venue, created_at) VALUES (7, 'paper', now())");
        statement.execute(
            "INSERT INTO trading.wallets (account_id, asset, complete, updated_at) VALUES (1, 'USDT', true, now())");
        first.commit();
        statement.execute(entry(1, "'fund', 'funded', 'available', 1", null, null));
      }
      var waiting = CompletableFuture.runAsync(() -> {
        try (var statement = second.createStatement()) {
          statement.execute(entry(1, "'fund', 'funded', 'available', 2", null, null));
          second.commit();
        } catch (SQLException e) {
          throw new AssertionError(e);
        }
      });
      Await.until("the second entry waits", () -> isConnectionWaiting(monitor));
      first.commit();
      waiting.join();
    }
    assertEquals(
        List.of("1 1", "2 3"),
        shared.column(
            "SELECT concat_ws(' ', seq, available_after) FROM trading.ledger_entries ORDER BY seq"));
  }

  @Test
  void rows_of_the_first_version_stop_the_migration_and_stay() {
    var first = TestDatabase.createEmpty();
    Flyway.configure()
        .dataSource(first.login().jdbcUrl(), first.login().user(), first.login().password())
        .schemas("trading")
        .table("migrations")
        .locations("classpath:db/migration/trading")
        .target("1")
        .load()
        .migrate();
    first.execute("INSERT INTO trading.assets VALUES ('BTC', 'Bitcoin', 8)");

    assertThrows(StartupException.class, () -> Migrations.packaged(Duration.ofSeconds(5))
        .migrate(first.settings("trading")));

    assertEquals(List.of("BTC"), first.column("SELECT code FROM trading.assets"));
  }

  private static long account(int user, String venue) throws SQLException {
    return id("INSERT INTO trading.accounts (user_id, venue, created_at) VALUES (" + user + ", '"
        + venue + "', now())");
  }

  private long order(String clientOrderId) throws SQLException {
    return id(insert(clientOrderId, BUY));
  }

  private String insert(String clientOrderId, String order) {
    return "INSERT INTO trading.orders (account_id, user_id, venue, symbol, side, type, time_in_force, qty, quote_qty,"
        + " price, stop_price, client_order_id, content_hash, status, source, sent_at, created_at, updated_at)"
        + " VALUES (" + account + ", 7, 'paper', 'BTCUSDT', " + order + ", '" + clientOrderId
        + "', '\\x01', 'pending', 'own', now(), now(), now())";
  }

  private static String step(long order, String step) {
    var parts = step.split(",");
    return "UPDATE trading.orders SET status = '" + parts[0] + "', executed_qty = " + parts[1]
        + " WHERE id = " + order;
  }

  private static long trade(long order, String exchangeTradeId) throws SQLException {
    return id(tradeOf(order, exchangeTradeId));
  }

  private static String tradeOf(long order, String exchangeTradeId) {
    return "INSERT INTO trading.trades (order_id, user_id, account_id, symbol, exchange_trade_id, price, qty, quote_qty,"
        + " fee_asset, fee, traded_at) SELECT id, user_id, account_id, symbol, '" + exchangeTradeId
        + "', 100, 1, 100, 'BTC', 0.001, now() FROM trading.orders WHERE id = " + order;
  }

  private static long wallet(long account, boolean complete) throws SQLException {
    return id("INSERT INTO trading.wallets (account_id, asset, complete, updated_at) VALUES ("
        + account + ", 'USDT', " + complete + ", now())");
  }

  private static void book(long wallet, String entry, Long order, Long trade) throws SQLException {
    execute(entry(wallet, entry, order, trade));
  }

  private static String entry(long wallet, String entry, Long order, Long trade) {
    return "INSERT INTO trading.ledger_entries (wallet_id, kind, debit, credit, amount, order_id, trade_id, at) VALUES ("
        + wallet + ", " + entry + ", " + order + ", " + trade + ", now())";
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

  /** Returns the constraint that rejects the statement; earlier statements remain in effect. */
  private static String refused(String sql) {
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
