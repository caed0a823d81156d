package dev.verticker.user;

import dev.verticker.bus.Failure;
import dev.verticker.message.Actor;
import dev.verticker.message.Password;
import dev.verticker.message.Sessions;
import dev.verticker.message.Sessions.Client;
import dev.verticker.message.Sessions.Grant;
import dev.verticker.message.Sessions.Reason;
import dev.verticker.settings.AuthSettings;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Signing in, staying signed in, signing out. */
final class SessionService {
  /** Two tabs may refresh at once, and an answer may get lost. */
  static final Duration GRACE = Duration.ofSeconds(10);

  private static final int MOST_ROTATIONS_IN_GRACE = 32;
  private static final int MOST_SESSIONS = 50;
  private static final int MOST_DEVICE = 200;
  private static final Pattern USERNAME = Pattern.compile("[A-Za-z0-9._-]{3,50}");

  private final SessionRepository repository;
  private final Passwords passwords;
  private final LoginKeys loginKeys;
  private final LoginThrottle throttle;
  private final RefreshTokens refreshTokens;
  private final AccessTokens accessTokens;
  private final Revocations revocations;
  private final AuditTrail audit;
  private final Outbox outbox;
  private final AuthSettings settings;
  private final Clock clock;

  SessionService(
      SessionRepository repository,
      Passwords passwords,
      LoginThrottle throttle,
      Revocations revocations,
      AuditTrail audit,
      Outbox outbox,
      AuthSettings settings,
      Clock clock) {
    this.repository = repository;
    this.passwords = passwords;
    this.loginKeys = LoginKeys.ofSignIns(settings.keys());
    this.throttle = throttle;
    this.refreshTokens = new RefreshTokens(settings.keys());
    this.accessTokens = new AccessTokens(settings);
    this.revocations = revocations;
    this.audit = audit;
    this.outbox = outbox;
    this.settings = settings;
    this.clock = clock;
  }

  Future<Grant> login(Sessions.Login login) {
    var attempt = loginKeys.attempt(login.username(), login.client().address());
    return login(login, attempt)
        // Somebody who signed in at the same moment replaced the hash: it is for the same password.
        .compose(grant -> grant.isPresent() ? Future.succeededFuture(grant) : login(login, attempt))
        .compose(
            grant -> grant.map(Future::succeededFuture).orElseGet(SessionService::refusedLogin));
  }

  /** Empty when the account changed after its hash was read. */
  private Future<Optional<Grant>> login(Sessions.Login login, LoginAttempt attempt) {
    return throttle.look(attempt).compose(waits -> find(login.username(), attempt)
        .compose(found -> throttle
            .admit(waits, isKnown(found))
            .compose(
                admitted -> passwords.compare(login.password(), found.map(Account::passwordHash)))
            .compose(verdict -> verdict.right() && found.filter(Account::active).isPresent()
                ? welcome(login, attempt, found.get(), verdict)
                : throttle.wrong(attempt, isKnown(found)).compose(counted -> refusedLogin()))));
  }

  Future<Grant> refresh(Sessions.Refresh refresh) {
    // A refusal is an answer, not a failure of the transaction: what a theft causes must be
    // committed.
    return RefreshToken.parse(refresh.refreshToken())
        .map(token -> repository
            .transaction(transaction -> repository
                .lock(transaction, token.session())
                .compose(row -> row.filter(this::isAlive).isPresent()
                    ? next(transaction, token, row.get(), refresh.client())
                    : Future.succeededFuture(Optional.<Grant>empty())))
            .compose(SessionService::grantedOrRefused))
        .orElseGet(() -> grantedOrRefused(Optional.empty()));
  }

  Future<Void> logout(Sessions.Logout logout) {
    return RefreshToken.parse(logout.refreshToken())
        .map(token -> repository.transaction(transaction -> repository
            .lock(transaction, token.session())
            .compose(row -> row.filter(session -> belongs(token, session)).isPresent()
                ? end(
                    transaction,
                    row.get().id(),
                    actor(row.get().account(), row.get().id(), logout.client()),
                    Reason.LOGGED_OUT)
                : Future.succeededFuture())
            .<Void>mapEmpty()))
        .orElseGet(Future::succeededFuture);
  }

  Future<Void> logoutAll(Sessions.LogoutAll logout) {
    return repository.transaction(transaction -> repository
        .raiseVersion(transaction, logout.userId())
        .compose(version -> version.isEmpty()
            ? Future.succeededFuture()
            : repository
                .deleteAll(transaction, logout.userId())
                .compose(ended -> revocations.revokeUser(
                    transaction, logout.userId(), version.get(), Reason.LOGGED_OUT))
                .compose(revoked -> audit.write(
                    transaction,
                    new Actor(logout.userId(), null, null, logout.client().address()),
                    "session.all-ended",
                    logout.userId(),
                    null))));
  }

  Future<Sessions.SessionList> list(Sessions.ListSessions list) {
    return repository
        .list(list.userId(), list.currentSessionId(), clock.instant())
        .map(Sessions.SessionList::new);
  }

  Future<Void> end(Sessions.EndSession end) {
    return uuid(end.sessionId())
        .map(session -> repository.transaction(transaction -> end(
            transaction,
            session,
            new Actor(end.userId(), null, null, end.client().address()),
            Reason.SESSION_ENDED)))
        .orElse(Future.succeededFuture(false))
        .compose(ended -> ended
            ? Future.succeededFuture()
            : Future.failedFuture(
                new Failure.NotFound("session-not-found", "There is no such session.")));
  }

  Future<Void> changePassword(Sessions.ChangePassword change) {
    return repository.account(change.userId()).compose(found -> found
        .filter(Account::active)
        .map(account -> changePassword(change, account))
        .orElseGet(SessionService::invalidToken));
  }

  private Future<Optional<Account>> find(String username, LoginAttempt attempt) {
    return USERNAME.matcher(username).matches()
        ? repository.account(username, attempt.addressHashes())
        : Future.succeededFuture(Optional.empty());
  }

  private Future<Optional<Grant>> welcome(
      Sessions.Login login, LoginAttempt attempt, Account account, Passwords.Verdict verdict) {
    return throttle
        .right(attempt, account.knownAddress())
        .compose(counted -> verdict.outdated()
            ? rehash(login.password())
            : Future.succeededFuture(Optional.empty()))
        .compose(hash -> repository.transaction(transaction -> repository
            .lockAccount(transaction, account)
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
        .map(hash -> repository.rehash(transaction, account.id(), hash))
        .orElseGet(Future::succeededFuture)
        .compose(rehashed ->
            repository.rememberAddress(transaction, account.id(), attempt.addressHash(), now))
        .compose(
            remembered -> repository.deleteSurplus(transaction, account.id(), MOST_SESSIONS - 1))
        .compose(surplus ->
            revocations.revokeSessions(transaction, account.id(), surplus, Reason.SESSION_ENDED))
        .compose(revoked -> repository.insert(
            transaction, account.id(), token, device(client), now, expiry(now, now)))
        .compose(inserted -> audit.write(
            transaction,
            actor(account, token.session(), client),
            "session.started",
            account.id(),
            null))
        .map(written -> grant(account, token, now));
  }

  private Future<Optional<Grant>> next(
      SqlConnection transaction, RefreshToken token, SessionRow row, Client client) {
    if (token.hasHash(row.tokenHash())) {
      return rotate(transaction, token, row).map(Optional::of);
    }
    if (token.generation() >= row.generation() || !refreshTokens.isOurs(token)) {
      return Future.succeededFuture(Optional.empty());
    }
    var now = clock.instant();
    var replacedAt = row.replacedAt(token.generation());
    if (replacedAt.isPresent() && !now.isAfter(replacedAt.get().plus(GRACE))) {
      return refreshTokens
          .descendant(token, row.generation(), row.tokenHash())
          .map(newest -> Future.succeededFuture(Optional.of(grant(row.account(), newest, now))))
          // Made with a key this node does not have yet: another one can.
          .orElseGet(() -> Future.failedFuture(
              new Failure.Unavailable("unavailable", "The signing key is being changed.")));
    }
    return endStolen(transaction, row, client).map(Optional.empty());
  }

  private Future<Grant> rotate(SqlConnection transaction, RefreshToken token, SessionRow row) {
    var now = clock.instant();
    var successor = refreshTokens.successor(token);
    var recent = Stream.concat(row.rotatedAt().stream(), Stream.of(now))
        .filter(rotation -> !now.isAfter(rotation.plus(GRACE)))
        .toList();
    var kept = recent.subList(Math.max(0, recent.size() - MOST_ROTATIONS_IN_GRACE), recent.size());
    return repository
        .rotate(transaction, successor, kept, now, expiry(row.createdAt(), now))
        .map(rotated -> grant(row.account(), successor, now));
  }

  /** Whoever has an old token has, or had, a copy: both owners lose the session. */
  private Future<Void> endStolen(SqlConnection transaction, SessionRow row, Client client) {
    var userId = row.account().id();
    return repository
        .delete(transaction, row.id(), userId)
        .compose(deleted ->
            revocations.revokeSessions(transaction, userId, List.of(row.id()), Reason.TOKEN_REUSED))
        .compose(revoked -> audit.write(
            transaction,
            Actor.anonymous(client.address()),
            "session.token-reused",
            userId,
            new JsonObject().put("session", row.id().toString()).put("device", device(client))));
  }

  /** Whether there was such a session of the actor. */
  private Future<Boolean> end(SqlConnection transaction, UUID session, Actor actor, Reason reason) {
    return repository
        .delete(transaction, session, actor.id())
        .compose(deleted -> deleted
            ? revocations
                .revokeSessions(transaction, actor.id(), List.of(session), reason)
                .compose(revoked -> audit.write(
                    transaction,
                    actor,
                    "session.ended",
                    actor.id(),
                    new JsonObject().put("session", session.toString())))
                .map(true)
            : Future.succeededFuture(false));
  }

  private Future<Void> changePassword(Sessions.ChangePassword change, Account account) {
    var attempt = loginKeys.attempt(account.username(), change.client().address());
    return throttle
        .look(attempt)
        .compose(waits ->
            passwords.compare(change.currentPassword(), Optional.of(account.passwordHash())))
        .compose(verdict -> verdict.right()
            ? throttle.right(attempt, true)
            : throttle.wrong(attempt, true).compose(counted -> wrongPassword()))
        .compose(right -> passwords.hash(change.newPassword(), account.names(), "/new_password"))
        .compose(hash -> repository.transaction(
            transaction -> changePassword(transaction, change, account, hash)));
  }

  private Future<Void> changePassword(
      SqlConnection transaction, Sessions.ChangePassword change, Account account, String hash) {
    var kept = uuid(change.sessionId());
    if (kept.isEmpty()) {
      return invalidToken();
    }
    var actor = actor(account, kept.get(), change.client());
    return repository
        .changePassword(transaction, account, hash)
        .compose(version -> version.isPresent()
            ? revocations.revokeUser(
                transaction, account.id(), version.get(), Reason.PASSWORD_CHANGED)
            : wrongPassword())
        .compose(revoked -> repository.deleteOthers(transaction, account.id(), kept.get()))
        .compose(
            ended -> audit.write(transaction, actor, "user.password-changed", account.id(), null))
        .compose(written ->
            outbox.write(transaction, List.of(UserEvent.passwordChanged(account.id(), actor))));
  }

  private boolean isAlive(SessionRow row) {
    return row.account().active() && row.expiresAt().isAfter(clock.instant());
  }

  private boolean belongs(RefreshToken token, SessionRow row) {
    return token.hasHash(row.tokenHash())
        || token.generation() < row.generation() && refreshTokens.isOurs(token);
  }

  private Grant grant(Account account, RefreshToken token, Instant now) {
    var session = token.session().toString();
    return new Grant(
        account.id(),
        session,
        accessTokens.sign(account.id(), session, account.ver(), account.roles(), now),
        AccessTokens.LIFE,
        token.text());
  }

  private Instant expiry(Instant createdAt, Instant usedAt) {
    var idle = usedAt.plus(settings.sessionIdle());
    var end = createdAt.plus(settings.sessionLife());
    return idle.isBefore(end) ? idle : end;
  }

  private static boolean isKnown(Optional<Account> account) {
    return account.map(Account::knownAddress).orElse(false);
  }

  private static Actor actor(Account account, UUID session, Client client) {
    return new Actor(account.id(), account.username(), session.toString(), client.address());
  }

  /** What is kept of a User-Agent. */
  private static String device(Client client) {
    if (client.device() == null) {
      return null;
    }
    return client
        .device()
        .codePoints()
        .filter(c -> !Character.isISOControl(c) && Character.getType(c) != Character.SURROGATE)
        .limit(MOST_DEVICE)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static Optional<UUID> uuid(String text) {
    try {
      return Optional.of(UUID.fromString(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Future<Grant> grantedOrRefused(Optional<Grant> grant) {
    return grant
        .map(Future::succeededFuture)
        .orElseGet(() -> Future.failedFuture(new Failure.Unauthenticated(
            "invalid-refresh-token", "The refresh token is not valid. Sign in again.")));
  }

  private static <T> Future<T> refusedLogin() {
    return Future.failedFuture(new Failure.Unauthenticated(
        "invalid-credentials", "The username or the password is wrong."));
  }

  private static Future<Void> wrongPassword() {
    return Future.failedFuture(
        new Failure.Forbidden("wrong-password", "The current password is wrong."));
  }

  private static <T> Future<T> invalidToken() {
    return Future.failedFuture(
        new Failure.Unauthenticated("invalid-token", "The access token is not valid."));
  }
}
