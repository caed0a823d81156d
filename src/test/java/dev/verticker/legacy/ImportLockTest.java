package dev.verticker.legacy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.verticker.data.AdvisoryLock;
import dev.verticker.node.StartupException;
import dev.verticker.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ImportLockTest {
  private static final AdvisoryLock LOCK = new AdvisoryLock(7, 1);

  private final TestDatabase database = TestDatabase.createEmpty();
  private Connection connection;
  private Connection other;

  @BeforeEach
  void connect() throws SQLException {
    connection = database.connect();
    other = database.connect();
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
    other.close();
  }

  @Test
  void one_import_holds_the_lock_at_a_time() throws SQLException {
    var lock = lock(connection);
    try (lock) {
      assertThrows(StartupException.class, () -> lock(other));
    }
    lock(other).close();
  }

  @Test
  void a_failed_statement_is_rethrown_and_releases_the_lock() throws SQLException {
    var failure = assertThrows(SQLException.class, () -> {
      var lock = lock(connection);
      try (lock) {
        connection.setAutoCommit(false);
        execute("CREATE TABLE half (done boolean)");
        execute("SELECT 1 / 0");
      }
    });

    assertEquals("22012", failure.getSQLState());
    assertEquals(0, failure.getSuppressed().length);
    lock(other).close();
    execute("CREATE TABLE half (done boolean)");
  }

  @Test
  void after_a_lost_connection_the_original_failure_is_rethrown() {
    var failure = assertThrows(IllegalStateException.class, () -> {
      var lock = lock(connection);
      try (lock) {
        connection.close();
        throw new IllegalStateException("the cause");
      }
    });
    assertEquals("the cause", failure.getMessage());
    assertEquals(1, failure.getSuppressed().length);
  }

  private static ImportLock lock(Connection connection) throws SQLException {
    return ImportLock.acquire(connection, LOCK);
  }

  private void execute(String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
