package dev.verticker.api.user;

import static dev.verticker.api.openapi.ApiClient.expect;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.settings.SettingsException;
import dev.verticker.settings.SettingsFiles;
import dev.verticker.settings.SettingsReader;
import dev.verticker.settings.UserApiSettings;
import io.vertx.core.http.HttpMethod;
import java.nio.file.Path;
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

  private final UserFrontDoor door =
      UserFrontDoor.open(Map.of("CORS_ORIGINS", ALLOWED_ORIGIN + ", http://localhost:5173"));

  @AfterAll
  void close() {
    door.close();
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
  @ValueSource(strings = {"http://", "http:///x", "://", "https://[", "https://a b", "x", "\""})
  void a_malformed_origin_is_ignored(String origin) {
    try (var wildcardApi = UserFrontDoor.open(Map.of("CORS_ORIGINS", "*"))) {
      for (var client : List.of(wildcardApi.client(), door.client())) {
        var response = expect(401, client.get("/users/me", "Origin", origin));
        assertNull(response.headers().get("Access-Control-Allow-Origin"));
      }
    }
  }

  @Test
  void any_origin_is_allowed_with_a_star_but_never_with_credentials() {
    try (var wildcardApi = UserFrontDoor.open(Map.of("CORS_ORIGINS", "*"))) {
      var response = wildcardApi.client().get("/users/me", "Origin", "https://other.example");

      assertEquals("*", response.headers().get("Access-Control-Allow-Origin"));
      assertNull(response.headers().get("Access-Control-Allow-Credentials"));
    }
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
