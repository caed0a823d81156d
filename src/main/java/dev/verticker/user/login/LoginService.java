package dev.verticker.user.login;

import dev.verticker.bus.Failure;
import dev.verticker.data.Database;
import dev.verticker.message.Password;
import dev.verticker.message.Sessions.Grant;
import dev.verticker.message.Sessions.Login;
import dev.verticker.user.password.PasswordHasher;
import dev.verticker.user.session.Account;
import dev.verticker.user.session.AccountRepository;
import dev.verticker.user.session.SessionStarter;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.time.Clock;
import java.util.Optional;

/** Signs a user in with a password. */
public final class LoginService {
  private final Database database;
  private final AccountRepository accounts;
  private final SessionStarter sessions;
  private final PasswordHasher passwords;
  private final LoginThrottle throttle;
  private final Clock clock;

  public LoginService(
      Database database,
      AccountRepository accounts,
      SessionStarter sessions,
      PasswordHasher passwords,
      LoginThrottle throttle,
      Clock clock) {
    this.database = database;
    this.accounts = accounts;
    this.sessions = sessions;
    this.passwords = passwords;
    this.throttle = throttle;
    this.clock = clock;
  }

  public Future<Grant> login(Login login) {
    var attempt = throttle.attempt(login.username(), login.client().address());
    return attempt(login, attempt)
        // A concurrent sign-in may have replaced the hash of the same password.
        .compose(
            grant -> grant.isPresent() ? Future.succeededFuture(grant) : attempt(login, attempt))
        .compose(grant ->
            grant.map(Future::succeededFuture).orElseGet(LoginService::invalidCredentials));
  }

  /** Signs in; empty if the account changed after its hash was read. */
  private Future<Optional<Grant>> attempt(Login login, LoginAttempt attempt) {
    return throttle.check(attempt).compose(delays -> accounts
        .find(login.username(), attempt.addressHashes())
        .compose(found -> throttle
            .admit(delays, isKnown(found))
            .compose(
                admitted -> passwords.compare(login.password(), found.map(Account::passwordHash)))
            .compose(comparison ->
                comparison.matches() && found.filter(Account::active).isPresent()
                    ? signIn(login, attempt, found.get(), comparison.outdated())
                    : throttle
                        .recordFailure(attempt, isKnown(found))
                        .compose(recorded -> invalidCredentials()))));
  }

  private Future<Optional<Grant>> signIn(
      Login login, LoginAttempt attempt, Account account, boolean outdatedHash) {
    return throttle
        .recordSuccess(attempt, account.knownAddress())
        .compose(recorded ->
            outdatedHash ? hash(login.password()) : Future.succeededFuture(Optional.empty()))
        .compose(newHash -> database.transaction(tx -> accounts
            .lock(tx, account)
            .compose(locked -> locked.isPresent()
                ? rehash(tx, account, newHash)
                    .compose(rehashed -> accounts.rememberAddress(
                        tx, account.id(), attempt.addressHash(), clock.instant()))
                    .compose(remembered -> sessions.start(tx, locked.get(), login.client()))
                    .map(Optional::of)
                : Future.succeededFuture(Optional.empty()))));
  }

  /** Hashes the password; empty if too many are being hashed: the next sign-in tries again. */
  private Future<Optional<String>> hash(Password password) {
    return passwords.hashWithoutPolicy(password).map(Optional::of).otherwise(Optional.empty());
  }

  private Future<Void> rehash(SqlConnection tx, Account account, Optional<String> newHash) {
    return newHash
        .map(hash -> accounts.rehash(tx, account.id(), hash))
        .orElseGet(Future::succeededFuture);
  }

  private static boolean isKnown(Optional<Account> account) {
    return account.map(Account::knownAddress).orElse(false);
  }

  private static <T> Future<T> invalidCredentials() {
    return Future.failedFuture(new Failure.Unauthenticated(
        "invalid-credentials", "The username or the password is wrong."));
  }
}
