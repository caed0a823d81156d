package dev.verticker.user.session;

import dev.verticker.bus.Failure;
import dev.verticker.data.Database;
import dev.verticker.message.Actor;
import dev.verticker.message.Sessions.Client;
import dev.verticker.message.Sessions.Grant;
import dev.verticker.message.Sessions.Reason;
import dev.verticker.message.Sessions.Refresh;
import dev.verticker.user.change.AuditTrail;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;

/** Exchanges a refresh token for its successor and a new access token. */
public final class RefreshService {
  /**
   * A replaced token still returns its successor for this long: two tabs may refresh concurrently, and a response may be
   * lost.
   */
  static final Duration GRACE = Duration.ofSeconds(10);

  private static final int MAX_ROTATIONS_IN_GRACE = 32;

  private final Database database;
  private final SessionRepository sessions;
  private final RefreshTokenFactory refreshTokens;
  private final TokenIssuer tokens;
  private final AuditTrail audit;
  private final Clock clock;

  public RefreshService(
      Database database,
      SessionRepository sessions,
      RefreshTokenFactory refreshTokens,
      TokenIssuer tokens,
      AuditTrail audit,
      Clock clock) {
    this.database = database;
    this.sessions = sessions;
    this.refreshTokens = refreshTokens;
    this.tokens = tokens;
    this.audit = audit;
    this.clock = clock;
  }

  public Future<Grant> refresh(Refresh refresh) {
    // A rejection does not fail the transaction, because the end of a stolen session must be
    // committed.
    return RefreshToken.parse(refresh.refreshToken())
        .map(token -> database
            .transaction(tx -> sessions
                .lock(tx, token.session())
                .compose(row -> row.filter(this::isValid).isPresent()
                    ? next(tx, token, row.get(), refresh.client())
                    : Future.succeededFuture(Optional.<Grant>empty())))
            .compose(RefreshService::grantedOrRefused))
        .orElseGet(() -> grantedOrRefused(Optional.empty()));
  }

  private Future<Optional<Grant>> next(
      SqlConnection tx, RefreshToken token, SessionRow row, Client client) {
    if (token.hasHash(row.tokenHash())) {
      return rotate(tx, token, row).map(Optional::of);
    }
    if (token.generation() >= row.generation() || !refreshTokens.isAuthentic(token)) {
      return Future.succeededFuture(Optional.empty());
    }
    var now = clock.instant();
    var replacedAt = row.replacedAt(token.generation());
    if (replacedAt.isPresent() && !now.isAfter(replacedAt.get().plus(GRACE))) {
      return refreshTokens
          .descendant(token, row.generation(), row.tokenHash())
          .map(newest ->
              Future.succeededFuture(Optional.of(tokens.grant(row.account(), newest, now))))
          // Created with a key that this node does not have yet.
          .orElseGet(() -> Future.failedFuture(new Failure.Unavailable(
              "unavailable", "The signing key is being rotated: try again in a moment.")));
    }
    return endStolen(tx, row, client).map(Optional.empty());
  }

  private Future<Grant> rotate(SqlConnection tx, RefreshToken token, SessionRow row) {
    var now = clock.instant();
    var successor = refreshTokens.successor(token);
    var recent = Stream.concat(row.rotatedAt().stream(), Stream.of(now))
        .filter(rotation -> !now.isAfter(rotation.plus(GRACE)))
        .toList();
    var kept = recent.subList(Math.max(0, recent.size() - MAX_ROTATIONS_IN_GRACE), recent.size());
    return sessions
        .rotate(tx, successor, kept, now, tokens.sessionExpiry(row.createdAt(), now))
        .map(rotated -> tokens.grant(row.account(), successor, now));
  }

  /** A replaced token after its grace period means that two clients have copies, so the session ends for both. */
  private Future<Void> endStolen(SqlConnection tx, SessionRow row, Client client) {
    var userId = row.account().id();
    return sessions
        .end(tx, row.id(), userId, Reason.TOKEN_REUSED)
        .compose(ended -> audit.write(
            tx,
            Actor.anonymous(client.address()),
            "session.token-reused",
            userId,
            new JsonObject().put("session", row.id().toString()).put("device", Device.of(client))));
  }

  private boolean isValid(SessionRow row) {
    return row.account().active() && row.expiresAt().isAfter(clock.instant());
  }

  private static Future<Grant> grantedOrRefused(Optional<Grant> grant) {
    return grant
        .map(Future::succeededFuture)
        .orElseGet(() -> Future.failedFuture(new Failure.Unauthenticated(
            "invalid-refresh-token",
            "The refresh token is invalid or has expired: sign in again.")));
  }
}
