package dev.verticker.user.change;

import dev.verticker.bus.Failure;
import dev.verticker.bus.RequestId;
import dev.verticker.data.Database;
import dev.verticker.data.Rows;
import dev.verticker.message.Actor;
import dev.verticker.message.Users.AuditEntry;
import dev.verticker.message.Users.AuditPage;
import dev.verticker.message.Users.FindAudit;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;

/** The rows of {@code account.audit}: actor, action, time and client address of every change. Never pass a secret or a hash. */
public final class AuditTrail {
  private static final int MAX_PAGE = 1000;

  private static final String INSERT =
      """
      INSERT INTO account.audit (at, action, user_id, actor_id, session, address, request_id, details)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
      """;

  /**
   * Redacts the entries of erased users: their ids stay, as do the addresses of other actors. An anonymous actor on the
   * user's own account is treated as the user, because a registration is recorded this way.
   */
  private static final String READ =
      """
      SELECT audit.id, audit.at, audit.action, audit.user_id, audit.actor_id, actor.username AS actor_username,
             audit.request_id,
             CASE WHEN subject.user_id IS NULL THEN audit.details END AS details,
             CASE WHEN erased_actor.user_id IS NULL THEN audit.session END AS session,
             CASE WHEN erased_actor.user_id IS NULL THEN audit.address END AS address
        FROM account.audit
        LEFT JOIN account.users AS actor ON actor.id = audit.actor_id
        LEFT JOIN account.erasures AS subject ON subject.user_id = audit.user_id
        LEFT JOIN account.erasures AS erased_actor ON erased_actor.user_id = COALESCE(audit.actor_id, audit.user_id)
       WHERE audit.user_id = $1
         AND audit.id < $2
       ORDER BY audit.id DESC
       LIMIT $3
      """;

  private final Database database;
  private final Clock clock;

  public AuditTrail(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * @param userId the changed user; null if the action concerns no user
   * @param details null if the action needs none
   */
  public Future<Void> write(
      SqlConnection tx, Actor actor, String action, Long userId, JsonObject details) {
    return tx.preparedQuery(INSERT)
        .execute(Tuple.of(
            Rows.utc(clock.instant()),
            action,
            userId,
            actor.id(),
            actor.session(),
            actor.address(),
            RequestId.current().orElse(null),
            details))
        .mapEmpty();
  }

  /** The entries about one user, newest first. */
  public Future<AuditPage> read(FindAudit find) {
    if (find.limit() < 1 || find.limit() > MAX_PAGE) {
      return Future.failedFuture(Failure.Invalid.of(
          "query/limit", "out-of-range", "The limit must be between 1 and " + MAX_PAGE + "."));
    }
    var before = find.before() == null ? Long.MAX_VALUE : find.before();
    return database
        .query(READ, Tuple.of(find.userId(), before, find.limit() + 1))
        .map(rows -> Rows.page(
            Rows.all(rows, AuditTrail::entry), find.limit(), AuditEntry::id, AuditPage::new));
  }

  private static AuditEntry entry(Row row) {
    var details = row.get(JsonObject.class, "details");
    return new AuditEntry(
        row.getLong("id"),
        Rows.instant(row, "at"),
        row.getString("action"),
        row.getLong("user_id"),
        row.getLong("actor_id"),
        row.getString("actor_username"),
        row.getString("session"),
        row.getString("address"),
        row.getString("request_id"),
        details == null ? null : details.encode());
  }
}
