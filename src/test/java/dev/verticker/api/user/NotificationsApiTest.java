package dev.verticker.api.user;

import static dev.verticker.api.openapi.ApiClient.expect;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.user.UserFrontDoor.Person;
import dev.verticker.testing.Await;
import dev.verticker.testing.TestDatabase;
import dev.verticker.testing.TestHttpClient.Response;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Tests the notifications that changes of users cause. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NotificationsApiTest {
  private final TestDatabase database = TestDatabase.create();
  private final UserFrontDoor door = UserFrontDoor.open(
      database, Map.of("JWT_SECRET", "a secret of this test " + UUID.randomUUID()));

  @AfterAll
  void close() {
    door.close();
  }

  @Test
  void a_change_is_published_to_the_user_and_to_callers_that_may_read_users() {
    var ada = door.person();
    rename(door.admin(), ada, "Ada King");
    rename(ada, ada, "Ada Lovelace");
    var own = notifications(ada, 3);

    assertEquals("user." + ada.id(), own.getString("topic"));
    assertEquals(List.of(1, 2, 3), sequences(own));
    assertEquals(List.of("user_created", "user_updated", "user_updated"), column(own, "event"));
    assertEquals(List.of(self(false), self(false), self(true)), column(own, "by"), "not which one");
    assertEquals(3, own.getInteger("unread"));
    var last = expect(200, door.get(door.admin(), "/events?topic=users&limit=500"))
        .object()
        .getJsonArray("events")
        .stream()
        .map(JsonObject.class::cast)
        .filter(event -> event.getLong("user_id") == ada.id())
        .reduce((first, second) -> second)
        .orElseThrow();
    assertEquals(new JsonObject().put("full_name", "Ada Lovelace"), last.getJsonObject("changes"));
    assertEquals("Ada King", last.getJsonObject("before").getString("full_name"));
    assertEquals(
        new JsonObject().put("id", ada.id()).put("username", ada.username()),
        last.getJsonObject("by"));
  }

  @Test
  void a_client_resumes_from_its_last_position_page_by_page() {
    var ada = door.person();
    rename(ada, ada, "One");
    rename(ada, ada, "Two");
    var epoch = notifications(ada, 3).getString("epoch");

    var page = expect(200, door.get(ada, "/notifications?after=1&limit=1&epoch=" + epoch))
        .object();
    assertEquals(List.of(2), sequences(page));
    assertEquals(3, page.getInteger("newest"));
    assertEquals(
        new JsonArray(),
        expect(200, door.get(ada, "/notifications?after=3&epoch=" + epoch))
            .object()
            .getJsonArray("events"));
    for (var half : List.of("after=1", "epoch=" + epoch)) {
      assertEquals(
          "invalid-request",
          expect(422, door.get(ada, "/notifications?" + half)).code());
    }
  }

  @Test
  void another_epoch_is_410_with_the_position_to_restart_from() {
    var ada = door.person();
    var now = notifications(ada, 1);

    for (var query : List.of("after=0&epoch=another", "since=another:0", "before=another:1")) {
      var rejected = expect(410, door.get(ada, "/notifications?" + query)).object();
      assertEquals("epoch-changed", rejected.getString("code"));
      assertRestart(now, rejected);
    }
    var users =
        expect(200, door.get(door.admin(), "/events?topic=users&limit=1")).object();
    var rejected = expect(410, door.get(door.admin(), "/events?topic=users&after=0&epoch=another"))
        .object();
    assertEquals(users.getString("epoch"), rejected.getString("epoch"));
  }

  @Test
  void a_position_that_the_topic_has_not_reached_is_410_with_a_code_of_its_own() {
    var ada = door.person();
    var now = notifications(ada, 1);
    var epoch = now.getString("epoch");

    for (var query :
        List.of("after=9&epoch=" + epoch, "since=" + epoch + ":9", "before=" + epoch + ":9")) {
      var rejected = expect(410, door.get(ada, "/notifications?" + query)).object();
      assertEquals("sequence-not-reached", rejected.getString("code"), query);
      assertRestart(now, rejected);
    }
  }

  private static void assertRestart(JsonObject page, JsonObject rejected) {
    assertEquals(page.getString("epoch"), rejected.getString("epoch"));
    assertEquals(1, rejected.getInteger("oldest"));
    assertEquals(page.getString("epoch") + ":0", rejected.getString("cursor"));
  }

  @Test
  void a_client_pages_from_the_newest_event_to_the_oldest() {
    var ada = door.person();
    for (var name : List.of("One", "Two", "Three", "Four")) {
      rename(ada, ada, name);
    }
    var cursor = notifications(ada, 5).getString("cursor");

    var first = expect(200, door.get(ada, "/notifications?order=newest_first&limit=2"));
    assertEquals(List.of(5, 4), sequences(first.object()));
    assertEquals(cursor, first.object().getString("cursor"));
    assertEquals(5, first.object().getInteger("unread"));
    rename(ada, ada, "Five");
    notifications(ada, 6);
    var second = expect(200, door.get(ada, next(first)));
    assertEquals(List.of(3, 2), sequences(second.object()), "new events do not shift a page");
    var last = expect(200, door.get(ada, next(second)));
    assertEquals(List.of(1), sequences(last.object()));
    assertNull(last.headers().get("Link"));

    var oldest = last.object().getJsonArray("events").getJsonObject(0).getString("cursor");
    assertEquals(
        List.of(),
        sequences(expect(200, door.get(ada, "/notifications?before=" + oldest)).object()));
    var live = expect(200, door.get(ada, "/notifications?since=" + cursor)).object();
    assertEquals(List.of(6), sequences(live), "continues without a gap");
  }

  @Test
  void events_of_all_users_are_paged_in_both_orders() {
    door.person();
    door.person();
    var path = "/events?topic=users&limit=1";
    Await.until(
        "two events", () -> door.get(door.admin(), path).object().getInteger("newest") >= 2);

    var oldest = expect(200, door.get(door.admin(), path));
    var second = expect(200, door.get(door.admin(), next(oldest))).object();
    assertEquals(List.of(2), sequences(second));
    var newest = expect(200, door.get(door.admin(), path + "&order=newest_first"));
    var sequence = newest.object().getInteger("newest");
    assertEquals(List.of(sequence), sequences(newest.object()));
    assertEquals(
        List.of(sequence - 1),
        sequences(expect(200, door.get(door.admin(), next(newest))).object()));
  }

  @Test
  void contradictory_and_malformed_positions_are_422() {
    var ada = door.person();
    var epoch = notifications(ada, 1).getString("epoch");
    var cursor = epoch + ":1";
    for (var query : List.of(
        "since=" + cursor + "&before=" + cursor,
        "since=" + cursor + "&order=newest_first",
        "since=" + cursor + "&after=1&epoch=" + epoch,
        "before=" + cursor + "&order=oldest_first",
        "after=1&epoch=" + epoch + "&before=" + cursor,
        "order=sideways",
        "since=1",
        "before=" + epoch)) {
      assertEquals(
          "invalid-request",
          expect(422, door.get(ada, "/notifications?" + query)).code(),
          query);
    }
    for (var body : List.of(
        new JsonObject().put("up_to", 1),
        new JsonObject().put("up_to", "1"),
        new JsonObject().put("up_to", cursor).put("epoch", epoch),
        new JsonObject().put("epoch", epoch))) {
      var response = door.as(ada, HttpMethod.POST, "/notifications/read", body);
      assertEquals("invalid-request", expect(422, response).code(), body.encode());
    }
  }

  @Test
  void an_expired_position_is_410_with_the_oldest_one_available() throws SQLException {
    var ada = door.person();
    rename(ada, ada, "One");
    rename(ada, ada, "Two");
    var epoch = notifications(ada, 3).getString("epoch");
    database.execute(
        "DELETE FROM notification.events WHERE topic = 'user.%d' AND seq < 3".formatted(ada.id()));

    var rejected =
        expect(410, door.get(ada, "/notifications?after=1&epoch=" + epoch)).object();
    assertEquals("events-expired", rejected.getString("code"));
    assertEquals(epoch, rejected.getString("epoch"));
    assertEquals(3, rejected.getInteger("oldest"));
    assertEquals(
        List.of(3),
        sequences(
            expect(200, door.get(ada, "/notifications?after=2&epoch=" + epoch)).object()));
  }

  @Test
  void a_notification_marked_as_read_is_not_counted() {
    var ada = door.person();
    rename(ada, ada, "One");
    var epoch = notifications(ada, 2).getString("epoch");
    assertEquals(2, dashboard(ada).getInteger("unread"));

    assertEquals(
        new JsonObject().put("epoch", epoch).put("read_up_to", 1).put("unread", 1),
        expect(200, read(ada, epoch, 1)).object());
    assertEquals(1, dashboard(ada).getInteger("unread"));
    assertEquals(1, notifications(ada, 2).getInteger("read_up_to"));
    var cursor = notifications(ada, 2).getString("cursor");
    var marked =
        door.as(ada, HttpMethod.POST, "/notifications/read", new JsonObject().put("up_to", cursor));
    assertEquals(
        new JsonObject().put("epoch", epoch).put("read_up_to", 2).put("unread", 0),
        expect(200, marked).object());
    assertEquals("epoch-changed", expect(410, read(ada, "another", 1)).code());
    assertEquals(
        "/up_to",
        expect(422, read(ada, epoch, 3))
            .object()
            .getJsonArray("errors")
            .getJsonObject(0)
            .getString("pointer"));
  }

  @Test
  void only_the_id_of_an_erased_user_remains() {
    var ada = door.person();
    rename(ada, ada, "Augusta Ada");
    notifications(ada, 2);
    expect(204, door.as(door.admin(), HttpMethod.DELETE, "/users/" + ada.id(), null));
    var path = "/events?topic=users&limit=500";
    Await.until(
        "deletion published",
        () -> door.get(door.admin(), path).body().toString().contains("\"mode\":\"hard\""));

    var events = door.get(door.admin(), path).object().getJsonArray("events").stream()
        .map(JsonObject.class::cast)
        .filter(event -> event.getLong("user_id") == ada.id())
        .toList();
    assertEquals(3, events.size());
    for (var event : events.subList(0, 2)) {
      assertEquals(
          Set.of("event", "topic", "epoch", "seq", "cursor", "at", "user_id", "redacted"),
          event.fieldNames());
      assertTrue(event.getBoolean("redacted"));
    }
    assertEquals(new JsonObject().put("id", (int) ada.id()), events.get(2).getJsonObject("data"));
    var all = door.get(door.admin(), path).body().toString();
    assertFalse(all.contains(ada.username()) || all.contains("Augusta"), all);
  }

  @Test
  void unavailable_notifications_do_not_affect_the_dashboard_and_are_not_lost() {
    var ada = door.person();
    notifications(ada, 1);
    door.stopNotifications();
    rename(ada, ada, "Renamed");

    var without = dashboard(ada);
    assertNull(without.getValue("unread"));
    assertEquals("unavailable", without.getJsonObject("parts").getString("notifications"));
    assertEquals("Renamed", without.getJsonObject("user").getString("full_name"));
    assertEquals("unavailable", expect(503, door.get(ada, "/notifications")).code());

    door.startNotifications();
    notifications(ada, 2);
    assertEquals("ok", dashboard(ada).getJsonObject("parts").getString("notifications"));
  }

  /** Waits until the topic of the user contains this many events and returns them. */
  private JsonObject notifications(Person person, int events) {
    Await.until(events + " events", () -> {
      var reply = door.get(person, "/notifications");
      return reply.status() == 200 && reply.object().getJsonArray("events").size() == events;
    });
    return door.get(person, "/notifications").object();
  }

  private JsonObject dashboard(Person person) {
    return expect(200, door.get(person, "/dashboard")).object();
  }

  private Response read(Person person, String epoch, long upTo) {
    return door.as(
        person,
        HttpMethod.POST,
        "/notifications/read",
        new JsonObject().put("epoch", epoch).put("up_to", upTo));
  }

  private void rename(Person by, Person person, String fullName) {
    expect(
        200,
        door.as(
            by,
            HttpMethod.PATCH,
            "/users/" + person.id(),
            new JsonObject().put("full_name", fullName)));
  }

  /** Returns the target of the Link header. */
  private static String next(Response response) {
    var link = response.headers().get("Link");
    assertTrue(link.endsWith(">; rel=\"next\""), link);
    return link.substring(1, link.indexOf('>'));
  }

  private static JsonObject self(boolean self) {
    return new JsonObject().put("self", self);
  }

  private static List<Object> sequences(JsonObject page) {
    return column(page, "seq");
  }

  private static List<Object> column(JsonObject page, String key) {
    return page.getJsonArray("events").stream()
        .map(event -> ((JsonObject) event).getValue(key))
        .toList();
  }
}
