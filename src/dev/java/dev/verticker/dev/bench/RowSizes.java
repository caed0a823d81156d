package dev.verticker.dev.bench;

import dev.verticker.dev.DevPostgres;
import dev.verticker.dev.PostgresDatabase;
import dev.verticker.node.Migrations;
import dev.verticker.settings.PostgresSettings;
import dev.verticker.settings.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Measures the bytes per row on disk, with its share of the indexes, of every table that grows with use. Each table has
 * a hundred thousand rows of typical length.
 */
public final class RowSizes {
  private static final int ROWS = 100_000;

  private RowSizes() {}

  public static void main(String[] arguments) throws IOException, SQLException {
    var folder = Files.createDirectories(Path.of("target", "bench"));
    try (var postgres =
        DevPostgres.start(folder.resolve("postgres"), 0, false, System.out::println)) {
      var name = "rows_" + System.currentTimeMillis();
      var database = postgres.database(name, name, name);
      var migrations = Migrations.packaged(Duration.ZERO);
      PostgresSettings.SCHEMAS.forEach(schema -> migrations.migrate(settings(schema, database)));
      try (var connection =
          DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password())) {
        measure(connection);
      }
    }
  }

  private static void measure(Connection connection) throws SQLException {
    try (var sql = connection.createStatement()) {
      for (var fill : fills().values()) {
        sql.execute(fill.replace(":rows", Integer.toString(ROWS)));
      }
      sql.execute("VACUUM ANALYZE");
      System.out.printf("%n%-32s %10s %6s %8s%n", "bytes per row", "table", "index", "total");
      for (var table : fills().keySet()) {
        try (var row = sql.executeQuery(
            """
            SELECT round(pg_table_size('%1$s') / n), round(pg_indexes_size('%1$s') / n)
              FROM (SELECT count(*)::numeric AS n FROM %1$s) AS counted
             WHERE n >= %2$d
            """
                .formatted(table, ROWS))) {
          if (!row.next()) {
            continue;
          }
          System.out.printf(
              "%-32s %10d %6d %8d%n",
              table, row.getLong(1), row.getLong(2), row.getLong(1) + row.getLong(2));
        }
      }
    }
  }

  /** Statements that fill the tables, by table, in an order that the foreign keys allow. */
  private static Map<String, String> fills() {
    var fills = new LinkedHashMap<String, String>();
    fills.put(
        "account.users",
        """
        INSERT INTO account.users (username, full_name, email, password_hash, roles, created_at, updated_at)
        SELECT 'user' || n, 'Given' || n % 1000 || ' Family' || n, 'mail' || n || '@example.com', repeat('x', 97),
               ARRAY['user'], now(), now()
          FROM generate_series(1, :rows) AS n
        """);
    fills.put(
        "account.name_words",
        """
        INSERT INTO account.name_words (deleted, words, user_id)
        SELECT false, word, id
          FROM account.users, LATERAL (VALUES (lower(full_name)), (split_part(lower(full_name), ' ', 2))) AS w (word)
        """);
    fills.put(
        "account.sessions",
        """
        INSERT INTO account.sessions (id, user_id, device, token_hash, rotated_at, created_at, last_used_at, expires_at)
        SELECT gen_random_uuid(), id, repeat('Mozilla/5.0 ', 9), sha256(username::bytea), ARRAY[now(), now(), now()], now(), now(), now()
          FROM account.users
        """);
    fills.put(
        "account.audit",
        """
        INSERT INTO account.audit (at, action, user_id, actor_id, session, address, request_id, details)
        SELECT now(), 'session.opened', id, id, gen_random_uuid(), '203.0.113.7', gen_random_uuid(), '{"device": "Mozilla/5.0"}'
          FROM account.users
        """);
    fills.put(
        "market.observations_all",
        """
        CREATE TABLE market.observations_all PARTITION OF market.observations DEFAULT;
        INSERT INTO market.observations (id, symbol, exchange_info, called_at, slot_start, venue, event_time)
        SELECT n, 'BTCUSDT', jsonb_build_object('symbol', 'BTCUSDT', 'priceChange', '-94.99999800', 'priceChangePercent', '-0.152',
               'weightedAvgPrice', '62431.29347282', 'lastPrice', '62410.01000000', 'price', '62410.01000000', 'lastQty', '0.00040000',
               'openPrice', '62505.00000000', 'highPrice', '63200.00000000', 'lowPrice', '61700.00000000', 'volume', '8913.30000000',
               'quoteVolume', '556478911.30000000', 'prevClosePrice', '62505.00000000', 'bidPrice', '62410.00000000',
               'bidQty', '3.21970000', 'askPrice', '62410.01000000', 'askQty', '2.10410000', 'openTime', 1499783499040 + n, 'closeTime', 1499869899040 + n,
               'firstId', 28385 + n, 'lastId', 28460 + n, 'count', 76), now(), now() + n * interval '1 minute', 'binance', now()
          FROM generate_series(1, :rows) AS n
        """);
    // Each minute is written when it closes and again when it is confirmed; autovacuum keeps a
    // fifth of old versions.
    fills.put(
        "market.candles_1m_all",
        """
        CREATE TABLE market.candles_1m_all PARTITION OF market.candles_1m DEFAULT;
        INSERT INTO market.candles (venue, symbol, series, open_time, open, high, low, close, volume, quote_volume, trades,
               taker_volume, taker_quote_volume, state, confirmed)
        SELECT 'binance', 'BTCUSDT', '1m', timestamptz '2026-01-01' + n * interval '1 minute',
               62000 + (n % 9999)::numeric / 100, 62100 + (n % 9999)::numeric / 100, 61900 + (n % 9999)::numeric / 100,
               62000 + (n % 8888)::numeric / 100, 12 + (n % 99991)::numeric / 100000, 770000 + (n * 7919 % 99999989)::numeric / 100000000,
               n % 3000, 6 + (n % 99991)::numeric / 100000, 380000 + (n * 6991 % 99999989)::numeric / 100000000, 'final', true
          FROM generate_series(1, :rows) AS n;
        UPDATE market.candles SET confirmed = true WHERE trades % 5 = 0
        """);
    fills.put(
        "notification.topics", "INSERT INTO notification.topics (name, seq) VALUES ('users', 0)");
    fills.put(
        "notification.events_0",
        """
        CREATE TABLE notification.events_0 PARTITION OF notification.events FOR VALUES FROM (0) TO (10000000);
        INSERT INTO notification.events (position, topic, seq, at, logged_at, event, user_id, actor_id, audience_permission, payload)
        SELECT id, 'users', id, now(), now(), 'user_updated', id, id, 'users.read', jsonb_build_object('event', 'user_updated',
               'user_id', id, 'by', jsonb_build_object('id', id, 'username', username), 'changes', jsonb_build_object('email', email),
               'data', jsonb_build_object('id', id, 'username', username, 'full_name', full_name, 'email', email, 'roles',
               '["user"]'::jsonb, 'status', 'active'), 'before', jsonb_build_object('id', id, 'username', username, 'full_name',
               full_name, 'email', email, 'roles', '["user"]'::jsonb, 'status', 'active'))
          FROM account.users
        """);
    fills.put(
        "notification.received",
        """
        INSERT INTO notification.received (source, entry, received_at)
        SELECT 'account', n, now() FROM generate_series(1, :rows) AS n
        """);
    fills.put(
        "trading.instruments",
        "INSERT INTO trading.instruments VALUES ('paper', 'BTCUSDT', 'BTC', 'USDT', 8, 8, 0.01, 0.00001, 5, '{}')");
    fills.put(
        "trading.accounts",
        """
        INSERT INTO trading.accounts (user_id, venue, created_at)
        SELECT n, 'paper', now() FROM generate_series(1, 1000) AS n
        """);
    fills.put(
        "trading.orders",
        """
        INSERT INTO trading.orders (user_id, account_id, venue, symbol, side, type, time_in_force, price, qty, client_order_id,
               content_hash, status, source, sent_at, created_at, updated_at)
        SELECT a.user_id, a.id, 'paper', 'BTCUSDT', 'buy', 'limit', 'GTC', 62410.01, 0.00125,
               replace(gen_random_uuid()::text, '-', ''), sha256('order'), 'pending', 'own', now(), now(), now()
          FROM generate_series(1, :rows) AS n
          JOIN trading.accounts AS a ON a.user_id = 1 + n % 1000
        """);
    fills.put(
        "trading.trades",
        """
        INSERT INTO trading.trades (order_id, user_id, account_id, symbol, exchange_trade_id, price, qty, quote_qty, fee_asset, fee,
               traded_at)
        SELECT id, user_id, account_id, symbol, 3000000000 + id, 62410.01, 0.00125, 78.0125125, 'BTC', 0.00000125, now()
          FROM trading.orders
        """);
    fills.put(
        "trading.wallets",
        """
        INSERT INTO trading.wallets (account_id, asset, complete, updated_at)
        SELECT id, asset, true, now() FROM trading.accounts, (VALUES ('BTC'), ('USDT')) AS assets (asset)
        """);
    fills.put(
        "trading.ledger_entries",
        """
        INSERT INTO trading.ledger_entries (wallet_id, kind, debit, credit, amount, trade_id, at)
        SELECT w.id, 'trade', 'traded', 'available', t.qty, t.id, t.traded_at
          FROM trading.trades AS t
          JOIN trading.wallets AS w ON w.account_id = t.account_id AND w.asset = 'BTC'
        """);
    return fills;
  }

  private static PostgresSettings settings(String schema, PostgresDatabase database) {
    return new PostgresSettings(
        schema,
        database.host(),
        database.port(),
        database.name(),
        database.user(),
        new Secret(database.password()),
        1,
        false,
        Optional.empty());
  }
}
