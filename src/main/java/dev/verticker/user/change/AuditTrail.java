package dev.verticker.user.change;

import dev.verticker.bus.RequestId;
import dev.verticker.message.Actor;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.ZoneOffset;

/** Writes who did what, when and from where, in the transaction of the deed. Never hand it a secret or a hash. */
public final class AuditTrail {
  private static final String INSERT =
      """
      INSERT INTO account.audit (at, action, user_id, actor_id, session, address, request_id, details)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
      """;

  /** Of an erased user the ids stay, and what others did from where; nothing tells any more who that was. */
  private static final String ERASE_SUBJECT =
      """
      UPDATE account.audit
         SET details = NULL
       WHERE user_id = $1
         AND details IS NOT NULL
      """;

  /** Also of what somebody not signed in did to the user: whoever registers is the user. */
  private static final String ERASE_ACTOR =
      """
      UPDATE account.audit
         SET address = NULL, session = NULL
       WHERE (actor_id = $1 OR user_id = $1 AND actor_id IS NULL)
         AND (address IS NOT NULL OR session IS NOT NULL)
      """;

  /** For housekeeping. */
  public static final String REMOVE_OLD =
      """
      DELETE FROM account.audit
       WHERE id IN (SELECT id FROM account.audit WHERE at < $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED)
      """;

  private final Clock clock;

  public AuditTrail(Clock clock) {
    this.clock = clock;
  }

  /**
   * @param userId whom it was done to; null when to nobody
   * @param details null when the action says it all
   */
  public Future<Void> write(
      SqlConnection transaction, Actor actor, String action, Long userId, JsonObject details) {
    return transaction
        .preparedQuery(INSERT)
        .execute(Tuple.of(
            clock.instant().atOffset(ZoneOffset.UTC),
            action,
            userId,
            actor.id(),
            actor.session(),
            actor.address(),
            RequestId.current().orElse(null),
            details))
        .mapEmpty();
  }

  /** Removes everything personal about the user from what was written so far. */
  public Future<Void> erase(SqlConnection transaction, long userId) {
    return transaction
        .preparedQuery(ERASE_SUBJECT)
        .execute(Tuple.of(userId))
        .compose(rows -> transaction.preparedQuery(ERASE_ACTOR).execute(Tuple.of(userId)))
        .mapEmpty();
  }
}
