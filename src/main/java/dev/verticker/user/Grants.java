package dev.verticker.user;

import dev.verticker.message.Sessions.Grant;
import dev.verticker.settings.AuthSettings;
import java.time.Duration;
import java.time.Instant;

/** What a signed-in client is given, and for how long. */
final class Grants {
  private final AccessTokens accessTokens;
  private final Duration idle;
  private final Duration life;

  Grants(AuthSettings settings) {
    this.accessTokens = new AccessTokens(settings);
    this.idle = settings.sessionIdle();
    this.life = settings.sessionLife();
  }

  Grant grant(Account account, RefreshToken token, Instant now) {
    var session = token.session().toString();
    return new Grant(
        account.id(),
        session,
        accessTokens.sign(account.id(), session, account.ver(), account.roles(), now),
        AccessTokens.LIFE,
        token.text());
  }

  /** When a session ends that is not used again. */
  Instant expiry(Instant createdAt, Instant usedAt) {
    var unused = usedAt.plus(idle);
    var end = createdAt.plus(life);
    return unused.isBefore(end) ? unused : end;
  }
}
