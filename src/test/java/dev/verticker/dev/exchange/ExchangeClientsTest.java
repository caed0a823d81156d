package dev.verticker.dev.exchange;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.binance.connector.client.exceptions.BinanceClientException;
import com.binance.connector.client.impl.SpotClientImpl;
import com.binance.connector.client.impl.WebSocketStreamClientImpl;
import dev.verticker.message.Interval;
import dev.verticker.testing.ExchangeClients;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Unmodified clients of Binance work against the simulated exchange. */
@ExtendWith(VertxExtension.class)
class ExchangeClientsTest {
  private static final JsonArray ALL_STREAMS =
      JsonArray.of("24hrTicker", "aggTrade", "bookTicker", "depth", "depthUpdate", "kline");

  private ExchangeSimulator simulator;

  @BeforeEach
  void start(Vertx vertx) {
    simulator = await(ExchangeSimulator.start(
        vertx, SimulatorOptions.defaults().withSymbols("BTCUSDT", "ETHUSDT").withSpeed(5)));
  }

  @AfterEach
  void stop() {
    await(simulator.close());
  }

  @Test
  @Tag("faults")
  @Timeout(120)
  void the_javascript_connector_of_binance_reads_rest_and_streams() {
    var result = run("spot");
    var rest = result.getJsonObject("rest");
    assertEquals(ALL_STREAMS, result.getJsonArray("streams"));
    assertEquals("BTCUSDT", rest.getJsonObject("ticker24hr").getString("symbol"));
    assertEquals(
        "BTCUSDT",
        rest.getJsonObject("exchangeInfo")
            .getJsonArray("symbols")
            .getJsonObject(0)
            .getString("symbol"));
    assertEquals(candles(), rest.getJsonArray("klines"));
    assertEquals(candles(), rest.getJsonArray("uiKlines"));
    assertBook(rest.getJsonObject("depth"));
    assertEquals(2, rest.getJsonArray("aggTrades").size());
    assertEquals(2, rest.getJsonArray("trades").size());
    assertEquals(5, rest.getJsonObject("avgPrice").getInteger("mins"));
  }

  @Test
  @Tag("faults")
  @Timeout(120)
  void binance_api_node_reads_rest_and_streams() {
    var result = run("apiNode");
    var rest = result.getJsonObject("rest");
    assertEquals(ALL_STREAMS, result.getJsonArray("streams"));
    assertEquals("BTCUSDT", rest.getJsonObject("ticker24hr").getString("symbol"));
    assertEquals(Set.of("BTCUSDT", "ETHUSDT"), rest.getJsonObject("bookTicker").fieldNames());
    assertEquals(
        candles().stream().map(row -> ((JsonArray) row).getString(4)).toList(),
        rest.getJsonArray("klines").stream()
            .map(candle -> ((JsonObject) candle).getString("close"))
            .toList());
    assertEquals(5, rest.getJsonObject("depth").getJsonArray("bids").size());
    assertEquals(2, rest.getJsonArray("aggTrades").size());
    assertEquals(2, rest.getJsonArray("trades").size());
  }

  @Test
  @Tag("faults")
  @Timeout(120)
  void ccxt_reads_rest_and_streams_and_builds_a_local_order_book() {
    var result = run("ccxt");
    var rest = result.getJsonObject("rest");
    assertEquals(
        JsonArray.of("24hrMiniTicker", "kline", "local book equal to REST", "trade"),
        result.getJsonArray("streams"));
    assertEquals("BTCUSDT", rest.getJsonObject("exchangeInfo").getString("id"));
    assertEquals("BTC/USDT", rest.getJsonObject("ticker24hr").getString("symbol"));
    assertEquals(
        candles().stream()
            .map(row -> Double.valueOf(((JsonArray) row).getString(4)))
            .toList(),
        rest.getJsonArray("klines").stream()
            .map(row -> ((JsonArray) row).getDouble(4))
            .toList());
    assertEquals(5, rest.getJsonObject("depth").getJsonArray("asks").size());
    assertEquals(2, rest.getJsonArray("aggTrades").size());
  }

  @Test
  void the_java_connector_of_binance_reads_rest() {
    var market = new SpotClientImpl(simulator.url()).createMarket();
    var hours = parameters("interval", "1h", "startTime", start().toEpochMilli(), "limit", 3);
    assertEquals("{}", market.ping());
    assertTrue(new JsonObject(market.time()).getLong("serverTime") > 0);
    assertEquals(
        2, new JsonObject(market.exchangeInfo(Map.of())).getJsonArray("symbols").size());
    assertEquals("BTCUSDT", new JsonObject(market.ticker24H(parameters())).getString("symbol"));
    assertEquals(
        2,
        new JsonArray(market.tickerSymbol(
                new HashMap<>(Map.of("symbols", new ArrayList<>(List.of("BTCUSDT", "ETHUSDT"))))))
            .size());
    assertEquals("BTCUSDT", new JsonObject(market.bookTicker(parameters())).getString("symbol"));
    assertEquals(candles(), new JsonArray(market.klines(hours)));
    assertEquals(candles(), new JsonArray(market.uiKlines(hours)));
    assertBook(new JsonObject(market.depth(parameters("limit", 5))));
    assertEquals(2, new JsonArray(market.trades(parameters("limit", 2))).size());
    assertEquals(2, new JsonArray(market.aggTrades(parameters("limit", 2))).size());
    assertEquals(5, new JsonObject(market.averagePrice(parameters())).getInteger("mins"));
    var rejected = assertThrows(
        BinanceClientException.class, () -> market.depth(parameters("symbol", "BOGUS")));
    assertEquals(-1121, rejected.getErrorCode());
  }

  @Test
  void the_java_connector_of_binance_receives_streams() {
    var received = ConcurrentHashMap.<String>newKeySet();
    var client = new WebSocketStreamClientImpl(simulator.url().replace("http", "ws"));
    var connections = List.of(
        client.symbolTicker("btcusdt", text -> received.add(kind(text))),
        client.klineStream("btcusdt", "1m", text -> received.add(kind(text))),
        client.aggTradeStream("btcusdt", text -> received.add(kind(text))),
        client.bookTicker("btcusdt", text -> received.add(kind(text))),
        client.partialDepthStream("btcusdt", 20, 1000, text -> received.add(kind(text))),
        client.diffDepthStream("btcusdt", 1000, text -> received.add(kind(text))));
    until("all streams", () -> received.size() == connections.size());
    assertEquals(ALL_STREAMS, new JsonArray(received.stream().sorted().toList()));
    connections.forEach(client::closeConnection);
  }

  private JsonObject run(String library) {
    return ExchangeClients.run(
        library,
        simulator.url(),
        "--streams=" + simulator.url().replace("http", "ws"),
        "--start=" + start().toEpochMilli());
  }

  /** Three hours that have ended. */
  private Instant start() {
    return Interval.ONE_HOUR.openTime(simulator.market().now().minusSeconds(6 * 3600));
  }

  /** The connector changes some of the maps. */
  private static Map<String, Object> parameters(Object... namesAndValues) {
    var parameters = new HashMap<String, Object>(Map.of("symbol", "BTCUSDT"));
    for (int index = 0; index < namesAndValues.length; index += 2) {
      parameters.put((String) namesAndValues[index], namesAndValues[index + 1]);
    }
    return parameters;
  }

  private JsonArray candles() {
    var rows = new JsonArray();
    for (var open = start(); rows.size() < 3; open = Interval.ONE_HOUR.next(open)) {
      var candle = simulator.market().candle("BTCUSDT", Interval.ONE_HOUR, open).orElseThrow();
      rows.add(Klines.row(candle, Interval.ONE_HOUR));
    }
    return rows;
  }

  private static void assertBook(JsonObject book) {
    var bids = book.getJsonArray("bids");
    var asks = book.getJsonArray("asks");
    assertEquals(5, bids.size());
    assertEquals(5, asks.size());
    assertTrue(new BigDecimal(bids.getJsonArray(0).getString(0))
            .compareTo(new BigDecimal(asks.getJsonArray(0).getString(0)))
        < 0);
  }

  /** Events by their type; book tickers and best levels have none. */
  private static String kind(String text) {
    var event = new JsonObject(text);
    return event.getString("e", event.containsKey("lastUpdateId") ? "depth" : "bookTicker");
  }
}
