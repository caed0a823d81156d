package dev.verticker.system;

import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.binance.connector.client.exceptions.BinanceClientException;
import com.binance.connector.client.impl.SpotClientImpl;
import dev.verticker.dev.exchange.ExchangeSimulator;
import dev.verticker.dev.exchange.SimulatorOptions;
import dev.verticker.message.Interval;
import dev.verticker.node.Node;
import dev.verticker.testing.ExchangeClients;
import dev.verticker.testing.TestDatabase;
import dev.verticker.testing.TestHttpClient;
import dev.verticker.testing.TestHttpClient.Response;
import dev.verticker.testing.TestNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares the responses of a node to a client of the exchange with those of the exchange itself. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BinanceReadApiTest {
  private static final long MINUTE = 60_000;

  /** The minute in which the response of the exchange and that of the node may differ. */
  private static final long MARGIN = 2 * MINUTE;

  private final Vertx vertx = Vertx.vertx();
  private ExchangeSimulator exchange;
  private Node node;
  private TestHttpClient exchangeClient;
  private TestHttpClient nodeClient;
  private HttpServer keyProxy;

  @BeforeAll
  void start() {
    exchange = ExchangeSimulator.start(
            vertx,
            SimulatorOptions.defaults()
                .withHistoryDays(40)
                .withSymbols("BTCUSDT", "ETHBTC", "ETHUSDT"))
        .await();
    var settings = TestDatabase.create().settings();
    settings.put("BINANCE_BASE_URL", exchange.url());
    // Another order than that of the exchange, which lists a further symbol.
    settings.put("SYMBOLS", "ETHUSDT,BTCUSDT");
    settings.put("INTERNAL_API_KEY", NodeClient.KEY);
    node = TestNode.start(settings, List.of("price", "price-api"));
    nodeClient = new TestHttpClient(vertx, node.ports().get("price-api"));
    keyProxy = startKeyProxy().await();
    exchangeClient = new TestHttpClient(vertx, URI.create(exchange.url()).getPort());
    until("prices of all symbols", () -> {
      var prices = ours("ticker/24hr");
      return prices.status() == 200 && prices.array().size() == 2;
    });
    until("the symbols of the exchange", () -> ours("exchangeInfo").status() == 200);
  }

  @AfterAll
  void stop() {
    node.stop();
    vertx.close().await();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ping",
        "exchangeInfo",
        "exchangeInfo?symbol=ETHBTC",
        "exchangeInfo?symbols=%5B%22ETHUSDT%22,%22BTCUSDT%22%5D",
        "exchangeInfo?symbolStatus=HALT",
        "exchangeInfo?showPermissionSets=false",
        "time?a=1",
        "ticker/price?symbol=NOPE",
        "ticker/price?symbol=btcusdt",
        "ticker/price?symbol=BTCUSDT&symbols=%5B%22BTCUSDT%22%5D",
        "ticker/24hr?symbols=%5B%22BTCUSDT%22,%22BTCUSDT%22%5D",
        "ticker/24hr?symbols=%5B%22BTCUSDT%22,%22NOPE%22%5D",
        "ticker/24hr?symbols=BTCUSDT",
        "ticker/24hr?type=HALF",
        "ticker/bookTicker?symbol=",
        "ticker/bookTicker?a=1",
        "klines?symbol=BTCUSDT",
        "klines?symbol=NOPE&interval=1m",
        "klines?symbol=BTCUSDT&interval=1Y",
        "klines?symbol=BTCUSDT&interval=1m&limit=0",
        "klines?symbol=BTCUSDT&interval=1m&limit=-1",
        "klines?symbol=BTCUSDT&interval=1m&startTime=2&endTime=1",
        "aggTrades?symbol=BTCUSDT&fromId=1&startTime=1",
        "aggTrades?limit=1",
        "aggTrades?symbol=NOPE",
        "depth?symbol=NOPE",
        "depth?symbol=BTCUSDT&limit=0",
      })
  void a_response_without_live_data_equals_that_of_the_exchange(String query) {
    var theirs = exchange(query);
    var ours = ours(query);

    assertEquals(theirs.status(), ours.status(), ours::toString);
    assertEquals(withoutTime(theirs.text()), withoutTime(ours.text()));
    assertTrue(ours.headers().contains("X-MBX-USED-WEIGHT-1M"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ticker/price",
        "ticker/price?symbol=BTCUSDT",
        "ticker/price?symbols=%5B%22ETHUSDT%22,%22BTCUSDT%22%5D",
        "ticker/24hr?symbol=ETHBTC",
        "ticker/24hr?symbols=%5B%22ETHUSDT%22,%22BTCUSDT%22%5D",
        "ticker/24hr?symbol=BTCUSDT&type=MINI",
        "ticker/bookTicker?symbol=BTCUSDT",
        "klines?symbol=BTCUSDT&interval=1m&limit=2",
        "depth?symbol=BTCUSDT&limit=5",
        "aggTrades?symbol=BTCUSDT&limit=3",
      })
  void a_response_with_live_data_has_the_keys_and_types_of_the_exchange(String query) {
    var theirs = exchange(query).expect(200);
    var ours = ours(query).expect(200);

    var first = "ticker/price".equals(query) ? 2 : Integer.MAX_VALUE;
    assertEquals(shape(json(theirs), first), shape(json(ours), first));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1m", "3m", "15m", "1h", "4h", "12h", "1d", "3d", "1w", "1M"})
  void closed_candles_equal_those_of_the_exchange_to_the_last_digit(String interval) {
    var end = now() - MARGIN;
    var ranges = List.of(
        "&limit=30&endTime=" + end,
        "&limit=20&startTime=" + (end - 30 * MINUTE),
        "&limit=5&startTime=" + (end - 90_000 * MINUTE),
        "&limit=7&startTime=" + (end - 20_000 * MINUTE) + "&endTime=" + (end - 10_000 * MINUTE));
    for (var symbol : List.of("BTCUSDT", "ETHBTC")) {
      for (var range : ranges) {
        var query = "klines?symbol=" + symbol + "&interval=" + interval + range;
        assertEquals(
            closed(exchange(query).expect(200), end), closed(ours(query).expect(200), end), query);
      }
    }
  }

  @Test
  void aggregate_trades_equal_those_of_the_exchange() {
    var end = now() - MARGIN;
    var newest = exchange("aggTrades?symbol=BTCUSDT&limit=50&endTime=" + end).expect(200);
    var id = newest.array().getJsonObject(0).getLong("a");
    for (var query : List.of(
        "aggTrades?symbol=BTCUSDT&limit=50&endTime=" + end,
        "aggTrades?symbol=BTCUSDT&limit=20&fromId=" + id,
        "aggTrades?symbol=ETHBTC&limit=20&startTime=" + (end - MINUTE) + "&endTime=" + end)) {
      assertEquals(exchange(query).expect(200).text(), ours(query).expect(200).text(), query);
    }
  }

  @ParameterizedTest
  @Tag("faults")
  @Timeout(120)
  @CsvSource({
    "spot,    'ping,time,exchangeInfo,price,ticker24hr,bookTicker,klines,uiKlines,depth,aggTrades'",
    "ccxt,    'time,exchangeInfo,price,ticker24hr,bookTicker,klines,depth,aggTrades'",
    "apiNode, 'ping,time,exchangeInfo,price,ticker24hr,klines,depth,aggTrades'"
  })
  void a_client_library_reads_the_same_as_at_the_exchange(String library, String calls) {
    var options = List.of("--calls=" + calls, "--start=" + hours().get("startTime"));
    var theirs = ExchangeClients.run(library, exchange.url(), options.toArray(String[]::new))
        .getJsonObject("rest");

    var url = "http://127.0.0.1:"
        + (library.equals("apiNode") ? keyProxy.actualPort() : node.ports().get("price-api"));
    var ours = ExchangeClients.run(
            library, url, options.get(0), options.get(1), "--header=X-API-Key:" + NodeClient.KEY)
        .getJsonObject("rest");

    for (var call : calls.split(",")) {
      if (List.of("exchangeInfo", "klines", "uiKlines").contains(call)) {
        assertEquals(
            withoutTime(theirs.getValue(call).toString()),
            withoutTime(ours.getValue(call).toString()),
            call);
      } else {
        assertEquals(shape(theirs.getValue(call), 1), shape(ours.getValue(call), 1), call);
      }
    }
  }

  @Test
  void the_java_connector_of_binance_reads_the_same_as_at_the_exchange() {
    var theirs = new SpotClientImpl(exchange.url()).createMarket();
    var ours = new SpotClientImpl("http://127.0.0.1:" + keyProxy.actualPort()).createMarket();
    Map<String, Object> symbol = Map.of("symbol", "BTCUSDT");
    Map<String, Object> few = Map.of("symbol", "BTCUSDT", "limit", 3);

    assertEquals(theirs.ping(), ours.ping());
    assertEquals(theirs.klines(hours()), ours.klines(hours()));
    assertEquals(theirs.uiKlines(hours()), ours.uiKlines(hours()));
    assertEquals(withoutTime(theirs.exchangeInfo(symbol)), withoutTime(ours.exchangeInfo(symbol)));
    assertEquals(
        shape(new JsonObject(theirs.ticker24H(new HashMap<>(symbol))), 1),
        shape(new JsonObject(ours.ticker24H(new HashMap<>(symbol))), 1));
    assertEquals(
        shape(new JsonObject(theirs.bookTicker(symbol)), 1),
        shape(new JsonObject(ours.bookTicker(symbol)), 1));
    assertEquals(
        shape(new JsonObject(theirs.depth(few)), 3), shape(new JsonObject(ours.depth(few)), 3));
    assertEquals(
        shape(new JsonArray(theirs.aggTrades(few)), 3),
        shape(new JsonArray(ours.aggTrades(few)), 3));
    var both = new HashMap<String, Object>();
    both.put("symbols", new ArrayList<>(List.of("BTCUSDT", "ETHUSDT")));
    assertEquals(
        shape(new JsonArray(theirs.tickerSymbol(new HashMap<>(both))), 2),
        shape(new JsonArray(ours.tickerSymbol(new HashMap<>(both))), 2));
    var rejected =
        assertThrows(BinanceClientException.class, () -> ours.depth(Map.of("symbol", "BOGUS")));
    assertEquals(-1121, rejected.getErrorCode());
  }

  /** A reverse proxy for clients that cannot send a header: it adds the key. */
  private Future<HttpServer> startKeyProxy() {
    var client = vertx.createHttpClient();
    var port = node.ports().get("price-api");
    return vertx
        .createHttpServer()
        .requestHandler(sent -> client
            .request(sent.method(), port, "127.0.0.1", sent.uri())
            .compose(
                request -> request.putHeader("X-MBX-APIKEY", NodeClient.KEY).send())
            .compose(response -> response.body().compose(body -> sent.response()
                .setStatusCode(response.statusCode())
                .end(body))))
        .listen(0, "127.0.0.1");
  }

  /** Three hours that have ended. */
  private Map<String, Object> hours() {
    var start = Interval.ONE_HOUR.openTime(Instant.ofEpochMilli(now()).minusSeconds(6 * 3600));
    return Map.of(
        "symbol", "BTCUSDT", "interval", "1h", "startTime", start.toEpochMilli(), "limit", 3);
  }

  private long now() {
    return exchange("time").object().getLong("serverTime");
  }

  private Response ours(String query) {
    return nodeClient
        .get("/api/v3/" + query)
        .headers("X-MBX-APIKEY", NodeClient.KEY)
        .send();
  }

  private Response exchange(String query) {
    return exchangeClient.get("/api/v3/" + query).send();
  }

  private static Object json(Response response) {
    return response.text().startsWith("[") ? response.array() : response.object();
  }

  private static String withoutTime(String json) {
    return json.replaceAll("\"serverTime\":[0-9]+", "");
  }

  private static List<String> closed(Response response, long until) {
    return response.array().stream()
        .map(JsonArray.class::cast)
        .filter(row -> row.getLong(6) < until)
        .map(JsonArray::encode)
        .toList();
  }

  /** Returns the JSON with the type of each value, of lists up to {@code max} entries. */
  private static Object shape(Object json, int max) {
    if (json instanceof JsonObject object) {
      var shape = new JsonObject();
      object.forEach(field -> shape.put(field.getKey(), shape(field.getValue(), max)));
      return shape.encode();
    }
    if (json instanceof JsonArray array) {
      return array.stream().limit(max).map(entry -> shape(entry, max)).toList().toString();
    }
    return json instanceof Number
        ? "number"
        : json == null ? "null" : json.getClass().getSimpleName();
  }
}
