package dev.verticker.api.user;

import static dev.verticker.api.openapi.ApiClient.expect;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.user.UserFrontDoor.Person;
import dev.verticker.dev.TestServers;
import dev.verticker.testing.Await;
import dev.verticker.testing.TestDatabase;
import dev.verticker.testing.TestHttpClient.Response;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the quotas of each user. */
class UserQuotaTest {
  private static final int OWN = 3;
  private static final int OTHERS = 6;
  private static final int TICKETS = 2;
  private static final int REFRESHES = 4;
  private static final int READ_MARKS = 5;

  private final TestDatabase database = TestDatabase.create();
  private final Map<String, String> settings = Map.of(
      "JWT_SECRET", "a secret of this test " + UUID.randomUUID(),
      "OWN_CHANGES_PER_MINUTE", "" + OWN,
      "ADMIN_CHANGES_PER_MINUTE", "" + OTHERS,
      "SOCKET_TICKETS_PER_MINUTE", "" + TICKETS,
      "TOKEN_REFRESHES_PER_MINUTE", "" + REFRESHES,
      "READ_MARKS_PER_MINUTE", "" + READ_MARKS);
  private final UserFrontDoor door = UserFrontDoor.open(database, settings);

  @AfterEach
  void close() {
    door.close();
    if (!TestServers.redis().isRunning()) {
      TestServers.redis().start();
    }
  }

  @Test
  void a_user_that_changes_its_own_account_too_often_is_refused_until_the_minute_is_over() {
    var ada = door.person();
    var eve = door.person();
    for (var i = 0; i < OWN; i++) {
      expect(200, rename(door, ada, "me", "Ada " + i));
    }
    assertRefused(rename(door, ada, "me", "Ada again"), OWN);
    assertRefused(rename(door, ada, "" + ada.id(), "Ada again"), OWN);
    assertRefused(door.as(ada, HttpMethod.POST, "/auth/logout-all", null), OWN);
    assertRefused(
        door.as(
            ada,
            HttpMethod.PUT,
            "/users/me/password",
            new JsonObject()
                .put("current_password", UserFrontDoor.PASSWORD)
                .put("new_password", "another lantern by the sea")),
        OWN);
    assertRefused(
        door.as(ada, HttpMethod.DELETE, "/auth/sessions/" + UUID.randomUUID(), null), OWN);
    assertEquals("Ada 2", expect(200, door.get(ada, "/users/me")).object().getString("full_name"));

    expect(200, rename(door, eve, "me", "Eve"));
    expect(200, rename(door, door.admin(), "" + ada.id(), "Ada, by another user"));
    door.clock.step(Duration.ofSeconds(61));
    Await.until("revocations are known again", () -> door.get(ada, "/users/me").status() == 200);
    expect(200, rename(door, ada, "me", "Ada again"));
  }

  @Test
  void an_administrator_that_changes_other_accounts_too_often_is_refused() {
    var ada = door.person();
    var admin = door.admin();
    var id = "/users/" + ada.id();
    expect(200, rename(door, admin, "" + ada.id(), "Ada"));
    expect(200, door.as(admin, HttpMethod.POST, id + "/disable", null));
    expect(200, door.as(admin, HttpMethod.POST, id + "/enable", null));
    expect(204, door.as(admin, HttpMethod.DELETE, id + "?mode=soft", null));
    expect(200, door.as(admin, HttpMethod.POST, id + "/restore", null));
    // The creation was the first change.
    assertRefused(rename(door, admin, "" + ada.id(), "Ada"), OTHERS);
    assertRefused(door.as(admin, HttpMethod.POST, id + "/disable", null), OTHERS);
    assertRefused(door.as(admin, HttpMethod.DELETE, id, null), OTHERS);
    assertRefused(
        door.as(
            admin,
            HttpMethod.POST,
            "/users",
            new JsonObject().put("username", "one-more").put("password", UserFrontDoor.PASSWORD)),
        OTHERS);
    expect(200, rename(door, admin, "me", "Administrator"));
  }

  @Test
  void a_response_under_a_quota_shows_what_is_left() {
    var ada = door.person();
    for (var i = 1; i <= OWN; i++) {
      assertLeft("own-changes", OWN, OWN - i, expect(200, rename(door, ada, "me", "Ada " + i)));
    }
    assertNull(door.get(ada, "/users/me").headers().get("RateLimit"));

    // The creation was the first change.
    assertLeft(
        "other-changes",
        OTHERS,
        OTHERS - 2,
        expect(200, rename(door, door.admin(), "" + ada.id(), "Ada")));
    assertLeft(
        "other-changes",
        OTHERS,
        OTHERS - 3,
        expect(404, rename(door, door.admin(), "987654321", "Nobody")));
  }

  @Test
  void a_user_gets_a_limited_number_of_socket_tickets() {
    var ada = door.person();
    for (var i = 1; i <= TICKETS; i++) {
      assertLeft("socket-tickets", TICKETS, TICKETS - i, expect(200, ticket(ada)));
    }
    assertRefused(ticket(ada), "socket-tickets", "too-many-tickets", TICKETS);
    expect(200, ticket(door.person()));
    door.clock.step(Duration.ofSeconds(61));
    Await.until("revocations are known again", () -> door.get(ada, "/users/me").status() == 200);
    expect(200, ticket(ada));
  }

  @Test
  void a_user_refreshes_the_tokens_of_all_its_sessions_a_limited_number_of_times() {
    var ada = door.person();
    var first = ada.refresh();
    var second = door.signIn(ada.username(), ada.password()).refresh();
    for (var i = 1; i <= REFRESHES; i++) {
      var refreshed = expect(200, door.refresh(i % 2 == 0 ? first : second));
      assertLeft("token-refreshes", REFRESHES, REFRESHES - i, refreshed);
      var next = refreshed.object().getString("refresh_token");
      if (i % 2 == 0) {
        first = next;
      } else {
        second = next;
      }
    }
    assertRefused(door.refresh(first), "token-refreshes", "too-many-refreshes", REFRESHES);
    assertRefused(door.refresh(second), "token-refreshes", "too-many-refreshes", REFRESHES);
    assertEquals(
        "malformed-refresh-token", expect(401, door.refresh("nonsense")).code());

    door.clock.step(Duration.ofSeconds(61));
    expect(200, door.refresh(first));
    expect(200, door.refresh(second));
  }

  @Test
  void a_user_marks_notifications_as_read_a_limited_number_of_times() {
    var ada = door.person();
    var cursor = expect(200, door.get(ada, "/notifications")).object().getString("cursor");
    for (var i = 1; i <= READ_MARKS; i++) {
      assertLeft("read-marks", READ_MARKS, READ_MARKS - i, expect(200, mark(ada, cursor)));
    }
    assertRefused(mark(ada, cursor), "read-marks", "too-many-read-marks", READ_MARKS);
  }

  @Test
  void read_marks_are_unlimited_without_the_verticle_that_counts() {
    var ada = door.person();
    var cursor = expect(200, door.get(ada, "/notifications")).object().getString("cursor");
    door.stopUsers();
    for (var i = 0; i <= READ_MARKS; i++) {
      assertNull(expect(200, mark(ada, cursor)).headers().get("RateLimit"));
    }
  }

  @Test
  void a_user_without_remaining_changes_can_sign_out() {
    var ada = door.person();
    for (var i = 0; i < OWN; i++) {
      expect(200, rename(door, ada, "me", "Ada " + i));
    }
    expect(200, door.as(ada, HttpMethod.POST, "/auth/logout", null));
    Await.until("the token is revoked", () -> door.get(ada, "/users/me").status() == 401);
  }

  @Test
  void two_nodes_share_the_count_and_an_outage_of_redis_does_not_reset_that_of_a_node() {
    var ada = door.person();
    try (var other = UserFrontDoor.open(database, settings)) {
      expect(200, rename(other, ada, "me", "Ada 1"));
      expect(200, rename(door, ada, "me", "Ada 2"));
      expect(200, rename(door, ada, "me", "Ada 3"));
      assertRefused(rename(door, ada, "me", "Ada 4"), OWN);
      assertRefused(rename(other, ada, "me", "Ada 4"), OWN);

      TestServers.redis().kill();
      // This node has counted two of three.
      Await.until(
          "the node counts alone", () -> rename(door, ada, "me", "Ada 5").status() == 200);
      assertRefused(rename(door, ada, "me", "Ada 6"), OWN);
    }
  }

  private static Response rename(UserFrontDoor door, Person person, String id, String name) {
    return door.as(
        person,
        HttpMethod.PATCH,
        "/users/" + id,
        new JsonObject().put("full_name", name),
        "Content-Type",
        "application/merge-patch+json");
  }

  private Response ticket(Person person) {
    return door.as(person, HttpMethod.POST, "/auth/ticket", null);
  }

  private Response mark(Person person, String cursor) {
    return door.as(
        person, HttpMethod.POST, "/notifications/read", new JsonObject().put("up_to", cursor));
  }

  private static void assertRefused(Response response, int max) {
    assertRefused(response, max == OWN ? "own-changes" : "other-changes", "too-many-changes", max);
  }

  private static void assertRefused(Response response, String quota, String code, int max) {
    var refused = expect(429, response);
    assertEquals(code, refused.code());
    assertLeft(quota, max, 0, refused);
    var wait = refused.headers().get("Retry-After");
    assertTrue(refused.headers().get("RateLimit").endsWith(";t=" + wait), wait);
  }

  private static void assertLeft(String quota, int max, int left, Response response) {
    var headers = response.headers();
    assertEquals('"' + quota + "\";q=" + max + ";w=60", headers.get("RateLimit-Policy"));
    var limit = headers.get("RateLimit");
    var prefix = '"' + quota + "\";r=" + left + ";t=";
    assertTrue(limit.startsWith(prefix), limit);
    var wait = Long.parseLong(limit.substring(prefix.length()));
    assertTrue(wait >= 1 && wait <= 60, limit);
  }
}
