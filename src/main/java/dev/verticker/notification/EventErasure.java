package dev.verticker.notification;

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
 * Takes users out of the log who are gone: what was told about them keeps event, user id, sequence and time; their own
 * topic goes; in what they did to others the id stays and the name goes. Sequences keep their numbers.
 */
final class EventErasure {
  private static final String REMEMBER =
      """
      INSERT INTO notification.erased_users (user_id, erased_at)
      SELECT user_id, $2::timestamptz
        FROM pg_catalog.unnest($1::bigint[]) AS user_id
      ON CONFLICT (user_id) DO NOTHING
      """;

  private static final String KNOWN =
      """
      SELECT user_id
        FROM notification.erased_users
       WHERE user_id = ANY ($1)
      """;

  private static final String DROP_EVENTS =
      """
      DELETE FROM notification.events
       WHERE topic = ANY ($1)
      """;

  private static final String DROP_TOPICS =
      """
      DELETE FROM notification.topics
       WHERE name = ANY ($1)
      """;

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

  /** All of the users these entries are about, or were done by, who are erased already or by one of them. */
  Future<Set<Long>> erased(SqlConnection tx, Collection<OutboxEntry> entries) {
    var users = entries.stream()
        .flatMap(entry -> entry.actorId() == null
            ? Stream.of(entry.userId())
            : Stream.of(entry.userId(), entry.actorId()))
        .distinct()
        .toArray(Long[]::new);
    return tx.preparedQuery(KNOWN).execute(Tuple.of(users)).map(rows -> {
      var erased = new HashSet<Long>();
      rows.forEach(row -> erased.add(row.getLong("user_id")));
      entries.stream().filter(OutboxEntry::erases).map(OutboxEntry::userId).forEach(erased::add);
      return erased;
    });
  }

  /** Redacts what the log has so far; before what erases is appended, which must not be hit itself. */
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
    return tx.preparedQuery(REMEMBER)
        .execute(Tuple.of(users, utc(now)))
        .compose(rows -> tx.preparedQuery(DROP_EVENTS).execute(Tuple.of(topics)))
        .compose(rows -> tx.preparedQuery(DROP_TOPICS).execute(Tuple.of(topics)))
        .compose(rows -> tx.preparedQuery(REDACT).execute(Tuple.of(users)))
        .compose(rows -> tx.preparedQuery(REDACT_ACTOR).execute(Tuple.of(users)))
        .mapEmpty();
  }
}
