package dev.verticker.dev.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ControlApiTest {
  private static final String BOTH = "ticker/24hr?symbols=%5B%22BTCUSDT%22,%22NOPEUSDT%22%5D";
  private final SimulatorFixture fixture =
      new SimulatorFixture(SimulatorOptions.defaults().withSymbols("BTCUSDT", "ETHUSDT"));

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void a_fault_is_added_listed_and_removed() {
    var json = new JsonObject()
        .put("kind", "429")
        .put("endpoint", "ticker/24hr")
        .put("symbol", "BTCUSDT")
        .put("times", 3)
        .put("retry_after", 5)
        .put("delay_ms", 100)
        .put("bytes", 1000)
        .put("executed", false);
    var added = fixture.control("POST", "faults", json.encode());
    assertEquals(201, added.status());
    assertEquals(new JsonObject().put("id", 1).mergeIn(json), added.object());
    assertEquals(List.of(fault()), fixture.simulator().faults().active());

    assertEquals("5", fixture.get("ticker/24hr?symbol=BTCUSDT").header("Retry-After"));
    var left = new JsonObject().put("id", 1).mergeIn(json).put("times", 2);
    assertEquals(
        new JsonObject().put("faults", JsonArray.of(left)),
        fixture.control("GET", "faults", "").object());

    assertEquals(204, fixture.control("DELETE", "faults/1", "").status());
    assertEquals(404, fixture.control("DELETE", "faults/1", "").status());
    assertEquals(200, fixture.get("ticker/24hr?symbol=BTCUSDT").status());
  }

  @ParameterizedTest
  @EnumSource
  void every_kind_has_a_wire_name(FaultKind kind) {
    assertEquals(
        201,
        fixture
            .control("POST", "faults", new JsonObject().put("kind", kind.wire()).encode())
            .status());
    assertEquals(List.of(Fault.of(kind)), fixture.simulator().faults().active());
    assertEquals(204, fixture.control("DELETE", "faults", "").status());
    assertEquals(List.of(), fixture.simulator().faults().active());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "{}",
        "{\"kind\":\"flood\"}",
        "{\"kind\":7}",
        "{\"kind\":\"429\",\"times\":0}",
        "{\"kind\":\"429\",\"times\":\"twice\"}",
        "{\"kind\":\"slow\",\"delay_ms\":-1}",
        "{\"kind\":\"nan\",\"endpoint\":\"order\"}"
      })
  void an_invalid_fault_is_rejected(String body) {
    assertEquals(400, fixture.control("POST", "faults", body).status());
    assertEquals(List.of(), fixture.simulator().faults().active());
  }

  @Test
  void requests_including_failed_ones_are_counted_by_endpoint_and_symbol() {
    fixture.get(BOTH);
    fixture.get("ticker/24hr?symbol=BTCUSDT");
    fixture.get("ticker/price");
    fixture.simulator().faults().add(FaultKind.RATE_LIMITED);
    fixture.get("ticker/price?symbol=BTCUSDT");
    fixture.get("ping");

    var calls = fixture.simulator().calls();
    assertEquals(5, calls.total());
    assertEquals(2, calls.of(Endpoint.TICKER_24HR));
    assertEquals(2, calls.of(Endpoint.TICKER_24HR, "BTCUSDT"));
    assertEquals(1, calls.of(Endpoint.TICKER_24HR, "NOPEUSDT"));
    assertEquals(3, calls.of("BTCUSDT"));
    assertEquals(0, calls.of(Endpoint.KLINES));
    assertEquals(
        new JsonObject(
            """
            {"total": 5,
             "endpoints": {
               "ping": {"calls": 1, "symbols": {"*": 1}},
               "ticker/price": {"calls": 2, "symbols": {"*": 1, "BTCUSDT": 1}},
               "ticker/24hr": {"calls": 2, "symbols": {"BTCUSDT": 2, "NOPEUSDT": 1}}},
             "used_weight": 11}"""),
        fixture.control("GET", "calls", "").object());

    assertEquals(204, fixture.control("DELETE", "calls", "").status());
    assertEquals(0, calls.total());
    assertEquals(0, calls.of("BTCUSDT"));
  }

  @Test
  void counts_of_unknown_symbols_are_bounded() {
    var calls = new CallLog();
    for (int number = 0; number < 20_000; number++) {
      calls.count(
          Endpoint.TICKER_PRICE,
          new SimulatorRequest(SimulatorRequest.Form.ONE, List.of("S" + number)));
    }
    assertEquals(20_000, calls.of(Endpoint.TICKER_PRICE));
    assertEquals(10_000, calls.of("(others)"));
  }

  @Test
  void the_api_returns_simulated_time_symbols_and_served_prices() {
    fixture.advance(Duration.ofMillis(1500));
    assertEquals(
        new JsonObject(
            "{\"now\":\"2030-03-04T05:06:01.500Z\",\"speed\":1,\"symbols\":[\"BTCUSDT\",\"ETHUSDT\"]}"),
        fixture.control("GET", "market", "").object());
    assertEquals(
        new JsonObject()
            .put("venue", "simulated")
            .put("started", "2030-03-04T05:06:00Z")
            .put("now", "2030-03-04T05:06:01.500Z")
            .put("speed", 1),
        fixture.control("GET", "clock", "").object());
    var price = fixture.get("ticker/price?symbol=BTCUSDT").object().getString("price");
    var served = new JsonObject().put("at", "2030-03-04T05:06:01.500Z").put("price", price);
    assertEquals(
        new JsonObject().put("symbol", "BTCUSDT").put("served", JsonArray.of(served)),
        fixture.control("GET", "served/BTCUSDT", "").object());
  }

  @Test
  void the_status_of_a_symbol_changes() {
    assertEquals(
        204,
        fixture
            .control("PUT", "symbols/ETHUSDT", "{\"status\":\"CANCEL_ONLY\"}")
            .status());
    assertEquals(List.of("BTCUSDT TRADING", "ETHUSDT CANCEL_ONLY"), statuses("exchangeInfo"));
    assertEquals(List.of("ETHUSDT CANCEL_ONLY"), statuses("exchangeInfo?symbolStatus=CANCEL_ONLY"));
    assertEquals(
        -1220,
        fixture
            .get("ticker/price?symbol=ETHUSDT&symbolStatus=TRADING")
            .object()
            .getInteger("code"));
    fixture.simulator().setStatus("ETHUSDT", "OF_A_LATER_YEAR");
    assertEquals(List.of("BTCUSDT TRADING", "ETHUSDT OF_A_LATER_YEAR"), statuses("exchangeInfo"));
    assertEquals(200, fixture.get("depth?symbol=ETHUSDT").status());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "{}", "{\"status\":7}", "{\"status\":\"\"}"})
  void an_invalid_status_is_rejected(String body) {
    assertEquals(400, fixture.control("PUT", "symbols/ETHUSDT", body).status());
    assertEquals(
        404, fixture.control("PUT", "symbols/NOPE", "{\"status\":\"HALT\"}").status());
    assertEquals(List.of("BTCUSDT TRADING", "ETHUSDT TRADING"), statuses("exchangeInfo"));
  }

  private List<String> statuses(String path) {
    return fixture.get(path).object().getJsonArray("symbols").stream()
        .map(JsonObject.class::cast)
        .map(entry -> entry.getString("symbol") + " " + entry.getString("status"))
        .toList();
  }

  private static Fault fault() {
    return Fault.of(FaultKind.RATE_LIMITED)
        .on(Endpoint.TICKER_24HR)
        .forSymbol("BTCUSDT")
        .times(3)
        .retryAfter(Duration.ofSeconds(5))
        .delay(Duration.ofMillis(100))
        .bytes(1000);
  }
}
