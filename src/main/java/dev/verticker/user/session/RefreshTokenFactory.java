package dev.verticker.user.session;

import dev.verticker.settings.SigningKey;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Creates refresh tokens. A successor is derived from its predecessor with the signing key, so the same successor can be
 * issued again although only hashes are stored.
 */
public final class RefreshTokenFactory {
  private final SecureRandom random = new SecureRandom();
  private final List<byte[]> keys;

  /** @param keys the current key first; tokens created with the other keys may still be in use */
  public RefreshTokenFactory(List<SigningKey> keys) {
    this.keys = keys.stream().map(key -> key.derived("refresh")).toList();
  }

  RefreshToken first(UUID session) {
    return random(session, 0);
  }

  /** Creates a token that is not derived from a predecessor, so it can be issued only once. */
  RefreshToken random(UUID session, int generation) {
    var secret = new byte[RefreshToken.SECRET_BYTES];
    random.nextBytes(secret);
    return authenticated(keys.get(0), RefreshToken.body(session, generation, secret));
  }

  RefreshToken successor(RefreshToken token) {
    return successor(keys.get(0), token);
  }

  /**
   * The descendant with this generation and hash, created with any accepted key.
   *
   * @param generation at most a few above the token's own
   */
  Optional<RefreshToken> descendant(RefreshToken token, int generation, byte[] hash) {
    for (var key : keys) {
      var next = token;
      while (next.generation() < generation) {
        next = successor(key, next);
      }
      if (next.hasHash(hash)) {
        return Optional.of(next);
      }
    }
    return Optional.empty();
  }

  /** Returns whether the token was created with an accepted key, not forged from a known session id. */
  boolean isAuthentic(RefreshToken token) {
    var authentic = false;
    for (var key : keys) {
      authentic |= MessageDigest.isEqual(mac(key, token.body()), token.mac());
    }
    return authentic;
  }

  private static RefreshToken successor(byte[] key, RefreshToken token) {
    var secret = SigningKey.hmac(key, token.body(), token.mac());
    return authenticated(key, RefreshToken.body(token.session(), token.generation() + 1, secret));
  }

  private static RefreshToken authenticated(byte[] key, byte[] body) {
    return RefreshToken.of(body, mac(key, body));
  }

  private static byte[] mac(byte[] key, byte[] body) {
    // Domain separation: the leading byte keeps a MAC from ever equalling the secret of a
    // successor.
    return Arrays.copyOf(SigningKey.hmac(key, new byte[] {1}, body), RefreshToken.MAC_BYTES);
  }
}
