package dev.verticker.api.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.api.price.FakePrices;
import dev.verticker.testing.Await;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests the events of each topic and the topics that a client may subscribe to. */
class SocketTopicsTest extends SocketTestCase {
  @Test
  void an_administrator_that_only_connects_receives_the_changes_of_all_users() {
    var socket = plain(door.admin());
    assertEquals(door.admin().id(), socket.next("hello").getLong("user_id"));

    var ada = door.person();
    var created = socket.next("user_created");
    assertEquals(ada.id(), created.getLong("user_id"));
    assertEquals(ada.username(), created.getString("username"));

    rename(ada, "Ada");
    var updated = socket.next("user_updated");
    assertEquals("Ada", updated.getJsonObject("changes").getString("full_name"));
    assertEquals("Ada", updated.getJsonObject("data").getString("full_name"));
    assertEquals(ada.username(), updated.getJsonObject("before").getString("username"));
    assertEquals("users", updated.getString("topic"));

    delete(ada);
    assertEquals(
        new JsonObject().put("id", ada.id()), socket.next("user_deleted").getJsonObject("data"));
  }

  @Test
  void a_user_without_permission_that_only_connects_receives_its_own_changes() {
    var ada = door.person();
    var socket = plain(ada);
    socket.next("subscribed");
    door.person();
    rename(ada, "Ada L.");

    var updated = socket.next();
    assertEquals("user." + ada.id(), updated.getString("topic"));
    assertEquals(new JsonObject().put("self", false), updated.getJsonObject("by"));
  }

  @Test
  void both_protocols_deliver_the_same_event() {
    var plain = subscribed("users");
    var bridged = bridged(door.admin(), "users");
    var raw = SocketClient.rawBridged(door.vertx, door.port())
        .register("users", "Authorization", door.admin().bearer());
    raw.next();
    var ada = door.person();
    rename(ada, "Ada \"Zoë\" \u2028 \ud83d\ude00");

    for (var event : List.of("user_created", "user_updated")) {
      var body = plain.next(event);
      assertEquals(ada.id(), body.getLong("user_id"));
      var expected = new JsonObject().put("type", "rec").put("address", "users").put("body", body);
      assertEquals(expected, bridged.next());
      assertEquals(expected, raw.next());
    }
  }

  @Test
  void an_unsubscribed_topic_delivers_no_more_events() {
    var second = door.person("admin");
    var own = "user." + second.id();
    door.prices.tick(FakePrices.quote(1, "SOLUSDT", "100", door.clock.instant()));
    var plain = plain(second).subscribe("users").subscribe(own).subscribe("prices.SOLUSDT");
    plain.next("prices");
    var bridged = bridged(second, "users");
    bridged.register(own).next();
    plain.send(new JsonObject().put("op", "unsubscribe").put("topic", "users"));
    assertEquals("users", plain.next("unsubscribed").getString("topic"));
    plain.send(new JsonObject().put("op", "unsubscribe").put("topic", "prices.SOLUSDT"));
    assertEquals("prices.SOLUSDT", plain.next("unsubscribed").getString("topic"));
    // The bridge client does the same after a refusal.
    bridged.send(new JsonObject().put("type", "unregister").put("address", "not-subscribed"));
    bridged.send(new JsonObject().put("type", "unregister").put("address", "users"));
    bridged.register(own).next();

    door.prices.tick(FakePrices.quote(2, "SOLUSDT", "101", door.clock.instant().plusMillis(1)));
    rename(second, "Second");
    for (var socket : List.of(plain, bridged)) {
      Await.until("the other topic delivers", () -> socket.sequences(own).size() == 1);
      assertEquals(List.of(), socket.sequences("users"));
    }
    plain.send("{\"op\":\"ping\"}").next("pong");
    assertEquals(List.of("100"), prices(plain));
    assertEquals(
        List.of(),
        bridged.frames.stream().filter(f -> "err".equals(f.getString("type"))).toList());
  }

  @Test
  void topics_of_other_users_and_unknown_topics_are_rejected() {
    var ada = door.person();
    var other = "user." + door.person().id();
    var plain = plain(ada);
    var bridged = bridged();
    for (var topic : List.of(other, "users", other + "0")) {
      assertEquals("not-allowed", errorCode(plain.subscribe(topic)));
      var refused = bridged.register(topic, "Authorization", ada.bearer()).next();
      assertEquals(403, refused.getInteger("failureCode"));
      assertEquals(topic, refused.getString("address"));
    }
    for (var topic : List.of("user.*", "user.me", "", "#", "prices.*", "prices.latest")) {
      assertEquals("topic-unknown", errorCode(plain.subscribe(topic)));
    }
  }
}
