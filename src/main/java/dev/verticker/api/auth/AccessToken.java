package dev.verticker.api.auth;

import java.time.Instant;
import java.util.List;

/**
 * A verified access token: who asks. Whether it was revoked is another question, which {@link RevocationCache} answers.
 *
 * @param id {@code jti}
 * @param sessionId {@code sid}
 * @param version {@code ver}
 */
public record AccessToken(
    String id,
    long userId,
    String sessionId,
    long version,
    List<String> roles,
    Instant issuedAt,
    Instant expiresAt) {
  public AccessToken {
    roles = List.copyOf(roles);
  }
}
