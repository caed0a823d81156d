package dev.verticker.api.user;

import static dev.verticker.api.openapi.ApiClient.expect;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.auth.Permission;
import dev.verticker.api.user.UserFrontDoor.Person;
import dev.verticker.testing.Await;
import dev.verticker.testing.TestHttpClient.Response;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Tests the User API over HTTP. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UserApiTest {
  private final UserFrontDoor door = UserFrontDoor.openAlone("TRUSTED_PROXIES", "127.0.0.1,::1");

  @AfterAll
  void close() {
    door.close();
  }

  @Test
  void user_and_login_responses_match_the_earlier_api() {
    var name = randomUsername();
    var created = expect(
        201,
        sendAsAdmin(
            HttpMethod.POST,
            "/users",
            new JsonObject()
                .put("username", name)
                .put("full_name", "Ada Lovelace")
                .put("email", name + "@example.org")
                .put("password", UserFrontDoor.PASSWORD)));
    var user = created.object();

    assertEquals("/users/" + user.getLong("id"), created.headers().get("Location"));
    assertEquals(
        List.of(
            "id",
            "username",
            "full_name",
            "email",
            "roles",
            "status",
            "created_at",
            "updated_at",
            "revision"),
        List.copyOf(user.fieldNames()));
    assertEquals("Ada Lovelace", user.getString("full_name"));
    assertEquals(new JsonArray().add("user"), user.getJsonArray("roles"));
    var login = expect(200, door.login(name, UserFrontDoor.PASSWORD));
    assertEquals("bearer", login.object().getString("token_type"));
    assertEquals(900, login.object().getInteger("expires_in"));
    assertEquals("no-store", login.headers().get("Cache-Control"));
  }

  @Test
  void a_user_signs_out_with_the_access_token_alone() {
    var ada = door.person();
    var elsewhere = door.signIn(ada.username(), ada.password());

    expect(200, door.as(ada, HttpMethod.POST, "/auth/logout", null));

    Await.until("rejects the token", () -> door.get(ada, "/users/me").status() == 401);
    expect(401, door.refresh(ada.refresh()));
    expect(200, door.get(elsewhere, "/users/me"));
    var signedOut = expect(401, door.as(ada, HttpMethod.POST, "/auth/logout", null));
    assertTrue(signedOut.headers().get("WWW-Authenticate").startsWith("Bearer "));
    var withoutToken =
        expect(401, door.as(Person.ANONYMOUS, HttpMethod.POST, "/auth/logout", null));
    assertEquals("token-missing", withoutToken.code());
  }

  @Test
  void a_refresh_token_signs_out_whatever_the_access_token_is() {
    var ada = door.person();
    for (var authorization : List.of("Bearer nonsense", "Bearer " + ada.access(), "Basic x")) {
      expect(
          200,
          door.client()
              .send(
                  HttpMethod.POST,
                  "/auth/logout",
                  UserFrontDoor.encoded("refresh_token", ada.refresh()),
                  "Content-Type",
                  "application/x-www-form-urlencoded",
                  "Authorization",
                  authorization));
      expect(401, door.refresh(ada.refresh()));
    }
  }

  @Test
  void a_price_of_an_empty_symbol_is_404() {
    var ada = door.person();
    expect(404, door.get(ada, "/prices/"));
    expect(404, door.get(ada, "/users/"));
  }

  @Test
  void login_ignores_the_extra_form_fields_of_swagger_ui() {
    var ada = door.person();
    expect(
        200,
        door.form(
            "/auth/login",
            "grant_type",
            "password",
            "username",
            ada.username(),
            "password",
            ada.password(),
            "scope",
            "users.read",
            "client_id",
            ""));
  }

  @Test
  void a_wrong_password_and_an_unknown_user_get_the_same_response() {
    var ada = door.person();
    var wrong = expect(401, door.login(ada.username(), "not the password"));
    var unknown = expect(401, door.login("unknown-" + randomUsername(), "not the password"));

    assertEquals("invalid-credentials", wrong.code());
    assertEquals(wrong.object().getString("detail"), unknown.object().getString("detail"));
    assertEquals("Bearer realm=\"verticker\"", wrong.headers().get("WWW-Authenticate"));
  }

  @Test
  void put_ignores_absent_and_null_fields_and_patch_clears_null_fields() {
    var ada = door.person();
    updateMe(
        ada,
        HttpMethod.PUT,
        new JsonObject().put("full_name", "Ada").put("email", randomUsername() + "@x.org"));

    var put = updateMe(ada, HttpMethod.PUT, new JsonObject().putNull("full_name"));
    assertEquals("Ada", put.getString("full_name"));
    var patched = updateMe(ada, HttpMethod.PATCH, new JsonObject().putNull("email"));
    assertNull(patched.getString("email"));
    assertEquals("Ada", patched.getString("full_name"));
    expect(
        422,
        door.as(
            ada,
            HttpMethod.PATCH,
            "/users/me",
            new JsonObject().putNull("username"),
            "Content-Type",
            "application/merge-patch+json"));
  }

  @Test
  void get_me_returns_the_callers_permissions_and_get_user_does_not() {
    var ada = door.person();
    var own = expect(200, door.get(ada, "/users/me")).object();
    assertEquals(
        new JsonArray().add("prices.read").add("trading"), own.getJsonArray("permissions"));
    var admin = expect(200, door.get(door.admin(), "/users/me")).object();
    assertEquals(
        Arrays.stream(Permission.values()).map(Permission::wireName).toList(),
        admin.getJsonArray("permissions").getList());
    var other = expect(200, door.get(door.admin(), "/users/" + ada.id())).object();
    assertFalse(other.containsKey("permissions"));
  }

  @Test
  void a_validation_error_describes_the_rule() {
    var body = new JsonObject().put("username", "x").put("roles", new JsonArray());
    var errors = expect(422, sendAsAdmin(HttpMethod.PATCH, "/users/me", body))
        .object()
        .getJsonArray("errors");
    assertEquals(
        Set.of(
            "/username: Must match ^[A-Za-z0-9._-]{3,50}$.", "/roles: Must have at least 1 item."),
        errors.stream()
            .map(JsonObject.class::cast)
            .map(error -> error.getString("pointer") + ": " + error.getString("detail"))
            .collect(Collectors.toSet()));
  }

  @Test
  void a_patch_accepts_json_and_merge_patch_as_its_only_media_types() {
    var ada = door.person();
    var body = new JsonObject().put("full_name", "Ada");
    expect(
        200,
        door.as(
            ada,
            HttpMethod.PATCH,
            "/users/me",
            body,
            "Content-Type",
            "application/merge-patch+json"));
    var refused = expect(
        415,
        door.as(
            ada,
            HttpMethod.PATCH,
            "/users/me",
            body,
            "Content-Type",
            "application/json-patch+json"));
    assertEquals(
        "application/json, application/merge-patch+json", refused.headers().get("Accept"));
  }

  @Test
  void two_concurrent_changes_of_a_user_do_not_overwrite_each_other() {
    var ada = door.person();
    var tag = expect(200, door.get(ada, "/users/me")).headers().get("ETag");
    var first = new JsonObject().put("full_name", "First");
    var changed = expect(200, door.as(ada, HttpMethod.PUT, "/users/me", first, "If-Match", tag));

    var second = new JsonObject().put("full_name", "Second");
    assertEquals(
        "revision-outdated",
        expect(412, door.as(ada, HttpMethod.PUT, "/users/me", second, "If-Match", tag))
            .code());
    expect(
        412,
        door.as(
            ada,
            HttpMethod.PUT,
            "/users/me",
            second,
            "If-Match",
            "W/" + changed.headers().get("ETag")));
    expect(412, door.as(ada, HttpMethod.PUT, "/users/me", second, "If-Match", "garbage"));
    expect(200, door.as(ada, HttpMethod.PUT, "/users/me", second, "If-Match", "*"));
    assertEquals(
        "Second",
        expect(
                200,
                door.get(ada, "/users/me", "If-None-Match", changed.headers().get("ETag")))
            .object()
            .getString("full_name"));
  }

  @Test
  void get_returns_304_for_a_current_entity_tag() {
    var ada = door.person();
    var tag = expect(200, door.get(ada, "/users/me")).headers().get("ETag");

    var again = expect(304, door.get(ada, "/users/me", "If-None-Match", "\"x\", W/" + tag));

    assertEquals(tag, again.headers().get("ETag"));
    assertEquals(0, again.body().length());
  }

  @Test
  void link_headers_page_through_a_user_search() {
    var prefix = "page" + UUID.randomUUID().toString().substring(0, 8);
    for (var i = 0; i < 5; i++) {
      expect(201, createUser(prefix + "-" + i));
    }

    var found = new ArrayList<String>();
    var next = "/users?limit=2&q=" + prefix;
    var pages = 0;
    while (next != null) {
      var page = expect(200, door.get(door.admin(), next));
      page.array().forEach(user -> found.add(((JsonObject) user).getString("username")));
      pages++;
      var link = page.headers().get("Link");
      next = link == null ? null : link.substring(1, link.indexOf('>'));
      assertNull(page.headers().get("X-Search-Truncated"));
    }

    assertEquals(
        List.of(prefix + "-0", prefix + "-1", prefix + "-2", prefix + "-3", prefix + "-4"), found);
    assertEquals(3, pages);
  }

  @Test
  void a_soft_deleted_user_can_be_restored_unless_the_username_was_taken() {
    var ada = door.person();
    var path = "/users/" + ada.id();
    expect(204, sendAsAdmin(HttpMethod.DELETE, path + "?mode=soft", null));
    assertEquals(
        "deleted",
        expect(200, sendAsAdmin(HttpMethod.GET, path, null)).object().getString("status"));
    assertEquals(
        "user-deleted",
        expect(409, sendAsAdmin(HttpMethod.POST, path + "/disable", null)).code());
    assertEquals(
        "active",
        expect(200, sendAsAdmin(HttpMethod.POST, path + "/restore", null))
            .object()
            .getString("status"));

    expect(204, sendAsAdmin(HttpMethod.DELETE, path + "?mode=soft", null));
    expect(201, createUser(ada.username()));
    var taken = expect(409, sendAsAdmin(HttpMethod.POST, path + "/restore", null));
    assertEquals("username-taken", taken.code());
    assertEquals(
        "/username", taken.object().getJsonArray("errors").getJsonObject(0).getString("pointer"));
    expect(204, sendAsAdmin(HttpMethod.DELETE, path, null));
    assertEquals(
        "user-not-found", expect(404, sendAsAdmin(HttpMethod.GET, path, null)).code());
  }

  @Test
  void the_last_administrator_cannot_be_removed() {
    var path = "/users/" + door.admin().id();
    for (var reply : List.of(
        sendAsAdmin(HttpMethod.DELETE, path, null),
        sendAsAdmin(HttpMethod.POST, path + "/disable", null),
        sendAsAdmin(
            HttpMethod.PATCH, path, new JsonObject().put("roles", new JsonArray().add("user"))))) {
      assertEquals("last-administrator", expect(409, reply).code());
    }
  }

  @Test
  void changing_ones_own_password_requires_the_current_one_and_ends_the_other_sessions() {
    var ada = door.person();
    var otherSession = door.signIn(ada.username(), ada.password());
    var body = new JsonObject()
        .put("current_password", "wrong one")
        .put("new_password", "an owl at midnight");
    assertEquals("wrong-password", expect(403, changeOwnPassword(ada, body)).code());

    expect(204, changeOwnPassword(ada, body.put("current_password", ada.password())));

    assertEquals(
        "invalid-refresh-token",
        expect(401, door.refresh(otherSession.refresh())).code());
    expect(200, door.refresh(ada.refresh()));
    expect(200, door.login(ada.username(), "an owl at midnight"));
    expect(401, door.login(ada.username(), ada.password()));
  }

  @Test
  void concurrent_refreshes_return_the_same_refresh_token() {
    var ada = door.person();

    var one = expect(200, door.refresh(ada.refresh())).object();
    var other = expect(200, door.refresh(ada.refresh())).object();

    assertEquals(one.getString("refresh_token"), other.getString("refresh_token"));
    for (var tab : List.of(one, other)) {
      expect(
          200,
          door.client()
              .get("/users/me", "Authorization", "Bearer " + tab.getString("access_token")));
    }
    expect(200, door.refresh(one.getString("refresh_token")));
  }

  @Test
  void a_refresh_token_that_is_reused_later_ends_the_session_of_both_clients() {
    var ada = door.person();
    var used = expect(200, door.refresh(ada.refresh())).object().getString("refresh_token");
    var next = expect(200, door.refresh(used)).object().getString("refresh_token");
    door.clock.step(Duration.ofSeconds(11));

    assertEquals(
        "reused-refresh-token", expect(401, door.refresh(ada.refresh())).code());

    assertEquals("invalid-refresh-token", expect(401, door.refresh(next)).code());
    Await.until("signed out", () -> door.get(ada, "/users/me").status() == 401);
    var audit =
        expect(200, sendAsAdmin(HttpMethod.GET, "/users/" + ada.id() + "/audit?limit=1", null));
    assertEquals("session.token-reused", audit.array().getJsonObject(0).getString("action"));
  }

  @Test
  void a_user_can_list_and_end_sessions() {
    var ada = door.person();
    var otherSession = door.signIn(ada.username(), ada.password());
    var sessions = expect(200, door.get(ada, "/auth/sessions")).array();
    assertEquals(2, sessions.size());
    var other = sessions.stream()
        .map(JsonObject.class::cast)
        .filter(session -> !session.getBoolean("current"))
        .findAny()
        .orElseThrow()
        .getString("id");

    expect(204, door.as(ada, HttpMethod.DELETE, "/auth/sessions/" + other, null));

    Await.until("ended", () -> door.get(otherSession, "/users/me").status() == 401);
    expect(200, door.get(ada, "/users/me"));
    assertEquals(
        "session-not-found",
        expect(404, door.as(ada, HttpMethod.DELETE, "/auth/sessions/" + other, null))
            .code());
  }

  @Test
  void an_audit_entry_has_actor_action_address_and_request_id() {
    var ada = door.person();
    var request = "audit-" + UUID.randomUUID();
    expect(
        200,
        door.as(
            door.admin(),
            HttpMethod.PATCH,
            "/users/" + ada.id(),
            new JsonObject().put("full_name", "Ada"),
            "X-Request-Id",
            request,
            "X-Forwarded-For",
            "6.6.6.6, 203.0.113.7"));

    var entry = expect(
            200, sendAsAdmin(HttpMethod.GET, "/users/" + ada.id() + "/audit?limit=1", null))
        .array()
        .getJsonObject(0);

    assertEquals("user.updated", entry.getString("action"));
    assertEquals(
        new JsonObject().put("id", door.admin().id()).put("username", "admin"),
        entry.getJsonObject("actor"));
    assertEquals("203.0.113.7", entry.getString("address"));
    assertEquals(request, entry.getString("request_id"));
    assertEquals(
        new JsonObject().put("full_name", new JsonObject().putNull("from").put("to", "Ada")),
        entry.getJsonObject("details"));
    var all = expect(200, sendAsAdmin(HttpMethod.GET, "/users/" + ada.id() + "/audit", null))
        .body()
        .toString();
    assertFalse(all.contains(ada.password()) || all.contains("$argon2"), all);
  }

  @Test
  void a_ticket_states_its_lifetime_of_30_seconds() {
    var ticket = expect(200, door.as(door.person(), HttpMethod.POST, "/auth/ticket", null))
        .object();

    assertEquals(30, ticket.getInteger("expires_in"));
    assertTrue(ticket.getString("ticket").length() >= 43, ticket::encode);
  }

  @Test
  void password_guessing_is_throttled_with_retry_after() {
    var ada = door.person();
    for (var i = 0; i < 5; i++) {
      expect(401, door.form("/auth/login", "username", ada.username(), "password", "guess " + i));
    }

    var refused = expect(429, door.login(ada.username(), ada.password()));

    assertEquals("too-many-attempts", refused.code());
    var wait = refused.headers().get("Retry-After");
    assertTrue(Long.parseLong(wait) > 60, refused::toString);
    assertEquals("\"too-many-attempts\";q=5;w=900", refused.headers().get("RateLimit-Policy"));
    assertEquals("\"too-many-attempts\";r=0;t=" + wait, refused.headers().get("RateLimit"));
  }

  private Response changeOwnPassword(Person person, JsonObject body) {
    return door.as(person, HttpMethod.PUT, "/users/me/password", body);
  }

  private JsonObject updateMe(Person person, HttpMethod method, JsonObject body) {
    return expect(200, door.as(person, method, "/users/me", body)).object();
  }

  private Response createUser(String username) {
    return sendAsAdmin(
        HttpMethod.POST,
        "/users",
        new JsonObject().put("username", username).put("password", UserFrontDoor.PASSWORD));
  }

  private Response sendAsAdmin(HttpMethod method, String target, JsonObject body) {
    return door.as(door.admin(), method, target, body);
  }

  private static String randomUsername() {
    return "user-" + UUID.randomUUID().toString().substring(0, 12);
  }
}
