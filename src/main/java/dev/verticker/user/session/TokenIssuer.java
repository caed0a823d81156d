package dev.verticker.user.session;

import dev.verticker.message.Confidential;
import dev.verticker.message.Sessions.Grant;
import dev.verticker.settings.AuthSettings;
import dev.verticker.settings.SigningKey;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;

/**
 * Issues grants. Access tokens are JWTs of RFC 9068, signed with HS256 and the current key. Vert.x's {@code JWTAuth}, which
 * verifies them, is not used for signing: it overwrites {@code typ} and signs with any registered key.
 */
public final class TokenIssuer {
  static final Duration ACCESS_TOKEN_LIFETIME = Duration.ofMinutes(15);

  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
  private static final int ID_BYTES = 16;

  private final SecureRandom random = new SecureRandom();
  private final AuthSettings settings;
  private final byte[] key;
  private final String header;

  public TokenIssuer(AuthSettings settings) {
    var current = settings.keys().get(0);
    this.settings = settings;
    this.key = current.secret().bytes();
    this.header =
        encode(new JsonObject().put("alg", "HS256").put("kid", current.id()).put("typ", "at+jwt"));
  }

  Grant grant(Account account, RefreshToken refreshToken, Instant now) {
    var session = refreshToken.session().toString();
    return new Grant(
        account.id(),
        session,
        accessToken(account, session, now),
        ACCESS_TOKEN_LIFETIME,
        refreshToken.text());
  }

  /** The time at which a session expires if it is not used again. */
  Instant sessionExpiry(Instant createdAt, Instant usedAt) {
    var idleEnd = usedAt.plus(settings.sessionIdle());
    var lifetimeEnd = createdAt.plus(settings.sessionLife());
    return idleEnd.isBefore(lifetimeEnd) ? idleEnd : lifetimeEnd;
  }

  private Confidential accessToken(Account account, String session, Instant now) {
    var issuedAt = now.getEpochSecond();
    var claims = new JsonObject()
        .put("iss", settings.issuer())
        .put("aud", settings.audience())
        .put("sub", Long.toString(account.id()))
        .put("jti", tokenId())
        .put("sid", session)
        .put("ver", account.ver())
        .put("roles", new JsonArray(account.roles()))
        .put("iat", issuedAt)
        .put("exp", issuedAt + ACCESS_TOKEN_LIFETIME.toSeconds());
    var unsigned = header + "." + encode(claims);
    var signature = SigningKey.hmac(key, unsigned.getBytes(StandardCharsets.US_ASCII));
    return new Confidential(unsigned + "." + BASE64.encodeToString(signature));
  }

  private String tokenId() {
    var bytes = new byte[ID_BYTES];
    random.nextBytes(bytes);
    return BASE64.encodeToString(bytes);
  }

  private static String encode(JsonObject part) {
    return BASE64.encodeToString(part.encode().getBytes(StandardCharsets.UTF_8));
  }
}
