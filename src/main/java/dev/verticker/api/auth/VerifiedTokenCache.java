package dev.verticker.api.auth;

import dev.verticker.settings.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Claims of access tokens whose signature and form were verified, so that the next request with the same token does not
 * verify them again. The keys are digests, so the cache contains no usable token. It knows nothing of expiry and revocation.
 */
final class VerifiedTokenCache {
  /** About 5 MB. */
  static final int MAX_TOKENS = 10_000;

  private final Map<ByteBuffer, AccessToken> tokens = new ConcurrentHashMap<>();

  /** Returns null for a token that is not in the cache. */
  AccessToken find(String token) {
    return tokens.get(digest(token));
  }

  void put(String token, AccessToken verified, Instant now) {
    if (tokens.size() >= MAX_TOKENS) {
      makeRoom(now);
    }
    tokens.put(digest(token), verified);
  }

  int size() {
    return tokens.size();
  }

  /** Removes at least half of the entries: a scan of all for one entry would cost more than verifying. */
  private void makeRoom(Instant now) {
    tokens.values().removeIf(token -> !token.expiresAt().isAfter(now));
    if (tokens.size() > MAX_TOKENS / 2) {
      tokens.clear();
    }
  }

  private static ByteBuffer digest(String token) {
    return ByteBuffer.wrap(Secret.sha256(token.getBytes(StandardCharsets.UTF_8)));
  }
}
