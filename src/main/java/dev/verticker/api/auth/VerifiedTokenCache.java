package dev.verticker.api.auth;

import dev.verticker.settings.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Access tokens whose signature and form were checked, so that the next request with the same token need not check them
 * again. Known by their digests only: what lies here signs nobody in. Bounded; says nothing of expiry and revocation.
 */
final class VerifiedTokenCache {
  /** Some 5 MB. */
  static final int MOST = 10_000;

  private final Map<ByteBuffer, AccessToken> tokens = new ConcurrentHashMap<>();

  /** Null when it was not kept, or was dropped meanwhile. */
  AccessToken find(String token) {
    return tokens.get(digest(token));
  }

  void keep(String token, AccessToken verified, Instant now) {
    if (tokens.size() >= MOST) {
      makeRoom(now);
    }
    tokens.put(digest(token), verified);
  }

  int size() {
    return tokens.size();
  }

  /** Half of it at least: looking through all of them for one place would cost more than verifying. */
  private void makeRoom(Instant now) {
    tokens.values().removeIf(token -> !token.expiresAt().isAfter(now));
    if (tokens.size() > MOST / 2) {
      tokens.clear();
    }
  }

  private static ByteBuffer digest(String token) {
    return ByteBuffer.wrap(Secret.sha256(token.getBytes(StandardCharsets.UTF_8)));
  }
}
