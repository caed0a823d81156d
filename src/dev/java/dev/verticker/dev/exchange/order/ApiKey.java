package dev.verticker.dev.exchange.order;

import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A key of the signed API.
 *
 * @param secret of an HMAC key; empty for an Ed25519 key
 * @param publicKey of an Ed25519 key; empty for an HMAC key
 * @param balances initial ones, by asset
 */
public record ApiKey(
    String key,
    Optional<String> secret,
    Optional<PublicKey> publicKey,
    Map<String, BigDecimal> balances,
    boolean canTrade,
    boolean canWithdraw) {
  /** The key that every simulator has: 10,000 USDT and 1 BTC. */
  public static final ApiKey DEFAULT = hmac(
      "simulator-key",
      "simulator-secret",
      Map.of("USDT", new BigDecimal("10000"), "BTC", BigDecimal.ONE));

  private static final String HMAC = "HmacSHA256";

  public ApiKey {
    balances = Map.copyOf(balances);
  }

  public static ApiKey hmac(String key, String secret, Map<String, BigDecimal> balances) {
    return new ApiKey(key, Optional.of(secret), Optional.empty(), balances, true, false);
  }

  public static ApiKey ed25519(String key, PublicKey publicKey, Map<String, BigDecimal> balances) {
    return new ApiKey(key, Optional.empty(), Optional.of(publicKey), balances, true, false);
  }

  public ApiKey withPermissions(boolean trade, boolean withdraw) {
    return new ApiKey(key, secret, publicKey, balances, trade, withdraw);
  }

  /**
   * Parses the body of the control endpoint.
   *
   * @throws IllegalArgumentException if it has no {@code key} or neither {@code secret} nor {@code public_key}
   */
  public static ApiKey from(JsonObject json) {
    var secret = Optional.ofNullable(json.getString("secret"));
    var publicKey = Optional.ofNullable(json.getString("public_key")).map(ApiKey::publicKey);
    var key = json.getString("key", "");
    if (key.isBlank() || secret.isPresent() == publicKey.isPresent()) {
      throw new IllegalArgumentException("expected key and either secret or public_key");
    }
    return new ApiKey(
        key,
        secret,
        publicKey,
        amounts(json.getJsonObject("balances", new JsonObject())),
        json.getBoolean("can_trade", true),
        json.getBoolean("can_withdraw", false));
  }

  public static Map<String, BigDecimal> amounts(JsonObject json) {
    var amounts = new LinkedHashMap<String, BigDecimal>();
    json.forEach(
        entry -> amounts.put(entry.getKey(), new BigDecimal(entry.getValue().toString())));
    return amounts;
  }

  boolean verifies(String text, String signature) {
    try {
      return secret.isPresent()
          ? MessageDigest.isEqual(
              hmac(secret.get(), text).getBytes(StandardCharsets.UTF_8),
              signature.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8))
          : verifiesEd25519(text, signature);
    } catch (GeneralSecurityException | IllegalArgumentException malformed) {
      return false;
    }
  }

  private boolean verifiesEd25519(String text, String signature) throws GeneralSecurityException {
    var verifier = Signature.getInstance("Ed25519");
    verifier.initVerify(publicKey.orElseThrow());
    verifier.update(text.getBytes(StandardCharsets.UTF_8));
    return verifier.verify(Base64.getDecoder().decode(signature));
  }

  private static String hmac(String secret, String text) throws GeneralSecurityException {
    var mac = Mac.getInstance(HMAC);
    mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), HMAC));
    return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static PublicKey publicKey(String pem) {
    var base64 = pem.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
    try {
      return KeyFactory.getInstance("Ed25519")
          .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(base64)));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("public_key: expected an Ed25519 key in PEM", e);
    }
  }
}
