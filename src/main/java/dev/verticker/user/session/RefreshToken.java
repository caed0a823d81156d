package dev.verticker.user.session;

import dev.verticker.message.Confidential;
import dev.verticker.settings.Secret;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;

/**
 * A refresh token: 16 bytes session id, 4 bytes generation, 32 secret bytes, 16 bytes message authentication code (MAC).
 * Opaque to clients, never stored, never printed.
 */
final class RefreshToken {
  static final int SECRET_BYTES = 32;
  static final int MAC_BYTES = 16;

  private static final int HEAD_BYTES = 20;
  private static final int BODY_BYTES = HEAD_BYTES + SECRET_BYTES;
  private static final int ALL_BYTES = BODY_BYTES + MAC_BYTES;
  private static final int TEXT_LENGTH = 91;

  private final byte[] bytes;

  private RefreshToken(byte[] bytes) {
    this.bytes = bytes;
  }

  /** @param mac authenticates the body, see {@link #body} */
  static RefreshToken of(byte[] body, byte[] mac) {
    return new RefreshToken(
        ByteBuffer.allocate(ALL_BYTES).put(body).put(mac, 0, MAC_BYTES).array());
  }

  static byte[] body(UUID session, int generation, byte[] secret) {
    return ByteBuffer.allocate(BODY_BYTES)
        .putLong(session.getMostSignificantBits())
        .putLong(session.getLeastSignificantBits())
        .putInt(generation)
        .put(secret, 0, SECRET_BYTES)
        .array();
  }

  /** Returns the token, or an empty optional if the text has another format. */
  static Optional<RefreshToken> parse(Confidential text) {
    if (text.value().length() != TEXT_LENGTH) {
      return Optional.empty();
    }
    try {
      var bytes = Base64.getUrlDecoder().decode(text.value());
      return Optional.of(new RefreshToken(bytes)).filter(token -> token.generation() >= 0);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  Confidential text() {
    return new Confidential(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }

  UUID session() {
    var head = ByteBuffer.wrap(bytes);
    return new UUID(head.getLong(), head.getLong());
  }

  /** 0 for the token issued at sign-in, incremented by each refresh. */
  int generation() {
    return ByteBuffer.wrap(bytes).getInt(HEAD_BYTES - Integer.BYTES);
  }

  byte[] body() {
    return Arrays.copyOf(bytes, BODY_BYTES);
  }

  byte[] mac() {
    return Arrays.copyOfRange(bytes, BODY_BYTES, ALL_BYTES);
  }

  /** The stored SHA-256 hash; the token has too much entropy for a search. */
  byte[] hash() {
    return Secret.sha256(bytes);
  }

  boolean hasHash(byte[] hash) {
    return MessageDigest.isEqual(hash(), hash);
  }

  @Override
  public String toString() {
    return "<refresh token>";
  }
}
