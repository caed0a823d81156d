package dev.verticker.exchange.binance.order;

import dev.verticker.exchange.ApiKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs requests with the secret of an API key: with HMAC-SHA256 in hexadecimal, or with Ed25519 in Base64 if the secret is a
 * private key in PEM format (PKCS#8).
 */
final class RequestSigner {
  private static final String HMAC = "HmacSHA256";
  private static final String ED25519 = "Ed25519";
  private static final String PEM_BEGIN = "-----BEGIN PRIVATE KEY-----";
  private static final String PEM_END = "-----END PRIVATE KEY-----";

  private final String apiKey;
  private final Key secret;

  private RequestSigner(String apiKey, Key secret) {
    this.apiKey = apiKey;
    this.secret = secret;
  }

  /** Throws {@link IllegalArgumentException} if the secret is empty, or in PEM format but no Ed25519 key. */
  static RequestSigner of(ApiKey key) {
    var secret = key.secret().value().strip();
    return new RequestSigner(
        key.key().value().strip(), secret.startsWith("-----") ? ed25519(secret) : hmac(secret));
  }

  String apiKey() {
    return apiKey;
  }

  /** @param payload the parameters exactly as they are sent */
  String sign(String payload) {
    var bytes = payload.getBytes(StandardCharsets.UTF_8);
    try {
      if (secret instanceof PrivateKey privateKey) {
        var signature = Signature.getInstance(ED25519);
        signature.initSign(privateKey);
        signature.update(bytes);
        return Base64.getEncoder().encodeToString(signature.sign());
      }
      var mac = Mac.getInstance(HMAC);
      mac.init(secret);
      return HexFormat.of().formatHex(mac.doFinal(bytes));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime has HMAC-SHA256 and Ed25519", e);
    }
  }

  private static Key hmac(String secret) {
    if (secret.isEmpty()) {
      throw new IllegalArgumentException("the secret of the API key must not be empty");
    }
    return new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), HMAC);
  }

  private static Key ed25519(String pem) {
    try {
      var base64 = pem.replace(PEM_BEGIN, "").replace(PEM_END, "");
      var encoded = Base64.getMimeDecoder().decode(base64.getBytes(StandardCharsets.US_ASCII));
      return KeyFactory.getInstance(ED25519).generatePrivate(new PKCS8EncodedKeySpec(encoded));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      // The cause may contain parts of the key.
      throw new IllegalArgumentException(
          "the secret of the API key must be a shared secret or an unencrypted Ed25519 private key in PEM format");
    }
  }
}
