package dev.verticker.legacy;

import dev.verticker.data.AdvisoryLock;
import dev.verticker.node.StartupException;
import java.sql.Connection;
import java.sql.SQLException;

/** Prevents a second import from running at the same time. Closing it rolls back an open transaction. */
record ImportLock(Connection connection, AdvisoryLock lock) implements AutoCloseable {
  /**
   * @param connection of the import, outside a transaction
   * @throws StartupException if another import is running
   */
  static ImportLock acquire(Connection connection, AdvisoryLock lock) throws SQLException {
    var acquired = new ImportLock(connection, lock);
    if (!acquired.call("pg_try_advisory_lock")) {
      throw new StartupException(
          StartupException.CONFIGURATION, "another import is running: wait until it has ended");
    }
    return acquired;
  }

  /** Rolls back first: after a failed statement PostgreSQL rejects all others, including the unlock. */
  @Override
  public void close() throws SQLException {
    if (!connection.getAutoCommit()) {
      connection.rollback();
      connection.setAutoCommit(true);
    }
    call("pg_advisory_unlock");
  }

  private boolean call(String function) throws SQLException {
    var sql = "SELECT pg_catalog.%s(%d, %d)".formatted(function, lock.lockClass(), lock.key());
    return JdbcConnections.queryOne(connection, sql).equals("t");
  }
}
