package dev.verticker.user;

import dev.verticker.bus.Failure;
import dev.verticker.data.Database;
import dev.verticker.message.Sessions.ChangePassword;
import dev.verticker.message.Sessions.Reason;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A password changed by its owner, who must know the current one. */
final class OwnPassword {
  private final Database database;
  private final AccountRepository accounts;
  private final SessionRepository sessions;
  private final Passwords passwords;
  private final LoginKeys keys;
  private final LoginThrottle throttle;
  private final Revocations revocations;
  private final AuditTrail audit;
  private final Outbox outbox;

  OwnPassword(
      Database database,
      Passwords passwords,
      LoginKeys keys,
      LoginThrottle throttle,
      Revocations revocations,
      AuditTrail audit,
      Outbox outbox) {
    this.database = database;
    this.accounts = new AccountRepository(database);
    this.sessions = new SessionRepository(database);
    this.passwords = passwords;
    this.keys = keys;
    this.throttle = throttle;
    this.revocations = revocations;
    this.audit = audit;
    this.outbox = outbox;
  }

  Future<Void> change(ChangePassword change) {
    return accounts.find(change.userId()).compose(found -> found
        .filter(Account::active)
        .map(account -> change(change, account))
        .orElseGet(() -> Future.failedFuture(
            new Failure.Unauthenticated("invalid-token", "The access token is not valid."))));
  }

  private Future<Void> change(ChangePassword change, Account account) {
    var attempt = keys.attempt(account.username(), change.client().address());
    return throttle
        .look(attempt)
        .compose(waits ->
            passwords.compare(change.currentPassword(), Optional.of(account.passwordHash())))
        .compose(verdict -> verdict.right()
            ? throttle.right(attempt, true)
            : throttle.wrong(attempt, true).compose(counted -> wrong()))
        .compose(right -> passwords.hash(change.newPassword(), account.names(), "/new_password"))
        .compose(
            hash -> database.transaction(transaction -> store(transaction, change, account, hash)));
  }

  private Future<Void> store(
      SqlConnection transaction, ChangePassword change, Account account, String hash) {
    var kept = UUID.fromString(change.sessionId());
    var actor = account.actor(kept, change.client());
    return accounts
        .changePassword(transaction, account, hash)
        .compose(version -> version.isPresent()
            ? revocations.revokeUser(
                transaction, account.id(), version.get(), Reason.PASSWORD_CHANGED)
            : wrong())
        .compose(revoked -> sessions.deleteOthers(transaction, account.id(), kept))
        .compose(
            ended -> audit.write(transaction, actor, "user.password-changed", account.id(), null))
        .compose(written ->
            outbox.write(transaction, List.of(UserEvent.passwordChanged(account.id(), actor))));
  }

  private static Future<Void> wrong() {
    return Future.failedFuture(
        new Failure.Forbidden("wrong-password", "The current password is wrong."));
  }
}
