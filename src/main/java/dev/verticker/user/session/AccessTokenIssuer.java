package dev.verticker.user.session;

import dev.verticker.message.Confidential;
import dev.verticker.settings.AuthSettings;
import dev.verticker.settings.SigningKey;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;

/**
 * Signs access tokens: JWTs of RFC 9068 with HS256 and the current key. Not by the library that verifies them, which
 * overwrites {@code typ} and signs with any registered key.
 */
final class AccessTokenIssuer {
  static final Duration LIFE = Duration.ofMinutes(15);

  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
  private static final int ID_BYTES = 16;

  private final SecureRandom random = new SecureRandom();
  private final byte[] key;
  private final String header;
  private final String issuer;
  private final String audience;

  AccessTokenIssuer(AuthSettings settings) {
    SigningKey current = settings.keys().get(0);
    this.key = current.secret().bytes();
    this.header =
        encode(new JsonObject().put("alg", "HS256").put("kid", current.id()).put("typ", "at+jwt"));
    this.issuer = settings.issuer();
    this.audience = settings.audience();
  }

  /** @param version {@code ver}: the token is refused when the user's least version is above */
  Confidential sign(long userId, String sessionId, long version, List<String> roles, Instant now) {
    var issuedAt = now.getEpochSecond();
    var unsigned = header
        + "."
        + encode(new JsonObject()
            .put("iss", issuer)
            .put("aud", audience)
            .put("sub", Long.toString(userId))
            .put("jti", id())
            .put("sid", sessionId)
            .put("ver", version)
            .put("roles", new JsonArray(roles))
            .put("iat", issuedAt)
            .put("exp", issuedAt + LIFE.toSeconds()));
    var signature = SigningKey.hmac(key, unsigned.getBytes(StandardCharsets.US_ASCII));
    return new Confidential(unsigned + "." + BASE64.encodeToString(signature));
  }

  private String id() {
    var bytes = new byte[ID_BYTES];
    random.nextBytes(bytes);
    return BASE64.encodeToString(bytes);
  }

  private static String encode(JsonObject part) {
    return BASE64.encodeToString(part.encode().getBytes(StandardCharsets.UTF_8));
  }
}
