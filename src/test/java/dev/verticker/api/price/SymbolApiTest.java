package dev.verticker.api.price;

import static dev.verticker.api.listings.FakeListings.listing;
import static dev.verticker.api.openapi.ApiClient.expect;
import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.listings.FakeListings;
import dev.verticker.testing.TestHttpClient.Response;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SymbolApiTest {
  private static final String SYMBOLS = "/internal/symbols";

  private final PriceFrontDoor door = new PriceFrontDoor();
  private final FakeListings exchange = new FakeListings(door.bus);

  @BeforeAll
  void open() {
    door.prices.configured = List.of("BTCUSDT");
    await(door.prices.serve());
    await(exchange.serve());
    door.open();
    var problem = problem(503, "symbols-not-yet-known", door.get(SYMBOLS));
    assertEquals(SYMBOLS, problem.getString("instance"));
    exchange.holds(
        "1",
        PriceFrontDoor.NOON.minus(Duration.ofMinutes(20)),
        listing("BTC", "USDT", "TRADING"),
        listing("ETH", "USDT", "CANCEL_ONLY"),
        listing("币安人生", "USDT", "TRADING"));
    until("the list is known", () -> door.get(SYMBOLS).status() == 200);
  }

  @AfterAll
  void close() {
    door.close();
  }

  @Test
  void a_symbol_has_its_status_assets_steps_and_limits_and_the_list_has_an_age() {
    var reply = expect(200, door.get(SYMBOLS + "?q=btc"));

    assertEquals(
        new JsonObject(
            """
            {"venue": "simulated", "symbols": [{"symbol": "BTCUSDT", "status": "TRADING", "tradable": true,
             "base": "BTC", "quote": "USDT", "base_decimals": 8, "quote_decimals": 6, "price_decimals": 2,
             "quantity_decimals": 5, "tick_size": "0.01", "min_price": "0.01", "max_price": "1000000",
             "step_size": "0.00001", "min_quantity": "0.00001", "max_quantity": "9000", "min_notional": "5",
             "max_notional": null, "configured": true}],
             "next": null, "read_at": "2026-03-01T11:40:00.123456+00:00"}
            """),
        reply.object());
    assertEquals("1200", reply.headers().get("Age"));
    assertTrue(reply.headers().get("ETag").startsWith("W/\""));
  }

  @Test
  void a_symbol_that_only_accepts_cancels_is_not_tradable() {
    var found =
        expect(200, door.get(SYMBOLS + "?status=cancel_only")).object().getJsonArray("symbols");

    assertEquals(1, found.size());
    assertEquals("CANCEL_ONLY", found.getJsonObject(0).getString("status"));
    assertEquals(false, found.getJsonObject(0).getBoolean("tradable"));
    assertEquals(false, found.getJsonObject(0).getBoolean("configured"));
  }

  @Test
  void pages_follow_the_cursor_and_the_search_text_may_be_any_unicode() {
    var first = expect(200, door.get(SYMBOLS + "?limit=2")).object();
    var second = expect(200, door.get(SYMBOLS + "?limit=2&cursor=" + first.getString("next")))
        .object();

    assertEquals(2, first.getJsonArray("symbols").size());
    assertEquals("币安人生USDT", second.getJsonArray("symbols").getJsonObject(0).getString("symbol"));
    assertEquals(null, second.getString("next"));
    var unicode = expect(200, door.get(SYMBOLS + "?q=%E4%BA%BA%E7%94%9F")).object();
    assertEquals("币安人生USDT", unicode.getJsonArray("symbols").getJsonObject(0).getString("symbol"));
  }

  @Test
  void a_client_that_has_the_symbols_receives_304_with_their_age() {
    var tag = expect(200, door.get(SYMBOLS + "?q=usdt")).headers().get("ETag");

    var unchanged = expect(
        304,
        door.client()
            .get(SYMBOLS + "?q=usdt", "X-API-Key", PriceFrontDoor.KEY, "If-None-Match", tag));

    assertEquals("1200", unchanged.headers().get("Age"));
    assertNotEquals(tag, expect(200, door.get(SYMBOLS + "?q=btc")).headers().get("ETag"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "q=",
        "limit=0",
        "limit=-1",
        "limit=1001",
        "limit=1000000000",
        "limit=99999999999999999999",
        "limit=1m",
        "cursor=",
        "cursor=AAAA",
        "cursor=%F0%9F%92%A5",
        "status=",
        "symbol=BTCUSDT",
        "q=a&q=b"
      })
  void an_invalid_query_is_422(String query) {
    problem(422, "invalid-request", door.get(SYMBOLS + "?" + query));
  }

  @Test
  void a_search_text_of_ten_kilobytes_or_of_broken_characters_is_rejected() {
    var long64 = "%E4%BA%BA".repeat(64);
    expect(200, door.get(SYMBOLS + "?q=" + long64));
    problem(422, "invalid-request", door.get(SYMBOLS + "?q=" + long64 + "A"));
    problem(400, "malformed-request", door.get(SYMBOLS + "?q=%C3%28"));
    problem(400, "malformed-request", door.get(SYMBOLS + "?q=%00"));
    assertEquals(414, door.get(SYMBOLS + "?q=" + "A".repeat(10_240)).status());
  }

  private static JsonObject problem(int status, String code, Response response) {
    var problem = expect(status, response).object();
    assertEquals(code, problem.getString("code"));
    return problem;
  }
}
