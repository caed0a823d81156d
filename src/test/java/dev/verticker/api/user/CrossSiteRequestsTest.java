package dev.verticker.api.user;

import static dev.verticker.api.openapi.ApiClient.expect;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.testing.TestHttpClient.Response;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests which pages may send requests that need no credentials. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CrossSiteRequestsTest {
  private static final String ALLOWED = "https://app.example.org";

  private final UserFrontDoor door =
      UserFrontDoor.openAlone("CORS_ORIGINS", ALLOWED, "REGISTRATION", "open");

  @AfterAll
  void close() {
    door.close();
  }

  static Stream<List<String>> foreign() {
    return Stream.of(
        List.of("Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"),
        List.of("Sec-Fetch-Site", "cross-site", "Origin", "null"),
        List.of("Sec-Fetch-Site", "cross-site"),
        List.of("Sec-Fetch-Site", "same-site", "Origin", "https://other.example.org"),
        List.of("Origin", "https://evil.example"),
        List.of("Origin", "null"),
        List.of("Origin", ALLOWED + ".evil.example"),
        List.of("Origin", "garbage"),
        List.of("Origin", ""));
  }

  List<List<String>> own() {
    var host = "localhost:" + door.port();
    return List.of(
        List.of(),
        List.of("Sec-Fetch-Site", "same-origin", "Origin", "http://" + host),
        // A proxy changed the host.
        List.of("Sec-Fetch-Site", "same-origin", "Origin", "http://localhost:5173"),
        List.of("Sec-Fetch-Site", "none"),
        List.of("Sec-Fetch-Site", "cross-site", "Origin", ALLOWED),
        List.of("Origin", ALLOWED),
        List.of("Origin", "http://" + host),
        // A proxy terminated TLS.
        List.of("Origin", "https://" + host));
  }

  @ParameterizedTest
  @MethodSource("foreign")
  void a_page_of_another_site_cannot_sign_in_refresh_sign_out_or_register(List<String> headers) {
    var ada = door.person();

    for (var response : List.of(
        form("/auth/login", "username=" + ada.username() + "&password=wrong", headers),
        form("/auth/refresh", "refresh_token=" + ada.refresh(), headers),
        form("/auth/logout", "refresh_token=" + ada.refresh(), headers),
        register("grace-" + ada.username(), headers))) {
      assertEquals("origin-not-allowed", expect(403, response).code());
    }

    expect(200, door.refresh(ada.refresh()));
  }

  @Test
  void a_page_of_another_site_cannot_lock_a_user_out() {
    var ada = door.person();
    for (var guess = 0; guess < 6; guess++) {
      var body = "username=" + ada.username() + "&password=wrong";
      expect(
          403,
          form(
              "/auth/login",
              body,
              List.of("Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example")));
    }
    expect(200, door.login(ada.username(), ada.password()));
  }

  @ParameterizedTest
  @MethodSource("own")
  void own_pages_allowed_pages_and_other_clients_can_sign_in_and_register(List<String> headers) {
    var ada = door.person();
    expect(
        200,
        form(
            "/auth/login",
            "username=" + ada.username() + "&password=a+lantern+in+the+harbour",
            headers));
    expect(200, form("/auth/refresh", "refresh_token=" + ada.refresh(), headers));
    expect(200, form("/auth/logout", "refresh_token=" + ada.refresh(), headers));
    expect(201, register("grace-" + ada.username(), headers));
  }

  @Test
  void a_request_with_a_token_or_without_a_change_is_not_affected() {
    var ada = door.person();
    var evil = new String[] {"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"};
    expect(200, door.get(ada, "/users/me", evil));
    expect(200, door.as(ada, HttpMethod.PATCH, "/users/me", new JsonObject(), evil));
    expect(200, door.client().get("/docs", evil));
  }

  @Test
  void every_origin_is_allowed_if_the_setting_says_so() {
    try (var open = UserFrontDoor.openAlone("CORS_ORIGINS", "*")) {
      var response = open.client()
          .send(
              HttpMethod.POST,
              "/auth/login",
              UserFrontDoor.encoded("username", "nobody-here", "password", "wrong"),
              "Content-Type",
              "application/x-www-form-urlencoded",
              "Sec-Fetch-Site",
              "cross-site",
              "Origin",
              "https://page.example");
      assertEquals("invalid-credentials", expect(401, response).code());
    }
  }

  private Response form(String target, String body, List<String> headers) {
    var all = new ArrayList<>(List.of("Content-Type", "application/x-www-form-urlencoded"));
    all.addAll(headers);
    return door.client()
        .send(HttpMethod.POST, target, Buffer.buffer(body), all.toArray(String[]::new));
  }

  private Response register(String username, List<String> headers) {
    var all = new ArrayList<>(List.of("Content-Type", "application/json"));
    all.addAll(headers);
    var body = new JsonObject().put("username", username).put("password", UserFrontDoor.PASSWORD);
    return door.client()
        .send(HttpMethod.POST, "/auth/register", body.toBuffer(), all.toArray(String[]::new));
  }
}
