package dev.verticker.user.session;

import dev.verticker.bus.Failure;
import dev.verticker.data.Database;
import dev.verticker.message.Actor;
import dev.verticker.message.Sessions;
import dev.verticker.message.Sessions.Reason;
import dev.verticker.user.change.AuditTrail;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;

/** Lists and ends the sessions of a user. */
public final class SessionService {
  private final Database database;
  private final AccountRepository accounts;
  private final SessionRepository sessions;
  private final RefreshTokenFactory refreshTokens;
  private final AuditTrail audit;
  private final Clock clock;

  public SessionService(
      Database database,
      AccountRepository accounts,
      SessionRepository sessions,
      RefreshTokenFactory refreshTokens,
      AuditTrail audit,
      Clock clock) {
    this.database = database;
    this.accounts = accounts;
    this.sessions = sessions;
    this.refreshTokens = refreshTokens;
    this.audit = audit;
    this.clock = clock;
  }

  public Future<Void> logout(Sessions.Logout logout) {
    return RefreshToken.parse(logout.refreshToken())
        .map(token -> database.transaction(tx -> sessions
            .lock(tx, token.session())
            .compose(row -> row.filter(session -> belongs(token, session)).isPresent()
                ? end(
                    tx,
                    row.get().id(),
                    row.get().account().actor(row.get().id(), logout.client()),
                    Reason.LOGGED_OUT)
                : Future.succeededFuture())
            .<Void>mapEmpty()))
        .orElseGet(Future::succeededFuture);
  }

  public Future<Void> logoutAll(Sessions.LogoutAll logout) {
    var userId = logout.userId();
    return database.transaction(tx -> accounts
        .raiseVersion(tx, userId)
        .compose(version -> version.isEmpty()
            ? Future.succeededFuture()
            : sessions
                .endSessions(tx, userId, version.get(), Reason.LOGGED_OUT)
                .compose(ended -> audit.write(
                    tx,
                    new Actor(userId, null, null, logout.client().address()),
                    "session.all-ended",
                    userId,
                    null))));
  }

  public Future<Sessions.SessionList> list(Sessions.ListSessions list) {
    return sessions
        .list(list.userId(), list.currentSessionId(), clock.instant())
        .map(Sessions.SessionList::new);
  }

  public Future<Void> end(Sessions.EndSession end) {
    return uuid(end.sessionId())
        .map(session -> database.transaction(tx -> end(
            tx,
            session,
            new Actor(end.userId(), null, null, end.client().address()),
            end.reason() == null ? Reason.SESSION_ENDED : end.reason())))
        .orElse(Future.succeededFuture(false))
        .compose(ended -> ended
            ? Future.succeededFuture()
            : Future.failedFuture(new Failure.NotFound(
                "session-not-found", "The session does not exist or has already ended.")));
  }

  /** Ends the session. Returns whether it existed and belonged to the actor. */
  private Future<Boolean> end(SqlConnection tx, UUID session, Actor actor, Reason reason) {
    return sessions
        .end(tx, session, actor.id(), reason)
        .compose(ended -> ended
            ? audit
                .write(
                    tx,
                    actor,
                    "session.ended",
                    actor.id(),
                    new JsonObject().put("session", session.toString()))
                .map(true)
            : Future.succeededFuture(false));
  }

  private boolean belongs(RefreshToken token, SessionRow row) {
    return token.hasHash(row.tokenHash())
        || token.generation() < row.generation() && refreshTokens.isAuthentic(token);
  }

  private static Optional<UUID> uuid(String text) {
    try {
      return Optional.of(UUID.fromString(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
