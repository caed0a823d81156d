package dev.verticker.api.socket;

import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.dev.exchange.Endpoint;
import dev.verticker.dev.exchange.ExchangeSimulator;
import dev.verticker.dev.exchange.SimulatorOptions;
import dev.verticker.node.Node;
import dev.verticker.testing.TestDatabase;
import dev.verticker.testing.TestHttpClient;
import dev.verticker.testing.TestNode;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Trades, order books and candles from the streams of an exchange to a socket of a complete node. */
class LiveMarketTest {
  private static final Vertx VERTX = Vertx.vertx();

  private static ExchangeSimulator exchange;
  private static Node node;
  private static TestHttpClient api;
  private static String token;

  @BeforeAll
  static void start() {
    exchange = await(ExchangeSimulator.start(
        VERTX,
        SimulatorOptions.defaults()
            .withHistoryDays(40)
            .withSymbols("BTCUSDT", "ETHUSDT", "LTCUSDT", "币安人生USDT")
            .withSpeed(10)));
    var settings = new HashMap<>(TestDatabase.create().settings());
    settings.put("BINANCE_BASE_URL", exchange.url());
    settings.put("CLUSTER_NAME", "test-" + UUID.randomUUID());
    settings.put("SYMBOLS", "BTCUSDT,ETHUSDT");
    settings.put("FEED", "stream");
    settings.put("VERTICKER_ENV", "development");
    settings.put("JWT_SECRET", "a secret of at least thirty-two bytes");
    node = TestNode.start(settings, List.of("price", "user", "notification", "user-api"));
    api = new TestHttpClient(VERTX, "127.0.0.1", node.ports().get("user-api"));
    token = api.post("/auth/login")
        .form("username", "admin", "password", "admin1234")
        .expect(200)
        .object()
        .getString("access_token");
  }

  @AfterEach
  void closeSockets() {
    SocketClient.closeAll();
  }

  @AfterAll
  static void stop() {
    node.stop();
    await(VERTX.close());
  }

  @Test
  void trades_of_configured_and_other_symbols_arrive_once_and_in_order() {
    var symbols = List.of("BTCUSDT", "LTCUSDT", "币安人生USDT");
    var socket = socket()
        .send(new JsonObject()
            .put("op", "subscribe")
            .put("topic", "trades")
            .put("symbols", new JsonArray(symbols))
            .put("every_ms", 100));
    var ids = new HashMap<String, List<Long>>();
    var frames = new HashMap<String, Integer>();
    while (!symbols.stream().allMatch(symbol -> frames.getOrDefault("trades." + symbol, 0) >= 4)) {
      var frame = socket.next("trades");
      assertEquals(0, frame.getInteger("missed"), frame::encode);
      frames.merge(frame.getString("topic"), 1, Integer::sum);
      frame.getJsonArray("data").forEach(trade -> ids.computeIfAbsent(
              frame.getString("topic"), absent -> new ArrayList<>())
          .add(((JsonObject) trade).getLong("id")));
    }
    ids.forEach((topic, received) -> assertEquals(
        LongStream.rangeClosed(received.get(0), received.get(received.size() - 1))
            .boxed()
            .toList(),
        received,
        topic));

    var first = ids.get("trades.BTCUSDT").get(0);
    var read = get("/prices/BTCUSDT/trades?limit=3&from_id=" + first);
    assertEquals(
        List.of(first, first + 1, first + 2),
        read.getJsonArray("trades").stream()
            .map(trade -> ((JsonObject) trade).getLong("id"))
            .toList());
    assertEquals(first + 3, read.getLong("next"));
  }

  @Test
  void books_of_a_symbol_that_is_not_configured_are_streamed_while_a_client_subscribes() {
    var symbol = "币安人生USDT";
    var socket = socket()
        .send(new JsonObject()
            .put("op", "subscribe")
            .put("topic", "book." + symbol)
            .put("every_ms", 100));
    var updateId = 0L;
    for (var i = 0; i < 5; i++) {
      var book = socket.next("book");
      assertTrue(book.getLong("update_id") >= updateId, book::encode);
      updateId = book.getLong("update_id");
      assertTrue(best(book, "bids").compareTo(best(book, "asks")) < 0, book::encode);
      assertTrue(book.getJsonArray("bids").size() <= 20);
      assertFalse(book.getBoolean("stale"), book::encode);
    }
    var read = get("/prices/%E5%B8%81%E5%AE%89%E4%BA%BA%E7%94%9FUSDT/book");
    assertTrue(read.getLong("update_id") >= updateId);
    assertFalse(read.getBoolean("stale"));
  }

  @Test
  void candles_of_a_symbol_that_is_not_configured_continue_without_further_requests() {
    var socket = socket()
        .send(new JsonObject()
            .put("op", "subscribe")
            .put("topic", "candles.LTCUSDT.1d")
            .put("every_ms", 100));
    assertTrue(socket.next("candles").getBoolean("snapshot"));
    socket.next("candles");
    var requests = exchange.calls().of(Endpoint.KLINES, "LTCUSDT");

    var trades = 0L;
    for (var i = 0; i < 12; i++) {
      var candles = socket.next("candles").getJsonArray("data");
      var newest = candles.getJsonObject(candles.size() - 1);
      assertTrue(newest.getLong("trades") >= trades, newest::encode);
      trades = newest.getLong("trades");
    }

    assertEquals(requests, exchange.calls().of(Endpoint.KLINES, "LTCUSDT"));
  }

  private static BigDecimal best(JsonObject book, String side) {
    return new BigDecimal(book.getJsonArray(side).getJsonArray(0).getString(0));
  }

  private static JsonObject get(String target) {
    return api.get(target).bearer(token).expect(200).object();
  }

  private static SocketClient socket() {
    var ticket = api.post("/auth/ticket").bearer(token).expect(200).object().getString("ticket");
    return SocketClient.plain(VERTX, node.ports().get("user-api"), "?ticket=" + ticket);
  }
}
