package dev.verticker.dev;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Deletes the simulated prices of an earlier run: each run has a history of its own, and a chart must not join two of them.
 * Prices of other venues are kept.
 */
final class EarlierPrices {
  private static final String SIMULATED = "('simulated', 'replayed')";

  /** Of a partitioned table only the parent. */
  private static final String TABLES =
      """
      SELECT format('%I.%I', n.nspname, c.relname)
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'venue' AND NOT a.attisdropped
       WHERE n.nspname = 'market' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
       ORDER BY 1
      """;

  private EarlierPrices() {}

  /** Returns the names of the tables that had such rows. */
  static List<String> delete(PostgresDatabase database) {
    try (var connection =
        DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password())) {
      var cleared = new ArrayList<String>();
      for (var table : column(connection, TABLES)) {
        if (exists(connection, table, "venue IN " + SIMULATED)) {
          clear(connection, table);
          cleared.add(table);
        }
      }
      return cleared;
    } catch (SQLException e) {
      throw new DevServerException(
          "cannot delete the prices of an earlier run: " + e.getMessage(), e);
    }
  }

  /** Deleting the rows one by one would take long after a run of days. */
  private static void clear(Connection connection, String table) throws SQLException {
    var hasOthers = exists(connection, table, "venue IS NULL OR venue NOT IN " + SIMULATED);
    try (var statement = connection.createStatement()) {
      statement.execute(
          hasOthers
              ? "DELETE FROM " + table + " WHERE venue IN " + SIMULATED
              : "TRUNCATE " + table);
    }
  }

  private static boolean exists(Connection connection, String table, String condition)
      throws SQLException {
    return column(
            connection, "SELECT EXISTS (SELECT FROM " + table + " WHERE " + condition + ")::text")
        .contains("true");
  }

  private static List<String> column(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      var values = new ArrayList<String>();
      while (rows.next()) {
        values.add(rows.getString(1));
      }
      return values;
    }
  }
}
