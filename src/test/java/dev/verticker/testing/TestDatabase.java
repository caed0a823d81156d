package dev.verticker.testing;

import dev.verticker.dev.PostgresDatabase;
import dev.verticker.dev.TestServers;
import dev.verticker.node.Migrations;
import dev.verticker.settings.PostgresSettings;
import dev.verticker.settings.SettingsFiles;
import dev.verticker.settings.SettingsReader;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A PostgreSQL database of one test with methods to write and read rows. */
public record TestDatabase(PostgresDatabase login) {

  /** The database with all schemas, migrated once per JVM; every other database is a copy of it. */
  private static final class Template {
    static final PostgresDatabase LOGIN = TestServers.postgres().createDatabase();

    static {
      var database = new TestDatabase(LOGIN);
      Migrations.packaged(Duration.ofSeconds(30))
          .migrateAll(PostgresSettings.SCHEMAS.stream().map(database::settings).toList());
    }
  }

  /** Connections of the databases that were used last: each new one costs a process and an authentication. */
  private static final Map<PostgresDatabase, Connection> CONNECTIONS =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<PostgresDatabase, Connection> eldest) {
          return size() > MAX_CONNECTIONS && close(eldest.getValue());
        }
      };

  private static final int MAX_CONNECTIONS = 8;

  /** Creates a database with all schemas migrated and empty. */
  public static TestDatabase create() {
    return new TestDatabase(TestServers.postgres().copy(Template.LOGIN));
  }

  /** Creates a database without schemas. */
  public static TestDatabase createEmpty() {
    return new TestDatabase(TestServers.postgres().createDatabase());
  }

  /** Returns mutable settings of a node in development mode on this database and the shared Redis. */
  public Map<String, String> settings() {
    return TestServers.settings(login);
  }

  public PostgresSettings settings(String schema) {
    return SettingsReader.read(
        SettingsFiles.load(settings(), Path.of("target")),
        reader -> PostgresSettings.read(schema, reader));
  }

  /** Returns the columns of each row as text; empty for a statement without result. */
  public List<List<String>> rows(String sql) {
    try (var statement = shared().createStatement()) {
      var rows = new ArrayList<List<String>>();
      if (statement.execute(sql)) {
        var result = statement.getResultSet();
        while (result.next()) {
          var row = new ArrayList<String>();
          for (var i = 1; i <= result.getMetaData().getColumnCount(); i++) {
            row.add(result.getString(i));
          }
          rows.add(row);
        }
      }
      return rows;
    } catch (SQLException e) {
      throw new AssertionError(sql, e);
    }
  }

  /** Returns the first column of each row. */
  public List<String> column(String sql) {
    return rows(sql).stream().map(row -> row.get(0)).toList();
  }

  /** Returns the first column of the only row. */
  public String value(String sql) {
    var column = column(sql);
    if (column.size() != 1) {
      throw new AssertionError("expected one row but was " + column + ": " + sql);
    }
    return column.get(0);
  }

  /** Returns the number in the only row. */
  public long number(String sql) {
    return Long.parseLong(value(sql));
  }

  public void execute(String sql) {
    rows(sql);
  }

  private Connection shared() throws SQLException {
    synchronized (CONNECTIONS) {
      var connection = CONNECTIONS.get(login);
      if (connection == null || !connection.isValid(1)) {
        connection = connect();
        CONNECTIONS.put(login, connection);
      }
      return connection;
    }
  }

  private static boolean close(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      // The server was killed.
    }
    return true;
  }

  /** Opens a connection in time zone UTC for several statements; the caller closes it. */
  public Connection connect() throws SQLException {
    return DriverManager.getConnection(
        login.jdbcUrl() + "?options=-c%20TimeZone=UTC", login.user(), login.password());
  }
}
