package dev.verticker.api.socket;

import static dev.verticker.api.openapi.ApiClient.expect;
import static dev.verticker.api.price.FakeMarket.book;
import static dev.verticker.api.price.FakeMarket.trade;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.price.FakePrices;
import dev.verticker.api.user.UserFrontDoor;
import dev.verticker.message.Books.FindBook;
import dev.verticker.message.Trades.FindTrades;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sockets that have not signed in to a User API whose market data is public. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PublicSocketsTest {
  private static final int MAX_SOCKETS = 3;

  private final UserFrontDoor door =
      UserFrontDoor.openPublic("PUBLIC_SOCKETS_PER_ADDRESS", MAX_SOCKETS);
  private String address;
  private int addresses;

  @BeforeAll
  void fill() {
    door.market.holdsTrades("BTCUSDT", trade(1, "68000.12"));
    door.market.holds(book("BTCUSDT", 7, "68000.11", "68000.12", Instant.now()));
  }

  @BeforeEach
  void forget() {
    addresses++;
    address = "198.51.100." + addresses;
    door.prices.requests.clear();
    door.candles.requests.clear();
    door.market.requests.clear();
    door.market.demands.clear();
  }

  @AfterEach
  void closeSockets() {
    SocketClient.closeAll(door.port());
    until("no public socket is open", () -> gauge("sockets_public") == 0);
  }

  @AfterAll
  void close() {
    door.close();
  }

  @Test
  void a_socket_without_a_sign_in_receives_market_data_and_no_request_reaches_the_exchange() {
    var socket = open();
    for (var topic : List.of("prices", "prices.BTCUSDT", "prices.LTCUSDT", "feed")) {
      assertEquals(topic, subscribed(socket, topic).getString("topic"));
    }
    for (var topic : List.of("candles.BTCUSDT.1m", "trades.BTCUSDT", "book.BTCUSDT")) {
      assertEquals(topic, subscribed(socket, topic).getString("topic"));
      assertEquals(
          topic,
          socket.next(frame -> !frame.getString("event").equals("prices")).getString("topic"));
    }

    door.prices.tick(FakePrices.quote(3, "BTCUSDT", "68001.00", Instant.now()));
    socket.next(frame -> frame.encode().contains("68001.00"));
    door.market.publishTrades(1, "BTCUSDT", trade(1, "68000.12"), trade(2, "68001.00"));
    var further = socket.next(
        frame -> frame.encode().contains("\"id\":\"2\"") || frame.encode().contains("\"id\":2"));
    assertEquals("trades.BTCUSDT", further.getString("topic"));

    assertTrue(door.candles.requests.stream().allMatch(request -> request.held()));
    assertTrue(door.market.requests.stream()
        .allMatch(request -> request instanceof FindTrades find && find.held()
            || request instanceof FindBook book && book.held()));
    assertEquals(List.of(), door.market.demands);
    assertEquals(List.of(), door.prices.requests);
    assertEquals(1, gauge("sockets_public"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"users", "user.1", "nothing", "prices.", "candles.BTCUSDT", "candles.BTCUSDT.2m"})
  void other_topics_require_a_sign_in(String topic) {
    var socket = open().subscribe(topic);

    assertEquals("token-missing", socket.next("error").getString("code"));
    assertEquals(0, gauge("sockets_public"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "prices.DOGEUSDT symbol-not-public",
        "candles.DOGEUSDT.1m symbol-unknown",
        "prices.NOPE symbol-unknown",
        "prices.btcusdt symbol-unknown",
        "prices.人生 symbol-unknown"
      })
  void a_symbol_that_is_not_held_is_refused_and_the_socket_is_not_admitted(String row) {
    var topic = row.split(" ")[0];
    var socket = open().subscribe(topic);

    var error = socket.next("error");

    assertEquals(topic, error.getString("topic"));
    assertEquals(row.split(" ")[1], error.getString("code"));
    assertEquals(0, gauge("sockets_public"));
    assertEquals(List.of(), door.prices.requests);
    assertTrue(door.candles.requests.stream().allMatch(request -> request.held()));
  }

  @Test
  void an_address_has_a_limited_number_of_sockets_until_one_closes_or_signs_in() {
    var sockets = IntStream.range(0, MAX_SOCKETS).mapToObj(i -> open()).toList();
    sockets.forEach(socket -> subscribed(socket, "feed"));

    var refused = open().subscribe("feed").next("error");
    assertEquals("too-many-sockets", refused.getString("code"));
    assertEquals(429, refused.getInteger("status"));
    var elsewhere = SocketClient.plain(
        door.vertx, door.port(), "", "X-Forwarded-For", "203.0.113." + addresses);
    subscribed(elsewhere, "feed");

    sockets.get(0).close();
    until("its socket is closed", () -> gauge("sockets_public") == MAX_SOCKETS);
    subscribed(open(), "feed");
    var person = door.person();
    sockets
        .get(1)
        .send(new JsonObject().put("op", "auth").put("token", person.access()))
        .next("authenticated");
    subscribed(open(), "feed");
  }

  @Test
  void subscriptions_continue_after_a_sign_in() {
    var socket = open();
    subscribed(socket, "prices.BTCUSDT");
    var person = door.person();
    socket.send(new JsonObject().put("op", "auth").put("token", person.access()));
    assertEquals(person.id(), socket.next("authenticated").getLong("user_id"));
    subscribed(socket, "user." + person.id());

    door.prices.tick(FakePrices.quote(4, "BTCUSDT", "68002.00", Instant.now()));
    socket.next(frame -> frame.encode().contains("68002.00"));
    // The same topic again, as a user.
    subscribed(socket, "prices.BTCUSDT");
    door.prices.tick(FakePrices.quote(5, "BTCUSDT", "68003.00", Instant.now()));
    socket.next(frame -> frame.encode().contains("68003.00"));
    socket.send(new JsonObject().put("op", "ping")).next("pong");
    assertEquals(
        1,
        socket.frames.stream()
            .filter(frame -> frame.encode().contains("68003.00"))
            .count());
    assertEquals(0, gauge("sockets_public"));
  }

  @Test
  void a_public_socket_outlives_the_time_for_the_sign_in_and_an_idle_one_does_not() {
    var idle = open();
    var refused = open().subscribe("users");
    var watching = open();
    subscribed(watching, "feed");
    var bridged = SocketClient.bridged(door.vertx, door.port(), "X-Forwarded-For", address)
        .register("prices.BTCUSDT");
    assertNotNull(bridged.next().getJsonObject("body"));

    idle.expectClose(4401, "auth-timeout");
    refused.expectClose(4401, "auth-timeout");

    assertFalse(watching.isClosed());
    assertFalse(bridged.isClosed());
    watching.send(new JsonObject().put("op", "ping")).next("pong");
  }

  @Test
  void a_list_of_symbols_is_public_if_each_of_them_is_held() {
    var socket = open()
        .send(new JsonObject()
            .put("op", "subscribe")
            .put("topic", "prices")
            .put("symbols", new JsonArray().add("BTCUSDT").add("LTCUSDT")));
    assertEquals(2, socket.next("subscribed").getJsonArray("symbols").size());

    socket.send(new JsonObject()
        .put("op", "subscribe")
        .put("topic", "prices")
        .put("symbols", new JsonArray().add("BTCUSDT").add("DOGEUSDT")));
    assertEquals("symbol-not-public", socket.next("error").getString("code"));
    assertEquals(List.of(), door.prices.requests);
  }

  @Test
  void users_do_not_share_the_topics_of_public_sockets() {
    subscribed(open(), "candles.BTCUSDT.1m");
    var person = door.person();
    var ticket = SocketTestCase.ticket(door, person);
    var user = SocketClient.plain(door.vertx, door.port(), "?ticket=" + ticket);
    subscribed(user, "candles.BTCUSDT.1m");

    until("both are read", () -> door.candles.requests.size() == 2);
    assertEquals(
        List.of(true, false),
        door.candles.requests.stream().map(request -> request.held()).toList());
    expect(200, door.get(person, "/prices/BTCUSDT"));
  }

  private SocketClient open() {
    return SocketClient.plain(door.vertx, door.port(), "", "X-Forwarded-For", address);
  }

  private static JsonObject subscribed(SocketClient socket, String topic) {
    socket.subscribe(topic);
    return socket.next("subscribed");
  }

  private double gauge(String name) {
    return door.metrics.get(name).gauge().value();
  }
}
