package dev.verticker.legacy;

import dev.verticker.data.AdvisoryLock;
import java.sql.Connection;
import java.sql.SQLException;

/** Keeps a second import out while one runs. */
public final class ImportLock {
  private static final String TRY = "SELECT pg_catalog.pg_try_advisory_lock(?, ?)";
  private static final String UNLOCK = "SELECT pg_catalog.pg_advisory_unlock(?, ?)";

  private final Connection connection;
  private final AdvisoryLock lock;

  /** What works on the connection. */
  public interface Work {
    void run() throws SQLException;
  }

  /** @param connection what the import writes with; outside of a transaction */
  public ImportLock(Connection connection, AdvisoryLock lock) {
    this.connection = connection;
    this.lock = lock;
  }

  /**
   * Fails as the work does, after what it did not commit was rolled back.
   *
   * @throws ImportRefused when another import runs
   */
  public void run(Work work) throws SQLException {
    if (!ask(TRY)) {
      throw new ImportRefusedException("another import is running");
    }
    try {
      work.run();
    } catch (SQLException | RuntimeException failure) {
      try {
        release();
      } catch (SQLException consequence) {
        failure.addSuppressed(consequence);
      }
      throw failure;
    }
    release();
  }

  /** After a statement that failed, PostgreSQL takes no other before the roll-back, not even the one that unlocks. */
  private void release() throws SQLException {
    if (!connection.getAutoCommit()) {
      connection.rollback();
      connection.setAutoCommit(true);
    }
    ask(UNLOCK);
  }

  private boolean ask(String sql) throws SQLException {
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
