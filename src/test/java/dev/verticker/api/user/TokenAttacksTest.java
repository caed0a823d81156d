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

/** Forged tokens over HTTP: each one is 401 with a challenge as in RFC 6750. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TokenAttacksTest {
  private static final SigningKey OTHER =
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

  /** Without it the rejections of the other tests would prove nothing. */
  @Test
  void an_unchanged_copy_of_a_token_is_accepted() {
    expect(200, me(Forged.faithful(ada.id())));
  }

  @Test
  void forged_tokens_are_rejected() {
    var accepted = new ArrayList<String>();
    attacks().forEach((name, token) -> {
      var reply = me(token);
      var challenge = String.valueOf(reply.headers().get("WWW-Authenticate"));
      if (reply.status() != 401 || !challenge.contains("error=\"invalid_token\"")) {
        accepted.add(name + ": " + reply.status() + " " + challenge);
      }
    });

    assertEquals(List.of(), accepted);
  }

  @Test
  void a_token_of_100_kB_is_rejected_by_the_header_limit() {
    var reply = me("x".repeat(100_000));

    assertEquals(431, reply.status());
  }

  @Test
  void without_a_token_the_challenge_names_no_error() {
    var reply = expect(401, door.client().get("/users/me"));

    assertEquals("token-missing", reply.code());
    assertEquals("Bearer realm=\"verticker\"", reply.headers().get("WWW-Authenticate"));
  }

  @Test
  void two_tokens_are_401() {
    var reply = door.client()
        .get("/users/me", "Authorization", ada.bearer(), "Authorization", ada.bearer());

    assertEquals("invalid-token", expect(401, reply).code());
  }

  @Test
  void an_access_token_refreshes_nothing() {
    assertEquals(
        "invalid-refresh-token", expect(401, door.refresh(ada.access())).code());
  }

  @Test
  void a_new_user_with_the_same_username_is_another_user() {
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
    var parts = Forged.faithful(id).split("\\.");

    attacks.put("empty", "");
    attacks.put("no token at all", "hello");
    attacks.put("a refresh token", ada.refresh());
    attacks.put("one segment more", String.join(".", parts) + ".x");
    attacks.put("no signature", parts[0] + "." + parts[1] + ".");
    attacks.put("two segments", parts[0] + "." + parts[1]);
    attacks.put("tampered claims", parts[0] + "." + tampered(id) + "." + parts[2]);
    attacks.put(
        "tampered signature",
        parts[0] + "." + parts[1] + "."
            + parts[2].replace(parts[2].charAt(5), parts[2].charAt(5) == 'A' ? 'B' : 'A'));
    attacks.put("other secret", Forged.token(id, header -> {}, claims -> {}, OTHER));
    attacks.put("alg none", Forged.withHeader(id, "alg", "none"));
    attacks.put(
        "alg none, unsigned",
        Forged.encode(Forged.header().put("alg", "none").encode()) + "." + parts[1] + ".");
    attacks.put("alg RS256", Forged.withHeader(id, "alg", "RS256"));
    attacks.put("alg HS512", Forged.withHeader(id, "alg", "HS512"));
    attacks.put("alg missing", Forged.token(id, header -> header.remove("alg"), claims -> {}));
    attacks.put("kid unknown", Forged.withHeader(id, "kid", "../../dev/null"));
    attacks.put("kid missing", Forged.token(id, header -> header.remove("kid"), claims -> {}));
    attacks.put("crit", Forged.withHeader(id, "crit", new JsonArray().add("exp")));
    attacks.put("embedded key", Forged.token(id, TokenAttacksTest::embed, claims -> {}, OTHER));
    for (var typ : new Object[] {"JWT", "rt+jwt", "", null, 1}) {
      attacks.put("typ " + typ, Forged.withHeader(id, "typ", typ));
    }
    for (var claim : List.of("iss", "aud", "sub", "exp", "iat", "ver", "sid", "jti", "roles")) {
      attacks.put(claim + " missing", Forged.without(id, claim));
      for (var value : new Object[] {
        null, true, "", "x".repeat(2000), -1, 1.5, new JsonObject(), new JsonArray().add(List.of())
      }) {
        attacks.put(claim + " " + value, Forged.withClaim(id, claim, value));
      }
    }
    attacks.put("sub as a number", Forged.withClaim(id, "sub", id));
    attacks.put("sub huge", Forged.withClaim(id, "sub", "9".repeat(40)));
    attacks.put(
        "aud as a list",
        Forged.withClaim(id, "aud", new JsonArray().add("verticker-user-api").add("other")));
    attacks.put("nbf later", Forged.withClaim(id, "nbf", Instant.now().getEpochSecond() + 100));
    attacks.put("nbf a word", Forged.withClaim(id, "nbf", "now"));
    attacks.put("iat later", Forged.withClaim(id, "iat", Instant.now().getEpochSecond() + 100));
    attacks.put(
        "exp too late", Forged.withClaim(id, "exp", Instant.now().getEpochSecond() + 100_000));
    attacks.put("exp over", Forged.withClaim(id, "exp", Instant.now().getEpochSecond() - 40));
    var claims = Forged.claims(id).encode();
    attacks.put("exp 1e400", Forged.raw(claims.replaceAll("\"exp\":\\d+", "\"exp\":1e400")));
    attacks.put("exp 1e18", Forged.raw(claims.replaceAll("\"exp\":\\d+", "\"exp\":1e18")));
    attacks.put("claims a list", Forged.raw("[]"));
    attacks.put("claims no JSON", Forged.raw("{"));
    return attacks;
  }

  private static void embed(JsonObject header) {
    var key =
        Base64.getUrlEncoder().withoutPadding().encodeToString(OTHER.secret().bytes());
    header.put("jwk", new JsonObject().put("kty", "oct").put("alg", "HS256").put("k", key));
  }

  private static String tampered(long id) {
    return Forged.encode(
        Forged.claims(id).put("roles", new JsonArray().add("admin")).encode());
  }

  private Response me(String token) {
    return door.client().get("/users/me", "Authorization", "Bearer " + token);
  }
}
