package dev.verticker.api.user;

import static dev.verticker.api.openapi.ApiClient.expect;
import static org.junit.jupiter.api.Assertions.assertEquals;
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

/** Tests the quotas of changes per user. */
class ChangeQuotaTest {
  private static final int OWN = 3;
  private static final int OTHERS = 6;

  private final TestDatabase database = TestDatabase.create();
  private final Map<String, String> settings = Map.of(
      "JWT_SECRET", "a secret of this test " + UUID.randomUUID(),
      "OWN_CHANGES_PER_MINUTE", "" + OWN,
      "ADMIN_CHANGES_PER_MINUTE", "" + OTHERS);
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

  private static void assertRefused(Response response, int quota) {
    var refused = expect(429, response);
    assertEquals("too-many-changes", refused.code());
    var wait = refused.headers().get("Retry-After");
    assertTrue(Long.parseLong(wait) >= 1 && Long.parseLong(wait) <= 60, wait);
    assertEquals(
        "\"too-many-changes\";q=" + quota + ";w=60", refused.headers().get("RateLimit-Policy"));
    assertEquals("\"too-many-changes\";r=0;t=" + wait, refused.headers().get("RateLimit"));
  }
}
