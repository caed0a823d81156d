package dev.verticker.notification;

import static dev.verticker.data.Rows.all;
import static dev.verticker.data.Rows.utc;

import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.OutboxEntry;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Erases deleted users from the log. Events about an erased user keep event name, user id, sequence and time; the
 * user's own topic is deleted; events the user caused keep the id but not the name. Sequences do not change.
 */
final class EventErasure {
  private static final String INSERT_ERASED =
      """
      INSERT INTO notification.erased_users (user_id, erased_at)
      SELECT user_id, $2::timestamptz
        FROM pg_catalog.unnest($1::bigint[]) AS user_id
      ON CONFLICT (user_id) DO NOTHING
      """;

  private static final String FIND_ERASED =
      "SELECT user_id FROM notification.erased_users WHERE user_id = ANY ($1)";

  private static final String DELETE_EVENTS =
      "DELETE FROM notification.events WHERE topic = ANY ($1)";

  private static final String DELETE_TOPICS =
      "DELETE FROM notification.topics WHERE name = ANY ($1)";

  private static final String REDACT =
      """
      UPDATE notification.events
         SET actor_id = NULL,
             payload = pg_catalog.jsonb_build_object('event', event, 'user_id', user_id, 'redacted', true)
       WHERE user_id = ANY ($1)
      """;

  private static final String REDACT_ACTOR =
      """
      UPDATE notification.events
         SET payload = pg_catalog.jsonb_set(payload, '{by,username}', 'null', false)
       WHERE actor_id = ANY ($1)
      """;

  /** The users and actors of the entries that are erased already or by one of the entries. */
  Future<Set<Long>> erased(SqlConnection tx, Collection<OutboxEntry> entries) {
    var users = entries.stream()
        .flatMap(entry -> entry.actorId() == null
            ? Stream.of(entry.userId())
            : Stream.of(entry.userId(), entry.actorId()))
        .distinct()
        .toArray(Long[]::new);
    return tx.preparedQuery(FIND_ERASED).execute(Tuple.of(users)).map(rows -> {
      var erased = new HashSet<>(all(rows, row -> row.getLong("user_id")));
      entries.stream().filter(OutboxEntry::erases).map(OutboxEntry::userId).forEach(erased::add);
      return erased;
    });
  }

  /** Redacts the events in the log. Call it before appending the erasing event, which must not be redacted. */
  Future<Void> erase(SqlConnection tx, Collection<OutboxEntry> entries, Instant now) {
    var users = entries.stream()
        .filter(OutboxEntry::erases)
        .map(OutboxEntry::userId)
        .distinct()
        .toArray(Long[]::new);
    if (users.length == 0) {
      return Future.succeededFuture();
    }
    var topics = Stream.of(users).map(Notifications::ownTopic).toArray(String[]::new);
    return tx.preparedQuery(INSERT_ERASED)
        .execute(Tuple.of(users, utc(now)))
        .compose(rows -> tx.preparedQuery(DELETE_EVENTS).execute(Tuple.of(topics)))
        .compose(rows -> tx.preparedQuery(DELETE_TOPICS).execute(Tuple.of(topics)))
        .compose(rows -> tx.preparedQuery(REDACT).execute(Tuple.of(users)))
        .compose(rows -> tx.preparedQuery(REDACT_ACTOR).execute(Tuple.of(users)))
        .mapEmpty();
  }
}
