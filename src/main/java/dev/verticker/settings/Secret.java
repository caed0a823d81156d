package dev.verticker.settings;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** A secret value, which {@code toString} does not reveal. */
public record Secret(String value) {
  /** Cloned for each digest, because a lookup of the algorithm takes longer than the digest of a short text. */
  private static final MessageDigest SHA_256 = newSha256();

  /** The UTF-8 bytes, for keys and comparisons. */
  public byte[] bytes() {
    return value.getBytes(StandardCharsets.UTF_8);
  }

  /** A digest to store or compare instead of a random secret. */
  public static byte[] sha256(byte[] secret) {
    try {
      return ((MessageDigest) SHA_256.clone()).digest(secret);
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }

  @Override
  public String toString() {
    return "<secret>";
  }
}
