package dev.verticker.user.login;

import dev.verticker.bus.Failure;
import dev.verticker.data.Database;
import dev.verticker.message.Password;
import dev.verticker.message.Sessions.Grant;
import dev.verticker.message.Sessions.Login;
import dev.verticker.user.password.HashingClient;
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
    return attempt(login)
        // A concurrent sign-in may have replaced the hash of the same password.
        .compose(grant -> grant.isPresent() ? Future.succeededFuture(grant) : attempt(login))
        .compose(grant ->
            grant.map(Future::succeededFuture).orElseGet(LoginService::invalidCredentials));
  }

  /** Signs in; empty if the account changed after its hash was read. */
  private Future<Optional<Grant>> attempt(Login login) {
    var addressHashes = throttle.keys().addressHashes(login.client().address());
    return accounts.find(login.username(), addressHashes).compose(found -> {
      var attempt = attempt(login, found);
      var client = client(login, attempt);
      return throttle
          .check(attempt)
          .compose(admitted ->
              passwords.compare(client, login.password(), found.map(Account::passwordHash)))
          .compose(comparison ->
              comparison.matches() && found.filter(Account::active).isPresent()
                  ? signIn(login, attempt, found.get(), comparison.outdated())
                  : throttle.recordFailure(attempt).compose(recorded -> invalidCredentials()));
    });
  }

  private LoginAttempt attempt(Login login, Optional<Account> found) {
    var address = login.client().address();
    return found
        .map(account -> throttle.keys().attempt(account.id(), address, account.knownAddress()))
        .orElseGet(() -> throttle.keys().attempt(login.username(), address, false));
  }

  private Future<Optional<Grant>> signIn(
      Login login, LoginAttempt attempt, Account account, boolean outdatedHash) {
    var address = throttle.keys().addressHashes(login.client().address()).get(0);
    return throttle
        .recordSuccess(attempt)
        .compose(recorded -> outdatedHash
            ? hash(client(login, attempt), login.password())
            : Future.succeededFuture(Optional.empty()))
        .compose(newHash -> database.transaction(tx -> accounts
            .lock(tx, account)
            .compose(locked -> locked.isPresent()
                ? rehash(tx, account, newHash)
                    .compose(rehashed ->
                        accounts.rememberAddress(tx, account.id(), address, clock.instant()))
                    .compose(remembered -> sessions.start(tx, locked.get(), login.client()))
                    .map(Optional::of)
                : Future.succeededFuture(Optional.empty()))));
  }

  /** Hashes the password; empty if too many are being hashed: the next sign-in tries again. */
  private Future<Optional<String>> hash(HashingClient client, Password password) {
    return passwords
        .hashWithoutPolicy(client, password)
        .map(Optional::of)
        .otherwise(Optional.empty());
  }

  private static HashingClient client(Login login, LoginAttempt attempt) {
    return HashingClient.of(login.client().address(), attempt.account(), attempt.known());
  }

  private Future<Void> rehash(SqlConnection tx, Account account, Optional<String> newHash) {
    return newHash
        .map(hash -> accounts.rehash(tx, account.id(), hash))
        .orElseGet(Future::succeededFuture);
  }

  private static <T> Future<T> invalidCredentials() {
    return Future.failedFuture(new Failure.Unauthenticated(
        "invalid-credentials", "The username or the password is wrong."));
  }
}
