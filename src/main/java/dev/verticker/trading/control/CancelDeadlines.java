package dev.verticker.trading.control;

import dev.verticker.bus.Failure;
import dev.verticker.data.Database;
import dev.verticker.data.Rows;
import dev.verticker.message.Actor;
import dev.verticker.message.trading.Orders.CancelAll;
import dev.verticker.message.trading.TradingAccounts.CancelAfter;
import dev.verticker.message.trading.TradingAccounts.CancelAfterState;
import dev.verticker.trading.order.CancelService;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The dead-man's switch: open orders of a user are canceled unless the user renews the time. */
public final class CancelDeadlines {
  private static final Logger log = LoggerFactory.getLogger(CancelDeadlines.class);
  private static final Duration MIN_AFTER = Duration.ofSeconds(5);
  private static final Duration MAX_AFTER = Duration.ofDays(1);
  private static final int BATCH = 20;

  private static final String ARM =
      """
      INSERT INTO trading.cancel_deadlines (user_id, cancel_at)
      VALUES ($1, $2)
          ON CONFLICT (user_id) DO UPDATE SET cancel_at = excluded.cancel_at
      RETURNING cancel_at
      """;

  private static final String DISARM = "DELETE FROM trading.cancel_deadlines WHERE user_id = $1";

  private static final String DUE =
      """
      SELECT user_id
        FROM trading.cancel_deadlines
       WHERE cancel_at <= $1
       ORDER BY cancel_at
       LIMIT %d
      """
          .formatted(BATCH);

  /** Leaves a deadline that the user renewed in between. */
  private static final String DISARM_DUE =
      "DELETE FROM trading.cancel_deadlines WHERE user_id = $1 AND cancel_at <= $2";

  private final Database database;
  private final CancelService cancellations;
  private final Clock clock;

  public CancelDeadlines(Database database, CancelService cancellations, Clock clock) {
    this.database = database;
    this.cancellations = cancellations;
    this.clock = clock;
  }

  public Future<CancelAfterState> set(CancelAfter cancel) {
    var userId = cancel.actor().id();
    var after = cancel.after();
    if (after == null) {
      return database.query(DISARM, Tuple.of(userId)).map(disarmed -> new CancelAfterState(null));
    }
    if (after.compareTo(MIN_AFTER) < 0 || after.compareTo(MAX_AFTER) > 0) {
      return Future.failedFuture(Failure.Invalid.of(
          "/cancel_after_s",
          "out-of-range",
          "The time must be between " + MIN_AFTER.toSeconds() + " and " + MAX_AFTER.toSeconds()
              + " seconds."));
    }
    return database
        .query(ARM, Tuple.of(userId, Rows.utc(clock.instant().plus(after))))
        .map(rows -> new CancelAfterState(Rows.instant(rows.iterator().next(), "cancel_at")));
  }

  /**
   * Cancels the orders of users whose deadline has passed. A deadline is deleted after its cancellations were requested, so
   * they are repeated after a crash in between.
   */
  Future<Void> cancelDue() {
    return database.query(DUE, Tuple.of(Rows.utc(clock.instant()))).compose(rows -> {
      var users = Rows.all(rows, row -> row.getLong("user_id"));
      return cancelEach(users, 0);
    });
  }

  private Future<Void> cancelEach(List<Long> users, int index) {
    return index == users.size()
        ? Future.succeededFuture()
        : cancel(users.get(index)).compose(done -> cancelEach(users, index + 1));
  }

  private Future<Void> cancel(long userId) {
    var now = Rows.utc(clock.instant());
    log.info("user {} did not renew the dead-man's switch, canceling open orders", userId);
    return cancellations
        .cancelAll(new CancelAll(new Actor(userId, null, null, null), null, null))
        .compose(canceled -> database.query(DISARM_DUE, Tuple.of(userId, now)))
        .mapEmpty();
  }
}
