package dev.verticker.legacy;

import dev.verticker.data.AdvisoryLock;
import java.sql.Connection;
import java.sql.SQLException;

/** Prevents a second import from running at the same time. */
final class ImportLock {
  private static final String TRY = "SELECT pg_catalog.pg_try_advisory_lock(?, ?)";
  private static final String UNLOCK = "SELECT pg_catalog.pg_advisory_unlock(?, ?)";

  private final Connection connection;
  private final AdvisoryLock lock;

  interface Work {
    void run() throws SQLException;
  }

  /** @param connection of the import, outside of a transaction */
  ImportLock(Connection connection, AdvisoryLock lock) {
    this.connection = connection;
    this.lock = lock;
  }

  /**
   * Rolls back the open transaction if the work fails.
   *
   * @throws ImportRefusedException if another import is running
   */
  void run(Work work) throws SQLException {
    if (!query(TRY)) {
      throw new ImportRefusedException("another import is running: wait until it has ended");
    }
    try {
      work.run();
    } catch (SQLException | RuntimeException failure) {
      try {
        release();
      } catch (SQLException releaseFailure) {
        failure.addSuppressed(releaseFailure);
      }
      throw failure;
    }
    release();
  }

  /** After a failed statement PostgreSQL rejects every other one, including the unlock, until the rollback. */
  private void release() throws SQLException {
    if (!connection.getAutoCommit()) {
      connection.rollback();
      connection.setAutoCommit(true);
    }
    query(UNLOCK);
  }

  private boolean query(String sql) throws SQLException {
    try (var statement = connection.prepareStatement(sql)) {
      statement.setInt(1, lock.space());
      statement.setInt(2, lock.key());
      try (var rows = statement.executeQuery()) {
        rows.next();
        return rows.getBoolean(1);
      }
    }
  }
}
