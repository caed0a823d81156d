package dev.verticker.api.socket;

import static dev.verticker.api.openapi.ApiClient.expect;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.verticker.api.price.FakePrices;
import dev.verticker.api.user.UserFrontDoor;
import dev.verticker.api.user.UserFrontDoor.Person;
import dev.verticker.bus.Address;
import dev.verticker.bus.Topic;
import dev.verticker.message.Users;
import dev.verticker.testing.Await;
import io.micrometer.core.instrument.Measurement;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both endpoints on real sockets, over the real log. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SocketsTest {
  private static final String OWN = "https://app.example.org";

  private final UserFrontDoor door = UserFrontDoor.openAlone("CORS_ORIGINS", OWN);

  @AfterEach
  void endSockets() {
    Listener.closeAll();
  }

  @AfterAll
  void close() {
    door.close();
  }

  @Test
  void a_client_of_the_earlier_system_only_connects_and_hears_who_changes() {
    var socket = plain(door.admin());
    var hello = socket.next("hello");
    assertEquals(door.admin().id(), hello.getLong("user_id"));

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

    expect(204, door.as(door.admin(), HttpMethod.DELETE, "/users/" + ada.id(), null));
    assertEquals(
        new JsonObject().put("id", ada.id()), socket.next("user_deleted").getJsonObject("data"));
    socket.close();
  }

  @Test
  void who_has_no_permission_hears_only_of_oneself() {
    var ada = door.person();
    var socket = plain(ada);
    socket.next("subscribed");
    door.person();
    rename(ada, "Ada L.");

    var updated = socket.next();
    assertEquals("user." + ada.id(), updated.getString("topic"));
    assertEquals(new JsonObject().put("self", false), updated.getJsonObject("by"));
    socket.close();
  }

  @Test
  void the_bridge_tells_the_same_in_its_own_words() {
    var admin = door.admin();
    var plain = subscribed("users");
    var bridged = bridged(admin, "users");
    var ada = door.person();

    var frame = bridged.next();
    assertEquals("rec", frame.getString("type"));
    assertEquals("users", frame.getString("address"));
    assertEquals(plain.next("user_created"), frame.getJsonObject("body"));
    assertEquals(ada.id(), frame.getJsonObject("body").getLong("user_id"));
    plain.close();
    bridged.close();
  }

  @Test
  void who_comes_back_hears_what_it_missed_and_then_goes_on() {
    var ada = door.person();
    var socket = plain(ada);
    var place = socket.subscribe("user." + ada.id()).next("subscribed");
    assertFalse(place.getBoolean("recovered"));
    socket.close();
    for (var i = 0; i < 5; i++) {
      rename(ada, "Ada " + i);
    }

    var again =
        plain(ada).subscribe("user." + ada.id(), place.getString("epoch"), place.getLong("seq"));
    var resumed = again.next("subscribed");
    assertTrue(resumed.getBoolean("recovered"));
    rename(ada, "Ada at last");
    var first = place.getLong("seq") + 1;
    heard(again, "user." + ada.id(), first, first + 5);
    again.close();

    var lost = bridged(ada, "user." + ada.id(), "since", "another-epoch:3");
    assertFalse(lost.frames.get(0).getJsonObject("body").getBoolean("recovered"));
    lost.close();
  }

  @Test
  void while_five_write_a_client_that_drops_all_the_time_misses_nothing() {
    var people = new ArrayList<Person>();
    for (var i = 0; i < 5; i++) {
      people.add(door.person());
    }
    var first = subscribed("users");
    var place = first.frames.get(first.frames.size() - 1);
    first.close();
    var epoch = place.getString("epoch");
    var reached = place.getLong("seq");
    var writing = new ArrayList<Future<?>>();
    for (var person : people) {
      var chain = Future.<Object>succeededFuture();
      for (var i = 0; i < 20; i++) {
        var name = "Name " + i;
        chain = chain.compose(done -> door.begin(
                door.admin(),
                HttpMethod.PATCH,
                "/users/" + person.id(),
                new JsonObject().put("full_name", name),
                "Content-Type",
                "application/merge-patch+json")
            .map(reply -> expect(200, reply)));
      }
      writing.add(chain);
    }
    var heard = new ArrayList<Long>();
    var last = reached + 100;
    while (reached < last) {
      var socket = plain(door.admin()).subscribe("users", epoch, reached);
      assertTrue(socket.next("subscribed").getBoolean("recovered"));
      var wanted = Math.min(12, last - reached);
      Await.until("more events", () -> socket.sequences("users").size() >= wanted);
      socket.close();
      Await.until("closed", socket::isClosed);
      var sequences = socket.sequences("users");
      heard.addAll(sequences);
      reached = sequences.get(sequences.size() - 1);
    }
    assertEquals(LongStream.rangeClosed(place.getLong("seq") + 1, last).boxed().toList(), heard);
    writing.forEach(Await::await);
  }

  @Test
  void prices_come_at_once_and_then_with_their_extremes() {
    var now = door.clock.instant();
    door.prices.tick(FakePrices.quote(1, "BTCUSDT", "100", now));
    var ada = door.person();
    var socket = plain(ada)
        .say(new JsonObject()
            .put("op", "subscribe")
            .put("topic", "prices.BTCUSDT")
            .put("every_ms", 400));
    assertFalse(socket.next("subscribed").containsKey("seq"));
    var snapshot = socket.next("prices").getJsonArray("data").getJsonObject(0);
    assertEquals("100", snapshot.getString("price"));
    assertEquals("simulated", snapshot.getString("venue"));

    var later = now.plusMillis(1);
    for (var price : List.of("101", "107", "93", "99")) {
      later = later.plusMillis(1);
      door.prices.tick(FakePrices.quote(2, "BTCUSDT", price, later));
    }
    var high = 0;
    JsonObject quote;
    do {
      quote = socket.next("prices").getJsonArray("data").getJsonObject(0);
      high = Math.max(high, Integer.parseInt(quote.getString("high")));
    } while (!quote.getString("price").equals("99"));
    assertEquals("107 93", high + " " + quote.getString("low"));

    socket.subscribe("prices.NONSENSE");
    assertEquals("symbol-unknown", socket.next("error").getString("code"));
    socket.close();
  }

  @Test
  void a_client_says_how_often_it_wants_prices() {
    var now = door.clock.instant();
    door.prices.tick(FakePrices.quote(1, "ETHUSDT", "100", now));
    var often = plain(door.admin()).subscribe("prices.ETHUSDT");
    var seldom = plain(door.admin())
        .say(new JsonObject()
            .put("op", "subscribe")
            .put("topic", "prices.ETHUSDT")
            .put("every_ms", 3_600_000));
    var bridged = Listener.bridged(door.vertx, door.port())
        .say(new JsonObject()
            .put("type", "register")
            .put("address", "prices.ETHUSDT")
            .put(
                "headers",
                new JsonObject()
                    .put("Authorization", door.admin().bearer())
                    .put("every_ms", "3600000")));
    for (var socket : List.of(often, seldom, bridged)) {
      Await.until("where it is now", () -> prices(socket).equals(List.of("100")));
    }
    for (var price : List.of("101", "102", "103")) {
      now = now.plusMillis(1);
      door.prices.tick(FakePrices.quote(2, "ETHUSDT", price, now));
      Await.until("told", () -> prices(often).contains(price));
    }
    seldom.say("{\"op\":\"ping\"}").next("pong");
    assertEquals(List.of("100", "101"), prices(seldom), "the next one in an hour");
    assertEquals(List.of("100", "101"), prices(bridged));

    for (var wrong : List.of(249, 3_600_001, "soon", 0.5)) {
      var asked = new JsonObject().put("topic", "prices.ETHUSDT").put("every_ms", wrong);
      assertEquals(
          "invalid-request",
          often.say(asked.put("op", "subscribe")).next("error").getString("code"));
    }
  }

  @Test
  void who_unsubscribes_hears_no_more_of_that_topic() {
    var second = door.person("admin");
    var own = "user." + second.id();
    door.prices.tick(FakePrices.quote(1, "SOLUSDT", "100", door.clock.instant()));
    var plain = plain(second).subscribe("users").subscribe(own).subscribe("prices.SOLUSDT");
    plain.next("prices");
    var bridged = bridged(second, "users");
    bridged.register(own).next();
    plain.say(new JsonObject().put("op", "unsubscribe").put("topic", "users"));
    assertEquals("users", plain.next("unsubscribed").getString("topic"));
    plain.say(new JsonObject().put("op", "unsubscribe").put("topic", "prices.SOLUSDT"));
    assertEquals("prices.SOLUSDT", plain.next("unsubscribed").getString("topic"));
    // Of a topic that it does not hear, as the bridge's client does after a refusal.
    bridged.say(new JsonObject().put("type", "unregister").put("address", "nonsense"));
    bridged.say(new JsonObject().put("type", "unregister").put("address", "users"));
    bridged.register(own).next();

    door.prices.tick(FakePrices.quote(2, "SOLUSDT", "101", door.clock.instant().plusMillis(1)));
    rename(second, "Second");
    for (var socket : List.of(plain, bridged)) {
      Await.until("what it still hears", () -> socket.sequences(own).size() == 1);
      assertEquals(List.of(), socket.sequences("users"));
    }
    plain.say("{\"op\":\"ping\"}").next("pong");
    assertEquals(List.of("100"), prices(plain));
    assertEquals(
        List.of(),
        bridged.frames.stream().filter(f -> "err".equals(f.getString("type"))).toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://evil.example", "null", "http://app.example.org"})
  void pages_of_others_may_not_connect(String origin) {
    assertEquals(403, refusal("/ws", "Origin", origin));
    assertEquals(403, refusal(Listener.bridge(), "Origin", origin));
    assertEquals(403, refusal("/eventbus/websocket", "Origin", origin));
    assertEquals(403, door.client().get("/eventbus/info", "Origin", origin).status());
  }

  @Test
  void our_own_pages_and_those_that_may_ask_connect() {
    assertEquals(101, refusal("/ws", "Origin", OWN));
    assertEquals(101, refusal("/ws", "Origin", "http://localhost:" + door.port()));
    assertEquals(
        101,
        refusal(
            "/ws",
            "Origin",
            "https://verticker.example",
            "X-Forwarded-Proto",
            "https",
            "X-Forwarded-Host",
            "verticker.example"));
    assertEquals(101, refusal("/ws"));
  }

  @Test
  void a_token_has_no_place_in_a_url() {
    assertEquals(400, refusal("/ws?token=" + door.admin().access()));
    assertEquals(400, refusal("/ws?ticket=" + door.admin().access()));
    assertEquals(400, refusal(Listener.bridge() + "?access_token=x"));
  }

  @Test
  void only_websocket_by_default() {
    for (var transport : List.of("xhr", "xhr_streaming", "xhr_send", "jsonp_send")) {
      var reply = door.client()
          .send(HttpMethod.POST, "/eventbus/000/abc/" + transport, null, "Origin", OWN);
      assertEquals(404, reply.status(), transport);
    }
  }

  @Test
  void a_ticket_opens_one_socket() {
    var ticket = ticket(door.admin());
    var first = Listener.plain(door.vertx, door.port(), "?ticket=" + ticket);
    first.next("hello");
    var second = Listener.plain(door.vertx, door.port(), "?ticket=" + ticket);
    second.expectClose(4401, "invalid-ticket");
    Listener.plain(door.vertx, door.port(), "?ticket=nonsense").expectClose(4401, "invalid-ticket");
    first.close();
  }

  @Test
  void who_does_not_sign_in_hears_nothing_and_is_sent_away() {
    var plain = Listener.plain(door.vertx, door.port(), "");
    var bridged = Listener.bridged(door.vertx, door.port());
    assertFalse(plain.next("hello").getBoolean("authenticated"));
    assertEquals("token-missing", plain.subscribe("users").next("error").getString("code"));
    assertEquals("token-missing", bridged.register("users").next().getString("failureType"));
    assertEquals(
        "invalid-token",
        bridged.register("users", "Authorization", "Bearer x").next().getString("failureType"));
    door.person();
    plain.expectClose(4401, "auth-timeout");
    Await.until("closed", bridged::isClosed);
    assertEquals("auth-timeout", bridged.next().getString("failureType"));
    assertEquals(List.of(), plain.sequences("users"));
  }

  @Test
  void a_frame_can_sign_in_and_extend() {
    var ada = door.person();
    var socket = Listener.plain(door.vertx, door.port(), "");
    socket.say(auth(ada.access()));
    assertEquals(ada.id(), socket.next("authenticated").getLong("user_id"));
    socket.say(auth(door.admin().access()));
    assertEquals("other-user", socket.next("error").getString("code"));
    socket.say(auth("nonsense"));
    assertEquals("invalid-token", socket.next("error").getString("code"));
    socket.say("{\"op\":\"ping\"}");
    socket.next("pong");
    socket.close();
  }

  @Test
  void somebody_elses_topic_is_refused() {
    var ada = door.person();
    var other = "user." + door.person().id();
    var plain = plain(ada);
    var bridged = Listener.bridged(door.vertx, door.port());
    for (var topic : List.of(other, "users", other + "0")) {
      assertEquals("not-allowed", plain.subscribe(topic).next("error").getString("code"));
      var refused = bridged.register(topic, "Authorization", ada.bearer()).next();
      assertEquals(403, refused.getInteger("failureCode"));
      assertEquals(topic, refused.getString("address"));
    }
    for (var topic : List.of("user.*", "user.me", "", "#", "prices.*", "prices.latest")) {
      assertEquals("topic-unknown", plain.subscribe(topic).next("error").getString("code"));
    }
    plain.close();
    bridged.close();
  }

  @Test
  void nothing_a_browser_says_reaches_the_bus() throws IllegalAccessException {
    var before = door.get(door.admin(), "/users?limit=1000").array().size();
    var plain = new ArrayList<Listener>();
    for (var name : addresses()) {
      var socket = Listener.bridged(door.vertx, door.port());
      var forged = new JsonObject()
          .put("address", name)
          .put("headers", new JsonObject().put("Authorization", door.admin().bearer()))
          .put("body", new JsonObject().put("username", "forged"))
          .put("replyAddress", "reply");
      var sent = socket.say(forged.copy().put("type", "send")).next();
      assertEquals("err reply outbound-only", shown(sent));
      var published = socket.say(forged.copy().put("type", "publish")).next();
      assertEquals("outbound-only", published.getString("failureType"));
      var registered =
          socket.register(name, "Authorization", door.admin().bearer()).next();
      assertEquals("err " + name + " topic-unknown", shown(registered));
      socket.close();
      plain.add(forged(name));
    }
    // Each of them below the rate.
    for (var socket : plain) {
      assertEquals("unknown-op", socket.next("error").getString("code"));
      assertEquals("unknown-op", socket.next("error").getString("code"));
      assertEquals("topic-unknown", socket.next("error").getString("code"));
      socket.close();
    }
    assertEquals(before, door.get(door.admin(), "/users?limit=1000").array().size());
  }

  @Test
  void what_is_longer_than_any_token_or_address_is_not_kept() {
    var tooLong = "x".repeat(10_000);
    var plain = plain(door.admin());
    assertEquals(
        "malformed-frame",
        plain
            .say(new JsonObject().put("op", "auth").put("token", tooLong))
            .next("error")
            .getString("code"));
    var bridged = Listener.bridged(door.vertx, door.port());
    var register = new JsonObject()
        .put("type", "register")
        .put("address", "users")
        .put("headers", new JsonObject().put("Authorization", "Bearer " + tooLong));
    assertEquals("invalid-token", bridged.say(register).next().getString("failureType"));
    var send = new JsonObject().put("type", "send").put("address", "users");
    var refusal = bridged.say(send.put("replyAddress", tooLong)).next();
    assertEquals("outbound-only", refusal.getString("failureType"));
    assertFalse(refusal.containsKey("address"), "what anybody sends is not sent back at length");
    plain.close();
    bridged.close();
  }

  @Test
  void nonsense_is_answered_and_the_socket_stays() {
    var plain = plain(door.admin());
    var bridged = Listener.bridged(door.vertx, door.port());
    for (var text : List.of("", "[1,2]", "{", "{\"op\":7}", "{\"op\":\"subscribe\"}", "null")) {
      assertEquals("malformed-frame", plain.say(text).next("error").getString("code"), text);
    }
    for (var text : List.of("x", "[1]", "{\"type\":7}", "{\"type\":\"register\",\"headers\":3}")) {
      assertEquals("malformed-frame", bridged.say(text).next().getString("failureType"), text);
    }
    assertEquals(
        "invalid-request",
        plain
            .say("{\"op\":\"subscribe\",\"topic\":\"users\",\"since\":7}")
            .next("error")
            .getString("code"));
    plain.say("{\"op\":\"ping\"}").next("pong");
    plain.close();
    bridged.close();
  }

  @Test
  void too_much_of_anything() {
    var many = plain(door.admin());
    for (var i = 0; i < 200; i++) {
      many.subscribe("users");
    }
    many.expectClose(1008, "too-many-messages");
    var registers = Listener.bridged(door.vertx, door.port());
    for (var i = 0; i < 200; i++) {
      registers.register("users", "Authorization", door.admin().bearer());
    }
    Await.until("closed", registers::isClosed);
    var heard = registers.frames;
    assertEquals("too-many-messages", heard.get(heard.size() - 1).getString("failureType"));

    var topics = plain(door.admin());
    var symbols = new ArrayList<String>();
    for (var i = 0; i <= 20; i++) {
      symbols.add("S" + i + "USDT");
    }
    for (var symbol : symbols) {
      door.prices.holds(FakePrices.quote(1, symbol, "1", door.clock.instant()));
      topics.subscribe("prices." + symbol);
    }
    assertEquals("too-many-topics", topics.next("error").getString("code"));
    topics.close();

    var big = plain(door.admin());
    big.writeBig(2_000_000);
    Await.until("closed", big::isClosed);

    var fragments = plain(door.admin());
    fragments.next("hello");
    for (var i = 0; i < 6; i++) {
      var part = "x".repeat(60_000);
      fragments
          .socket()
          .writeFrame(
              i == 0
                  ? WebSocketFrame.textFrame(part, false)
                  : WebSocketFrame.continuationFrame(Buffer.buffer(part), i == 5));
    }
    fragments.expectClose(1009, "too-big");
  }

  @Test
  void who_loses_a_role_loses_its_topics_at_once_and_nothing_else() {
    var second = door.person("admin");
    var plain = plain(second).subscribe("users").subscribe("user." + second.id());
    plain.next("subscribed");
    plain.next("subscribed");
    var bridged = bridged(second, "users");
    patch(second, new JsonObject().put("roles", new JsonArray().add("user")));

    assertEquals("users", plain.next("error").getString("topic"));
    assertEquals(
        "err users not-allowed", shown(bridged.next(f -> "err".equals(f.getString("type")))));
    var heard = plain.sequences("users").size();
    var third = door.person();
    rename(third, "Third");
    rename(second, "Second");
    plain.next(f -> f.getString("topic", "").equals("user." + second.id())
        && f.containsKey("changes")
        && f.getJsonObject("changes").containsKey("full_name"));
    assertEquals(heard, plain.sequences("users").size());
    plain.close();
    bridged.close();
  }

  @Test
  void who_is_disabled_or_deleted_is_sent_away_with_the_reason() {
    var ada = door.person();
    var socket = plain(ada);
    socket.next("hello");
    expect(200, door.as(door.admin(), HttpMethod.POST, "/users/" + ada.id() + "/disable", null));
    socket.expectClose(4403, "user-disabled");

    var grace = door.person();
    var gone = plain(grace);
    var bridged = bridged(grace, "user." + grace.id());
    gone.next("hello");
    expect(204, door.as(door.admin(), HttpMethod.DELETE, "/users/" + grace.id(), null));
    gone.expectClose(4403, "user-deleted");
    Await.until("closed", bridged::isClosed);
    assertEquals(
        "user-deleted", bridged.frames.get(bridged.frames.size() - 1).getString("failureType"));
  }

  @Test
  void a_ticket_ends_after_half_a_minute_and_a_socket_with_its_token() {
    try (var alone = UserFrontDoor.openAlone()) {
      var admin = alone.admin();
      var ticket = expect(200, alone.as(admin, HttpMethod.POST, "/auth/ticket", null))
          .object()
          .getString("ticket");
      var socket = Listener.plain(alone.vertx, alone.port(), "?ticket=" + ticket);
      socket.next("hello");
      var late = expect(200, alone.as(admin, HttpMethod.POST, "/auth/ticket", null))
          .object()
          .getString("ticket");
      alone.clock.step(Duration.ofSeconds(31));
      Listener.plain(alone.vertx, alone.port(), "?ticket=" + late)
          .expectClose(4401, "invalid-ticket");
      assertFalse(socket.isClosed());
      alone.clock.step(Duration.ofMinutes(15));
      socket.expectClose(4401, "token-expired");
    }
  }

  @Test
  void a_stopping_node_says_when_to_come_back() {
    var alone = UserFrontDoor.openAlone();
    var admin = alone.admin();
    var ticket = expect(200, alone.as(admin, HttpMethod.POST, "/auth/ticket", null))
        .object()
        .getString("ticket");
    var client = Vertx.vertx();
    var socket = Listener.plain(client, alone.port(), "?ticket=" + ticket);
    socket.next("hello");
    alone.close();
    Await.until("closed", socket::isClosed);
    assertEquals(1012, socket.socket().closeStatusCode().intValue());
    assertTrue(socket.next("error").getInteger("retry_after_ms") <= 5000);
    client.close();
  }

  @Test
  void the_document_can_be_read() {
    var document = expect(200, door.client().get("/asyncapi.yaml")).body().toString();
    assertTrue(document.startsWith("asyncapi: 3"), document);
    for (var reason : CloseReason.values()) {
      var row = document.lines().filter(line -> line.contains("| " + reason.code() + " |"));
      assertTrue(row.anyMatch(line -> line.contains("`" + reason.word())), reason.word());
    }
    assertTrue(
        expect(200, door.client().get("/docs/events")).body().toString().contains("recovered"));
    var http = expect(200, door.client().get("/openapi.yaml")).body().toString();
    assertTrue(http.contains("[/docs/events](/docs/events)"), "the other document leads to it");
  }

  @Test
  void what_there_is_to_measure() throws IOException {
    Await.until(
        "the sockets of other tests have ended",
        () -> measured("sockets", "framing", "plain") == 0);
    var byClient =
        measured("socket_closes_total", "framing", "plain", "code", "1001", "reason", "client");
    var refused = measured("socket_refusals_total", "framing", "plain", "code", "topic-unknown");
    var replays = measured("socket_replays_total", "from", "memory");
    var replayed = measured("socket_replayed_events_total", "from", "memory");

    var first = subscribed("users");
    var place = first.frames.get(first.frames.size() - 1);
    door.person();
    door.person();
    first.next("user_created");
    first.next("user_created");
    var socket = plain(door.admin())
        .subscribe("users", place.getString("epoch"), place.getLong("seq"))
        .subscribe("nonsense");
    socket.next("error");
    assertEquals(2, measured("sockets", "framing", "plain", "state", "open"));
    assertEquals(2, measured("sockets", "framing", "plain", "state", "signed-in"));
    assertEquals(
        refused + 1,
        measured("socket_refusals_total", "framing", "plain", "code", "topic-unknown"));
    assertEquals(replays + 1, measured("socket_replays_total", "from", "memory"));
    assertEquals(replayed + 2, measured("socket_replayed_events_total", "from", "memory"));

    socket.socket().close((short) 1001);
    first.socket().close((short) 4999, "whatever a client says");
    Await.until(
        "both have ended", () -> measured("sockets", "framing", "plain", "state", "open") == 0);
    assertEquals(
        byClient + 1,
        measured("socket_closes_total", "framing", "plain", "code", "1001", "reason", "client"));
    assertEquals(0, measured("sockets", "framing", "plain", "state", "signed-in"));
    assertTrue(
        door.metrics.find("socket_closes_total").tag("code", "4999").counters().isEmpty());

    var documented = Files.readString(Path.of("docs/notifications.md"));
    door.metrics.getMeters().stream()
        .map(meter -> meter.getId().getName())
        .filter(name -> name.matches("(socket|notification_|outbox_).*"))
        .forEach(name -> assertTrue(documented.contains("`" + name), name));
  }

  /** Of all frames of prices so far. */
  private static List<String> prices(Listener socket) {
    return socket.frames.stream()
        .map(frame -> frame.getValue("body") instanceof JsonObject body ? body : frame)
        .filter(body -> "prices".equals(body.getString("event")))
        .map(body -> body.getJsonArray("data").getJsonObject(0).getString("price"))
        .toList();
  }

  /** 0 when it was not counted yet. */
  private double measured(String name, String... tags) {
    return door.metrics.find(name).tags(tags).meters().stream()
        .flatMap(meter -> StreamSupport.stream(meter.measure().spliterator(), false))
        .mapToDouble(Measurement::getValue)
        .sum();
  }

  private Listener forged(String address) {
    var frame = new JsonObject().put("topic", address).put("body", new JsonObject());
    return plain(door.admin())
        .say(frame.copy().put("op", "send"))
        .say(frame.copy().put("op", "publish"))
        .say(frame.copy().put("op", "subscribe"));
  }

  /** All there are, and some that there are not. */
  private static List<String> addresses() throws IllegalAccessException {
    var names = new ArrayList<>(List.of("unknown", "__vertx.reply.1"));
    var classes = new ClassFileImporter().importPackagesOf(Users.class);
    for (var imported : classes) {
      for (var field : imported.reflect().getDeclaredFields()) {
        if (field.getType() == Address.class) {
          names.add(((Address<?, ?>) field.get(null)).name());
        } else if (field.getType() == Topic.class) {
          names.add(((Topic<?>) field.get(null)).name());
        }
      }
    }
    assertTrue(names.containsAll(List.of("users.create", "notifications.news")), names::toString);
    return names;
  }

  private static String shown(JsonObject refusal) {
    return refusal.getString("type") + " " + refusal.getString("address") + " "
        + refusal.getString("failureType");
  }

  private void heard(Listener socket, String topic, long from, long to) {
    var expected = LongStream.rangeClosed(from, to).boxed().toList();
    Await.until("everything", () -> socket.sequences(topic).size() >= expected.size());
    assertEquals(expected, socket.sequences(topic));
  }

  private Listener plain(Person person) {
    return Listener.plain(door.vertx, door.port(), "?ticket=" + ticket(person));
  }

  private Listener subscribed(String topic) {
    var socket = plain(door.admin()).subscribe(topic);
    socket.next("subscribed");
    return socket;
  }

  private Listener bridged(Person person, String address, String... headers) {
    var all = new ArrayList<>(List.of("Authorization", person.bearer()));
    all.addAll(List.of(headers));
    var socket =
        Listener.bridged(door.vertx, door.port()).register(address, all.toArray(String[]::new));
    assertEquals("subscribed", socket.next().getJsonObject("body").getString("event"));
    return socket;
  }

  private String ticket(Person person) {
    return expect(200, door.as(person, HttpMethod.POST, "/auth/ticket", null))
        .object()
        .getString("ticket");
  }

  private static JsonObject auth(String token) {
    return new JsonObject().put("op", "auth").put("token", token);
  }

  private int refusal(String target, String... headers) {
    return Listener.refusal(door.vertx, door.port(), target, headers);
  }

  private void rename(Person person, String name) {
    patch(person, new JsonObject().put("full_name", name));
  }

  private void patch(Person person, JsonObject change) {
    expect(
        200,
        door.as(
            door.admin(),
            HttpMethod.PATCH,
            "/users/" + person.id(),
            change,
            "Content-Type",
            "application/merge-patch+json"));
  }
}
