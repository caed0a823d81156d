package dev.verticker.trading.control;

import dev.verticker.data.Database;
import dev.verticker.data.Rows;
import dev.verticker.message.trading.TradingAccounts.Halt;
import dev.verticker.message.trading.TradingAccounts.HaltState;
import dev.verticker.trading.account.AccountRepository;
import dev.verticker.trading.account.TradingLocks;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * The kill switch. A placement holds a lock that a halt waits for, so each order is stored either before the halt, which then
 * waits for it, or not at all.
 */
public final class HaltService {
  /** The venue refuses an order that arrives longer than this after its signature. */
  static final Duration SENDABLE = Duration.ofSeconds(6);

  /** Longer than an order can be in flight, shorter than the deadline of the request. */
  private static final Duration MAX_WAIT = Duration.ofSeconds(7);

  private static final Duration POLL_INTERVAL = Duration.ofMillis(100);
  private static final int MAX_COUNT = 10_000;

  private static final String LOCK_ACCOUNTS =
      "SELECT FROM trading.accounts WHERE user_id = $1 ORDER BY id FOR NO KEY UPDATE";

  private static final String HALT =
      """
      INSERT INTO trading.halts (user_id, reason, at)
      VALUES ($1, $2, $3)
          ON CONFLICT DO NOTHING
      """;

  private static final String RESUME =
      "DELETE FROM trading.halts WHERE user_id IS NOT DISTINCT FROM $1 AND reason = $2";

  private static final String STATE =
      """
      SELECT (SELECT min(at) FROM trading.halts WHERE user_id IS NOT DISTINCT FROM $1 OR user_id IS NULL) AS at,
             (SELECT count(*)
                FROM (SELECT FROM trading.orders
                       WHERE status IN ('pending', 'unknown')
                         AND source = 'own'
                         AND sent_at > $2
                         AND ($1::bigint IS NULL OR user_id = $1)
                       LIMIT $3) AS sendable) AS in_flight
      """;

  private final Vertx vertx;
  private final Database database;
  private final AccountRepository accounts;
  private final Clock clock;

  public HaltService(Vertx vertx, Database database, AccountRepository accounts, Clock clock) {
    this.vertx = vertx;
    this.database = database;
    this.accounts = accounts;
    this.clock = clock;
  }

  /** Commits the halt, then waits until no order is in flight, at most {@link #MAX_WAIT}. */
  public Future<HaltState> halt(Halt halt) {
    var userId = userId(halt);
    return lock(halt, userId).compose(halted -> settled(userId, clock.instant().plus(MAX_WAIT)));
  }

  public Future<HaltState> resume(Halt halt) {
    return database
        .query(RESUME, Tuple.of(userId(halt), reason(halt)))
        .compose(resumed -> state(userId(halt)));
  }

  private Future<?> lock(Halt halt, Long userId) {
    return halt.everyone()
        ? database.transaction(
            tx -> TradingLocks.PLACEMENT.acquire(tx).compose(locked -> insert(tx, halt, userId)))
        // An account that does not exist yet cannot be locked.
        : accounts
            .find(userId, null)
            .compose(paper -> database.transaction(tx -> tx.preparedQuery(LOCK_ACCOUNTS)
                .execute(Tuple.of(userId))
                .compose(locked -> insert(tx, halt, userId))));
  }

  private Future<Void> insert(SqlConnection tx, Halt halt, Long userId) {
    return tx.preparedQuery(HALT)
        .execute(Tuple.of(userId, reason(halt), Rows.utc(clock.instant())))
        .mapEmpty();
  }

  private Future<HaltState> settled(Long userId, Instant until) {
    return state(userId)
        .compose(state -> state.inFlight() == 0 || !clock.instant().isBefore(until)
            ? Future.succeededFuture(state)
            : vertx.timer(POLL_INTERVAL.toMillis()).compose(elapsed -> settled(userId, until)));
  }

  private Future<HaltState> state(Long userId) {
    return database
        .query(STATE, Tuple.of(userId, Rows.utc(clock.instant().minus(SENDABLE)), MAX_COUNT))
        .map(rows -> {
          var row = rows.iterator().next();
          var at = Rows.instant(row, "at");
          return new HaltState(at != null, row.getLong("in_flight").intValue(), at);
        });
  }

  private static Long userId(Halt halt) {
    return halt.everyone() ? null : halt.actor().id();
  }

  private static String reason(Halt halt) {
    return halt.everyone() ? "administrator" : "user";
  }
}
