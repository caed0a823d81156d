package dev.verticker.settings;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The master key for secrets of users at rest; HKDF-SHA256 (RFC 5869) derives an encryption key for each purpose from it. */
public record SecretsKey(Secret secret) {
  /** Length of {@link #id}. */
  public static final int ID_BYTES = 8;

  private static final int MIN_BYTES = 32;
  private static final int HASH_BYTES = 32;

  public SecretsKey {
    if (secret.bytes().length == 0) {
      throw new IllegalArgumentException("a key must not be empty");
    }
  }

  /** Identifies the key in ciphertexts; the key cannot be derived from it. */
  public byte[] id() {
    return Arrays.copyOf(derived("id"), ID_BYTES);
  }

  /** Returns a key of 32 bytes for one purpose. */
  public byte[] derived(String purpose) {
    var extracted = SigningKey.hmac(new byte[HASH_BYTES], secret.bytes());
    return SigningKey.hmac(extracted, purpose.getBytes(StandardCharsets.UTF_8), new byte[] {1});
  }

  /**
   * Reads {@code SECRETS_KEY}, which encrypts, and {@code SECRETS_KEY_PREVIOUS}, which decrypts as well. Empty without
   * {@code SECRETS_KEY}.
   */
  static List<SecretsKey> read(SettingsReader reader) {
    var current = reader.secret("SECRETS_KEY", MIN_BYTES);
    var previous = reader.secret("SECRETS_KEY_PREVIOUS", MIN_BYTES);
    if (previous.isPresent() && (current.isEmpty() || previous.equals(current))) {
      reader.error(
          "SECRETS_KEY_PREVIOUS",
          "must be cleared, or SECRETS_KEY must be set to another key: it is the key before SECRETS_KEY");
    }
    return current.isEmpty()
        ? List.of()
        : Stream.of(current, previous)
            .flatMap(Optional::stream)
            .map(SecretsKey::new)
            .toList();
  }
}
