package dev.verticker.api.auth;

import dev.verticker.message.Sessions.Revocation;
import java.time.Instant;
import java.util.List;

/**
 * The claims of a verified access token. {@link RevocationCache} checks its revocation.
 *
 * @param id {@code jti}
 * @param sessionId {@code sid}
 * @param ver {@code ver}
 */
public record AccessToken(
    String id,
    long userId,
    String sessionId,
    long ver,
    List<String> roles,
    Instant issuedAt,
    Instant expiresAt) {
  public AccessToken {
    roles = List.copyOf(roles);
  }

  /** Returns whether the revocation concerns this token. */
  public boolean isRevokedBy(Revocation revocation) {
    if (revocation.issuedBefore() != null) {
      return !issuedAt.isAfter(revocation.issuedBefore());
    }
    if (revocation.userId() != userId) {
      return false;
    }
    return revocation.sessionId() == null
        ? ver < revocation.minVersion()
        : revocation.sessionId().equals(sessionId);
  }
}
