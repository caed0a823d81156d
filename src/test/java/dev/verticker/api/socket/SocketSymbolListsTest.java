package dev.verticker.api.socket;

import static dev.verticker.api.price.FakeCandles.candle;
import static dev.verticker.api.price.FakeMarket.trade;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.price.FakePrices;
import dev.verticker.message.Candles.Candle;
import dev.verticker.message.Candles.State;
import dev.verticker.message.Interval;
import dev.verticker.testing.Await;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tests subscriptions to the topics of several symbols with one command. */
class SocketSymbolListsTest extends SocketTestCase {
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

  @Test
  void one_command_subscribes_to_the_prices_of_several_symbols() {
    hold("LISTA", "LISTB", "LISTC");
    var socket = plain(door.person()).send(subscribe("prices", "LISTA", "LISTB"));

    var subscribed = socket.next("subscribed");
    assertEquals("prices", subscribed.getString("topic"));
    assertEquals(List.of("LISTA", "LISTB"), subscribed.getJsonArray("symbols").getList());
    assertEquals("prices.LISTA", snapshot(socket));
    assertEquals("prices.LISTB", snapshot(socket));

    var now = door.clock.instant().plusMillis(10);
    door.prices.tick(
        FakePrices.quote(2, "LISTC", "3", now), FakePrices.quote(2, "LISTB", "2", now));
    var change = socket.next("prices");
    assertEquals("prices.LISTB", change.getString("topic"));
    assertFalse(change.getBoolean("snapshot"));
    assertEquals("2", change.getJsonArray("data").getJsonObject(0).getString("price"));
  }

  @Test
  void another_list_replaces_the_first_and_its_remaining_symbols_continue() {
    hold("MOREA", "MOREB", "MOREC");
    var socket = plain(door.person()).send(subscribe("prices", "MOREA", "MOREB"));
    snapshot(socket);
    snapshot(socket);

    socket.send(subscribe("prices", "MOREB", "MOREC"));

    assertEquals(
        List.of("MOREB", "MOREC"),
        socket.next("subscribed").getJsonArray("symbols").getList());
    assertEquals("prices.MOREC", snapshot(socket));
    var now = door.clock.instant().plusMillis(10);
    door.prices.tick(
        FakePrices.quote(2, "MOREA", "1", now), FakePrices.quote(2, "MOREB", "2", now));
    assertEquals("prices.MOREB", socket.next("prices").getString("topic"));
  }

  @Test
  void an_unsubscribe_ends_the_whole_list_and_every_command_has_one_answer() {
    hold("ENDA", "ENDB");
    var socket = plain(door.person())
        .send(subscribe("prices", "ENDA", "ENDB"))
        .send(new JsonObject().put("op", "unsubscribe").put("topic", "prices"))
        .send("{\"op\":\"ping\"}");
    socket.next("pong");
    tick("ENDA", "ENDB");
    socket.send("{\"op\":\"ping\"}").next("pong");
    assertEquals(
        List.of("hello", "subscribed", "prices", "prices", "unsubscribed", "pong", "pong"),
        socket.frames.stream().map(frame -> frame.getString("event")).toList());
  }

  @Test
  void the_whole_topic_replaces_a_list_and_a_list_the_whole_topic() {
    hold("WHOLEA");
    var socket = plain(door.person()).send(subscribe("prices", "WHOLEA"));
    assertEquals("prices.WHOLEA", snapshot(socket));
    socket.subscribe("prices");
    assertFalse(socket.next("subscribed").containsKey("symbols"));
    assertEquals("prices", snapshot(socket));
    socket.send(subscribe("prices", "WHOLEA"));
    assertEquals("prices.WHOLEA", snapshot(socket));
  }

  @Test
  void candles_and_trades_of_several_symbols_name_their_own_topics() {
    for (var symbol : List.of("币安人生USDT", "PAIRB")) {
      door.candles.holds(
          symbol, Interval.ONE_HOUR, null, null, candle(START, "2", "1", State.FORMING));
      door.market.holdsTrades(symbol, trade(7, "1"));
    }
    var socket = plain(door.person()).send(subscribe("candles.1h", "币安人生USDT", "PAIRB"));
    assertEquals("candles.1h", socket.next("subscribed").getString("topic"));
    assertEquals("candles.币安人生USDT.1h", socket.next("candles").getString("topic"));
    assertEquals("candles.PAIRB.1h", socket.next("candles").getString("topic"));
    socket.send(subscribe("trades", "币安人生USDT", "PAIRB"));
    assertEquals("trades.币安人生USDT", socket.next("trades").getString("topic"));
    assertEquals("trades.PAIRB", socket.next("trades").getString("topic"));
  }

  @Test
  void an_unknown_symbol_rejects_the_whole_list_and_is_named() {
    hold("KNOWNA");
    var socket = plain(door.person()).send(subscribe("trades", "KNOWNA", "nope"));
    door.market.holdsTrades("KNOWNA", trade(7, "1"));

    var error = socket.next("error");
    assertEquals("trades symbol-unknown", error.getString("topic") + " " + error.getString("code"));

    socket.send(subscribe("trades", "KNOWNA", "nope"));
    assertEquals("nope is unknown.", socket.next("error").getString("message"));
    socket.send(subscribe("trades", "KNOWNA")).next("subscribed");
    assertEquals("trades.KNOWNA", socket.next("trades").getString("topic"));
  }

  @Test
  void invalid_lists_are_rejected() {
    var socket = plain(door.person());
    var topic = new JsonObject().put("op", "subscribe").put("topic", "prices");
    for (var symbols : List.<Object>of(
        new JsonArray(),
        "",
        7,
        new JsonObject(),
        new JsonArray().add("A").add("A"),
        new JsonArray().add(7),
        new JsonArray().add("A B"),
        new JsonArray().add(""),
        new JsonArray().add("x".repeat(65)),
        new JsonArray(IntStream.range(0, 101).mapToObj(i -> "S" + i).toList()))) {
      assertEquals(
          "invalid-request",
          errorCode(socket.send(topic.copy().put("symbols", symbols))),
          symbols::toString);
    }
    for (var name : List.of("users", "feed", "candles", "prices.1m", "candles.7m", "trades.A")) {
      assertEquals("topic-unknown", errorCode(socket.send(subscribe(name, "A"))), name);
    }
  }

  @Test
  void each_symbol_of_a_list_counts_as_a_topic() {
    var symbols = IntStream.range(0, 100).mapToObj(i -> "COUNT" + i).toArray(String[]::new);
    hold(symbols);
    var socket = plain(door.person()).send(subscribe("prices", symbols));
    for (var i = 0; i < 100; i++) {
      snapshot(socket);
    }
    assertEquals("too-many-topics", errorCode(socket.subscribe("feed")));
    socket.send(subscribe("prices", symbols)).next("subscribed");
  }

  @Test
  void big_snapshots_of_a_list_wait_until_the_client_has_read_the_ones_before() {
    var minutes = IntStream.range(0, 300)
        .mapToObj(
            i -> candle(START.plusSeconds(60L * i), "68000.12345678", "123.45678901", State.FINAL))
        .toArray(Candle[]::new);
    var symbols = IntStream.range(0, 60).mapToObj(i -> "HEAVY" + i).toArray(String[]::new);
    for (var symbol : symbols) {
      door.candles.holds(symbol, Interval.ONE_MINUTE, null, null, minutes);
    }
    var socket = plain(door.person());
    socket.next("hello");
    socket.socket().pause();
    socket.send(subscribe("candles.1m", symbols));
    Await.until("bytes wait", () -> unsent() > 64 * 1024);
    assertTrue(unsent() < 512 * 1024, () -> unsent() + " bytes");

    socket.socket().resume();

    for (var i = 0; i < symbols.length; i++) {
      assertTrue(socket.next("candles").getBoolean("snapshot"));
    }
  }

  @Test
  void the_event_bus_bridge_receives_a_list_at_the_registered_address() {
    hold("ADDRA", "ADDRB");
    var socket = bridged(door.person(), "prices", "symbols", "ADDRA,ADDRB");
    for (var symbol : List.of("ADDRA", "ADDRB")) {
      var frame = socket.next();
      assertEquals("prices", frame.getString("address"));
      assertEquals("prices." + symbol, frame.getJsonObject("body").getString("topic"));
    }
    var single = bridged(door.person(), "prices.ADDRA");
    assertEquals("prices.ADDRA", single.next().getString("address"));
    tick("ADDRA");
    assertEquals("prices", socket.next().getString("address"));
    assertEquals("prices.ADDRA", single.next().getString("address"));
  }

  private static double unsent() {
    return door.metrics.get("socket_unsent_bytes").gauge().value();
  }

  private static JsonObject subscribe(String topic, String... symbols) {
    return new JsonObject()
        .put("op", "subscribe")
        .put("topic", topic)
        .put("symbols", new JsonArray(List.of(symbols)));
  }

  private static void hold(String... symbols) {
    for (var symbol : symbols) {
      door.prices.holds(FakePrices.quote(1, symbol, "1", door.clock.instant()));
    }
  }

  private static void tick(String... symbols) {
    for (var symbol : symbols) {
      door.prices.tick(FakePrices.quote(2, symbol, "2", door.clock.instant().plusMillis(10)));
    }
  }

  /** Returns the topic of the next snapshot of prices. */
  private static String snapshot(SocketClient socket) {
    return socket
        .next(frame -> "prices".equals(frame.getString("event")) && frame.getBoolean("snapshot"))
        .getString("topic");
  }
}
