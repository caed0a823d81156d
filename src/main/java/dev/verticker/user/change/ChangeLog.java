package dev.verticker.user.change;

import dev.verticker.message.Actor;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import java.util.List;

/** Records a change of a user in the transaction that makes it: an audit entry, and events for the outbox. */
public final class ChangeLog {
  private final AuditTrail audit;
  private final UserOutbox outbox;
  private final UserErasure erasure;

  public ChangeLog(AuditTrail audit, UserOutbox outbox, UserErasure erasure) {
    this.audit = audit;
    this.outbox = outbox;
    this.erasure = erasure;
  }

  /**
   * Writes the audit entry and the outbox rows. These must be the last statements of the transaction.
   *
   * @param details as in {@link AuditTrail#write}
   * @param events may be empty
   */
  public Future<Void> record(
      SqlConnection tx,
      Actor actor,
      String action,
      long userId,
      JsonObject details,
      List<UserEvent> events) {
    return audit
        .write(tx, actor, action, userId, details)
        .compose(written -> outbox.write(tx, events));
  }

  /** Hides personal data about the user in all audit entries, and removes it from the events still in the outbox. */
  public Future<Void> erase(SqlConnection tx, long userId) {
    return erasure.erase(tx, userId);
  }
}
