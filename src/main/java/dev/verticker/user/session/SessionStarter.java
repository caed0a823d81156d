package dev.verticker.user.session;

import dev.verticker.message.Sessions.Client;
import dev.verticker.message.Sessions.Grant;
import dev.verticker.user.change.AuditTrail;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.time.Clock;
import java.util.UUID;

/** Starts a session for an authenticated user. */
public final class SessionStarter {
  private static final int MAX_SESSIONS_PER_USER = 50;

  private final SessionRepository sessions;
  private final RefreshTokenFactory refreshTokens;
  private final TokenIssuer tokens;
  private final AuditTrail audit;
  private final Clock clock;

  public SessionStarter(
      SessionRepository sessions,
      RefreshTokenFactory refreshTokens,
      TokenIssuer tokens,
      AuditTrail audit,
      Clock clock) {
    this.sessions = sessions;
    this.refreshTokens = refreshTokens;
    this.tokens = tokens;
    this.audit = audit;
    this.clock = clock;
  }

  /** Starts a session and ends the least recently used ones above the limit of 50. */
  public Future<Grant> start(SqlConnection tx, Account account, Client client) {
    var now = clock.instant();
    var token = refreshTokens.first(UUID.randomUUID());
    return sessions
        .endSurplus(tx, account.id(), MAX_SESSIONS_PER_USER - 1)
        .compose(ended -> sessions.insert(
            tx, account.id(), token, Device.of(client), now, tokens.sessionExpiry(now, now)))
        .compose(inserted -> audit.write(
            tx, account.actor(token.session(), client), "session.started", account.id(), null))
        .map(written -> tokens.grant(account, token, now));
  }
}
