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

/** The headers for browsers: allowed origins, caching, content security policy. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BrowserTest {
  private static final String APP = "https://app.example.org";

  private final UserFrontDoor door =
      UserFrontDoor.open(Map.of("CORS_ORIGINS", APP + ", http://localhost:5173"));

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
            APP,
            "Access-Control-Request-Method",
            "PATCH",
            "Access-Control-Request-Headers",
            "authorization,if-match");
    expect(204, preflight);
    assertEquals(APP, preflight.headers().get("Access-Control-Allow-Origin"));
    assertEquals("true", preflight.headers().get("Access-Control-Allow-Credentials"));
    assertTrue(preflight.headers().get("Access-Control-Allow-Methods").contains("PATCH"));
    assertTrue(preflight.headers().get("Access-Control-Allow-Headers").contains("If-Match"));
    assertEquals("600", preflight.headers().get("Access-Control-Max-Age"));
    assertTrue(preflight.headers().contains("X-Request-Id"));

    for (var reply : List.of(
        door.client().get("/users/me", "Origin", APP),
        door.client().get("/nowhere", "Origin", APP),
        door.client().get("/%00", "Origin", APP))) {
      assertEquals(APP, reply.headers().get("Access-Control-Allow-Origin"));
      assertEquals("origin", reply.headers().get("Vary").toLowerCase());
      for (var header :
          List.of("ETag", "Link", "Location", "RateLimit-Policy", "Retry-After", "X-Request-Id")) {
        assertTrue(reply.headers().get("Access-Control-Expose-Headers").contains(header), header);
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
    var reply = door.client().get("/users/me", "Origin", origin);

    expect(401, reply);
    assertNull(reply.headers().get("Access-Control-Allow-Origin"));
    assertNull(reply.headers().get("Access-Control-Allow-Credentials"));
    assertEquals("origin", reply.headers().get("Vary").toLowerCase());
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://", "http:///x", "://", "https://[", "https://a b", "x", "\""})
  void a_malformed_origin_is_no_error_and_gets_no_cors_headers(String origin) {
    try (var open = UserFrontDoor.open(Map.of("CORS_ORIGINS", "*"))) {
      for (var client : List.of(open.client(), door.client())) {
        var reply = expect(401, client.get("/users/me", "Origin", origin));
        assertNull(reply.headers().get("Access-Control-Allow-Origin"));
      }
    }
  }

  @Test
  void any_origin_is_allowed_with_a_star_but_never_with_credentials() {
    try (var open = UserFrontDoor.open(Map.of("CORS_ORIGINS", "*"))) {
      var reply = open.client().get("/users/me", "Origin", "https://anybody.example");

      assertEquals("*", reply.headers().get("Access-Control-Allow-Origin"));
      assertNull(reply.headers().get("Access-Control-Allow-Credentials"));
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

    var fault = assertThrows(
        SettingsException.class, () -> SettingsReader.read(values, UserApiSettings::read));
    assertTrue(
        fault.getMessage().contains("CORS_ORIGINS: each must be an origin"), fault::getMessage);
  }

  @Test
  void every_response_has_the_security_headers() {
    var ada = door.person();
    for (var reply : List.of(
        door.get(ada, "/users/me"),
        door.get(ada, "/auth/sessions"),
        door.client().get("/users/me"),
        door.client().get("/nowhere"))) {
      assertEquals("nosniff", reply.headers().get("X-Content-Type-Options"));
      assertEquals("no-store", reply.headers().get("Cache-Control"));
      assertEquals("no-referrer", reply.headers().get("Referrer-Policy"));
      assertTrue(reply.headers().get("Content-Security-Policy").contains("default-src 'none'"));
      assertNull(reply.headers().get("Server"));
      assertNull(reply.headers().get("Set-Cookie"));
    }
  }

  @Test
  void the_documentation_signs_in_with_the_form_and_loads_nothing_from_elsewhere() {
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
