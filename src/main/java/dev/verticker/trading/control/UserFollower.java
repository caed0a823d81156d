package dev.verticker.trading.control;

import dev.verticker.bus.Bus;
import dev.verticker.data.Database;
import dev.verticker.data.Rows;
import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.Event;
import dev.verticker.message.Notifications.LogPage;
import dev.verticker.message.Notifications.ReadLog;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the users in the event log with a stored cursor: trading of a disabled or deleted user is halted, and the keys of an
 * erased user are destroyed. Orders and trades stay; they contain no personal data. An event may be processed twice.
 */
public final class UserFollower {
  private static final Logger log = LoggerFactory.getLogger(UserFollower.class);
  private static final String CURSOR = "users";

  private static final String FIND_CURSOR =
      "SELECT epoch, position FROM trading.cursors WHERE name = $1";

  private static final String MOVE_CURSOR =
      """
      INSERT INTO trading.cursors (name, epoch, position)
      VALUES ($1, $2, $3)
          ON CONFLICT (name) DO UPDATE
         SET epoch = excluded.epoch,
             position = excluded.position
      """;

  private static final String HALT =
      """
      INSERT INTO trading.halts (user_id, reason, at)
      VALUES ($1, 'user_disabled', $2)
          ON CONFLICT DO NOTHING
      """;

  private static final String RESUME =
      "DELETE FROM trading.halts WHERE user_id = $1 AND reason = 'user_disabled'";

  /** A placement holds this lock, so each order of the user is stored before the halt or not at all. */
  private static final String LOCK_ACCOUNTS =
      "SELECT FROM trading.accounts WHERE user_id = $1 ORDER BY id FOR NO KEY UPDATE";

  private static final String ERASE =
      """
      UPDATE trading.accounts
         SET api_key = NULL,
             api_secret = NULL,
             key_prefix = NULL,
             label = NULL,
             deleted_at = coalesce(deleted_at, $2)
       WHERE user_id = $1
      """;

  private static final String DISARM = "DELETE FROM trading.cancel_deadlines WHERE user_id = $1";

  private final Database database;
  private final Bus bus;
  private final Clock clock;

  private record Cursor(String epoch, long position) {}

  public UserFollower(Database database, Bus bus, Clock clock) {
    this.database = database;
    this.bus = bus;
    this.clock = clock;
  }

  /** Processes the events since the last run, page by page. */
  Future<Void> follow() {
    return database
        .query(FIND_CURSOR, Tuple.of(CURSOR))
        .map(rows ->
            Rows.first(rows, row -> new Cursor(row.getString("epoch"), row.getLong("position"))))
        .compose(cursor -> cursor.isEmpty() ? begin() : follow(cursor.get()));
  }

  private Future<Void> follow(Cursor cursor) {
    return bus.request(Notifications.READ_LOG, new ReadLog(cursor.epoch(), cursor.position()))
        .compose(page -> {
          if (!page.epoch().equals(cursor.epoch()) || page.oldest() - 1 > cursor.position()) {
            log.warn(
                "the event log has no events after {} of epoch {} any more: users that were disabled in between are"
                    + " not halted here",
                cursor.position(),
                cursor.epoch());
            return begin();
          }
          var events = page.events();
          if (events.isEmpty()) {
            return Future.succeededFuture();
          }
          var next = new Cursor(page.epoch(), events.get(events.size() - 1).position());
          return database
              .transaction(tx -> apply(tx, events, 0).compose(applied -> move(tx, next)))
              .compose(moved -> events.size() < Notifications.MAX_EVENTS
                  ? Future.succeededFuture()
                  : follow(next));
        });
  }

  /** Sets the cursor to the oldest retained event. */
  private Future<Void> begin() {
    return bus.request(Notifications.READ_LOG, new ReadLog(null, 0))
        .compose(page -> database.transaction(tx -> move(tx, oldest(page))));
  }

  private static Cursor oldest(LogPage page) {
    return new Cursor(page.epoch(), page.oldest() - 1);
  }

  private static Future<Void> move(SqlConnection tx, Cursor cursor) {
    return tx.preparedQuery(MOVE_CURSOR)
        .execute(Tuple.of(CURSOR, cursor.epoch(), cursor.position()))
        .mapEmpty();
  }

  private Future<Void> apply(SqlConnection tx, List<Event> events, int index) {
    if (index == events.size()) {
      return Future.succeededFuture();
    }
    var event = events.get(index);
    var applied = event.topic().equals(Notifications.USERS)
        ? apply(tx, new JsonObject(event.payload()))
        : Future.<Void>succeededFuture();
    return applied.compose(done -> apply(tx, events, index + 1));
  }

  private Future<Void> apply(SqlConnection tx, JsonObject event) {
    var userId = event.getLong("user_id");
    if (isErasure(event)) {
      return lock(tx, userId)
          .compose(locked ->
              tx.preparedQuery(ERASE).execute(Tuple.of(userId, Rows.utc(clock.instant()))))
          .compose(erased -> tx.preparedQuery(DISARM).execute(Tuple.of(userId)))
          .compose(disarmed -> halt(tx, userId));
    }
    var data = event.getJsonObject("data");
    var status = data == null ? null : data.getString("status");
    if (status == null) {
      return Future.succeededFuture();
    }
    return status.equals("active")
        ? tx.preparedQuery(RESUME).execute(Tuple.of(userId)).mapEmpty()
        : lock(tx, userId).compose(locked -> halt(tx, userId));
  }

  /** The log redacts the events of erased users. */
  private static boolean isErasure(JsonObject event) {
    return "hard".equals(event.getString("mode")) || event.getBoolean("redacted", false);
  }

  private Future<Void> halt(SqlConnection tx, long userId) {
    return tx.preparedQuery(HALT)
        .execute(Tuple.of(userId, Rows.utc(clock.instant())))
        .mapEmpty();
  }

  private static Future<Void> lock(SqlConnection tx, long userId) {
    return tx.preparedQuery(LOCK_ACCOUNTS).execute(Tuple.of(userId)).mapEmpty();
  }
}
