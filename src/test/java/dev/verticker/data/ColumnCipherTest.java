package dev.verticker.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.data.ColumnCipher.DecryptionException;
import dev.verticker.settings.Secret;
import dev.verticker.settings.SecretsKey;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class ColumnCipherTest {
  private static final SecretsKey OLD =
      new SecretsKey(new Secret("an old key of 32 bytes or more.."));
  private static final SecretsKey NEW =
      new SecretsKey(new Secret("a new key of 32 bytes or more..."));
  private static final String TEXT =
      "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j";

  private final ColumnCipher cipher = cipher("keys", OLD);

  @Test
  void a_secret_is_decrypted_for_its_row_and_column_only() {
    var encrypted = cipher.encrypt(7, "api_secret", TEXT);

    assertEquals(TEXT, cipher.decrypt(7, "api_secret", encrypted));
    assertThrows(DecryptionException.class, () -> cipher.decrypt(8, "api_secret", encrypted));
    assertThrows(DecryptionException.class, () -> cipher.decrypt(7, "api_key", encrypted));
    assertThrows(
        DecryptionException.class, () -> new ColumnCipher(List.of(OLD), "keys", "other.table")
            .decrypt(7, "api_secret", encrypted));
    assertThrows(
        DecryptionException.class, () -> cipher("other", OLD).decrypt(7, "api_secret", encrypted));
  }

  @Test
  void every_changed_or_cut_byte_is_detected() {
    var encrypted = cipher.encrypt(7, "c", "secret");
    for (var i = 0; i < encrypted.length; i++) {
      var changed = encrypted.clone();
      changed[i] ^= 1;
      assertThrows(DecryptionException.class, () -> cipher.decrypt(7, "c", changed));
      var cut = Arrays.copyOf(encrypted, i);
      assertThrows(DecryptionException.class, () -> cipher.decrypt(7, "c", cut));
    }
  }

  @Test
  void two_ciphertexts_of_one_secret_differ_and_do_not_contain_it() {
    var first = cipher.encrypt(7, "c", TEXT);
    var second = cipher.encrypt(7, "c", TEXT);

    assertFalse(Arrays.equals(first, second));
    assertFalse(new String(first, StandardCharsets.ISO_8859_1).contains(TEXT));
  }

  @Test
  void after_a_rotation_both_keys_decrypt_and_the_current_one_encrypts() {
    var before = cipher.encrypt(7, "c", TEXT);
    var rotated = cipher("keys", NEW, OLD);

    assertEquals(TEXT, rotated.decrypt(7, "c", before));
    assertTrue(rotated.isKnown(before));
    assertFalse(rotated.isCurrent(before));
    var after = rotated.encrypt(7, "c", TEXT);
    assertTrue(rotated.isCurrent(after));
    assertFalse(cipher.isKnown(after));
    var failure = assertThrows(DecryptionException.class, () -> cipher.decrypt(7, "c", after));
    assertTrue(failure.getMessage().contains("SECRETS_KEY_PREVIOUS"), failure.getMessage());
    assertFalse(failure.getMessage().contains(TEXT));
  }

  /** Test case 3 of RFC 5869: neither salt nor info. */
  @Test
  void keys_are_derived_with_hkdf() {
    var key = new SecretsKey(new Secret("\u000b".repeat(22)));

    assertEquals(
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d",
        HexFormat.of().formatHex(key.derived("")));
    assertNotEquals(
        HexFormat.of().formatHex(OLD.derived("a")), HexFormat.of().formatHex(OLD.derived("b")));
    assertFalse(OLD.toString().contains("old"), OLD.toString());
  }

  private static ColumnCipher cipher(String purpose, SecretsKey... keys) {
    return new ColumnCipher(List.of(keys), purpose, "trading.accounts");
  }
}
