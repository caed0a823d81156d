package dev.verticker.notification;

import static dev.verticker.data.Rows.all;
import static dev.verticker.data.Rows.first;
import static dev.verticker.data.Rows.utc;

import dev.verticker.data.Housekeeping.Batch;
import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.OutboxEntry;
import dev.verticker.message.trading.Orders;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Erases deleted users from the log. An erasing entry writes a tombstone and deletes the user's own topics, however many events
 * the user has; reads redact the events up to the tombstone's position, and {@link #rewrite} later redacts the rows. Events
 * about an erased user keep event name, user id, sequence and time; events the user caused keep the id but not the name.
 */
final class EventErasure {
  /** Max number of users whose events one transaction rewrites. */
  private static final int MAX_USERS = 100;

  /** The payload of {@code events} without personal data of erased users. Needs {@link #TOMBSTONES}. */
  static final String REDACTED_PAYLOAD =
      """
      CASE WHEN subject.user_id IS NOT NULL
           THEN pg_catalog.jsonb_build_object('event', events.event, 'user_id', events.user_id, 'redacted', true)
           WHEN actor.user_id IS NOT NULL
           THEN pg_catalog.jsonb_set(events.payload, '{by,username}', 'null', false)
           ELSE events.payload
      END""";

  static final String TOMBSTONES =
      """
      LEFT JOIN notification.erased_users AS subject
             ON subject.user_id = events.user_id AND subject.up_to >= events.position
      LEFT JOIN notification.erased_users AS actor
             ON actor.user_id = events.actor_id AND actor.up_to >= events.position""";

  /** The position is read after the append lock was acquired: the events of this append come after it. */
  private static final String INSERT_TOMBSTONES =
      """
      INSERT INTO notification.erased_users (user_id, erased_at, up_to)
      SELECT user_id, $2::timestamptz, COALESCE((SELECT head FROM notification.log), 0)
        FROM pg_catalog.unnest($1::bigint[]) AS user_id
      ON CONFLICT (user_id) DO NOTHING
      """;

  private static final String FIND_ERASED =
      "SELECT user_id FROM notification.erased_users WHERE user_id = ANY ($1)";

  private static final String DELETE_TOPICS =
      "DELETE FROM notification.topics WHERE name = ANY ($1)";

  private static final String FIND_UNFINISHED =
      """
      SELECT erased.user_id, GREATEST(erased.rewritten_to, log.oldest - 1) AS rewritten_to, erased.up_to
        FROM notification.erased_users AS erased
       CROSS JOIN notification.log
       WHERE erased.rewritten_to < erased.up_to
       ORDER BY erased.erased_at
       LIMIT 1
         FOR UPDATE OF erased
      """;

  /**
   * Returns the position up to which the rows are rewritten: the last one of a full batch. Row comparisons with values that the
   * planner does not know make it read the indexes of user and actor in their order, also if most events concern the user.
   */
  static final String REWRITE =
      """
      WITH batch AS (
             SELECT position
               FROM (
                      (SELECT position
                         FROM notification.events
                        WHERE user_id = $1
                          AND (user_id, position) > ((SELECT $1::bigint), (SELECT $2::bigint))
                          AND (user_id, position) <= ((SELECT $1::bigint), (SELECT $3::bigint))
                        ORDER BY position
                        LIMIT $4)
                      UNION
                      (SELECT position
                         FROM notification.events
                        WHERE actor_id = $1
                          AND actor_id <> user_id
                          AND (actor_id, position) > ((SELECT $1::bigint), (SELECT $2::bigint))
                          AND (actor_id, position) <= ((SELECT $1::bigint), (SELECT $3::bigint))
                        ORDER BY position
                        LIMIT $4)
                    ) AS found
              ORDER BY position
              LIMIT $4
           ),
           rewritten AS (
             UPDATE notification.events
                SET actor_id = CASE user_id WHEN $1 THEN NULL ELSE actor_id END,
                    payload = CASE user_id
                              WHEN $1
                              THEN pg_catalog.jsonb_build_object('event', event, 'user_id', user_id, 'redacted', true)
                              ELSE pg_catalog.jsonb_set(payload, '{by,username}', 'null', false)
                              END
               FROM batch
              WHERE events.position = batch.position
                AND events.position > $2
                AND events.position <= $3
             RETURNING events.position
           )
      SELECT count(*) AS rows, CASE WHEN count(*) < $4 THEN $3 ELSE max(position) END AS rewritten_to
        FROM rewritten
      """;

  private static final String MOVE =
      "UPDATE notification.erased_users SET rewritten_to = $2 WHERE user_id = $1";

  /** @param rewrittenTo the events up to this position are rewritten or not retained */
  private record Tombstone(long userId, long rewrittenTo, long upTo) {
    static Tombstone of(Row row) {
      return new Tombstone(
          row.getLong("user_id"), row.getLong("rewritten_to"), row.getLong("up_to"));
    }
  }

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

  /** Erases the users from the events in the log. Call it before appending the erasing event, which must not be redacted. */
  Future<Void> erase(SqlConnection tx, Collection<OutboxEntry> entries, Instant now) {
    var users = entries.stream()
        .filter(OutboxEntry::erases)
        .map(OutboxEntry::userId)
        .distinct()
        .toArray(Long[]::new);
    if (users.length == 0) {
      return Future.succeededFuture();
    }
    var topics = Stream.of(users)
        .flatMap(user -> Stream.of(Notifications.ownTopic(user), Orders.topic(user)))
        .toArray(String[]::new);
    return tx.preparedQuery(INSERT_TOMBSTONES)
        .execute(Tuple.of(users, utc(now)))
        .compose(rows -> tx.preparedQuery(DELETE_TOPICS).execute(Tuple.of(topics)))
        .mapEmpty();
  }

  /** Redacts a batch of rows, those of the user that was erased first before others. */
  Future<Batch> rewrite(SqlConnection tx, int limit) {
    return rewrite(tx, limit, MAX_USERS).map(left -> new Batch(limit - left, left == 0));
  }

  /** Returns the part of the limit that is not used. */
  private static Future<Integer> rewrite(SqlConnection tx, int limit, int users) {
    return limit == 0 || users == 0
        ? Future.succeededFuture(limit)
        : tx.preparedQuery(FIND_UNFINISHED)
            .execute()
            .map(found -> first(found, Tombstone::of))
            .compose(found -> found.isEmpty()
                ? Future.succeededFuture(limit)
                : rewrite(tx, found.get(), limit)
                    .compose(rewritten -> rewrite(tx, limit - rewritten, users - 1)));
  }

  private static Future<Integer> rewrite(SqlConnection tx, Tombstone tombstone, int limit) {
    return tx.preparedQuery(REWRITE)
        .execute(Tuple.of(tombstone.userId(), tombstone.rewrittenTo(), tombstone.upTo(), limit))
        .compose(rows -> {
          var row = rows.iterator().next();
          return tx.preparedQuery(MOVE)
              .execute(Tuple.of(tombstone.userId(), row.getLong("rewritten_to")))
              .map(moved -> row.getInteger("rows"));
        });
  }
}
