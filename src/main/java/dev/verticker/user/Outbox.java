package dev.verticker.user;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;

/**
 * Writes what must be told, as the last statement of the transaction that changed it: told if and only if it happened.
 * While nobody drains it, housekeeping removes what is older than a week, so it cannot grow for ever.
 */
final class Outbox {
  private static final String INSERT =
      """
      INSERT INTO account.outbox (at, event, user_id, topics, payload)
      VALUES ($1, $2, $3, $4, $5)
      """;

  /** What still waits about an erased user is told without anything personal, in its place. */
  private static final String ERASE =
      """
      UPDATE account.outbox
         SET payload = pg_catalog.jsonb_build_object('event', event, 'user_id', user_id, 'redacted', true)
       WHERE user_id = $1
      """;

  /** A reader away for longer has lost more than events. */
  static final Duration KEPT = Duration.ofDays(7);

  /** For housekeeping. */
  static final String REMOVE_OLD =
      """
      DELETE FROM account.outbox
       WHERE id IN (SELECT id FROM account.outbox WHERE at < $1 ORDER BY at LIMIT $2)
      """;

  private final Clock clock;

  Outbox(Clock clock) {
    this.clock = clock;
  }

  Future<Void> write(SqlConnection transaction, List<UserEvent> events) {
    if (events.isEmpty()) {
      return Future.succeededFuture();
    }
    var at = clock.instant().atOffset(ZoneOffset.UTC);
    var rows = events.stream()
        .map(event -> Tuple.of(
            at,
            event.event(),
            event.userId(),
            event.topics().toArray(String[]::new),
            event.payload()))
        .toList();
    return transaction.preparedQuery(INSERT).executeBatch(rows).mapEmpty();
  }

  Future<Void> erase(SqlConnection transaction, long userId) {
    return transaction.preparedQuery(ERASE).execute(Tuple.of(userId)).mapEmpty();
  }
}
