package dev.verticker.notification;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;

/** What only one transaction on all nodes may do at a time. Each lock is let go at the end of its transaction. */
enum Locks {
  APPEND(1),
  RETENTION(2);

  /** "noti": apart from the locks of other schemas that may live in the same database. */
  static final int SPACE = 0x6e6f7469;

  private static final String WAIT = "SELECT pg_catalog.pg_advisory_xact_lock($1::int, $2::int)";
  private static final String TRY = "SELECT pg_catalog.pg_try_advisory_xact_lock($1::int, $2::int)";

  final int key;

  Locks(int key) {
    this.key = key;
  }

  Future<Void> acquire(SqlConnection transaction) {
    return transaction.preparedQuery(WAIT).execute(Tuple.of(SPACE, key)).mapEmpty();
  }

  /** False when another transaction has it. */
  Future<Boolean> tryAcquire(SqlConnection transaction) {
    return transaction.preparedQuery(TRY).execute(Tuple.of(SPACE, key)).map(rows -> rows.iterator()
        .next()
        .getBoolean(0));
  }
}
