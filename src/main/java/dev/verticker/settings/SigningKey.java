package dev.verticker.settings;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A secret that signs tokens, and the keys derived from it for other purposes. */
public record SigningKey(Secret secret) {
  private static final String HMAC = "HmacSHA256";
  private static final int ID_BYTES = 8;

  public SigningKey {
    if (secret.bytes().length == 0) {
      throw new IllegalArgumentException("a signing key must not be empty");
    }
  }

  /** The {@code kid} of its tokens, from which the secret cannot be derived. */
  public String id() {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(Arrays.copyOf(derived("kid"), ID_BYTES));
  }

  /** A key of 32 bytes for one purpose: HMAC-SHA256 of the name of the purpose. */
  public byte[] derived(String purpose) {
    return hmac(secret.bytes(), purpose.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns the HMAC-SHA256 of the concatenated parts. */
  public static byte[] hmac(byte[] key, byte[]... parts) {
    try {
      var mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(key, HMAC));
      for (var part : parts) {
        mac.update(part);
      }
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime has HMAC-SHA256", e);
    }
  }
}
