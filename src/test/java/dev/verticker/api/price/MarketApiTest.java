package dev.verticker.api.price;

import static dev.verticker.api.openapi.ApiClient.expect;
import static dev.verticker.api.price.FakeMarket.book;
import static dev.verticker.api.price.FakeMarket.trade;
import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Failure;
import dev.verticker.message.Books.FindBook;
import dev.verticker.message.Feed;
import dev.verticker.message.Trades.FindTrades;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MarketApiTest {
  private static final String SYMBOL = "/internal/price/BTCUSDT";
  private static final String UNICODE = "/internal/price/%E5%B8%81%E5%AE%89%E4%BA%BA%E7%94%9FUSDT";

  private final PriceFrontDoor door = new PriceFrontDoor();
  private final FakeMarket market = new FakeMarket(door.bus);

  @BeforeAll
  void open() {
    await(door.prices.serve());
    await(market.serve());
    door.open();
  }

  @BeforeEach
  void forget() {
    market.requests.clear();
    market.failure = null;
    door.clock.reset();
  }

  @AfterAll
  void close() {
    door.close();
  }

  @Test
  void trades_have_exact_decimals_the_side_of_the_taker_and_the_next_page() {
    market.holdsTrades("BTCUSDT", trade(7, "68000.10000000"), trade(8, "0.00000001"));

    var reply = expect(200, door.get(SYMBOL + "/trades?from_id=7&limit=2"));

    assertEquals(
        "{\"symbol\":\"BTCUSDT\",\"venue\":\"simulated\",\"trades\":["
            + "{\"id\":7,\"price\":\"68000.10000000\",\"quantity\":\"2.0\",\"side\":\"sell\","
            + "\"time\":\"2026-03-01T12:00:00.007000+00:00\"},"
            + "{\"id\":8,\"price\":\"0.00000001\",\"quantity\":\"2.0\",\"side\":\"buy\","
            + "\"time\":\"2026-03-01T12:00:00.008000+00:00\"}],\"next\":9,\"stale\":false}",
        reply.body().toString());
    assertEquals(List.of(new FindTrades("BTCUSDT", 7L, null, null, 2)), market.requests);
  }

  @Test
  void the_newest_trades_are_the_last_page() {
    market.holdsTrades("币安人生USDT", trade(7, "1"));
    var reply = expect(200, door.get(UNICODE + "/trades")).object();
    assertTrue(reply.containsKey("next"));
    assertEquals(null, reply.getValue("next"));
    assertEquals(List.of(new FindTrades("币安人生USDT", null, null, null, 100)), market.requests);
  }

  @Test
  void a_book_has_exact_decimals_and_its_age() {
    market.holds(book("BTCUSDT", 42, "68000.10", "68000.20", PriceFrontDoor.NOON.minusMillis(84)));

    var reply = expect(200, door.get(SYMBOL + "/book"));

    assertEquals(
        "{\"symbol\":\"BTCUSDT\",\"venue\":\"simulated\",\"update_id\":42,"
            + "\"bids\":[[\"68000.10\",\"1.50\"]],\"asks\":[[\"68000.20\",\"1.50\"]],"
            + "\"received_at\":\"2026-03-01T12:00:00.039456+00:00\",\"age_ms\":84,\"stale\":false}",
        reply.body().toString());
    assertEquals(List.of(new FindBook("BTCUSDT")), market.requests);
  }

  @Test
  void trades_and_a_book_are_stale_when_the_feed_is_interrupted_for_ten_seconds() {
    market.holdsTrades("BTCUSDT", trade(123, "1"));
    market.holds(book("BTCUSDT", 42, "1", "2", PriceFrontDoor.NOON));
    door.clock.advance(Duration.ofSeconds(11));
    publish(Feed.State.POLLING);
    until("stale", () -> isStale("/trades") && isStale("/book"));

    publish(Feed.State.LIVE);
    until("a quiet market", () -> !isStale("/trades") && !isStale("/book"));
    door.clock.reset();
    publish(Feed.State.POLLING);
    assertFalse(isStale("/trades"));
    assertFalse(isStale("/book"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"trades", "book"})
  void an_unknown_symbol_and_an_unavailable_exchange_are_reported(String path) {
    var unknown = expect(404, door.get("/internal/price/nope/" + path)).object();
    assertEquals("symbol-unknown", unknown.getString("code"));
    assertEquals(
        "path/symbol", unknown.getJsonArray("errors").getJsonObject(0).getString("pointer"));
    market.failure = new Failure.Unavailable(path + "-not-available", "Not in memory.");
    var unavailable = expect(503, door.get(SYMBOL + "/" + path));
    assertEquals(path + "-not-available", unavailable.object().getString("code"));
    assertEquals("1", unavailable.headers().get("Retry-After"));
  }

  @ParameterizedTest
  @CsvSource({
    "trades?limit=0, query/limit",
    "trades?limit=1001, query/limit",
    "trades?limit=1e9, query/limit",
    "trades?limit=-1, query/limit",
    "trades?from_id=-1, query/from_id",
    "trades?from_id=9007199254740992, query/from_id",
    "trades?from_id=1.5, query/from_id",
    "trades?from=1, query/from",
    "book?limit=5, query/limit"
  })
  void an_invalid_parameter_is_rejected_before_the_price_verticle_is_asked(
      String target, String pointer) {
    var problem = expect(422, door.get(SYMBOL + "/" + target)).object();
    assertEquals(pointer, problem.getJsonArray("errors").getJsonObject(0).getString("pointer"));
    assertEquals(List.of(), market.requests);
  }

  @Test
  void a_symbol_that_is_too_long_is_rejected_before_the_price_verticle_is_asked() {
    expect(422, door.get("/internal/price/" + "X".repeat(65) + "/book"));
    expect(414, door.get("/internal/price/" + "X".repeat(10_000) + "/trades"));
    assertEquals(List.of(), market.requests);
  }

  private boolean isStale(String path) {
    return expect(200, door.get(SYMBOL + path)).object().getBoolean("stale");
  }

  private void publish(Feed.State state) {
    door.bus.publish(
        Feed.STATUS, new Feed.Status("simulated", 1, "node", state, PriceFrontDoor.NOON, null, 1));
    until("the state", () -> expect(200, door.get("/internal/feed"))
        .object()
        .getString("state")
        .equals(state.name().toLowerCase(java.util.Locale.ROOT)));
  }
}
