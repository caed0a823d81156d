package dev.verticker.user.change;

import dev.verticker.data.Housekeeping.Batch;
import dev.verticker.data.Rows;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Removes the personal data of deleted users from the audit trail and from the events that wait in the outbox. The row of
 * {@code account.erasures} that the deletion inserts makes {@link AuditTrail} redact the entries of the user from then on;
 * {@link #rewrite} removes the data itself later, in batches, however many entries there are.
 */
public final class UserErasure {
  /** A user with more waiting events than this is rare: only while the event log is unavailable. */
  private static final int MAX_EVENTS = 1000;

  private static final int MAX_USERS = 20;

  private static final String INSERT =
      """
      INSERT INTO account.erasures (user_id, erased_at)
      VALUES ($1, $2)
      ON CONFLICT (user_id) DO NOTHING
      """;

  /** Removes the personal data from waiting events about the user, without changing their order. */
  private static final String REDACT_EVENTS =
      """
      UPDATE account.outbox
         SET payload = pg_catalog.jsonb_build_object('event', event, 'user_id', user_id, 'redacted', true)
       WHERE id IN (SELECT id
                      FROM account.outbox
                     WHERE user_id = $1
                       AND NOT payload ? 'redacted'
                       AND payload ->> 'mode' IS DISTINCT FROM 'hard'
                     LIMIT $2)
      """;

  /** Events about other users keep the id of the erased actor. */
  private static final String REDACT_ACTOR =
      """
      UPDATE account.outbox
         SET payload = pg_catalog.jsonb_set(payload, '{by,username}', 'null')
       WHERE id IN (SELECT id
                      FROM account.outbox
                     WHERE payload #>> '{by,id}' = $1::text
                       AND payload #>> '{by,username}' IS NOT NULL
                     LIMIT $2)
      """;

  private static final String FIND_PENDING =
      """
      SELECT user_id, rewritten_up_to
        FROM account.erasures
       WHERE NOT rewritten
         AND erased_at < $1
       ORDER BY erased_at
       LIMIT $2
         FOR UPDATE SKIP LOCKED
      """;

  /** The next entries about the user or caused by it, in the order of their ids; each side is limited before they are merged. */
  private static final String REWRITE =
      """
      WITH batch AS MATERIALIZED (
        (SELECT id FROM account.audit WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3)
         UNION
        (SELECT id FROM account.audit WHERE actor_id = $1 AND id > $2 ORDER BY id LIMIT $3)
         ORDER BY id
         LIMIT $3
      ), redacted AS (
        UPDATE account.audit
           SET details = CASE WHEN user_id = $1 THEN NULL ELSE details END,
               address = CASE WHEN COALESCE(actor_id, user_id) = $1 THEN NULL ELSE address END,
               session = CASE WHEN COALESCE(actor_id, user_id) = $1 THEN NULL ELSE session END
         WHERE id = ANY (ARRAY(SELECT id FROM batch))
           AND (user_id = $1 AND details IS NOT NULL
                OR COALESCE(actor_id, user_id) = $1 AND (address IS NOT NULL OR session IS NOT NULL))
      ), progress AS (
        UPDATE account.erasures
           SET rewritten_up_to = COALESCE((SELECT max(id) FROM batch), rewritten_up_to),
               rewritten = (SELECT count(*) FROM batch) < $3
         WHERE user_id = $1
      )
      SELECT count(*)::integer AS entries FROM batch
      """;

  private final Clock clock;

  private record Pending(long userId, long upTo) {
    static Pending of(Row row) {
      return new Pending(row.getLong("user_id"), row.getLong("rewritten_up_to"));
    }
  }

  public UserErasure(Clock clock) {
    this.clock = clock;
  }

  /** Makes the deletion effective for all readers in the transaction of the deletion. */
  Future<Void> erase(SqlConnection tx, long userId) {
    return tx.preparedQuery(INSERT)
        .execute(Tuple.of(userId, Rows.utc(clock.instant())))
        .compose(inserted -> redactEvents(tx, userId, MAX_EVENTS))
        .mapEmpty();
  }

  /**
   * Removes personal data from the next entries.
   *
   * @param before only users erased before this time: by then the transactions of their last actions have ended
   */
  public Future<Batch> rewrite(SqlConnection tx, OffsetDateTime before, int limit) {
    return tx.preparedQuery(FIND_PENDING).execute(Tuple.of(before, MAX_USERS)).compose(rows -> {
      var users = new ArrayDeque<>(Rows.all(rows, Pending::of));
      var moreUsers = users.size() == MAX_USERS;
      return rewrite(tx, users, limit, 0)
          .map(entries -> new Batch(entries, moreUsers || entries >= limit));
    });
  }

  /** Returns the number of entries of the users, at least the limit if some are left. */
  private Future<Integer> rewrite(SqlConnection tx, Queue<Pending> users, int limit, int before) {
    var user = users.poll();
    if (user == null || before >= limit) {
      return Future.succeededFuture(before);
    }
    return redactEvents(tx, user.userId(), limit)
        .compose(events -> events >= limit
            ? Future.succeededFuture(events)
            : tx.preparedQuery(REWRITE)
                .execute(Tuple.of(user.userId(), user.upTo(), limit))
                .map(rows -> rows.iterator().next().getInteger("entries")))
        .compose(entries -> rewrite(tx, users, limit, before + entries));
  }

  private static Future<Integer> redactEvents(SqlConnection tx, long userId, int limit) {
    return tx.preparedQuery(REDACT_EVENTS)
        .execute(Tuple.of(userId, limit))
        .compose(about -> tx.preparedQuery(REDACT_ACTOR)
            .execute(Tuple.of(Long.toString(userId), limit))
            .map(caused -> Math.max(about.rowCount(), caused.rowCount())));
  }
}
