package dev.verticker.user.session;

import dev.verticker.message.Sessions.Grant;
import dev.verticker.settings.AuthSettings;
import java.time.Duration;
import java.time.Instant;

/** What a signed-in client is given, and for how long. */
public final class Grants {
  private final AccessTokenIssuer accessTokens;
  private final Duration idle;
  private final Duration life;

  public Grants(AuthSettings settings) {
    this.accessTokens = new AccessTokenIssuer(settings);
    this.idle = settings.sessionIdle();
    this.life = settings.sessionLife();
  }

  public Grant grant(Account account, RefreshToken token, Instant now) {
    var session = token.session().toString();
    return new Grant(
        account.id(),
        session,
        accessTokens.sign(account.id(), session, account.ver(), account.roles(), now),
        AccessTokenIssuer.LIFE,
        token.text());
  }

  /** When a session ends that is not used again. */
  public Instant expiry(Instant createdAt, Instant usedAt) {
    var unused = usedAt.plus(idle);
    var end = createdAt.plus(life);
    return unused.isBefore(end) ? unused : end;
  }
}
