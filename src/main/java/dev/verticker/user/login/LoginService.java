package dev.verticker.user.login;

import dev.verticker.bus.Failure;
import dev.verticker.data.Database;
import dev.verticker.message.Password;
import dev.verticker.message.Sessions.Client;
import dev.verticker.message.Sessions.Grant;
import dev.verticker.message.Sessions.Login;
import dev.verticker.message.Sessions.Reason;
import dev.verticker.settings.AuthSettings;
import dev.verticker.user.UserRules;
import dev.verticker.user.change.AuditTrail;
import dev.verticker.user.password.PasswordHasher;
import dev.verticker.user.session.Account;
import dev.verticker.user.session.AccountRepository;
import dev.verticker.user.session.Device;
import dev.verticker.user.session.Grants;
import dev.verticker.user.session.RefreshTokenFactory;
import dev.verticker.user.session.RevocationRepository;
import dev.verticker.user.session.SessionRepository;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;

/** Signing in with a password. */
public final class LoginService {
  private static final int MAX_SESSIONS = 50;

  private final Database database;
  private final AccountRepository accounts;
  private final SessionRepository sessions;
  private final PasswordHasher passwords;
  private final LoginKeys keys;
  private final LoginThrottle throttle;
  private final RefreshTokenFactory refreshTokens;
  private final Grants grants;
  private final RevocationRepository revocations;
  private final AuditTrail audit;
  private final Clock clock;

  public LoginService(
      Database database,
      PasswordHasher passwords,
      LoginThrottle throttle,
      RevocationRepository revocations,
      AuditTrail audit,
      AuthSettings settings,
      Clock clock) {
    this.database = database;
    this.accounts = new AccountRepository(database);
    this.sessions = new SessionRepository(database);
    this.passwords = passwords;
    this.keys = LoginKeys.ofSignIns(settings.keys());
    this.throttle = throttle;
    this.refreshTokens = new RefreshTokenFactory(settings.keys());
    this.grants = new Grants(settings);
    this.revocations = revocations;
    this.audit = audit;
    this.clock = clock;
  }

  public Future<Grant> login(Login login) {
    var attempt = keys.attempt(login.username(), login.client().address());
    return attempt(login, attempt)
        // Somebody who signed in at the same moment replaced the hash: it is for the same password.
        .compose(
            grant -> grant.isPresent() ? Future.succeededFuture(grant) : attempt(login, attempt))
        .compose(grant -> grant.map(Future::succeededFuture).orElseGet(LoginService::refused));
  }

  /** Empty when the account changed after its hash was read. */
  private Future<Optional<Grant>> attempt(Login login, LoginAttempt attempt) {
    return throttle.look(attempt).compose(waits -> find(login.username(), attempt)
        .compose(found -> throttle
            .admit(waits, isKnown(found))
            .compose(
                admitted -> passwords.compare(login.password(), found.map(Account::passwordHash)))
            .compose(verdict -> verdict.right() && found.filter(Account::active).isPresent()
                ? welcome(login, attempt, found.get(), verdict)
                : throttle.wrong(attempt, isKnown(found)).compose(counted -> refused()))));
  }

  private Future<Optional<Account>> find(String username, LoginAttempt attempt) {
    return UserRules.isUsername(username)
        ? accounts.find(username, attempt.addressHashes())
        : Future.succeededFuture(Optional.empty());
  }

  private Future<Optional<Grant>> welcome(
      Login login, LoginAttempt attempt, Account account, PasswordHasher.Verdict verdict) {
    return throttle
        .right(attempt, account.knownAddress())
        .compose(counted -> verdict.outdated()
            ? rehash(login.password())
            : Future.succeededFuture(Optional.empty()))
        .compose(hash -> database.transaction(transaction -> accounts
            .lock(transaction, account)
            .compose(current -> current.isPresent()
                ? open(transaction, login.client(), attempt, current.get(), hash)
                    .map(Optional::of)
                : Future.succeededFuture(Optional.empty()))));
  }

  /** The new hash; empty when there is no time for it now: then the next sign-in tries again. */
  private Future<Optional<String>> rehash(Password password) {
    return passwords
        .hashWithoutPolicy(password)
        .map(Optional::of)
        .recover(busy -> Future.succeededFuture(Optional.empty()));
  }

  private Future<Grant> open(
      SqlConnection transaction,
      Client client,
      LoginAttempt attempt,
      Account account,
      Optional<String> newHash) {
    var now = clock.instant();
    var token = refreshTokens.first(UUID.randomUUID());
    return newHash
        .map(hash -> accounts.rehash(transaction, account.id(), hash))
        .orElseGet(Future::succeededFuture)
        .compose(rehashed ->
            accounts.rememberAddress(transaction, account.id(), attempt.addressHash(), now))
        .compose(remembered -> sessions.deleteSurplus(transaction, account.id(), MAX_SESSIONS - 1))
        .compose(surplus ->
            revocations.revokeSessions(transaction, account.id(), surplus, Reason.SESSION_ENDED))
        .compose(revoked -> sessions.insert(
            transaction, account.id(), token, Device.of(client), now, grants.expiry(now, now)))
        .compose(inserted -> audit.write(
            transaction,
            account.actor(token.session(), client),
            "session.started",
            account.id(),
            null))
        .map(written -> grants.grant(account, token, now));
  }

  private static boolean isKnown(Optional<Account> account) {
    return account.map(Account::knownAddress).orElse(false);
  }

  private static <T> Future<T> refused() {
    return Future.failedFuture(new Failure.Unauthenticated(
        "invalid-credentials", "The username or the password is wrong."));
  }
}
