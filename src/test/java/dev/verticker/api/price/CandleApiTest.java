package dev.verticker.api.price;

import static dev.verticker.api.openapi.ApiClient.expect;
import static dev.verticker.api.price.FakeCandles.candle;
import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.verticker.bus.Failure;
import dev.verticker.message.Candles.Candle;
import dev.verticker.message.Candles.FindCandles;
import dev.verticker.message.Candles.State;
import dev.verticker.message.Interval;
import dev.verticker.testing.TestHttpClient.Response;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CandleApiTest {
  private static final String CANDLES = "/internal/price/BTCUSDT/candles";
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  private final PriceFrontDoor door = new PriceFrontDoor();
  private final FakeCandles candles = new FakeCandles(door.bus);

  @BeforeAll
  void open() {
    await(door.prices.serve());
    await(candles.serve());
    door.open();
  }

  @BeforeEach
  void forget() {
    candles.requests.clear();
    candles.failure = null;
  }

  @AfterAll
  void close() {
    door.close();
  }

  @Test
  void candles_have_exact_decimals_and_their_state_and_absent_ones_have_no_figures() {
    candles.holds(
        "BTCUSDT",
        Interval.ONE_MINUTE,
        null,
        NOON.plusSeconds(180),
        candle(NOON, "68000.10000000", "0.00100000", State.FINAL),
        Candle.unknown(NOON.plusSeconds(60), State.ABSENT),
        candle(NOON.plusSeconds(120), "9.00", "0.5", State.FORMING));

    var reply = expect(200, door.get(CANDLES + "?interval=1m"));

    assertEquals(
        "{\"symbol\":\"BTCUSDT\",\"interval\":\"1m\",\"venue\":\"simulated\",\"candles\":["
            + "{\"open_time\":\"2026-03-01T12:00:00Z\",\"open\":\"10.00\",\"high\":\"68000.10000000\",\"low\":\"10.00\","
            + "\"close\":\"68000.10000000\",\"volume\":\"0.00100000\",\"quote_volume\":\"68.0001000000000000\","
            + "\"trades\":3,\"state\":\"final\"},"
            + "{\"open_time\":\"2026-03-01T12:01:00Z\",\"open\":null,\"high\":null,\"low\":null,\"close\":null,"
            + "\"volume\":null,\"quote_volume\":null,\"trades\":0,\"state\":\"absent\"},"
            + "{\"open_time\":\"2026-03-01T12:02:00Z\",\"open\":\"10.00\",\"high\":\"10.00\",\"low\":\"9.00\","
            + "\"close\":\"9.00\",\"volume\":\"0.5\",\"quote_volume\":\"4.500\",\"trades\":3,\"state\":\"forming\"}],"
            + "\"next\":\"2026-03-01T12:03:00Z\"}",
        reply.body().toString());
    assertEquals(
        List.of(new FindCandles(List.of("BTCUSDT"), Interval.ONE_MINUTE, null, null, 500)),
        candles.requests);
  }

  @Test
  void the_chart_format_has_seconds_and_numbers_and_only_the_time_of_an_absent_candle() {
    candles.holds(
        "BTCUSDT",
        Interval.ONE_HOUR,
        null,
        null,
        candle(NOON, "68000.10000000", "0.00100000", State.FINAL),
        Candle.unknown(NOON.plusSeconds(3600), State.ABSENT));

    assertEquals(
        "{\"symbol\":\"BTCUSDT\",\"interval\":\"1h\",\"venue\":\"simulated\",\"candles\":["
            + "{\"time\":1772366400,\"open\":10.00,\"high\":68000.10000000,\"low\":10.00,"
            + "\"close\":68000.10000000,\"volume\":0.00100000,\"state\":\"final\"},{\"time\":1772370000}],\"next\":null}",
        expect(200, door.get(CANDLES + "?interval=1h&format=chart")).body().toString());
  }

  @Test
  void a_client_with_the_current_candles_receives_304() {
    candles.holds("BTCUSDT", Interval.ONE_DAY, null, null, candle(NOON, "1", "1", State.FORMING));
    var tag = expect(200, door.get(CANDLES + "?interval=1d")).headers().get("ETag");
    var again = door.client()
        .get(CANDLES + "?interval=1d", "X-API-Key", PriceFrontDoor.KEY, "If-None-Match", tag);
    assertEquals(tag, expect(304, again).headers().get("ETag"));

    candles.holds("BTCUSDT", Interval.ONE_DAY, null, null, candle(NOON, "2", "1", State.FORMING));
    var changed = door.client()
        .get(CANDLES + "?interval=1d", "X-API-Key", PriceFrontDoor.KEY, "If-None-Match", tag);
    assertNotEquals(tag, expect(200, changed).headers().get("ETag"));
  }

  @Test
  void a_range_and_a_limit_are_passed_on() {
    candles.holds("币安人生USDT", Interval.ONE_MONTH, null, null);
    expect(
        200,
        door.get("/internal/price/%E5%B8%81%E5%AE%89%E4%BA%BA%E7%94%9FUSDT/candles"
            + "?interval=1M&from=2026-01-01T02:00:00%2B02:00&to=2026-03-01T00:00:00Z&limit=7"));
    assertEquals(
        List.of(new FindCandles(
            List.of("币安人生USDT"),
            Interval.ONE_MONTH,
            Instant.parse("2026-01-01T00:00:00Z"),
            Instant.parse("2026-03-01T00:00:00Z"),
            7)),
        candles.requests);
  }

  @Test
  void several_symbols_are_returned_in_their_order() {
    candles.holds("A", Interval.ONE_MINUTE, null, null, candle(NOON, "1", "1", State.FINAL));
    candles.holds("B", Interval.ONE_MINUTE, null, null);
    var reply = expect(200, door.get("/internal/candles?symbols=B,A&interval=1m&limit=60"));
    assertEquals("B", reply.array().getJsonObject(0).getString("symbol"));
    assertEquals("A", reply.array().getJsonObject(1).getString("symbol"));
    assertEquals(
        List.of(new FindCandles(List.of("B", "A"), Interval.ONE_MINUTE, null, null, 60)),
        candles.requests);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "interval=1",
        "interval=1Y",
        "interval=60m",
        "interval=1m&limit=0",
        "interval=1m&limit=1001",
        "interval=1m&format=csv",
        "interval=1m&from=yesterday",
        "interval=1m&from=2026-06-31T00:00:00Z",
        "interval=1m&from=2026-03-02T00:00:00Z&to=2026-03-02T00:00:00Z",
        "interval=1m&symbols=A"
      })
  void an_invalid_request_is_rejected_without_a_bus_request(String query) {
    expect(422, door.get(CANDLES + "?" + query));
    assertEquals(List.of(), candles.requests);
  }

  @Test
  void errors_name_the_part_of_the_request_with_the_symbol() {
    var one = expect(404, door.get("/internal/price/NOPE/candles?interval=1m"));
    assertEquals("path/symbol", pointer(one));
    var many = expect(404, door.get("/internal/candles?symbols=NOPE&interval=1m"));
    assertEquals("query/symbols", pointer(many));
    candles.failure = new Failure.Unavailable(
        "candles-not-available",
        "Not stored.",
        Duration.ofSeconds(7),
        List.of(new Failure.Error("query/symbols", "candles-not-available", "Not stored.")));
    var unavailable = expect(503, door.get("/internal/price/BTCUSDT/candles?interval=1m"));
    assertEquals("path/symbol", pointer(unavailable));
    assertEquals("7", unavailable.headers().get("Retry-After"));
  }

  @Test
  void candles_require_the_key() {
    expect(401, door.client().get(CANDLES + "?interval=1m"));
    assertEquals(List.of(), candles.requests);
  }

  private static String pointer(Response response) {
    return response.object().getJsonArray("errors").getJsonObject(0).getString("pointer");
  }
}
