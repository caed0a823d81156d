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
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Seeing one's sessions, and ending them. */
public final class SessionService {
  private final Database database;
  private final AccountRepository accounts;
  private final SessionRepository sessions;
  private final RefreshTokenFactory refreshTokens;
  private final RevocationRepository revocations;
  private final AuditTrail audit;
  private final Clock clock;

  public SessionService(
      Database database,
      RefreshTokenFactory refreshTokens,
      RevocationRepository revocations,
      AuditTrail audit,
      Clock clock) {
    this.database = database;
    this.accounts = new AccountRepository(database);
    this.sessions = new SessionRepository(database);
    this.refreshTokens = refreshTokens;
    this.revocations = revocations;
    this.audit = audit;
    this.clock = clock;
  }

  public Future<Void> logout(Sessions.Logout logout) {
    return RefreshToken.parse(logout.refreshToken())
        .map(token -> database.transaction(transaction -> sessions
            .lock(transaction, token.session())
            .compose(row -> row.filter(session -> belongs(token, session)).isPresent()
                ? end(
                    transaction,
                    row.get().id(),
                    row.get().account().actor(row.get().id(), logout.client()),
                    Reason.LOGGED_OUT)
                : Future.succeededFuture())
            .<Void>mapEmpty()))
        .orElseGet(Future::succeededFuture);
  }

  public Future<Void> logoutAll(Sessions.LogoutAll logout) {
    var userId = logout.userId();
    return database.transaction(transaction -> accounts
        .raiseVersion(transaction, userId)
        .compose(version -> version.isEmpty()
            ? Future.succeededFuture()
            : revocations
                .endSessions(transaction, userId, version.get(), Reason.LOGGED_OUT)
                .compose(ended -> audit.write(
                    transaction,
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
        .map(session -> database.transaction(transaction -> end(
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

  /** Whether there was such a session of the actor. */
  private Future<Boolean> end(SqlConnection transaction, UUID session, Actor actor, Reason reason) {
    return sessions
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

  private boolean belongs(RefreshToken token, SessionRow row) {
    return token.hasHash(row.tokenHash())
        || token.generation() < row.generation() && refreshTokens.isOurs(token);
  }

  private static Optional<UUID> uuid(String text) {
    try {
      return Optional.of(UUID.fromString(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
