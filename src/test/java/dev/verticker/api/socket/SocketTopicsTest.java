package dev.verticker.api.socket;

import static dev.verticker.api.openapi.ApiClient.expect;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.verticker.api.price.FakePrices;
import dev.verticker.api.user.UserFrontDoor.Person;
import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.OutboxEntry;
import dev.verticker.message.Notifications.Recipient;
import dev.verticker.message.trading.OrderJson;
import dev.verticker.message.trading.Orders;
import dev.verticker.testing.Await;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Tests the events of each topic and the topics that a client may subscribe to. */
class SocketTopicsTest extends SocketTestCase {
  private static final AtomicLong entries = new AtomicLong();

  @Test
  void an_administrator_that_names_no_topic_receives_the_changes_of_all_users() {
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
  void a_user_without_permission_that_names_no_topic_receives_its_own_changes() {
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
  void events_of_a_user_carry_the_whole_user_as_the_http_api_returns_it() {
    var socket = subscribed("users");
    var ada = door.person();
    var path = "/users/" + ada.id();
    var created = expect(200, door.get(door.admin(), path)).object();
    assertEquals(created, socket.next("user_created").getJsonObject("data"));

    rename(ada, "Ada King");

    var updated = socket.next("user_updated");
    assertEquals(new JsonObject().put("full_name", "Ada King"), updated.getJsonObject("changes"));
    assertEquals(created, updated.getJsonObject("before"));
    var response = expect(200, door.get(door.admin(), path));
    assertEquals(response.object(), updated.getJsonObject("data"));
    assertEquals(
        "\"" + updated.getJsonObject("data").getLong("revision") + "\"",
        response.headers().get("ETag"));
  }

  @Test
  void all_sockets_of_a_user_receive_the_read_position_and_resume_as_before() {
    var ada = door.person();
    var topic = "user." + ada.id();
    var plain = plain(ada).subscribe(topic);
    var start = plain.next("subscribed").getString("cursor");
    var bridged = bridged(ada, topic);
    var stranger = subscribed("users");
    rename(ada, "Ada King");
    var newest = plain.next("user_updated");
    bridged.next();

    markRead(ada, newest.getString("cursor"));

    var read = plain.next("notifications_read");
    assertEquals(newest.getLong("seq"), read.getLong("read_up_to"));
    assertEquals(newest.getString("epoch"), read.getString("epoch"));
    assertEquals(0, read.getInteger("unread"));
    assertFalse(read.containsKey("seq") || read.containsKey("cursor"));
    assertEquals(read, bridged.next().getJsonObject("body"));
    markRead(ada, newest.getString("cursor"));
    markRead(ada, start);
    rename(ada, "Ada");
    assertEquals("user_updated", plain.next().getString("event"), "nothing was marked again");
    assertEquals("user_updated", bridged.next().getJsonObject("body").getString("event"));
    var resumed = plain(ada).subscribe(topic, start);
    resumed.next("subscribed");
    assertSequences(resumed, topic, newest.getLong("seq"), newest.getLong("seq") + 1);
    assertFalse(stranger.frames.toString().contains("notifications_read"));
  }

  private static void markRead(Person person, String cursor) {
    expect(
        200,
        door.as(
            person, HttpMethod.POST, "/notifications/read", new JsonObject().put("up_to", cursor)));
  }

  @Test
  void a_user_receives_its_orders_trades_and_balances_and_resumes_after_them() {
    var ada = door.person();
    var topic = "orders." + ada.id();
    var plain = plain(ada).subscribe(topic);
    var start = plain.next("subscribed").getString("cursor");
    var bridged = bridged(ada, topic);
    var others = List.of(
        subscribed("users"), plain(ada).subscribe("user." + ada.id()), plain(door.person()));
    var order = new JsonObject().put("order", OrderJson.of(order(ada)));
    var balance = new JsonObject()
        .put(
            "balance",
            new JsonObject()
                .put("account_id", 12)
                .put("asset", "USDT")
                .put("available", "9932")
                .put("locked", "68")
                .put("as_of", "2025-08-20T10:11:12.131415+00:00"));

    append(ada, "order_updated", order);
    append(ada, "balance_updated", balance);

    var updated = plain.next("order_updated");
    assertEquals(order.getJsonObject("order"), updated.getJsonObject("order"));
    assertEquals(new JsonObject().put("self", true), updated.getJsonObject("by"));
    assertEquals(updated, bridged.next().getJsonObject("body"));
    assertEquals(
        balance.getJsonObject("balance"), plain.next("balance_updated").getJsonObject("balance"));
    var resumed = plain(ada).subscribe(topic, start);
    assertEquals(2, resumed.next("subscribed").getInteger("replayed"));
    assertEquals(updated, resumed.next("order_updated"));
    delete(ada);
    Await.until("the topic is deleted", () -> !isReadable(topic));
    others.forEach(socket -> assertFalse(socket.frames.toString().contains(topic)));
  }

  private static boolean isReadable(String topic) {
    var read = new Notifications.ReadTopic(topic, null, null, 1);
    return Await.await(
        door.bus.request(Notifications.READ_TOPIC, read).map(true).otherwise(false));
  }

  private static void append(Person person, String event, JsonObject content) {
    var payload = new JsonObject()
        .put("event", event)
        .put("user_id", person.id())
        .put("by", new JsonObject().put("id", person.id()).putNull("username"))
        .mergeIn(content);
    var recipient =
        new Recipient(Orders.topic(person.id()), Notifications.Audience.user(person.id()));
    var entry = new OutboxEntry(
        entries.incrementAndGet(),
        door.clock.instant(),
        event,
        person.id(),
        person.id(),
        false,
        List.of(recipient),
        payload.encode());
    Await.await(door.bus.request(
        Notifications.APPEND, new Notifications.Append("test-trading", List.of(entry))));
  }

  private static Orders.Order order(Person person) {
    var ticket = new Orders.Ticket(
        "BTCUSDT",
        Orders.Side.BUY,
        Orders.Type.LIMIT,
        Orders.TimeInForce.GTC,
        new BigDecimal("0.001"),
        null,
        new BigDecimal("68000"),
        null,
        null);
    var now = door.clock.instant();
    return new Orders.Order(
        4711,
        2,
        person.id(),
        12,
        "paper",
        "key-1",
        "4711",
        ticket,
        Orders.Status.OPEN,
        Orders.Source.OWN,
        BigDecimal.ZERO,
        BigDecimal.ZERO,
        BigDecimal.ZERO,
        null,
        now,
        now,
        now,
        null);
  }

  @Test
  void both_protocols_deliver_the_same_event() {
    var plain = subscribed("users");
    var bridged = bridged(door.admin(), "users");
    var raw = SocketClient.rawBridged(door.vertx, door.port())
        .register("users", "Authorization", door.admin().bearer());
    raw.next();
    var ada = door.person();
    rename(ada, "Ada \"Zoë\" \ud83d\ude00");

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
    for (var topic : List.of(other, "users", other + "0", other.replace("user", "orders"))) {
      assertEquals("not-allowed", errorCode(plain.subscribe(topic)));
      var refused = bridged.register(topic, "Authorization", ada.bearer()).next();
      assertEquals(403, refused.getInteger("failureCode"));
      assertEquals(topic, refused.getString("address"));
    }
    for (var topic : List.of(
        "user.*", "user.me", "orders.me", "orders", "", "#", "prices.", "trades", "book.A B")) {
      assertEquals("topic-unknown", errorCode(plain.subscribe(topic)));
    }
    for (var topic : List.of("prices.*", "prices.latest", "prices.btcusdt")) {
      assertEquals("symbol-unknown", errorCode(plain.subscribe(topic)));
    }
  }
}
