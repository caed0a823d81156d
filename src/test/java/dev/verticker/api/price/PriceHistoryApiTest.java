package dev.verticker.api.price;

import static dev.verticker.api.openapi.ApiClient.expect;
import static dev.verticker.api.price.PriceFrontDoor.NOON;
import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.verticker.bus.Failure;
import dev.verticker.message.Prices;
import dev.verticker.message.Prices.FindHistory;
import dev.verticker.message.Prices.HistoryPosition;
import dev.verticker.message.Prices.Observation;
import io.vertx.core.Future;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PriceHistoryApiTest {
  private static final String HISTORY = "/internal/price/BTCUSDT/history";

  private final PriceFrontDoor door = new PriceFrontDoor();
  private final FakePrices prices = door.prices;

  @BeforeAll
  void open() {
    await(prices.serve());
    door.open();
  }

  @BeforeEach
  void forget() {
    prices.requests.clear();
    prices.history = question -> Future.succeededFuture(new Prices.History(List.of(), null));
  }

  @AfterAll
  void close() {
    door.close();
  }

  @Test
  void observations_have_the_shape_of_prices_without_an_age() {
    prices.history = question -> Future.succeededFuture(
        new Prices.History(List.of(observation(12, "68000.10"), observation(11, "67999")), null));

    var reply = expect(200, door.get(HISTORY));

    assertEquals(
        "[{\"id\":12,\"symbol\":\"BTCUSDT\",\"called_at\":\"2026-03-01T12:00:00.123456+00:00\","
            + "\"exchange_info\":{\"symbol\":\"BTCUSDT\",\"price\":\"68000.10\"},"
            + "\"venue\":\"simulated\",\"source\":\"stored\","
            + "\"event_time\":\"2026-03-01T12:00:00.122456+00:00\"},"
            + "{\"id\":11,\"symbol\":\"BTCUSDT\",\"called_at\":\"2026-03-01T12:00:00.123456+00:00\","
            + "\"exchange_info\":{\"symbol\":\"BTCUSDT\",\"price\":\"67999\"},"
            + "\"venue\":\"simulated\",\"source\":\"stored\","
            + "\"event_time\":\"2026-03-01T12:00:00.122456+00:00\"}]",
        reply.body().toString());
    assertNull(reply.headers().get("Link"));
    assertEquals(List.of(new FindHistory("BTCUSDT", null, null, 100, null)), prices.requests);
  }

  @Test
  void an_empty_history_is_an_empty_array() {
    assertEquals("[]", expect(200, door.get(HISTORY)).body().toString());
  }

  @Test
  void times_with_an_offset_are_understood_even_with_a_plain_plus() {
    expect(
        200,
        door.get(HISTORY + "?from=2026-03-01T10:00:00.5%2B02:00&to=2026-03-01T10:00:00+00:00"));

    assertEquals(
        List.of(new FindHistory(
            "BTCUSDT",
            Instant.parse("2026-03-01T08:00:00.5Z"),
            Instant.parse("2026-03-01T10:00:00Z"),
            100,
            null)),
        prices.requests);
  }

  @Test
  void the_link_names_the_page_after_the_last_observation() {
    prices.history = question -> Future.succeededFuture(
        new Prices.History(List.of(observation(12, "1")), new HistoryPosition(NOON, 12)));
    var first = expect(200, door.get(HISTORY + "?limit=1&from=2026-03-01T00:00:00%2B00:00"));

    expect(200, door.get(next(first.headers().get("Link"))));

    var from = Instant.parse("2026-03-01T00:00:00Z");
    assertEquals(
        List.of(
            new FindHistory("BTCUSDT", from, null, 1, null),
            new FindHistory("BTCUSDT", from, null, 1, new HistoryPosition(NOON, 12))),
        prices.requests);
  }

  @Test
  void the_link_keeps_the_symbol_as_the_client_sent_it() {
    prices.history = question -> Future.succeededFuture(
        new Prices.History(List.of(observation(12, "1")), new HistoryPosition(NOON, 12)));
    var first = expect(200, door.get("/internal/price/a%2Fb%20%E5%B8%81/history"));

    expect(200, door.get(next(first.headers().get("Link"))));

    assertEquals(
        List.of(
            new FindHistory("a/b 币", null, null, 100, null),
            new FindHistory("a/b 币", null, null, 100, new HistoryPosition(NOON, 12))),
        prices.requests);
  }

  @Test
  void a_changed_cursor_or_one_of_another_symbol_is_rejected() {
    var cursor = HistoryCursor.encode("BTCUSDT", new HistoryPosition(NOON, 12));
    for (var at = 0; at < cursor.length(); at++) {
      var changed = new StringBuilder(cursor);
      changed.setCharAt(at, cursor.charAt(at) == 'A' ? 'B' : 'A');
      assertEquals(
          "query/cursor",
          expect(422, door.get(HISTORY + "?cursor=" + changed))
              .object()
              .getJsonArray("errors")
              .getJsonObject(0)
              .getString("pointer"));
    }
    expect(422, door.get(HISTORY + "?cursor=" + cursor + "="));
    expect(422, door.get("/internal/price/ETHUSDT/history?cursor=" + cursor));
    expect(
        422,
        door.get(HISTORY + "?cursor="
            + HistoryCursor.encode(
                "BTCUSDT", new HistoryPosition(Instant.parse("+12000-01-01T00:00:00Z"), 1))));
    assertEquals(List.of(), prices.requests);
    expect(200, door.get(HISTORY + "?cursor=" + cursor));
  }

  @Test
  void an_unavailable_store_is_503() {
    prices.history = question -> Future.failedFuture(
        new Failure.Unavailable("unavailable", "The store does not answer now."));

    assertEquals("unavailable", expect(503, door.get(HISTORY)).code());
  }

  private static String next(String link) {
    assertEquals(">; rel=\"next\"", link.substring(link.indexOf('>')));
    return link.substring(1, link.indexOf('>'));
  }

  private static Observation observation(long id, String price) {
    return new Observation(
        id,
        "BTCUSDT",
        new BigDecimal(price),
        "{\"symbol\":\"BTCUSDT\",\"price\":\"" + price + "\"}",
        "simulated",
        NOON.minusMillis(1),
        NOON);
  }
}
