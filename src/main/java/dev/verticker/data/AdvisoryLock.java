package dev.verticker.data;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;

/**
 * What only one transaction on all nodes may do at a time. PostgreSQL lets the lock go at the end of the transaction, also
 * when its node dies.
 *
 * @param space of one schema: other schemas may live in the same database
 * @param key within the space
 */
public record AdvisoryLock(int space, int key) {
  private static final String WAIT = "SELECT pg_catalog.pg_advisory_xact_lock($1::int, $2::int)";
  private static final String TRY = "SELECT pg_catalog.pg_try_advisory_xact_lock($1::int, $2::int)";

  /** Waits for it, at most as long as a statement may take. */
  public Future<Void> acquire(SqlConnection transaction) {
    return transaction.preparedQuery(WAIT).execute(Tuple.of(space, key)).mapEmpty();
  }

  /** False when another transaction has it. */
  public Future<Boolean> tryAcquire(SqlConnection transaction) {
    return transaction.preparedQuery(TRY).execute(Tuple.of(space, key)).map(rows -> rows.iterator()
        .next()
        .getBoolean(0));
  }
}
