package dev.verticker.api.price;

import static dev.verticker.api.openapi.ApiClient.expect;
import static dev.verticker.api.price.FakeCandles.candle;
import static dev.verticker.api.price.PriceFrontDoor.KEY;
import static dev.verticker.api.price.PriceFrontDoor.NEXT_KEY;
import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Failure;
import dev.verticker.message.Books;
import dev.verticker.message.Books.Book;
import dev.verticker.message.Books.Level;
import dev.verticker.message.Candles.Candle;
import dev.verticker.message.Candles.FindCandles;
import dev.verticker.message.Candles.State;
import dev.verticker.message.Interval;
import dev.verticker.message.Prices.FindQuotes;
import dev.verticker.message.Prices.Quote;
import dev.verticker.message.Trades;
import dev.verticker.message.Trades.FindTrades;
import dev.verticker.message.Trades.Trade;
import dev.verticker.testing.Await;
import dev.verticker.testing.TestHttpClient.Response;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests {@code /api/v3} with a price verticle that the test controls. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BinanceApiTest {
  private static final String DAY =
      "\"priceChange\":\"5.00\",\"priceChangePercent\":\"0.007\",\"weightedAvgPrice\":\"67999.50\",\"prevClosePrice\":\"67995.12\","
          + "\"lastPrice\":\"68000.12000000\",\"lastQty\":\"0.10\",\"bidPrice\":\"68000.11\",\"bidQty\":\"1.20\","
          + "\"askPrice\":\"68000.13\",\"askQty\":\"0.80\",\"openPrice\":\"67995.12\",\"highPrice\":\"68100.00\","
          + "\"lowPrice\":\"67000.00\",\"volume\":\"100.50\",\"quoteVolume\":\"6834000.00\",\"openTime\":1772280000000,"
          + "\"closeTime\":1772366400000,\"firstId\":1,\"lastId\":76,\"count\":76}";

  private final PriceFrontDoor door = new PriceFrontDoor();
  private final FakeCandles candles = new FakeCandles(door.bus);
  private final List<FindTrades> trades = new CopyOnWriteArrayList<>();
  private final List<Books.FindBook> books = new CopyOnWriteArrayList<>();

  @BeforeAll
  void open() {
    door.prices.configured = List.of("BTCUSDT", "ETHBTC", "ETHUSDT");
    await(door.prices.serve());
    await(candles.serve());
    await(FakeExchangeSymbols.serve(door.bus));
    await(door.bus.serve(Trades.FIND, this::findTrades));
    await(door.bus.serve(Books.FIND, this::findBook));
    door.open();
  }

  @BeforeEach
  void reset() {
    // A new minute, so that the weight of another test does not count.
    door.clock.advance(Duration.ofMinutes(1));
    var now = door.clock.instant();
    door.prices.tick(
        ticker("BTCUSDT", now),
        FakePrices.quote(2, "ETHBTC", "0.06", now),
        FakePrices.quote(3, "ETHUSDT", "4200.50", now));
    door.prices.requests.clear();
    candles.requests.clear();
    candles.failure = null;
    trades.clear();
    books.clear();
  }

  @AfterAll
  void close() {
    door.close();
  }

  @Test
  void a_ping_is_empty_and_the_time_is_that_of_the_market() {
    assertEquals("{}", expect(200, get("ping")).body().toString());
    assertEquals(
        door.clock.instant().toEpochMilli(),
        expect(200, get("time")).object().getLong("serverTime"));
    var micros =
        door.client().get("/api/v3/time", "X-MBX-APIKEY", KEY, "X-MBX-TIME-UNIT", "microsecond");
    assertEquals(
        door.clock.instant().toEpochMilli(),
        expect(200, micros).object().getLong("serverTime") / 1000);
  }

  @Test
  void a_ticker_has_the_keys_of_the_exchange_in_its_order_and_its_decimals() {
    assertEquals(
        "{\"symbol\":\"BTCUSDT\",\"price\":\"68000.12000000\"}",
        expect(200, get("ticker/price?symbol=BTCUSDT")).body().toString());
    assertEquals(
        "{\"symbol\":\"BTCUSDT\"," + DAY,
        expect(200, get("ticker/24hr?symbol=BTCUSDT")).body().toString());
    assertEquals(
        "{\"symbol\":\"BTCUSDT\",\"openPrice\":\"67995.12\",\"highPrice\":\"68100.00\",\"lowPrice\":\"67000.00\","
            + "\"lastPrice\":\"68000.12000000\",\"volume\":\"100.50\",\"quoteVolume\":\"6834000.00\","
            + "\"openTime\":1772280000000,\"closeTime\":1772366400000,\"firstId\":1,\"lastId\":76,\"count\":76}",
        expect(200, get("ticker/24hr?symbol=BTCUSDT&type=MINI")).body().toString());
    assertEquals(
        "{\"symbol\":\"BTCUSDT\",\"bidPrice\":\"68000.11\",\"bidQty\":\"1.20\",\"askPrice\":\"68000.13\",\"askQty\":\"0.80\"}",
        expect(200, get("ticker/bookTicker?symbol=BTCUSDT")).body().toString());
    assertEquals(List.of(), door.prices.requests);
  }

  @Test
  void lists_have_the_order_of_the_exchange_and_the_requested_status() {
    assertEquals(List.of("ETHBTC", "BTCUSDT", "ETHUSDT"), symbols(get("ticker/price")));
    assertEquals(List.of("ETHBTC", "BTCUSDT"), symbols(get("ticker/price?symbolStatus=TRADING")));
    assertEquals(
        List.of("BTCUSDT", "ETHUSDT"),
        symbols(get("ticker/24hr?symbols=" + encoded("[\"ETHUSDT\",\"BTCUSDT\"]"))));
    assertEquals(
        List.of("ETHUSDT"),
        symbols(get("ticker/bookTicker?symbolStatus=BREAK&symbols="
            + encoded("[\"ETHUSDT\",\"BTCUSDT\"]"))));
    assertError(
        400,
        -1220,
        "The symbol's status does not match the requested symbolStatus.",
        get("ticker/price?symbol=BTCUSDT&symbolStatus=BREAK"));
  }

  @Test
  void a_stale_price_is_requested_again_and_never_served() {
    door.clock.advance(Duration.ofSeconds(71));

    var unavailable = get("ticker/price?symbol=BTCUSDT");
    assertError(
        503,
        -1001,
        "Internal error; unable to process your request. Please try again.",
        unavailable);
    assertEquals("1", unavailable.headers().get("Retry-After"));
    assertEquals(List.of(new FindQuotes(List.of("BTCUSDT"))), door.prices.requests);
    expect(503, get("ticker/price"));

    door.prices.holds(ticker("BTCUSDT", door.clock.instant()));
    expect(200, get("ticker/price?symbol=BTCUSDT"));
    door.prices.tick(ticker("BTCUSDT", door.clock.instant()));
    assertEquals(List.of("BTCUSDT"), symbols(get("ticker/price")));
  }

  @Test
  void exchange_info_is_the_exchanges_own_text_with_the_weight_limit_of_this_api() {
    var now = door.clock.instant().toEpochMilli();
    var head = "{\"timezone\":\"UTC\",\"serverTime\":" + now
        + ",\"rateLimits\":[{\"rateLimitType\":\"REQUEST_WEIGHT\",\"interval\":\"MINUTE\",\"intervalNum\":1,\"limit\":6000}],"
        + "\"exchangeFilters\":[],\"symbols\":[";
    assertEquals(
        head + String.join(",", FakeExchangeSymbols.OBJECTS) + "]}",
        expect(200, get("exchangeInfo")).body().toString());
    assertEquals(
        head + FakeExchangeSymbols.OBJECTS.get(1) + "]}",
        expect(200, get("exchangeInfo?symbol=BTCUSDT")).body().toString());
    assertEquals(
        head + FakeExchangeSymbols.OBJECTS.get(2) + "]}",
        expect(200, get("exchangeInfo?symbolStatus=BREAK")).body().toString());
    assertEquals(
        head + "{\"symbol\":\"ETHUSDT\",\"status\":\"BREAK\"}]}",
        expect(200, get("exchangeInfo?symbols=%5B%22ETHUSDT%22%5D&showPermissionSets=false"))
            .body()
            .toString());
  }

  @Test
  void a_candle_has_twelve_values_and_an_absent_one_is_left_out() {
    var open = door.clock.instant().minusSeconds(7200);
    var hour = Interval.ONE_HOUR.openTime(open);
    candles.holds(
        "BTCUSDT",
        Interval.ONE_HOUR,
        null,
        null,
        candle(hour, "11.50", "2.0", State.FINAL),
        Candle.unknown(hour.plusSeconds(3600), State.ABSENT),
        candle(hour.plusSeconds(7200), "9.00", "1.0", State.FORMING));

    var reply = expect(200, get("klines?symbol=BTCUSDT&interval=1h&startTime=1&limit=3"));

    var from = hour.toEpochMilli();
    assertEquals(
        "[[" + from + ",\"10.00\",\"11.50\",\"10.00\",\"11.50\",\"2.0\"," + (from + 3_599_999)
            + ",\"23.000\",3,\"2.0\",\"23.000\",\"0\"],[" + (from + 7_200_000)
            + ",\"10.00\",\"10.00\",\"9.00\",\"9.00\",\"1.0\"," + (from + 10_799_999)
            + ",\"9.000\",3,\"1.0\",\"9.000\",\"0\"]]",
        reply.body().toString());
    assertEquals(
        List.of(new FindCandles(
            List.of("BTCUSDT"), Interval.ONE_HOUR, Instant.ofEpochMilli(1), null, 3)),
        candles.requests);
    var micros = door.client()
        .get(
            "/api/v3/uiKlines?symbol=BTCUSDT&interval=1h&startTime=1",
            "X-API-Key",
            KEY,
            "X-MBX-TIME-UNIT",
            "MICROSECOND");
    var row = expect(200, micros).array().getJsonArray(0);
    assertEquals(from * 1000, row.getLong(0));
    assertEquals((from + 3_600_000) * 1000 - 1, row.getLong(6));
  }

  @Test
  void a_candle_that_has_ended_is_served_with_its_final_values_only() {
    var minute = Interval.ONE_MINUTE.openTime(door.clock.instant()).minusSeconds(60);
    candles.holds(
        "BTCUSDT", Interval.ONE_MINUTE, null, null, candle(minute, "11.50", "2.0", State.FORMING));
    var waiting = door.client()
        .begin(
            HttpMethod.GET,
            "/api/v3/klines?symbol=BTCUSDT&interval=1m&startTime=1",
            null,
            "X-MBX-APIKEY",
            KEY);
    Await.until("a second request for candles", () -> candles.requests.size() > 1);
    candles.holds(
        "BTCUSDT", Interval.ONE_MINUTE, null, null, candle(minute, "12.50", "3.0", State.FINAL));

    assertEquals("12.50", expect(200, await(waiting)).array().getJsonArray(0).getString(4));
  }

  @Test
  void a_candle_without_a_trade_so_far_is_left_out() {
    var hour = Interval.ONE_HOUR.openTime(door.clock.instant());
    candles.holds(
        "BTCUSDT",
        Interval.ONE_HOUR,
        null,
        null,
        candle(hour.minusSeconds(3600), "11.50", "2.0", State.FINAL),
        Candle.unknown(hour, State.FORMING));

    var rows = expect(200, get("klines?symbol=BTCUSDT&interval=1h&startTime=1")).array();

    assertEquals(1, rows.size());
    assertEquals("11.50", rows.getJsonArray(0).getString(4));
  }

  @Test
  void a_range_without_time_is_answered_without_a_bus_request() {
    var start = door.clock.instant().plusSeconds(3600).toEpochMilli();
    for (var query : List.of(
        "klines?symbol=BTCUSDT&interval=1m&startTime=2&endTime=1",
        "klines?symbol=BTCUSDT&interval=1m&startTime=" + start,
        "uiKlines?symbol=BTCUSDT&interval=1M&startTime=99999999999999999999",
        "aggTrades?symbol=BTCUSDT&startTime=2&endTime=1",
        "aggTrades?symbol=BTCUSDT&startTime=" + start)) {
      assertEquals("[]", expect(200, get(query)).body().toString(), query);
    }
    assertEquals(List.of(), candles.requests);
    assertEquals(List.of(), trades);
  }

  @Test
  void a_book_has_as_many_levels_as_requested() {
    assertEquals(
        "{\"lastUpdateId\":77,\"bids\":[[\"68000.11\",\"1.20\"],[\"68000.10\",\"5\"]],"
            + "\"asks\":[[\"68000.13\",\"0.80\"]]}",
        expect(200, get("depth?symbol=BTCUSDT&limit=5000")).body().toString());
    var one = expect(200, get("depth?symbol=BTCUSDT&limit=1"));
    assertEquals(1, one.object().getJsonArray("bids").size());
    assertEquals("2", one.headers().get("Age"));
    assertError(400, -1121, "Invalid symbol.", get("depth?symbol=NOPE"));
    assertError(
        503,
        -1001,
        "Internal error; unable to process your request. Please try again.",
        get("depth?symbol=ETHBTC"));
  }

  @Test
  void aggregate_trades_are_requested_by_id_or_time() {
    assertEquals(
        "[{\"a\":5,\"p\":\"68000.12\",\"q\":\"0.10\",\"f\":7,\"l\":9,\"T\":1772366400123,\"m\":true,\"M\":true}]",
        expect(200, get("aggTrades?symbol=BTCUSDT&fromId=5&limit=1000000000"))
            .body()
            .toString());
    expect(200, get("aggTrades?symbol=BTCUSDT&startTime=1772366400000&endTime=1772366400001234"));
    expect(200, get("aggTrades?symbol=BTCUSDT"));
    assertEquals(
        List.of(
            new FindTrades("BTCUSDT", 5L, null, null, 1000, false),
            new FindTrades(
                "BTCUSDT",
                null,
                Instant.ofEpochMilli(1772366400000L),
                Instant.ofEpochMilli(1772366400001L).plusNanos(234_000),
                500,
                false),
            new FindTrades("BTCUSDT", null, null, null, 500, false)),
        trades);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "ping?a=1 | -1101 | Too many parameters; expected '0' and received '1'.",
        "ticker/price?symbol=BTCUSDT&symbol=BTCUSDT | -1101 | Duplicate values for a parameter detected.",
        "ticker/price?symbol=BTCUSDT&symbols=%5B%22BTCUSDT%22%5D | -1128 | Combination of optional parameters invalid.",
        "ticker/price?symbol= | -1105 | Parameter 'symbol' was empty.",
        "ticker/price?symbol=btcusdt | -1100 | Illegal characters found in parameter 'symbol'; legal range is '^[\\w\\-._&&[^a-z]]{1,50}$'.",
        "ticker/price?symbol=NOPE | -1121 | Invalid symbol.",
        "ticker/price?symbol=%E5%B8%81 | -1121 | Invalid symbol.",
        "ticker/price?limit=1 | -1104 | Not all sent parameters were read; read '0' parameter(s) but was sent '1'.",
        "ticker/price?symbols=%5B%5D | -1105 | Parameter 'symbols' was empty.",
        "ticker/price?symbols=%5B%22BTCUSDT%22,%22BTCUSDT%22%5D | -1151 | Symbol is present multiple times in the list.",
        "ticker/price?symbols=%5B%22BTCUSDT%22,%22NOPE%22%5D | -1121 | Invalid symbol.",
        "ticker/price?symbolStatus=trading | -1130 | Data sent for parameter 'symbolStatus' is not valid.",
        "ticker/24hr?type=HALF | -1139 | Invalid ticker type.",
        "exchangeInfo?symbol=BTCUSDT&symbolStatus=BREAK | -1128 | Combination of optional parameters invalid.",
        "exchangeInfo?symbol=NOPE | -1121 | Invalid symbol.",
        "klines?interval=1m | -1102 | Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.",
        "klines?symbol=BTCUSDT | -1102 | Mandatory parameter 'interval' was not sent, was empty/null, or malformed.",
        "klines?symbol=BTCUSDT&interval=1s | -1120 | Invalid interval.",
        "klines?symbol=BTCUSDT&interval=1Y | -1120 | Invalid interval.",
        "klines?symbol=BTCUSDT&interval=1m&limit=0 | -1130 | Data sent for parameter 'limit' is not valid.",
        "klines?symbol=BTCUSDT&interval=1m&limit=-1 | -1100 | Illegal characters found in parameter 'limit'; legal range is '^[0-9]{1,20}$'.",
        "klines?symbol=BTCUSDT&interval=1m&limit=1e9 | -1100 | Illegal characters found in parameter 'limit'; legal range is '^[0-9]{1,20}$'.",
        "klines?symbol=BTCUSDT&interval=1m&timeZone=8 | -1130 | Data sent for parameter 'timeZone' is not valid.",
        "depth?symbol=BTCUSDT&limit=0 | -1130 | Data sent for parameter 'limit' is not valid.",
        "aggTrades?symbol=BTCUSDT&fromId=1&startTime=1 | -1128 | Combination of optional parameters invalid.",
        "aggTrades?symbol=BTCUSDT&a=1 | -1104 | Not all sent parameters were read; read '1' parameter(s) but was sent '2'.",
        "ping?a=%00 | -1100 | Illegal characters found in a parameter.",
        "ping?a=%ff | -1100 | Illegal characters found in a parameter.",
      })
  void an_invalid_request_gets_the_exchanges_code_and_text_without_a_bus_request(
      String query, int code, String text) {
    assertError(400, code, text, get(query));

    assertEquals(List.of(), door.prices.requests);
    assertEquals(List.of(), candles.requests);
    assertEquals(List.of(), trades);
    assertEquals(List.of(), books);
  }

  @Test
  void long_symbols_and_an_unknown_time_unit_are_rejected() {
    assertEquals(-1100, code(get("ticker/price?symbol=" + "A".repeat(51))));
    expect(414, get("ticker/price?symbol=" + "A".repeat(10_000)));
    assertError(
        400,
        -1194,
        "Invalid value for time unit; expected either MICROSECOND or MILLISECOND.",
        door.client().get("/api/v3/time", "X-MBX-APIKEY", KEY, "X-MBX-TIME-UNIT", "NANOSECOND"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"order", "account", "userDataStream", "nothing", "ping/", "ticker"})
  void other_paths_are_not_supported(String path) {
    assertError(404, -1020, "This operation is not supported.", get(path));
  }

  @Test
  void only_get_head_and_options_are_supported() {
    var post = door.client().send(HttpMethod.POST, "/api/v3/ping", null, "X-MBX-APIKEY", KEY);
    assertError(405, -1020, "This operation is not supported.", post);
    assertEquals("GET, HEAD, OPTIONS", post.headers().get("Allow"));
    expect(204, door.client().send(HttpMethod.OPTIONS, "/api/v3/ping", null));
    var head = door.client()
        .send(HttpMethod.HEAD, "/api/v3/ticker/price?symbol=NOPE", null, "X-MBX-APIKEY", KEY);
    expect(400, head);
    assertEquals(0, head.body().length());
  }

  @Test
  void the_key_is_accepted_in_both_headers_and_a_wrong_one_is_rejected() {
    expect(200, door.client().get("/api/v3/ping", "X-API-Key", KEY));
    expect(200, door.client().get("/api/v3/ping", "X-MBX-APIKEY", NEXT_KEY));
    expect(200, door.client().get("/api/v3/ping", "X-MBX-APIKEY", KEY, "X-API-Key", KEY));
    expect(200, door.client().get("/api/v3/ping", "X-MBX-APIKEY", "", "X-API-Key", KEY));
    var missing = door.client().get("/api/v3/ping");
    assertError(401, -2014, "API-key format invalid.", missing);
    assertEquals("ApiKey realm=\"verticker\"", missing.headers().get("WWW-Authenticate"));
    assertNull(missing.headers().get("X-MBX-USED-WEIGHT-1M"));
    assertError(
        401,
        -2014,
        "API-key format invalid.",
        door.client().get("/api/v3/ping", "X-MBX-APIKEY", KEY, "X-API-Key", NEXT_KEY));
    assertError(
        401,
        -2015,
        "Invalid API-key, IP, or permissions for action.",
        door.client().get("/api/v3/ping", "X-MBX-APIKEY", "nonsense"));
    expect(401, door.client().get("/internal/price", "X-MBX-APIKEY", KEY));
  }

  @Test
  void each_key_has_a_weight_of_6000_a_minute() {
    assertEquals("20", weight(get("exchangeInfo?symbol=BTCUSDT")));
    assertEquals("24", weight(get("ticker/price")));
    assertEquals("26", weight(get("ticker/price?symbol=NOPE")));
    assertEquals("106", weight(get("ticker/24hr")));
    var used = 106;
    for (; used + 80 <= 6000; used += 80) {
      expect(200, get("ticker/24hr"));
    }
    for (; used < 6000; used++) {
      expect(200, get("ping"));
    }
    var last = get("ping");
    assertError(
        429,
        -1003,
        "Too much request weight used; current limit is 6000 request weight per 1 MINUTE. Please use WebSocket Streams for live"
            + " updates to avoid polling the API.",
        last);
    assertTrue(Integer.parseInt(last.headers().get("Retry-After")) <= 60);
    assertEquals("6001", weight(last));
    assertEquals("1", weight(door.client().get("/api/v3/ping", "X-MBX-APIKEY", NEXT_KEY)));
    door.clock.advance(Duration.ofMinutes(1));
    assertEquals("1", weight(get("ping")));
  }

  private static String weight(Response response) {
    return response.headers().get("X-MBX-USED-WEIGHT-1M");
  }

  private Response get(String target) {
    return door.client().get("/api/v3/" + target, "X-MBX-APIKEY", KEY);
  }

  private static void assertError(int status, int code, String text, Response response) {
    expect(status, response);
    assertEquals(JsonObject.of("code", code, "msg", text), response.object());
  }

  private static int code(Response response) {
    return response.object().getInteger("code");
  }

  private static List<String> symbols(Response response) {
    return expect(200, response).array().stream()
        .map(ticker -> ((JsonObject) ticker).getString("symbol"))
        .toList();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** A quote whose JSON has another order of keys, as that of a quote from PostgreSQL. */
  private static Quote ticker(String symbol, Instant receivedAt) {
    var quote = FakePrices.quote(1, symbol, "68000.12000000", receivedAt);
    var json = new JsonObject("{" + DAY);
    var reordered =
        new JsonObject().put("price", "68000.12000000").put("count", json.remove("count"));
    return new Quote(
        quote.id(),
        symbol,
        quote.price(),
        quote.bid(),
        quote.ask(),
        quote.changePercent(),
        quote.volume(),
        quote.day(),
        reordered.mergeIn(json).put("symbol", symbol).encode(),
        quote.feed(),
        quote.epoch(),
        quote.tradeId(),
        quote.venue(),
        quote.source(),
        quote.eventTime(),
        quote.receivedAt(),
        quote.staleAt());
  }

  private Future<Trades.Found> findTrades(FindTrades request) {
    trades.add(request);
    var trade = new Trade(
        5,
        new BigDecimal("68000.12"),
        new BigDecimal("0.10"),
        Instant.ofEpochMilli(1772366400123L),
        true,
        7,
        9);
    return Future.succeededFuture(new Trades.Found(request.symbol(), "simulated", List.of(trade)));
  }

  private Future<Book> findBook(Books.FindBook request) {
    books.add(request);
    return switch (request.symbol()) {
      case "BTCUSDT" ->
        Future.succeededFuture(new Book(
            "BTCUSDT",
            "simulated",
            77,
            List.of(level("68000.11", "1.20"), level("68000.10", "5")),
            List.of(level("68000.13", "0.80")),
            door.clock.instant().minusSeconds(2)));
      case "ETHBTC" ->
        Future.failedFuture(
            new Failure.Unavailable("book-not-available", "The book is not available."));
      default ->
        Future.failedFuture(new Failure.NotFound("symbol-unknown", "The symbol is unknown."));
    };
  }

  private static Level level(String price, String quantity) {
    return new Level(new BigDecimal(price), new BigDecimal(quantity));
  }
}
