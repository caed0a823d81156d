package dev.verticker.api.price;

import static dev.verticker.api.openapi.ApiClient.expect;
import static dev.verticker.api.price.FakePrices.quote;
import static dev.verticker.api.price.PriceFrontDoor.NOON;
import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.testing.RawHttp;
import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that invalid input causes a problem response, never a 5xx and no bus request to the price verticle. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PriceApiInputTest {
  private final PriceFrontDoor door = new PriceFrontDoor();
  private final FakePrices prices = door.prices;

  @BeforeAll
  void open() {
    prices.configured = List.of("BTCUSDT");
    prices.holds(quote(1, "BTCUSDT", "68000.12", NOON));
    await(prices.serve());
    door.open();
  }

  @BeforeEach
  void forget() {
    prices.requests.clear();
  }

  @AfterAll
  void close() {
    door.close();
  }

  @ParameterizedTest
  @CsvSource({
    "/internal/price?limit=0, 422",
    "/internal/price?limit=-1, 422",
    "/internal/price?limit=1001, 422",
    "/internal/price?limit=1e9, 422",
    "/internal/price?limit=99999999999999999999, 422",
    "/internal/price?limit=five, 422",
    "/internal/price?limit=1.0, 422",
    "/internal/price?limit=, 422",
    "/internal/price?limit, 422",
    "/internal/price?limit=%31%00, 400",
    "/internal/price?limit=1&limit=2, 422",
    "/internal/price?Limit=1, 422",
    "/internal/price?nonsense=1, 422",
    "/internal/price?symbols=, 422",
    "/internal/price?symbols=BTCUSDT%2C, 422",
    "/internal/price?symbols=BTCUSDT&symbols=ETHUSDT, 422",
    "/internal/price?symbols=BTCUSDT%2CBTCUSDT, 422",
    "/internal/price?symbols=%00, 400",
    "/internal/price?symbols=%ff, 400",
    "/internal/price?max_age=-1, 422",
    "/internal/price?max_age=soon, 422",
    "/internal/price?max_age=31536001, 422",
    "/internal/price/%00, 400",
    "/internal/price/BTC%00USDT, 400",
    "/internal/price/%c3%28, 400",
    "/internal/price/%, 400",
    "/internal/price/BTCUSDT?max_age=1&max_age=1, 422",
    "/internal/price/BTCUSDT?limit=1, 422",
    "/internal/price/BTCUSDT/history?limit=0, 422",
    "/internal/price/BTCUSDT/history?limit=1001, 422",
    "/internal/price/BTCUSDT/history?from=yesterday, 422",
    "/internal/price/BTCUSDT/history?from=2026-02-31T00:00:00Z, 422",
    "/internal/price/BTCUSDT/history?from=2026-03-01, 422",
    "/internal/price/BTCUSDT/history?to=%00, 400",
    "/internal/price/BTCUSDT/history?from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z, 422",
    "/internal/price/BTCUSDT/history?from=2026-03-02T00:00:00Z&to=2026-03-02T00:00:00Z, 422",
    "/internal/price/BTCUSDT/history?cursor=, 422",
    "/internal/price/BTCUSDT/history?cursor=AAAA, 422",
    "/internal/price/BTCUSDT/history?cursor=%3Cscript%3E, 422",
    "/internal/price/BTCUSDT/nothing, 404",
    "/internal, 404",
    "/, 302",
  })
  void invalid_input_is_rejected_without_a_bus_request(String target, int status) {
    expect(status, door.get(target));

    assertEquals(List.of(), prices.requests);
  }

  @Test
  void long_symbols_and_long_lists_are_rejected_without_a_bus_request() {
    expect(422, door.get("/internal/price/" + "X".repeat(65)));
    expect(422, door.get("/internal/price?symbols=BTCUSDT," + "X".repeat(65)));
    expect(414, door.get("/internal/price/" + "X".repeat(10_000)));
    var names = IntStream.range(0, 101).mapToObj(i -> "S" + i).toList();
    expect(422, door.get("/internal/price?symbols=" + String.join(",", names)));
    assertEquals(List.of(), prices.requests);

    expect(404, door.get("/internal/price/" + "X".repeat(64)));
    expect(404, door.get("/internal/price?symbols=" + String.join(",", names.subList(0, 100))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /internal/price HTTP/1.1\r\n\r\n",
        "GET /internal/price\r\n\r\n",
        "nonsense\r\n\r\n",
        "GET /internal/price HTTP/1.1\r\nHost: a\r\nbroken header\r\n\r\n",
        "GET internal/price HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /internal/price/\u00e9 HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET  HTTP/1.1\r\nHost: a\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
        "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n",
        "DELETE /internal/price HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /internal/price HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n",
        "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /docs/missing.js HTTP/1.1\r\nHost: a\r\n\r\n"
      })
  void a_malformed_http_request_gets_a_problem_and_no_page(String request) {
    var answer = RawHttp.response(door.port(), request);

    assertEquals("4", answer.substring(9, 10), answer);
    assertEquals(true, answer.contains("application/problem+json"), answer);
    assertEquals(false, answer.toLowerCase().contains("<html"), answer);
    assertEquals(List.of(), prices.requests);
  }

  @Test
  void headers_beyond_16_kB_are_431() {
    var answer = RawHttp.response(
        door.port(),
        "GET /internal/price HTTP/1.1\r\nHost: a\r\nX-Long: " + "x".repeat(17_000) + "\r\n\r\n");

    assertEquals("HTTP/1.1 431", answer.substring(0, 12));
    assertEquals(true, answer.contains("application/problem+json"), answer);
  }

  @Test
  void head_and_options_send_no_bus_request_either() {
    assertEquals(
        "GET, HEAD, OPTIONS",
        door.client()
            .send(HttpMethod.OPTIONS, "/internal/price/BTCUSDT", null)
            .headers()
            .get("Allow"));
    var head = door.client()
        .send(HttpMethod.HEAD, "/internal/price", null, "X-API-Key", PriceFrontDoor.KEY);
    expect(200, head);
    assertEquals("0", head.headers().get("Age"));
    assertEquals(List.of(), prices.requests);
  }
}
