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
import java.time.Instant;
import java.util.function.LongFunction;
import java.util.stream.Stream;

/**
 * Exchanges a refresh token for its successor and a new access token.
 *
 * <p>A client that lost the response sends the token again. Within {@link #GRACE} it gets the same successor. Later it gets a
 * new one if the old one was never used; the old one is replaced, so that its use by another client ends the session. Any
 * other use of a replaced token ends the session too.
 */
public final class RefreshService {
  /** Two tabs may refresh concurrently, and a response may be lost. */
  static final Duration GRACE = Duration.ofSeconds(10);

  /** Max number of successors of one token. */
  static final int MAX_SUCCESSORS = 32;

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

  /** @param quota counts a request with a valid token for the user of its session, and fails if there are too many */
  public Future<Grant> refresh(Refresh refresh, LongFunction<Future<Void>> quota) {
    return RefreshToken.parse(refresh.refreshToken())
        .map(token -> database
            .transaction(tx -> sessions.lock(tx, token.session()).compose(row -> row.filter(
                    session -> isGenuine(token, session))
                .map(session -> quota
                    .apply(session.account().id())
                    .compose(counted -> exchange(tx, token, session, refresh.client())))
                .orElseGet(RefreshService::invalid)))
            // Fails after the commit, because the end of a stolen session must be committed.
            .compose(Exchange::result))
        .orElseGet(() -> Future.failedFuture(new Failure.Unauthenticated(
            "malformed-refresh-token",
            "Malformed refresh token: send the value of \"refresh_token\" unchanged.")));
  }

  /** Either a grant or a failure. */
  private record Exchange(Grant grant, Failure failure) {
    Future<Grant> result() {
      return failure == null ? Future.succeededFuture(grant) : Future.failedFuture(failure);
    }
  }

  /** Returns whether the token is the newest or a replaced one of the session, and its user may use it. */
  private boolean isGenuine(RefreshToken token, SessionRow row) {
    var newest = token.hasHash(row.tokenHash());
    var replaced = token.generation() < row.generation() && refreshTokens.isAuthentic(token);
    return (newest || replaced) && row.account().active();
  }

  private Future<Exchange> exchange(
      SqlConnection tx, RefreshToken token, SessionRow row, Client client) {
    var now = clock.instant();
    if (!row.expiresAt().isAfter(now)) {
      return rejected("expired-refresh-token", "The session has expired: sign in again.");
    }
    if (token.hasHash(row.tokenHash())) {
      return rotate(tx, row, token.generation(), refreshTokens.successor(token), now);
    }
    if (row.replacedAt(token.generation())
        .filter(at -> !now.isAfter(at.plus(GRACE)))
        .isPresent()) {
      return repeat(token, row, now);
    }
    return token.generation() == row.parent() && row.generation() - row.parent() < MAX_SUCCESSORS
        ? rotate(tx, row, row.parent(), replacement(token, row), now)
        : endStolen(tx, row, client)
            .compose(ended -> rejected(
                "reused-refresh-token",
                "The refresh token was already used, so its session has ended: sign in again."));
  }

  private Future<Exchange> repeat(RefreshToken token, SessionRow row, Instant now) {
    return refreshTokens
        .descendant(token, row.generation(), row.tokenHash())
        .map(newest ->
            Future.succeededFuture(new Exchange(tokens.grant(row.account(), newest, now), null)))
        // Created with a key that this node does not have yet.
        .orElseGet(() -> Future.failedFuture(new Failure.Unavailable(
            "unavailable", "The signing key is being rotated: try again in a moment.")));
  }

  /** The next successor of the token, after one that was never used. */
  private RefreshToken replacement(RefreshToken token, SessionRow row) {
    return refreshTokens
        .descendant(token, row.generation(), row.tokenHash())
        .map(refreshTokens::successor)
        // Created with more than one key.
        .orElseGet(() -> refreshTokens.random(row.id(), row.generation() + 1));
  }

  /** @param parent generation of the token that is exchanged for the successor */
  private Future<Exchange> rotate(
      SqlConnection tx, SessionRow row, int parent, RefreshToken successor, Instant now) {
    var recent = Stream.concat(row.rotatedAt().stream(), Stream.of(now))
        .filter(rotation -> !now.isAfter(rotation.plus(GRACE)))
        .toList();
    var kept = recent.subList(Math.max(0, recent.size() - MAX_ROTATIONS_IN_GRACE), recent.size());
    return sessions
        .rotate(tx, successor, parent, kept, now, tokens.sessionExpiry(row.createdAt(), now))
        .map(rotated -> new Exchange(tokens.grant(row.account(), successor, now), null));
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

  private static Future<Exchange> invalid() {
    return rejected(
        "invalid-refresh-token",
        "The refresh token is unknown, or its session has ended: sign in again.");
  }

  private static Future<Exchange> rejected(String code, String detail) {
    return Future.succeededFuture(new Exchange(null, new Failure.Unauthenticated(code, detail)));
  }
}
