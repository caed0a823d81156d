package dev.verticker.dev.exchange;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.binance.connector.client.exceptions.BinanceClientException;
import com.binance.connector.client.impl.SpotClientImpl;
import com.binance.connector.client.impl.WebSocketApiClientImpl;
import com.binance.connector.client.impl.WebSocketStreamClientImpl;
import com.binance.connector.client.impl.spot.Trade;
import com.binance.connector.client.utils.signaturegenerator.HmacSignatureGenerator;
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
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import org.json.JSONObject;
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
  @Tag("faults")
  @Timeout(120)
  void ccxt_trades_and_watches_its_orders() {
    var rest = ExchangeClients.run(
            "ccxtTrading",
            simulator.url(),
            "--streams=" + simulator.url().replace("http", "ws"),
            "--key=simulator-key",
            "--secret=simulator-secret")
        .getJsonObject("rest");
    var id = rest.getJsonObject("created").getString("id");
    assertEquals("open", rest.getJsonObject("created").getString("status"));
    assertEquals(id, rest.getJsonObject("found").getString("id"));
    assertEquals("open", rest.getJsonObject("found").getString("status"));
    assertEquals(id, rest.getJsonArray("open").getJsonObject(0).getString("id"));
    assertEquals("canceled", rest.getJsonObject("canceled").getString("status"));
    assertEquals("closed", rest.getJsonObject("market").getString("status"));
    assertEquals(0.02, rest.getJsonObject("market").getDouble("filled"));
    assertEquals(
        "BTC",
        rest.getJsonArray("trades").getJsonObject(0).getJsonObject("fee").getString("currency"));
    assertEquals(1.01998, rest.getJsonObject("balance").getJsonObject("BTC").getDouble("free"));
    assertEquals("InsufficientFunds", rest.getString("rejected"));
    var watched = rest.getJsonArray("watched");
    assertEquals("open", watched.getString(0));
    assertTrue(watched.contains("canceled"), watched.encode());
    assertEquals("closed", watched.getString(watched.size() - 1));
  }

  @Test
  void the_java_connector_of_binance_trades_over_rest() {
    var trade =
        new SpotClientImpl("simulator-key", "simulator-secret", simulator.url()).createTrade();
    var order = new JsonObject(
        trade.newOrder(order("LIMIT", "0.01", "price", "30000", "timeInForce", "GTC")));
    assertEquals("NEW", order.getString("status"));
    var id = parameters("orderId", order.getLong("orderId"));
    until("a visible order", () -> isVisible(trade, id));
    assertEquals(1, new JsonArray(trade.getOpenOrders(parameters())).size());
    assertEquals(
        "CANCELED",
        new JsonObject(trade.cancelOrder(parameters("orderId", order.getLong("orderId"))))
            .getString("status"));
    assertEquals("{}", trade.testNewOrder(order("MARKET", "0.01")));
    assertEquals(
        "FILLED", new JsonObject(trade.newOrder(order("MARKET", "0.01"))).getString("status"));
    until("visible trades", () -> !new JsonArray(trade.myTrades(parameters())).isEmpty());
    until("2 orders", () -> new JsonArray(trade.getOrders(parameters())).size() == 2);
    var balances = new JsonObject(trade.account(new HashMap<>())).getJsonArray("balances");
    assertTrue(balances.encode().contains("1.00999000"), balances.encode());
    var rejected =
        assertThrows(BinanceClientException.class, () -> trade.newOrder(order("MARKET", "9001")));
    assertEquals(-1013, rejected.getErrorCode());
  }

  @Test
  void the_java_connector_of_binance_trades_over_the_websocket_api() {
    var received = new LinkedBlockingQueue<JsonObject>();
    var client = new WebSocketApiClientImpl(
        "simulator-key",
        new HmacSignatureGenerator("simulator-secret"),
        simulator.url().replace("http", "ws") + "/ws-api/v3");
    client.connect(text -> received.add(new JsonObject(text)));
    client
        .trade()
        .newOrder(
            "BTCUSDT",
            "BUY",
            "LIMIT",
            new JSONObject(Map.of("timeInForce", "GTC", "quantity", "0.01", "price", "30000")));
    var order = next(received).getJsonObject("result");
    assertEquals("NEW", order.getString("status"));
    client
        .trade()
        .cancelOrder("BTCUSDT", new JSONObject(Map.of("orderId", order.getLong("orderId"))));
    assertEquals("CANCELED", next(received).getJsonObject("result").getString("status"));
    client.account().accountStatus(new JSONObject());
    assertEquals("SPOT", next(received).getJsonObject("result").getString("accountType"));
    client.close();
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

  private static boolean isVisible(Trade trade, Map<String, Object> id) {
    try {
      return trade.getOrder(new HashMap<>(id)).contains("NEW");
    } catch (BinanceClientException e) {
      assertEquals(-2013, e.getErrorCode());
      return false;
    }
  }

  private static Map<String, Object> order(String type, String quantity, Object... more) {
    var parameters = parameters(more);
    parameters.putAll(Map.of("side", "BUY", "type", type, "quantity", quantity));
    return parameters;
  }

  private static JsonObject next(BlockingQueue<JsonObject> received) {
    until("a response", () -> !received.isEmpty());
    return received.remove();
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
