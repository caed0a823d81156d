package dev.verticker.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EarlierPricesTest {
  private final PostgresDatabase database = TestServers.postgres().createDatabase();

  @BeforeEach
  void createTables() throws SQLException {
    execute(
        """
        CREATE SCHEMA market;
        CREATE TABLE market.bans (exchange text);
        INSERT INTO market.bans VALUES ('binance');
        CREATE TABLE market.exchange_info (id bigint, venue text);
        CREATE TABLE market.candles (id bigint, venue text) PARTITION BY RANGE (id);
        CREATE TABLE market.candles_1 PARTITION OF market.candles FOR VALUES FROM (0) TO (10);
        CREATE TABLE market.candles_2 PARTITION OF market.candles FOR VALUES FROM (10) TO (20);
        """);
  }

  @Test
  void rows_of_simulated_exchanges_are_deleted_and_others_kept() throws SQLException {
    execute(
        """
        INSERT INTO market.exchange_info VALUES (1, 'simulated'), (2, 'binance'), (3, 'replayed'), (4, NULL);
        INSERT INTO market.candles VALUES (1, 'simulated'), (11, 'replayed');
        """);
    assertEquals(List.of("market.candles", "market.exchange_info"), EarlierPrices.delete(database));
    assertEquals(
        "2 4", text("SELECT string_agg(id::text, ' ' ORDER BY id) FROM market.exchange_info"));
    assertEquals("0", text("SELECT count(*) FROM market.candles"));
    assertEquals("1", text("SELECT count(*) FROM market.bans"));
    assertEquals(List.of(), EarlierPrices.delete(database));
  }

  @Test
  void a_database_without_tables_has_nothing_to_delete() throws SQLException {
    execute("DROP SCHEMA market CASCADE");
    assertEquals(List.of(), EarlierPrices.delete(database));
  }

  private void execute(String sql) throws SQLException {
    try (var connection =
            DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private String text(String sql) throws SQLException {
    try (var connection =
            DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }
}
