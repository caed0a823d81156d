package dev.verticker.api.auth;

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
}
