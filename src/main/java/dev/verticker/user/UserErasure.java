package dev.verticker.user;

import dev.verticker.message.Actor;
import dev.verticker.message.Sessions.Reason;
import dev.verticker.message.Users.User;
import dev.verticker.user.change.AccessRevocation;
import dev.verticker.user.change.AuditTrail;
import dev.verticker.user.change.UserEvent;
import dev.verticker.user.change.UserOutbox;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.util.List;

/** Deletes a user so that nothing personal remains, neither here nor in what was written and told before. */
final class UserErasure {
  private final UserRepository users;
  private final AccessRevocation access;
  private final AuditTrail audit;
  private final UserOutbox outbox;

  UserErasure(UserRepository users, AccessRevocation access, AuditTrail audit, UserOutbox outbox) {
    this.users = users;
    this.access = access;
    this.audit = audit;
    this.outbox = outbox;
  }

  Future<Void> erase(SqlConnection tx, Actor actor, User user) {
    return access
        .endSessions(tx, user.id(), user.ver() + 1, Reason.USER_DELETED)
        .compose(ended -> users.delete(tx, user.id()))
        .compose(deleted -> audit.erase(tx, user.id()))
        .compose(erased -> outbox.erase(tx, user.id()))
        .compose(erased ->
            audit.write(tx, withoutTraces(actor, user.id()), "user.erased", user.id(), null))
        .compose(written -> outbox.write(tx, List.of(UserEvent.erased(user.id(), actor))));
  }

  /** Somebody who erases the own account leaves no address behind. */
  private static Actor withoutTraces(Actor actor, long erased) {
    return actor.is(erased) ? new Actor(erased, null, null, null) : actor;
  }
}
