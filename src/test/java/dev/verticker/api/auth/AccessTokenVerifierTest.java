package dev.verticker.api.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.verticker.bus.Failure;
import dev.verticker.settings.AuthSettings;
import dev.verticker.settings.Secret;
import dev.verticker.settings.SigningKey;
import dev.verticker.testing.Provokes;
import dev.verticker.testing.SteppedClock;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AccessTokenVerifierTest {
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
  private static final String SESSION = "6ba7b810-9dad-41d1-80b4-00c04fd430c8";
  private static final SigningKey CURRENT = key("the current secret of thirty-two bytes");
  private static final SigningKey PREVIOUS = key("the previous secret of thirty-two bytes");
  private static final SigningKey STRANGE = key("some other secret of thirty-two bytes!");

  private final Vertx vertx = Vertx.vertx();
  private final SteppedClock clock = new SteppedClock(NOW);
  private final AccessTokenVerifier verifier = new AccessTokenVerifier(
      vertx,
      new AuthSettings(
          List.of(CURRENT, PREVIOUS),
          "verticker",
          "verticker-user-api",
          false,
          Duration.ofDays(1),
          Duration.ofDays(1)),
      clock);

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  @Test
  void a_token_has_one_valid_encoding_even_with_unused_bits_in_a_character() {
    var token = token(CURRENT, claims());
    var last = token.charAt(token.length() - 1);
    refused(token.substring(0, token.length() - 1) + (char) (last + 1));
    refused(token + "=");
  }

  @Test
  void a_valid_token_identifies_the_caller() {
    assertEquals(
        new AccessToken("id", 7, SESSION, 3, List.of("user"), NOW, NOW.plusSeconds(900)),
        verify(token(CURRENT, claims())));
  }

  @Test
  void a_token_of_the_previous_key_is_accepted_during_a_rotation() {
    assertEquals(7, verify(token(PREVIOUS, claims())).userId());
  }

  @Test
  @Provokes(17)
  void the_leeway_is_thirty_seconds() {
    var token = token(CURRENT, claims());
    clock.step(Duration.ofSeconds(929));
    assertEquals(7, verify(token).userId());
    clock.step(Duration.ofSeconds(1));
    refused(token);
    clock.step(Duration.ofSeconds(-960));
    assertEquals(7, verify(token).userId());
    clock.step(Duration.ofSeconds(-1));
    refused(token);
  }

  @Test
  void a_token_that_was_accepted_before_is_rejected_after_its_expiry() {
    var token = token(CURRENT, claims());
    var first = verify(token);
    assertSame(first, verify(token), "not verified again");
    clock.step(Duration.ofSeconds(930));
    refused(token);
  }

  @Test
  void a_rejected_token_is_not_cached_as_verified() {
    var token = token(STRANGE, claims());
    refused(token);
    refused(token);
    var good = token(CURRENT, claims());
    verify(good);
    refused(good.substring(0, good.length() - 2) + "AA");
  }

  @Test
  void the_cache_of_verified_tokens_is_bounded() {
    var tokens = new VerifiedTokenCache();
    var kept = verify(token(CURRENT, claims()));
    for (var number = 0; number < VerifiedTokenCache.MAX_TOKENS; number++) {
      tokens.put("token " + number, kept, NOW);
    }
    assertEquals(VerifiedTokenCache.MAX_TOKENS, tokens.size());
    tokens.put("one more", kept, NOW);
    assertEquals(1, tokens.size());
    assertSame(kept, tokens.find("one more"));
    assertNull(tokens.find("token 1"));
  }

  @Test
  void a_token_with_a_longer_lifetime_than_allowed_is_rejected() {
    refused(token(CURRENT, claims().put("exp", NOW.getEpochSecond() + 901)));
  }

  static Stream<Arguments> everyClaim() {
    var wrong = List.of(
        "null",
        "true",
        "{}",
        "[]",
        "[\"x\"]",
        "\"x\"",
        "\"\"",
        "1.5",
        "1e400",
        "-1",
        "0",
        "99999999999999999999999999",
        "9223372036854775807",
        "\"1\"",
        "[1,[2,[3]]]");
    return Stream.of("iss", "aud", "sub", "sid", "ver", "roles", "jti", "iat", "exp", "nbf")
        .flatMap(claim -> wrong.stream()
            .filter(value -> !allowed(claim, value))
            .map(value -> Arguments.of(claim, value)));
  }

  /** Returns the values of the list that are valid for this claim. */
  private static boolean allowed(String claim, String value) {
    return switch (claim) {
      case "ver" -> value.equals("0") || value.equals("9223372036854775807");
      case "roles" -> value.equals("[]") || value.equals("[\"x\"]");
      case "jti" -> value.equals("\"x\"") || value.equals("\"1\"");
      case "sub" -> value.equals("\"1\"");
      case "nbf" -> value.equals("0") || value.equals("-1");
      default -> false;
    };
  }

  @ParameterizedTest
  @MethodSource("everyClaim")
  void a_claim_of_a_wrong_type_or_size_is_a_401(String claim, String value) {
    var claims = claims();
    claims.remove(claim);
    var json = claims.encode();
    refused(signed(
        CURRENT,
        header(CURRENT),
        json.substring(0, json.length() - 1) + ",\"" + claim + "\":" + value + "}"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"iss", "aud", "sub", "sid", "ver", "roles", "jti", "iat", "exp"})
  void a_missing_claim_is_a_401(String claim) {
    var claims = claims();
    claims.remove(claim);
    refused(token(CURRENT, claims));
  }

  @Test
  void a_token_not_valid_yet_is_rejected() {
    refused(token(CURRENT, claims().put("nbf", NOW.getEpochSecond() + 31)));
    assertEquals(
        7,
        verify(token(CURRENT, claims().put("nbf", NOW.getEpochSecond() + 30))).userId());
  }

  @Test
  void another_kind_of_token_is_rejected() {
    for (var type : List.of("JWT", "at+JWT", "refresh", "")) {
      refused(token(CURRENT, header -> header.put("typ", type)));
    }
    refused(token(CURRENT, header -> header.put("typ", 1)));
    refused(token(CURRENT, header -> {
      header.remove("typ");
      return header;
    }));
  }

  @Test
  void no_signature_or_another_algorithm_is_rejected() throws Exception {
    for (var none : List.of("none", "None", "NONE", "nOnE", "")) {
      var header = encode(header(CURRENT).put("alg", none).encode());
      refused(header + "." + encode(claims().encode()) + ".");
      refused(header + "." + encode(claims().encode()));
      refused(header + "." + encode(claims().encode()) + ".AAAA");
    }
    for (var other : List.of("HS384", "HS512", "RS256", "ES256", "EdDSA")) {
      refused(token(CURRENT, header -> header.put("alg", other)));
    }
    var pair = KeyPairGenerator.getInstance("RSA").generateKeyPair();
    var unsigned = encode(header(CURRENT).put("alg", "RS256").encode()) + "."
        + encode(claims().encode());
    var signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(pair.getPrivate());
    signature.update(unsigned.getBytes(StandardCharsets.US_ASCII));
    refused(
        unsigned + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign()));
    // The public key as the HMAC secret.
    var confused = SigningKey.hmac(
        pair.getPublic().getEncoded(),
        (encode(header(CURRENT).encode()) + "." + encode(claims().encode()))
            .getBytes(StandardCharsets.US_ASCII));
    refused(encode(header(CURRENT).encode()) + "." + encode(claims().encode()) + "."
        + Base64.getUrlEncoder().withoutPadding().encodeToString(confused));
  }

  @Test
  void another_secret_another_key_id_and_a_changed_token_are_rejected() {
    refused(token(STRANGE, claims()));
    refused(signed(STRANGE, header(CURRENT), claims().encode()));
    refused(signed(PREVIOUS, header(CURRENT), claims().encode()));
    refused(token(CURRENT, header -> header.put("kid", 1)));
    refused(token(CURRENT, header -> {
      header.remove("kid");
      return header;
    }));
    refused(token(CURRENT, header -> header.put("crit", List.of("exp"))));
    refused(token(CURRENT, header -> header
        .put("kid", STRANGE.id())
        .put("jwk", new JsonObject().put("kty", "oct").put("k", "AAAA"))
        .put("x5c", List.of("AAAA"))
        .put("jku", "https://example.org")));
    var parts = token(CURRENT, claims()).split("\\.");
    refused(parts[0] + "." + encode(claims().put("sub", "1").encode()) + "." + parts[2]);
    refused(parts[0] + "." + parts[1] + "." + parts[2].substring(1) + "A");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "a.b",
        "%.%.%",
        "ü.ü.ü",
        " ",
        "null",
        "e30.e30.e30",
        "W10.W10.W10",
        "bnVsbA.bnVsbA.bnVsbA",
        "\u0000"
      })
  void text_that_is_not_a_token_is_rejected(String text) {
    refused(text);
  }

  @Test
  void a_huge_or_deep_token_is_rejected() {
    refused("A".repeat(100_000));
    refused(token(CURRENT, claims().put("more", "x".repeat(100_000))));
    refused(signed(CURRENT, header(CURRENT), "[".repeat(1500)));
    refused(encode("{\"alg\":".repeat(300)) + "." + encode("{}") + ".AAAA");
  }

  @Test
  void a_verifier_requires_a_key() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new AuthSettings(
            List.of(), "verticker", "api", false, Duration.ofDays(1), Duration.ofDays(1)));
    assertThrows(IllegalArgumentException.class, () -> new SigningKey(new Secret("")));
  }

  private AccessToken verify(String token) {
    return verifier.verify(token).await();
  }

  private void refused(String token) {
    var outcome = verifier
        .verify(token)
        .transform(result -> Future.succeededFuture(
            result.cause() instanceof Failure failure
                ? failure.status() + " " + failure.code()
                : "let in, or failed with " + result.cause()))
        .await();
    assertEquals("401 invalid-token", outcome, token.substring(0, Math.min(300, token.length())));
  }

  private static JsonObject claims() {
    return new JsonObject()
        .put("iss", "verticker")
        .put("aud", "verticker-user-api")
        .put("sub", "7")
        .put("jti", "id")
        .put("sid", SESSION)
        .put("ver", 3)
        .put("roles", List.of("user"))
        .put("iat", NOW.getEpochSecond())
        .put("exp", NOW.getEpochSecond() + 900);
  }

  private static JsonObject header(SigningKey key) {
    return new JsonObject().put("alg", "HS256").put("kid", key.id()).put("typ", "at+jwt");
  }

  private static String token(SigningKey key, JsonObject claims) {
    return signed(key, header(key), claims.encode());
  }

  private static String token(SigningKey key, UnaryOperator<JsonObject> header) {
    return signed(key, header.apply(header(key)), claims().encode());
  }

  private static String signed(SigningKey key, JsonObject header, String claims) {
    var unsigned = encode(header.encode()) + "." + encode(claims);
    var signature =
        SigningKey.hmac(key.secret().bytes(), unsigned.getBytes(StandardCharsets.US_ASCII));
    return unsigned + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
  }

  private static String encode(String part) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(part.getBytes(StandardCharsets.UTF_8));
  }

  private static SigningKey key(String secret) {
    return new SigningKey(new Secret(secret));
  }
}
