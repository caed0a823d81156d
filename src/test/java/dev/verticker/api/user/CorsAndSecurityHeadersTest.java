package dev.verticker.api.user;

import static dev.verticker.api.openapi.ApiClient.expect;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.web.Cors;
import dev.verticker.settings.SettingsException;
import dev.verticker.settings.SettingsFiles;
import dev.verticker.settings.SettingsReader;
import dev.verticker.settings.UserApiSettings;
import dev.verticker.testing.TestHttpClient.Response;
import io.vertx.core.http.HttpMethod;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the headers for browsers: allowed origins, caching, content security policy. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CorsAndSecurityHeadersTest {
  private static final String ALLOWED_ORIGIN = "https://app.example.org";

  private final Map<String, UserFrontDoor> doors = new HashMap<>();
  private final UserFrontDoor door = door(ALLOWED_ORIGIN + ", http://localhost:5173");

  @AfterAll
  void close() {
    doors.values().forEach(UserFrontDoor::close);
  }

  /** Returns a User API with this value of CORS_ORIGINS; the tests share it. */
  private UserFrontDoor door(String origins) {
    return doors.computeIfAbsent(
        origins, absent -> UserFrontDoor.open(Map.of("CORS_ORIGINS", origins)));
  }

  @Test
  void a_page_of_an_allowed_origin_can_send_requests_and_read_the_exposed_headers() {
    var preflight = door.client()
        .send(
            HttpMethod.OPTIONS,
            "/users/7",
            null,
            "Origin",
            ALLOWED_ORIGIN,
            "Access-Control-Request-Method",
            "PATCH",
            "Access-Control-Request-Headers",
            "authorization,if-match");
    expect(204, preflight);
    assertEquals(ALLOWED_ORIGIN, preflight.headers().get("Access-Control-Allow-Origin"));
    assertEquals("true", preflight.headers().get("Access-Control-Allow-Credentials"));
    assertTrue(preflight.headers().get("Access-Control-Allow-Methods").contains("PATCH"));
    assertTrue(preflight.headers().get("Access-Control-Allow-Headers").contains("If-Match"));
    assertEquals("600", preflight.headers().get("Access-Control-Max-Age"));
    assertTrue(preflight.headers().contains("X-Request-Id"));

    for (var response : List.of(
        door.client().get("/users/me", "Origin", ALLOWED_ORIGIN),
        door.client().get("/nowhere", "Origin", ALLOWED_ORIGIN),
        door.client().get("/%00", "Origin", ALLOWED_ORIGIN))) {
      assertEquals(ALLOWED_ORIGIN, response.headers().get("Access-Control-Allow-Origin"));
      assertEquals("origin", response.headers().get("Vary").toLowerCase());
      for (var header :
          List.of("ETag", "Link", "Location", "RateLimit-Policy", "Retry-After", "X-Request-Id")) {
        assertTrue(
            response.headers().get("Access-Control-Expose-Headers").contains(header), header);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://evil.example",
        "https://app.example.org.evil.example",
        "http://app.example.org",
        "https://app.example.org:8443",
        "null"
      })
  void a_page_of_another_origin_gets_a_response_without_cors_headers(String origin) {
    var response = door.client().get("/users/me", "Origin", origin);

    expect(401, response);
    assertNull(response.headers().get("Access-Control-Allow-Origin"));
    assertNull(response.headers().get("Access-Control-Allow-Credentials"));
    assertEquals("origin", response.headers().get("Vary").toLowerCase());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://localhost",
        "http://localhost:3000",
        "http://127.0.0.1:4321",
        "http://127.0.0.1"
      })
  void in_development_pages_of_this_machine_are_allowed_on_any_port(String origin) {
    for (var origins : List.of("", ALLOWED_ORIGIN)) {
      var api = door(origins);
      var preflight = expect(204, preflight(api, origin));
      assertEquals(origin, preflight.headers().get("Access-Control-Allow-Origin"));
      var response = expect(401, api.client().get("/users/me", "Origin", origin));
      assertEquals(origin, response.headers().get("Access-Control-Allow-Origin"));
      assertEquals("origin", response.headers().get("Vary").toLowerCase());
      expectRefused(api, origin.replace("http:", "https:"));
      expectRefused(api, origin.replaceFirst("//", "//evil."));
      expectRefused(api, origin.replaceFirst("1$|0$|t$", "1.evil.example"));
    }
    var production = SettingsFiles.load(Map.of("VERTICKER_ENV", "production"), Path.of("target"));
    assertFalse(SettingsReader.read(production, UserApiSettings::read).localPages());
    assertFalse(new Cors(List.of(), false).allows(origin));
  }

  @Test
  void the_response_to_a_preflight_of_another_origin_names_the_setting() {
    var refused = expectRefused(door, "https://shop.example.org:8443");
    assertEquals(
        "Pages of https://shop.example.org:8443 are not allowed: add https://shop.example.org:8443 to CORS_ORIGINS.",
        refused.object().getString("detail"));
    for (var origin : List.of("null", "https://<script>", "https://" + "a".repeat(200))) {
      assertEquals(
          "Origin not allowed: add it to CORS_ORIGINS, for example https://app.example.org.",
          expectRefused(door, origin).object().getString("detail"));
    }
    // Pages of the same origin send no preflight, and other clients can send OPTIONS.
    expect(
        204,
        door.client().send(HttpMethod.OPTIONS, "/users/7", null, "Origin", "https://evil.example"));
  }

  @Test
  void the_documents_name_every_exposed_header() throws Exception {
    var exposed = door.client()
        .get("/users/me", "Origin", ALLOWED_ORIGIN)
        .headers()
        .get("Access-Control-Expose-Headers");
    for (var document : List.of("docs/user-api.md", "src/main/resources/openapi/user-api.yaml")) {
      var text = Files.readString(Path.of(document));
      for (var header : exposed.split(", ?")) {
        assertTrue(text.contains("`" + header + "`"), document + " lacks " + header);
      }
    }
  }

  private static Response expectRefused(UserFrontDoor api, String origin) {
    var refused = preflight(api, origin).expectProblem(403, "origin-not-allowed");
    assertNull(refused.headers().get("Access-Control-Allow-Origin"));
    return refused;
  }

  private static Response preflight(UserFrontDoor api, String origin) {
    return api.client()
        .send(
            HttpMethod.OPTIONS,
            "/users/7",
            null,
            "Origin",
            origin,
            "Access-Control-Request-Method",
            "PATCH");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://", "http:///x", "://", "https://[", "https://a b", "x", "\""})
  void a_malformed_origin_is_ignored(String origin) {
    for (var client : List.of(door("*").client(), door.client())) {
      var response = expect(401, client.get("/users/me", "Origin", origin));
      assertNull(response.headers().get("Access-Control-Allow-Origin"));
    }
  }

  @Test
  void any_origin_is_allowed_with_a_star_but_never_with_credentials() {
    var response = door("*").client().get("/users/me", "Origin", "https://other.example");

    assertEquals("*", response.headers().get("Access-Control-Allow-Origin"));
    assertNull(response.headers().get("Access-Control-Allow-Credentials"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*, https://app.example.org",
        "app.example.org",
        "https://app.example.org/",
        "https://*"
      })
  void an_invalid_origin_fails_the_start(String origins) {
    var values = SettingsFiles.load(
        Map.of("VERTICKER_ENV", "development", "CORS_ORIGINS", origins), Path.of("target"));

    var exception = assertThrows(
        SettingsException.class, () -> SettingsReader.read(values, UserApiSettings::read));
    assertTrue(
        exception.getMessage().contains("CORS_ORIGINS: each must be an origin"),
        exception::getMessage);
  }

  @Test
  void every_response_has_the_security_headers() {
    var ada = door.person();
    for (var response : List.of(
        door.get(ada, "/users/me"),
        door.get(ada, "/auth/sessions"),
        door.client().get("/users/me"),
        door.client().get("/nowhere"))) {
      assertEquals("nosniff", response.headers().get("X-Content-Type-Options"));
      assertEquals("no-store", response.headers().get("Cache-Control"));
      assertEquals("no-referrer", response.headers().get("Referrer-Policy"));
      assertTrue(response.headers().get("Content-Security-Policy").contains("default-src 'none'"));
      assertNull(response.headers().get("Server"));
      assertNull(response.headers().get("Set-Cookie"));
    }
  }

  @Test
  void swagger_ui_uses_the_login_form_and_loads_no_external_resources() {
    var page = expect(200, door.client().get("/docs")).body().toString();
    assertFalse(page.contains("https://"), page);

    var contract = expect(200, door.client().get("/openapi.yaml")).body().toString();
    assertTrue(contract.contains("tokenUrl: \"/auth/login\""));
    assertTrue(contract.contains("application/x-www-form-urlencoded"));
    assertTrue(Stream.of("/ws", "vnd.").noneMatch(contract::contains));
  }

  @Test
  void a_request_id_is_returned_and_an_invalid_one_replaced() {
    assertEquals(
        "mine-1",
        door.client().get("/users/me", "X-Request-Id", "mine-1").headers().get("X-Request-Id"));
    var replaced =
        door.client().get("/users/me", "X-Request-Id", "not, usable").headers().get("X-Request-Id");
    assertTrue(replaced.matches("[0-9a-f]+-[0-9a-f]+"), replaced);
  }
}
