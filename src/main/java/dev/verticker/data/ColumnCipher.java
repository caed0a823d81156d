package dev.verticker.data;

import dev.verticker.settings.SecretsKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts secrets in columns of one table with AES-256-GCM. A ciphertext contains the id of its key and a random nonce, and is
 * bound to its row and column, so that it cannot be moved to another one.
 */
public final class ColumnCipher {
  private static final String ALGORITHM = "AES/GCM/NoPadding";
  private static final byte VERSION = 1;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final int HEADER_BYTES = 1 + SecretsKey.ID_BYTES;
  private static final int MIN_BYTES = HEADER_BYTES + NONCE_BYTES + TAG_BITS / 8;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final String table;
  private final Map<ByteBuffer, SecretKeySpec> keys = new LinkedHashMap<>();

  /**
   * @param keys the first one encrypts, all of them decrypt; not empty
   * @param purpose derives other keys than any other purpose
   * @param table with its schema
   */
  public ColumnCipher(List<SecretsKey> keys, String purpose, String table) {
    this.table = table;
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("SECRETS_KEY is not set: set it to encrypt " + table);
    }
    keys.forEach(key ->
        this.keys.put(ByteBuffer.wrap(key.id()), new SecretKeySpec(key.derived(purpose), "AES")));
  }

  /** Thrown if a ciphertext was not written for this row and column, or its key is not known. */
  public static final class DecryptionException extends RuntimeException {
    DecryptionException(String message) {
      super(message, null, false, false);
    }
  }

  public byte[] encrypt(long row, String column, String secret) {
    var nonce = new byte[NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    var key = keys.entrySet().iterator().next();
    var header =
        ByteBuffer.allocate(HEADER_BYTES).put(VERSION).put(key.getKey().array()).array();
    try {
      var cipher = cipher(Cipher.ENCRYPT_MODE, key.getValue(), nonce, header, row, column);
      var encrypted = cipher.doFinal(secret.getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.allocate(HEADER_BYTES + NONCE_BYTES + encrypted.length)
          .put(header)
          .put(nonce)
          .put(encrypted)
          .array();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime has AES-256-GCM", e);
    }
  }

  /** @throws DecryptionException if it is not the ciphertext of this row and column, or its key is not known */
  public String decrypt(long row, String column, byte[] ciphertext) {
    var key = knownKey(ciphertext);
    if (key == null) {
      throw new DecryptionException("the key of " + place(row, column)
          + " is not known: set SECRETS_KEY or SECRETS_KEY_PREVIOUS to the key that encrypted it");
    }
    if (ciphertext.length < MIN_BYTES) {
      throw changed(row, column);
    }
    var header = Arrays.copyOf(ciphertext, HEADER_BYTES);
    var nonce = Arrays.copyOfRange(ciphertext, HEADER_BYTES, HEADER_BYTES + NONCE_BYTES);
    try {
      var cipher = cipher(Cipher.DECRYPT_MODE, key, nonce, header, row, column);
      var start = HEADER_BYTES + NONCE_BYTES;
      return new String(
          cipher.doFinal(ciphertext, start, ciphertext.length - start), StandardCharsets.UTF_8);
    } catch (GeneralSecurityException e) {
      throw changed(row, column);
    }
  }

  private DecryptionException changed(long row, String column) {
    return new DecryptionException(
        place(row, column) + " was changed, or copied from another row or column");
  }

  /** Returns whether this cipher has the key of the ciphertext. */
  public boolean isKnown(byte[] ciphertext) {
    return knownKey(ciphertext) != null;
  }

  /** Returns whether the ciphertext has the key that encrypts. */
  public boolean isCurrent(byte[] ciphertext) {
    return knownKey(ciphertext) == keys.values().iterator().next();
  }

  private SecretKeySpec knownKey(byte[] ciphertext) {
    return ciphertext.length < HEADER_BYTES || ciphertext[0] != VERSION
        ? null
        : keys.get(ByteBuffer.wrap(Arrays.copyOfRange(ciphertext, 1, HEADER_BYTES)));
  }

  private Cipher cipher(
      int mode, SecretKeySpec key, byte[] nonce, byte[] header, long row, String column)
      throws GeneralSecurityException {
    var cipher = Cipher.getInstance(ALGORITHM);
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(header);
    cipher.updateAAD(place(row, column).getBytes(StandardCharsets.UTF_8));
    return cipher;
  }

  private String place(long row, String column) {
    return table + " " + row + " " + column;
  }
}
