package dev.verticker.user.password;

import dev.verticker.bus.Failure;
import dev.verticker.data.Database;
import dev.verticker.message.Sessions.ChangePassword;
import dev.verticker.message.Sessions.Reason;
import dev.verticker.user.change.AuditTrail;
import dev.verticker.user.change.UserEvent;
import dev.verticker.user.change.UserOutbox;
import dev.verticker.user.login.LoginKeys;
import dev.verticker.user.login.LoginThrottle;
import dev.verticker.user.session.Account;
import dev.verticker.user.session.AccountRepository;
import dev.verticker.user.session.RevocationRepository;
import dev.verticker.user.session.SessionRepository;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A password changed by its owner, who must know the current one. */
public final class PasswordChangeService {
  private final Database database;
  private final AccountRepository accounts;
  private final SessionRepository sessions;
  private final PasswordHasher passwords;
  private final LoginKeys keys;
  private final LoginThrottle throttle;
  private final RevocationRepository revocations;
  private final AuditTrail audit;
  private final UserOutbox outbox;

  public PasswordChangeService(
      Database database,
      PasswordHasher passwords,
      LoginKeys keys,
      LoginThrottle throttle,
      RevocationRepository revocations,
      AuditTrail audit,
      UserOutbox outbox) {
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

  public Future<Void> change(ChangePassword change) {
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
