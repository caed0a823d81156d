package dev.verticker.api.user;

import static dev.verticker.api.openapi.ApiClient.expect;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.verticker.api.user.UserFrontDoor.Person;
import dev.verticker.settings.Secret;
import dev.verticker.settings.SigningKey;
import dev.verticker.testing.Await;
import dev.verticker.testing.TestHttpClient.Response;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Verifies that the API rejects forged access tokens with 401 and the challenge of RFC 6750. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TokenAttacksTest {
  private static final SigningKey FOREIGN_KEY =
      new SigningKey(new Secret("another secret of thirty-two bytes at least"));

  private final UserFrontDoor door = UserFrontDoor.open();
  private Person ada;

  @BeforeAll
  void createUser() {
    ada = door.person();
  }

  @AfterAll
  void close() {
    door.close();
  }

  /** Shows that forged tokens are rejected for their changed part alone. */
  @Test
  void an_unchanged_copy_of_a_token_is_accepted() {
    expect(200, getMe(ForgedTokens.validToken(ada.id())));
  }

  @Test
  void forged_tokens_are_rejected() {
    var accepted = new ArrayList<String>();
    attacks().forEach((name, token) -> {
      var response = getMe(token);
      var challenge = String.valueOf(response.headers().get("WWW-Authenticate"));
      if (response.status() != 401 || !challenge.contains("error=\"invalid_token\"")) {
        accepted.add(name + ": " + response.status() + " " + challenge);
      }
    });

    assertEquals(List.of(), accepted);
  }

  @Test
  void a_token_of_100_kB_is_rejected_by_the_header_limit() {
    var response = getMe("x".repeat(100_000));

    assertEquals(431, response.status());
  }

  @Test
  void the_challenge_for_a_missing_token_contains_no_error() {
    var response = expect(401, door.client().get("/users/me"));

    assertEquals("token-missing", response.code());
    assertEquals("Bearer realm=\"verticker\"", response.headers().get("WWW-Authenticate"));
  }

  @Test
  void a_request_with_two_tokens_is_rejected_with_401() {
    var response = door.client()
        .get("/users/me", "Authorization", ada.bearer(), "Authorization", ada.bearer());

    assertEquals("invalid-token", expect(401, response).code());
  }

  @Test
  void an_access_token_is_not_accepted_as_a_refresh_token() {
    assertEquals(
        "malformed-refresh-token", expect(401, door.refresh(ada.access())).code());
  }

  @Test
  void a_new_user_with_a_deleted_username_does_not_inherit_sessions() {
    var first = door.person();
    expect(204, door.as(door.admin(), HttpMethod.DELETE, "/users/" + first.id(), null));
    var body =
        new JsonObject().put("username", first.username()).put("password", UserFrontDoor.PASSWORD);
    var again =
        expect(201, door.as(door.admin(), HttpMethod.POST, "/users", body)).object();

    assertFalse(again.getLong("id").equals(first.id()));
    Await.until("refused", () -> door.get(first, "/users/me").status() == 401);
    expect(401, door.refresh(first.refresh()));
  }

  private Map<String, String> attacks() {
    var id = ada.id();
    var attacks = new LinkedHashMap<String, String>();
    var parts = ForgedTokens.validToken(id).split("\\.");

    attacks.put("empty", "");
    attacks.put("no token at all", "hello");
    attacks.put("a refresh token", ada.refresh());
    attacks.put("one segment more", String.join(".", parts) + ".x");
    attacks.put("no signature", parts[0] + "." + parts[1] + ".");
    attacks.put("two segments", parts[0] + "." + parts[1]);
    attacks.put("tampered claims", parts[0] + "." + tamperedClaims(id) + "." + parts[2]);
    attacks.put(
        "tampered signature",
        parts[0] + "." + parts[1] + "."
            + parts[2].replace(parts[2].charAt(5), parts[2].charAt(5) == 'A' ? 'B' : 'A'));
    attacks.put("other secret", ForgedTokens.token(id, header -> {}, claims -> {}, FOREIGN_KEY));
    attacks.put("alg none", ForgedTokens.withHeader(id, "alg", "none"));
    attacks.put(
        "alg none, unsigned",
        ForgedTokens.encode(ForgedTokens.header().put("alg", "none").encode()) + "." + parts[1]
            + ".");
    attacks.put("alg RS256", ForgedTokens.withHeader(id, "alg", "RS256"));
    attacks.put("alg HS512", ForgedTokens.withHeader(id, "alg", "HS512"));
    attacks.put(
        "alg missing", ForgedTokens.token(id, header -> header.remove("alg"), claims -> {}));
    attacks.put("kid unknown", ForgedTokens.withHeader(id, "kid", "../../dev/null"));
    attacks.put(
        "kid missing", ForgedTokens.token(id, header -> header.remove("kid"), claims -> {}));
    attacks.put("crit", ForgedTokens.withHeader(id, "crit", new JsonArray().add("exp")));
    attacks.put(
        "embedded key",
        ForgedTokens.token(id, TokenAttacksTest::embedKey, claims -> {}, FOREIGN_KEY));
    for (var typ : new Object[] {"JWT", "rt+jwt", "", null, 1}) {
      attacks.put("typ " + typ, ForgedTokens.withHeader(id, "typ", typ));
    }
    for (var claim : List.of("iss", "aud", "sub", "exp", "iat", "ver", "sid", "jti", "roles")) {
      attacks.put(claim + " missing", ForgedTokens.without(id, claim));
      for (var value : new Object[] {
        null, true, "", "x".repeat(2000), -1, 1.5, new JsonObject(), new JsonArray().add(List.of())
      }) {
        attacks.put(claim + " " + value, ForgedTokens.withClaim(id, claim, value));
      }
    }
    attacks.put("sub as a number", ForgedTokens.withClaim(id, "sub", id));
    attacks.put("sub huge", ForgedTokens.withClaim(id, "sub", "9".repeat(40)));
    attacks.put(
        "aud as a list",
        ForgedTokens.withClaim(
            id, "aud", new JsonArray().add("verticker-user-api").add("other")));
    attacks.put(
        "nbf later", ForgedTokens.withClaim(id, "nbf", Instant.now().getEpochSecond() + 100));
    attacks.put("nbf not a number", ForgedTokens.withClaim(id, "nbf", "now"));
    attacks.put(
        "iat later", ForgedTokens.withClaim(id, "iat", Instant.now().getEpochSecond() + 100));
    attacks.put(
        "exp too late",
        ForgedTokens.withClaim(id, "exp", Instant.now().getEpochSecond() + 100_000));
    attacks.put("expired", ForgedTokens.withClaim(id, "exp", Instant.now().getEpochSecond() - 40));
    var claims = ForgedTokens.claims(id).encode();
    attacks.put(
        "exp too large", ForgedTokens.raw(claims.replaceAll("\"exp\":\\d+", "\"exp\":1e400")));
    attacks.put("exp 1e18", ForgedTokens.raw(claims.replaceAll("\"exp\":\\d+", "\"exp\":1e18")));
    attacks.put("payload is an array", ForgedTokens.raw("[]"));
    attacks.put("payload is not JSON", ForgedTokens.raw("{"));
    return attacks;
  }

  private static void embedKey(JsonObject header) {
    var key = Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(FOREIGN_KEY.secret().bytes());
    header.put("jwk", new JsonObject().put("kty", "oct").put("alg", "HS256").put("k", key));
  }

  private static String tamperedClaims(long id) {
    return ForgedTokens.encode(
        ForgedTokens.claims(id).put("roles", new JsonArray().add("admin")).encode());
  }

  private Response getMe(String token) {
    return door.client().get("/users/me", "Authorization", "Bearer " + token);
  }
}
