package dev.verticker.data;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;

/**
 * A PostgreSQL lock that one transaction in the cluster holds at a time. PostgreSQL releases it at the end of the
 * transaction, also when the node fails.
 *
 * @param lockClass one per schema, because several schemas may share a database
 * @param key within the class
 */
public record AdvisoryLock(int lockClass, int key) {
  private static final String WAIT = "SELECT pg_catalog.pg_advisory_xact_lock($1::int, $2::int)";
  private static final String TRY = "SELECT pg_catalog.pg_try_advisory_xact_lock($1::int, $2::int)";

  /** Waits for the lock, at most for the duration of a statement. */
  public Future<Void> acquire(SqlConnection tx) {
    return tx.preparedQuery(WAIT).execute(Tuple.of(lockClass, key)).mapEmpty();
  }

  /** Acquires the lock; false if another transaction holds it. */
  public Future<Boolean> tryAcquire(SqlConnection tx) {
    return tx.preparedQuery(TRY)
        .execute(Tuple.of(lockClass, key))
        .map(rows -> rows.iterator().next().getBoolean(0));
  }
}
