package dev.verticker.api.user;

import dev.verticker.settings.Secret;
import dev.verticker.settings.SigningKey;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;
import java.util.function.Consumer;

/** Creates access tokens with one changed part, signed with the right key or another. */
public final class ForgedTokens {
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
  private static final SigningKey KEY = new SigningKey(new Secret(UserFrontDoor.SECRET));

  private ForgedTokens() {}

  /** Returns a token as the front door issues it. */
  public static String validToken(long userId) {
    return token(userId, header -> {}, claims -> {});
  }

  static String withClaim(long userId, String name, Object value) {
    return token(userId, header -> {}, claims -> claims.put(name, value));
  }

  static String without(long userId, String claim) {
    return token(userId, header -> {}, claims -> claims.remove(claim));
  }

  static String withHeader(long userId, String name, Object value) {
    return token(userId, header -> header.put(name, value), claims -> {});
  }

  static String expired(long userId, String session, Duration ago) {
    var exp = Instant.now().minus(ago).getEpochSecond();
    return token(
        userId,
        header -> {},
        claims -> claims.put("sid", session).put("iat", exp - 900).put("exp", exp));
  }

  /** @param payload JSON as text; it may be JSON that no library would write */
  static String raw(String payload) {
    return signed(encode(header().encode()) + "." + encode(payload), KEY);
  }

  static String token(long userId, Consumer<JsonObject> header, Consumer<JsonObject> claims) {
    return token(userId, header, claims, KEY);
  }

  static String token(
      long userId, Consumer<JsonObject> header, Consumer<JsonObject> claims, SigningKey key) {
    var head = header();
    header.accept(head);
    var payload = claims(userId);
    claims.accept(payload);
    return signed(encode(head.encode()) + "." + encode(payload.encode()), key);
  }

  static JsonObject header() {
    return new JsonObject().put("alg", "HS256").put("kid", KEY.id()).put("typ", "at+jwt");
  }

  static JsonObject claims(long userId) {
    var now = Instant.now().getEpochSecond();
    return new JsonObject()
        .put("iss", "verticker")
        .put("aud", "verticker-user-api")
        .put("sub", Long.toString(userId))
        .put("jti", UUID.randomUUID().toString())
        .put("sid", UUID.randomUUID().toString())
        .put("ver", 1)
        .put("roles", new JsonArray().add("user"))
        .put("iat", now)
        .put("exp", now + 900);
  }

  static String encode(String text) {
    return BASE64.encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String signed(String unsigned, SigningKey key) {
    var signature =
        SigningKey.hmac(key.secret().bytes(), unsigned.getBytes(StandardCharsets.US_ASCII));
    return unsigned + "." + BASE64.encodeToString(signature);
  }
}
