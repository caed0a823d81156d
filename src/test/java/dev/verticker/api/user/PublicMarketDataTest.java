package dev.verticker.api.user;

import static dev.verticker.api.openapi.ApiClient.expect;
import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.testing.TestHttpClient;
import dev.verticker.testing.TestHttpClient.Response;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.openapi.contract.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A User API that serves market data without a token, at most 40 requests per minute from one address. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PublicMarketDataTest {
  private static final int MAX_REQUESTS = 40;
  private static final String PUBLIC = "x-public-market-data";

  private final UserFrontDoor door =
      UserFrontDoor.openPublic("PUBLIC_REQUESTS_PER_MINUTE", MAX_REQUESTS);
  private int addresses;

  /** Each test has its own address. */
  private String address;

  @BeforeEach
  void forget() {
    addresses++;
    address = "198.51.100." + addresses;
    door.prices.requests.clear();
    door.candles.requests.clear();
  }

  @AfterAll
  void close() {
    door.close();
  }

  @Test
  void marked_operations_admit_callers_without_a_token_and_the_others_do_not() {
    var differences = new ArrayList<String>();
    for (var operation : door.contract.openApi().operations()) {
      if (operation.getSecurityRequirements().isEmpty()) {
        continue;
      }
      var reply = send(operation.getHttpMethod(), target(operation));
      var isPublic = operation.getOpenAPIModel().getBoolean(PUBLIC, false);
      if (isPublic == (reply.status() == 401)) {
        differences.add(operation.getOperationId() + ": " + reply.status());
      }
    }

    assertEquals(List.of(), differences);
  }

  @Test
  void a_caller_without_a_token_reads_configured_symbols() {
    var prices = expect(200, get("/prices")).array();
    assertEquals(1, prices.size());
    assertEquals("68000.12", prices.getJsonObject(0).getString("price"));
    expect(200, get("/prices?symbols=BTCUSDT"));
    expect(200, get("/prices/BTCUSDT"));
    expect(200, get("/feed"));
    assertEquals(
        4, expect(200, get("/symbols")).object().getJsonArray("symbols").size());
    var candles = expect(200, get("/prices/BTCUSDT/candles?interval=1m")).object();
    assertEquals(1, candles.getJsonArray("candles").size());
    expect(200, get("/candles?interval=1m&symbols=BTCUSDT"));

    assertEquals(2, door.candles.requests.size());
    assertTrue(door.candles.requests.stream().allMatch(request -> request.held()));
    var person = door.person();
    expect(200, door.get(person, "/prices/BTCUSDT/candles?interval=1m"));
    assertEquals(false, door.candles.requests.get(2).held());
  }

  @Test
  void a_symbol_that_others_read_is_served_without_prolonging_its_refresh() {
    assertEquals("80.5", expect(200, get("/prices/LTCUSDT")).object().getString("price"));
    expect(200, get("/prices?symbols=LTCUSDT,BTCUSDT"));

    // A signed-in user reports the symbol within three seconds, after any earlier report.
    expect(200, door.get(door.person(), "/prices/LTCUSDT"));
    until("the read is reported", () -> !door.prices.reportedReads().isEmpty());
    assertEquals(List.of("LTCUSDT"), door.prices.reportedReads());
    assertEquals(List.of(), door.prices.requests);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/prices/{symbol}",
        "/prices?symbols=BTCUSDT,{symbol}",
        "/prices/{symbol}/candles?interval=1m",
        "/candles?interval=1m&symbols={symbol},BTCUSDT"
      })
  void a_symbol_that_is_neither_configured_nor_held_is_not_requested(String target) {
    for (var unknown : List.of("NOPE", "btcusdt", "%E4%BA%BA", "A".repeat(64), "%20", "%22")) {
      var failure = expect(404, get(target.replace("{symbol}", unknown)));
      assertEquals("symbol-unknown", failure.code(), unknown);
    }
    var cold = expect(404, get(target.replace("{symbol}", "DOGEUSDT")));
    assertEquals("symbol-not-public", cold.code());
    assertEquals(List.of(), door.prices.requests);
    assertEquals(List.of(), door.candles.requests);
  }

  @Test
  void an_invalid_token_is_rejected_and_history_requires_a_token() {
    for (var token : List.of("Bearer nonsense", "Basic dXNlcjpwYXNz", "", "Bearer ")) {
      var rejected =
          door.client().get("/prices", "Authorization", token, "X-Forwarded-For", address);
      assertEquals(401, rejected.status(), token);
      assertTrue(rejected.headers().contains("WWW-Authenticate"));
    }
    expect(401, get("/prices/BTCUSDT/history"));
  }

  @Test
  void each_address_has_a_quota_and_users_have_none() {
    var person = door.person();
    var first = expect(200, get("/prices"));
    assertEquals("\"public-market-data\";q=40;w=60", first.headers().get("RateLimit-Policy"));
    var left = first.headers().get("RateLimit");
    assertTrue(left.startsWith("\"public-market-data\";r=39;t="), left);
    IntStream.range(1, MAX_REQUESTS).forEach(i -> expect(200, get("/symbols?limit=1")));

    var refused = expect(429, get("/prices/BTCUSDT"));

    assertEquals("too-many-requests", refused.code());
    assertTrue(Integer.parseInt(refused.headers().get("Retry-After")) <= 70);
    assertEquals("error", udf(429, "/udf/time").getString("s"));
    expect(200, door.get(person, "/prices", "X-Forwarded-For", address));
    var exhausted = address;
    address = "203.0.113.9";
    expect(200, get("/prices"));
    // Only the last proxy is trusted: an address that a client invents does not count.
    expect(429, door.client().get("/prices", "X-Forwarded-For", "203.0.113.10, " + exhausted));
  }

  @Test
  void the_udf_endpoints_exist() {
    assertEquals(
        "BTCUSDT", get("/udf/symbols?symbol=BTCUSDT").expect(200).object().getString("name"));
    assertEquals(
        "ok",
        get("/udf/history?symbol=BTCUSDT&resolution=1&countback=5&to=1772366460")
            .expect(200)
            .object()
            .getString("s"));
    assertEquals("error", udf(404, "/udf/nothing").getString("s"));
  }

  @Test
  void the_udf_endpoints_do_not_exist_without_the_setting() {
    try (var closed = UserFrontDoor.open()) {
      assertEquals("not-found", closed.client().get("/udf/config").expect(404).code());
      assertEquals(401, closed.client().get("/symbols").status());
      assertNotEquals(200, closed.client().get("/prices").status());
    }
  }

  private static String target(Operation operation) {
    var target =
        operation.getAbsoluteOpenAPIPath().replace("{symbol}", "BTCUSDT").replace("{id}", "1");
    return switch (operation.getOperationId()) {
      case "listCandles" -> target + "?interval=1m";
      case "listCandlesOfSymbols" -> target + "?interval=1m&symbols=BTCUSDT";
      default -> target;
    };
  }

  /** Returns an error of the protocol, which is no problem of the contract. */
  private JsonObject udf(int status, String target) {
    var request = new TestHttpClient(door.vertx, door.port())
        .request(HttpMethod.GET, target)
        .headers("X-Forwarded-For", address);
    return await(request.begin()).expect(status).object();
  }

  private Response get(String target) {
    return send(HttpMethod.GET, target);
  }

  private Response send(HttpMethod method, String target) {
    return door.client().send(method, target, null, "X-Forwarded-For", address);
  }
}
