package dev.verticker.api.udf;

import static dev.verticker.api.listings.FakeListings.listing;
import static dev.verticker.api.price.FakeCandles.candle;
import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.listings.FakeListings;
import dev.verticker.api.listings.SymbolListCache;
import dev.verticker.api.openapi.Authenticator;
import dev.verticker.api.price.FakeCandles;
import dev.verticker.api.request.Caller;
import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.message.Candles.Candle;
import dev.verticker.message.Candles.FindCandles;
import dev.verticker.message.Candles.State;
import dev.verticker.message.Interval;
import dev.verticker.message.Listings.Limits;
import dev.verticker.message.Listings.Listing;
import dev.verticker.testing.SteppedClock;
import dev.verticker.testing.TestHttpClient;
import dev.verticker.testing.TestHttpClient.Response;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compares the responses with the published documentation of the UDF protocol: the pages "UDF", "Symbology", "Resolution" and
 * "Required methods" of the Advanced Charts documentation.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UdfConformanceTest {
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
  private static final Instant NOW = NOON.plusSeconds(150);
  private static final Set<String> CONFIGURED = Set.of("BTCUSDT", "XAUUSD", "币安人生USDT");

  private final Vertx vertx = Vertx.vertx();
  private final Clock clock = new SteppedClock(NOW);
  private final Bus bus = new Bus(vertx, Clock.systemUTC(), new SimpleMeterRegistry());
  private final FakeCandles candles = new FakeCandles(bus);
  private final FakeListings listings = new FakeListings(bus);
  private final Callers callers = new Callers();
  private TestHttpClient http;

  private static final class Callers implements Authenticator {
    private volatile Failure failure;

    @Override
    public Future<Caller> authenticate(HttpServerRequest request, Requirement requirement) {
      return failure == null
          ? Future.succeededFuture(Caller.ANONYMOUS)
          : Future.failedFuture(failure);
    }

    @Override
    public String challenge(Failure.Unauthenticated unauthenticated) {
      return "";
    }
  }

  @BeforeAll
  void open() {
    var quarters = new Limits(null, null, new BigDecimal("0.25"));
    listings.holds(
        "1",
        NOON,
        listing("BTC", "USDT", "TRADING"),
        listing("LTC", "USDT", "TRADING"),
        listing("币安人生", "USDT", "TRADING"),
        new Listing(
            "XAUUSD", "BREAK", "XAU", "USD", 3, 2, true, quarters, Limits.NONE, Limits.NONE));
    await(listings.serve());
    await(candles.serve());
    var cache = new SymbolListCache(vertx, bus);
    await(cache.start());
    until("the list of symbols is known", () -> cache.current().isPresent());
    var router = Router.router(vertx);
    var symbols = new UdfSymbols(cache, CONFIGURED::contains);
    new UdfRoutes(callers, symbols, new UdfHistory(bus, symbols, clock), clock).mount(router);
    var server = await(vertx.createHttpServer().requestHandler(router).listen(0, "localhost"));
    http = new TestHttpClient(vertx, server.actualPort());
  }

  @BeforeEach
  void forget() {
    callers.failure = null;
    candles.failure = null;
    candles.requests.clear();
  }

  @AfterAll
  void close() {
    await(vertx.close());
  }

  @Test
  void the_configuration_supports_search_and_no_groups() {
    var config = get(200, "/udf/config").object();

    assertTrue(config.getBoolean("supports_search"));
    assertFalse(config.getBoolean("supports_group_request"));
    assertFalse(config.getBoolean("supports_marks"));
    assertFalse(config.getBoolean("supports_timescale_marks"));
    assertTrue(config.getBoolean("supports_time"));
    for (var resolution : config.getJsonArray("supported_resolutions")) {
      assertTrue(((String) resolution).matches("[0-9]+|[0-9]+[DWM]"), () -> resolution + "");
    }
    for (var list : List.of("exchanges", "symbols_types")) {
      assertInstanceOf(JsonArray.class, config.getValue(list));
    }
  }

  @Test
  void a_symbol_is_resolved_by_its_name_with_or_without_the_exchange() {
    var symbol = get(200, "/udf/symbols?symbol=BTCUSDT").object();

    assertEquals(symbol, get(200, "/udf/symbols?symbol=SIMULATED%3ABTCUSDT").object());
    for (var text :
        List.of("name", "ticker", "description", "type", "exchange", "listed_exchange")) {
      assertFalse(symbol.getString(text).isEmpty(), text);
    }
    assertEquals("BTCUSDT", symbol.getString("name"));
    assertEquals("BTCUSDT", symbol.getString("ticker"));
    assertEquals("crypto", symbol.getString("type"));
    assertEquals("24x7", symbol.getString("session"));
    assertEquals("Etc/UTC", symbol.getString("timezone"));
    assertEquals("price", symbol.getString("format"));
    assertEquals(100, symbol.getInteger("pricescale"));
    assertEquals(1, symbol.getInteger("minmov"));
    assertEquals(5, symbol.getInteger("volume_precision"));
    assertTrue(symbol.getBoolean("has_intraday"));
    assertTrue(symbol.getBoolean("has_daily"));
    assertTrue(symbol.getBoolean("has_weekly_and_monthly"));
    assertEquals("ohlcv", symbol.getString("visible_plots_set"));
    assertEquals("streaming", symbol.getString("data_status"));
    assertFalse(symbol.containsKey("s"), "only an error has a status");
    var config = get(200, "/udf/config").object();
    assertEquals(
        config.getJsonArray("supported_resolutions"), symbol.getJsonArray("supported_resolutions"));
    for (var multiplier : symbol.getJsonArray("intraday_multipliers")) {
      assertTrue(config.getJsonArray("supported_resolutions").contains(multiplier));
    }
  }

  @Test
  void the_tick_size_is_minmov_divided_by_pricescale() {
    var symbol = get(200, "/udf/symbols?symbol=XAUUSD").object();

    assertEquals(25, symbol.getInteger("minmov"));
    assertEquals(100, symbol.getInteger("pricescale"));
    assertEquals(3, symbol.getInteger("volume_precision"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"LTCUSDT", "btcusdt", "NOPE", "%20", "BINANCE%3ABTCUSDT", "%E4%BA%BA", "%22%3E"})
  void a_symbol_that_is_not_configured_is_unknown(String symbol) {
    for (var target : List.of(
        "/udf/symbols?symbol=" + symbol,
        "/udf/history?resolution=1&to=1772366400&countback=2&symbol=" + symbol)) {
      assertEquals(
          new JsonObject().put("s", "error").put("errmsg", "unknown_symbol"),
          get(404, target).object());
    }
    assertEquals(List.of(), candles.requests);
  }

  @Test
  void a_search_finds_configured_symbols_of_the_requested_type_and_exchange() {
    var all = get(200, "/udf/search?query=&type=&exchange=&limit=30").array();
    var one = get(200, "/udf/search?query=bTc&type=crypto&exchange=SIMULATED&limit=15")
        .array();

    assertEquals(3, all.size());
    assertEquals(
        new JsonArray()
            .add(new JsonObject()
                .put("symbol", "BTCUSDT")
                .put("full_name", "BTCUSDT")
                .put("ticker", "BTCUSDT")
                .put("description", "BTC / USDT")
                .put("exchange", "SIMULATED")
                .put("type", "crypto")),
        one);
    assertEquals(1, get(200, "/udf/search?query=%E4%BA%BA&limit=5").array().size());
    assertEquals(2, get(200, "/udf/search?query=U&limit=2").array().size());
    for (var none : List.of("query=ltc", "query=btc&type=stock", "query=btc&exchange=NYSE")) {
      assertEquals(new JsonArray(), get(200, "/udf/search?" + none).array(), none);
    }
  }

  @Test
  void bars_are_columns_of_numbers_in_ascending_order_before_to() {
    candles.holds(
        "BTCUSDT",
        Interval.ONE_MINUTE,
        null,
        null,
        candle(NOON, "68000.10000000", "0.00100000", State.FINAL),
        Candle.unknown(NOON.plusSeconds(60), State.ABSENT),
        candle(NOON.plusSeconds(120), "9.00", "0.5", State.FORMING));
    var to = NOON.plusSeconds(150).getEpochSecond();

    var reply = get(200, history("1", "to=" + to + "&from=1&countback=3"));

    assertEquals(
        "{\"s\":\"ok\",\"t\":[" + NOON.getEpochSecond() + "," + (NOON.getEpochSecond() + 120)
            + "],\"o\":[10.00,10.00],\"h\":[68000.10000000,10.00],\"l\":[10.00,9.00],"
            + "\"c\":[68000.10000000,9.00],\"v\":[0.00100000,0.5]}",
        reply.body().toString());
    assertEquals("application/json", reply.headers().get("Content-Type"));
    // countback has priority over from, to is not inclusive, and nothing is requested from the
    // exchange.
    assertEquals(List.of(find(Interval.ONE_MINUTE, NOW, 3)), candles.requests);
  }

  @Test
  void without_countback_bars_begin_at_from() {
    candles.holds(
        "BTCUSDT",
        Interval.ONE_HOUR,
        null,
        null,
        candle(NOON.minusSeconds(7200), "9.00", "0.5", State.FINAL),
        candle(NOON.minusSeconds(3600), "9.00", "0.5", State.FINAL));
    var from = NOON.minusSeconds(3600).getEpochSecond();

    var bars =
        get(200, history("60", "from=" + from + "&to=" + NOON.getEpochSecond())).object();

    assertEquals("ok", bars.getString("s"));
    assertEquals(new JsonArray().add(from), bars.getJsonArray("t"));
    assertEquals(List.of(find(Interval.ONE_HOUR, NOON, 3)), candles.requests);
  }

  @Test
  void a_range_without_bars_has_no_data_and_the_time_of_the_bar_before() {
    var earlier = NOON.minus(Duration.ofDays(3));
    candles.holds(
        "BTCUSDT", Interval.ONE_DAY, null, null, candle(earlier, "9.00", "0.5", State.FINAL));
    var from = NOON.minus(Duration.ofDays(1)).getEpochSecond();

    var none =
        get(200, history("1D", "from=" + from + "&to=" + NOON.getEpochSecond())).object();
    assertEquals(
        new JsonObject().put("s", "no_data").put("nextTime", earlier.getEpochSecond()), none);

    candles.holds("BTCUSDT", Interval.ONE_DAY, null, null);
    var empty =
        get(200, history("D", "to=" + NOON.getEpochSecond() + "&countback=10")).object();
    assertEquals(new JsonObject().put("s", "no_data"), empty);
  }

  @ParameterizedTest
  @CsvSource({"1D,1d", "D,1d", "1W,1w", "W,1w", "1M,1M", "M,1M", "720,12h", "1,1m"})
  void every_supported_resolution_has_its_interval(String resolution, String interval) {
    candles.holds("BTCUSDT", Interval.of(interval).orElseThrow(), null, null);

    get(200, history(resolution, "to=" + NOON.getEpochSecond() + "&countback=2"));

    assertEquals(interval, candles.requests.get(0).interval().wireName());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "resolution=1",
        "resolution=1&to=10",
        "resolution=1&to=10&from=20",
        "resolution=1&to=10&from=10",
        "resolution=1&to=abc&countback=1",
        "resolution=1&to=-1&countback=1",
        "resolution=1&to=99999999999999999999&countback=1",
        "resolution=1&to=253402300800&countback=1",
        "resolution=1&to=10&countback=0",
        "resolution=1&to=10&countback=-5",
        "resolution=1&to=10&countback=1e9",
        "resolution=1m&to=10&countback=1",
        "resolution=3D&to=10&countback=1",
        "resolution=0&to=10&countback=1",
        "resolution=1&resolution=5&to=10&countback=1",
        "resolution=&to=10&countback=1"
      })
  void an_invalid_query_is_an_error_of_the_protocol_and_reads_nothing(String query) {
    var error = get(400, "/udf/history?symbol=BTCUSDT&" + query).object();

    assertEquals("error", error.getString("s"));
    assertFalse(error.getString("errmsg").isEmpty());
    assertEquals(Set.of("s", "errmsg"), error.fieldNames());
    assertEquals(List.of(), candles.requests);
  }

  @Test
  void a_chart_that_requests_too_much_receives_a_thousand_bars_at_most() {
    candles.holds("BTCUSDT", Interval.ONE_MINUTE, null, null);

    get(200, history("1", "to=253402300799&countback=1000000000"));
    get(200, history("1", "to=253402300799&from=0"));

    assertEquals(
        List.of(
            find(Interval.ONE_MINUTE, null, 1000),
            find(Interval.ONE_MINUTE, null, 1000),
            find(Interval.ONE_MINUTE, Instant.EPOCH, 1)),
        candles.requests);
    assertEquals("error", get(400, "/udf/search?query=btc&limit=0").object().getString("s"));
    assertEquals("error", get(400, "/udf/search?query=btc&limit=-1").object().getString("s"));
    assertEquals(1, get(200, "/udf/search?query=btc&limit=1000000000").array().size());
    assertEquals(
        "error", get(400, "/udf/symbols?symbol=" + "A".repeat(2000)).object().getString("s"));
  }

  @Test
  void failures_have_the_error_form_of_the_protocol() {
    candles.failure = new Failure.Unavailable("candles-not-available", "not stored");
    var unavailable = get(503, history("1", "to=" + NOON.getEpochSecond() + "&countback=2"));
    assertEquals(
        new JsonObject().put("s", "error").put("errmsg", "not stored"), unavailable.object());
    assertEquals("1", unavailable.headers().get("Retry-After"));

    callers.failure = new Failure.TooManyRequests("too-many", "too many", Duration.ofSeconds(7));
    var refused = get(429, "/udf/time");
    assertEquals(new JsonObject().put("s", "error").put("errmsg", "too many"), refused.object());
    assertEquals("7", refused.headers().get("Retry-After"));

    callers.failure = null;
    assertEquals("error", get(404, "/udf/symbol_info?group=NYSE").object().getString("s"));
  }

  @Test
  void the_time_is_a_number_of_seconds_as_text() {
    var reply = get(200, "/udf/time");

    assertEquals(Long.toString(NOW.getEpochSecond()), reply.body().toString());
    assertTrue(reply.headers().get("Content-Type").startsWith("text/plain"));
    var head = await(http.request(HttpMethod.HEAD, "/udf/time").begin());
    assertEquals(200, head.status());
    assertEquals(0, head.body().length());
  }

  private Response get(int status, String target) {
    return await(http.request(HttpMethod.GET, target).begin()).expect(status);
  }

  private static String history(String resolution, String range) {
    return "/udf/history?symbol=BTCUSDT&resolution=" + resolution + "&" + range;
  }

  private static FindCandles find(Interval interval, Instant to, int limit) {
    return new FindCandles(List.of("BTCUSDT"), interval, null, to, limit, true);
  }
}
