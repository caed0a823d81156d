package dev.verticker.user.session;

import dev.verticker.settings.SigningKey;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Makes refresh tokens. A successor is computed from its predecessor, so it can be given again although only hashes are
 * stored; nobody without the key can compute it.
 */
public final class RefreshTokenFactory {
  private final SecureRandom random = new SecureRandom();
  private final List<byte[]> keys;

  /** @param keys the current one first; the others may have made tokens that are still in use */
  public RefreshTokenFactory(List<SigningKey> keys) {
    this.keys = keys.stream().map(key -> key.derived("refresh")).toList();
  }

  /** The first token of a session. */
  public RefreshToken first(UUID session) {
    var secret = new byte[RefreshToken.SECRET_BYTES];
    random.nextBytes(secret);
    return marked(keys.get(0), RefreshToken.body(session, 0, secret));
  }

  RefreshToken successor(RefreshToken token) {
    return successor(keys.get(0), token);
  }

  /**
   * The descendant that has this generation and hash, whichever key made it.
   *
   * @param generation not far above the token's own
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

  /** Whether we made it, and not somebody who merely knows the id of a session. */
  boolean isOurs(RefreshToken token) {
    var ours = false;
    for (var key : keys) {
      ours |= MessageDigest.isEqual(mark(key, token.body()), token.mark());
    }
    return ours;
  }

  private static RefreshToken successor(byte[] key, RefreshToken token) {
    var secret = SigningKey.hmac(key, token.body(), token.mark());
    return marked(key, RefreshToken.body(token.session(), token.generation() + 1, secret));
  }

  private static RefreshToken marked(byte[] key, byte[] body) {
    return RefreshToken.of(body, mark(key, body));
  }

  private static byte[] mark(byte[] key, byte[] body) {
    // One byte in front: a mark is never the secret of a successor.
    return Arrays.copyOf(SigningKey.hmac(key, new byte[] {1}, body), RefreshToken.MARK_BYTES);
  }
}
