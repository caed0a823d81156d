package dev.verticker.api.auth;

import dev.verticker.settings.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Caches the claims of verified access tokens by the SHA-256 digest of the token. Callers must check expiry and revocation.
 */
final class VerifiedTokenCache {
  /** Max number of cached tokens, about 5 MB. */
  static final int MAX_TOKENS = 10_000;

  private final Map<ByteBuffer, AccessToken> tokens = new ConcurrentHashMap<>();

  /** Returns the claims of the token, or null. */
  AccessToken find(String token) {
    return tokens.get(digest(token));
  }

  void put(String token, AccessToken claims, Instant now) {
    if (tokens.size() >= MAX_TOKENS) {
      evict(now);
    }
    tokens.put(digest(token), claims);
  }

  int size() {
    return tokens.size();
  }

  /** Removes at least half of the entries: evicting them one by one would cost more than verifying the tokens again. */
  private void evict(Instant now) {
    tokens.values().removeIf(token -> !token.expiresAt().isAfter(now));
    if (tokens.size() > MAX_TOKENS / 2) {
      tokens.clear();
    }
  }

  private static ByteBuffer digest(String token) {
    return ByteBuffer.wrap(Secret.sha256(token.getBytes(StandardCharsets.UTF_8)));
  }
}
