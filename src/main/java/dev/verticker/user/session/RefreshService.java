package dev.verticker.user.session;

import dev.verticker.bus.Failure;
import dev.verticker.data.Database;
import dev.verticker.message.Actor;
import dev.verticker.message.Sessions.Client;
import dev.verticker.message.Sessions.Grant;
import dev.verticker.message.Sessions.Reason;
import dev.verticker.message.Sessions.Refresh;
import dev.verticker.settings.AuthSettings;
import dev.verticker.user.change.AuditTrail;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Staying signed in: each refresh token is used up for the next one. */
public final class RefreshService {
  /** Two tabs may refresh at once, and an answer may get lost. */
  static final Duration GRACE = Duration.ofSeconds(10);

  private static final int MAX_ROTATIONS_IN_GRACE = 32;

  private final Database database;
  private final SessionRepository sessions;
  private final RefreshTokenFactory refreshTokens;
  private final Grants grants;
  private final RevocationRepository revocations;
  private final AuditTrail audit;
  private final Clock clock;

  public RefreshService(
      Database database,
      RevocationRepository revocations,
      AuditTrail audit,
      AuthSettings settings,
      Clock clock) {
    this.database = database;
    this.sessions = new SessionRepository(database);
    this.refreshTokens = new RefreshTokenFactory(settings.keys());
    this.grants = new Grants(settings);
    this.revocations = revocations;
    this.audit = audit;
    this.clock = clock;
  }

  public Future<Grant> refresh(Refresh refresh) {
    // A refusal is an answer, not a failure of the transaction: what a theft causes must be
    // committed.
    return RefreshToken.parse(refresh.refreshToken())
        .map(token -> database
            .transaction(transaction -> sessions
                .lock(transaction, token.session())
                .compose(row -> row.filter(this::isAlive).isPresent()
                    ? next(transaction, token, row.get(), refresh.client())
                    : Future.succeededFuture(Optional.<Grant>empty())))
            .compose(RefreshService::grantedOrRefused))
        .orElseGet(() -> grantedOrRefused(Optional.empty()));
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
          .map(newest ->
              Future.succeededFuture(Optional.of(grants.grant(row.account(), newest, now))))
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
    var kept = recent.subList(Math.max(0, recent.size() - MAX_ROTATIONS_IN_GRACE), recent.size());
    return sessions
        .rotate(transaction, successor, kept, now, grants.expiry(row.createdAt(), now))
        .map(rotated -> grants.grant(row.account(), successor, now));
  }

  /** Whoever has an old token has, or had, a copy: both owners lose the session. */
  private Future<Void> endStolen(SqlConnection transaction, SessionRow row, Client client) {
    var userId = row.account().id();
    return sessions
        .delete(transaction, row.id(), userId)
        .compose(deleted ->
            revocations.revokeSessions(transaction, userId, List.of(row.id()), Reason.TOKEN_REUSED))
        .compose(revoked -> audit.write(
            transaction,
            Actor.anonymous(client.address()),
            "session.token-reused",
            userId,
            new JsonObject().put("session", row.id().toString()).put("device", Device.of(client))));
  }

  private boolean isAlive(SessionRow row) {
    return row.account().active() && row.expiresAt().isAfter(clock.instant());
  }

  private static Future<Grant> grantedOrRefused(Optional<Grant> grant) {
    return grant
        .map(Future::succeededFuture)
        .orElseGet(() -> Future.failedFuture(new Failure.Unauthenticated(
            "invalid-refresh-token", "The refresh token is not valid. Sign in again.")));
  }
}
