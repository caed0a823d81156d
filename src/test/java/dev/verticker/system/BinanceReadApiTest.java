package dev.verticker.system;

import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.dev.exchange.ExchangeSimulator;
import dev.verticker.dev.exchange.SimulatorOptions;
import dev.verticker.node.Node;
import dev.verticker.testing.TestDatabase;
import dev.verticker.testing.TestHttpClient;
import dev.verticker.testing.TestHttpClient.Response;
import dev.verticker.testing.TestNode;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
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
    assertEquals(withoutTime(theirs), withoutTime(ours));
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

  private long now() {
    return exchange("time").object().getLong("serverTime");
  }

  private Response ours(String query) {
    return nodeClient.get("/api/v3/" + query).headers("X-MBX-APIKEY", NodeClient.KEY).send();
  }

  private Response exchange(String query) {
    return exchangeClient.get("/api/v3/" + query).send();
  }

  private static Object json(Response response) {
    return response.text().startsWith("[") ? response.array() : response.object();
  }

  private static String withoutTime(Response response) {
    return response.text().replaceAll("\"serverTime\":[0-9]+", "");
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
    return json instanceof Number ? "number" : json.getClass().getSimpleName();
  }
}
