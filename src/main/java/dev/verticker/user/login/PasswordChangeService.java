package dev.verticker.user.login;

import dev.verticker.bus.Failure;
import dev.verticker.data.Database;
import dev.verticker.message.Sessions.ChangePassword;
import dev.verticker.message.Sessions.Reason;
import dev.verticker.user.change.ChangeLog;
import dev.verticker.user.change.UserEvent;
import dev.verticker.user.password.HashingClient;
import dev.verticker.user.password.PasswordHasher;
import dev.verticker.user.session.Account;
import dev.verticker.user.session.AccountRepository;
import dev.verticker.user.session.SessionRepository;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Changes a user's own password, which requires the current one. */
public final class PasswordChangeService {
  private final Database database;
  private final AccountRepository accounts;
  private final SessionRepository sessions;
  private final PasswordHasher passwords;
  private final LoginThrottle throttle;
  private final ChangeLog changes;

  public PasswordChangeService(
      Database database,
      AccountRepository accounts,
      SessionRepository sessions,
      PasswordHasher passwords,
      LoginThrottle throttle,
      ChangeLog changes) {
    this.database = database;
    this.accounts = accounts;
    this.sessions = sessions;
    this.passwords = passwords;
    this.throttle = throttle;
    this.changes = changes;
  }

  public Future<Void> change(ChangePassword change) {
    return accounts.find(change.userId()).compose(found -> found
        .filter(Account::active)
        .map(account -> change(change, account))
        .orElseGet(() -> Future.failedFuture(new Failure.Unauthenticated(
            "invalid-token", "The access token is no longer valid: sign in again."))));
  }

  private Future<Void> change(ChangePassword change, Account account) {
    var address = change.client().address();
    var attempt = throttle.keys().attempt(account.id(), address, true);
    var client = HashingClient.of(address, attempt.account(), true);
    return throttle
        .check(attempt)
        .compose(admitted -> passwords.compare(
            client, change.currentPassword(), Optional.of(account.passwordHash())))
        .compose(comparison -> comparison.matches()
            ? throttle.recordSuccess(attempt)
            : throttle.recordFailure(attempt).compose(recorded -> wrongPassword()))
        .compose(matched ->
            passwords.hash(client, change.newPassword(), account.names(), "/new_password"))
        .compose(hash -> database.transaction(tx -> store(tx, change, account, hash)));
  }

  private Future<Void> store(
      SqlConnection tx, ChangePassword change, Account account, String hash) {
    var session = UUID.fromString(change.sessionId());
    var actor = account.actor(session, change.client());
    return accounts
        .changePassword(tx, account, hash)
        .compose(version -> version.isPresent()
            ? sessions.endOthers(tx, account.id(), session, version.get(), Reason.PASSWORD_CHANGED)
            : wrongPassword())
        .compose(ended -> changes.record(
            tx,
            actor,
            "user.password-changed",
            account.id(),
            null,
            List.of(UserEvent.passwordChanged(account.id(), actor))));
  }

  private static Future<Void> wrongPassword() {
    return Future.failedFuture(
        new Failure.Forbidden("wrong-password", "The current password is wrong."));
  }
}
