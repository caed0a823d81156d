package dev.verticker.api.price;

import static dev.verticker.api.openapi.ApiClient.expect;
import static dev.verticker.api.price.FakePrices.quote;
import static dev.verticker.api.price.PriceFrontDoor.KEY;
import static dev.verticker.api.price.PriceFrontDoor.NEXT_KEY;
import static dev.verticker.api.price.PriceFrontDoor.NOON;
import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.message.Prices;
import dev.verticker.testing.Await;
import dev.verticker.testing.TestHttpClient.Response;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PriceApiTest {
  private final PriceFrontDoor door = new PriceFrontDoor();
  private final FakePrices prices = door.prices;

  @BeforeEach
  void open() {
    prices.configured = List.of("BTCUSDT", "ETHBTC", "ETHUSDT");
    prices.holds(
        quote(3, "ETHUSDT", "4200.50", NOON.minusSeconds(2)),
        quote(1, "BTCUSDT", "68000.12000000", NOON.minusMillis(4210)));
    await(prices.serve());
    door.open();
    prices.requests.clear();
  }

  @AfterEach
  void close() {
    door.close();
  }

  @Test
  void a_price_has_the_earlier_format_with_its_source_and_age() {
    var reply = expect(200, door.get("/internal/price/BTCUSDT"));

    assertEquals(
        "[{\"id\":1,\"symbol\":\"BTCUSDT\",\"called_at\":\"2026-03-01T11:59:55.913456+00:00\","
            + "\"exchange_info\":{\"symbol\":\"BTCUSDT\",\"lastPrice\":\"68000.12000000\","
            + "\"price\":\"68000.12000000\",\"count\":76},\"venue\":\"simulated\",\"source\":\"poll\","
            + "\"event_time\":\"2026-03-01T11:59:55.763456+00:00\","
            + "\"received_at\":\"2026-03-01T11:59:55.913456+00:00\",\"age_ms\":4210,\"stale\":false}]",
        reply.body().toString());
    assertEquals("4", reply.headers().get("Age"));
    assertEquals("no-store", reply.headers().get("Cache-Control"));
    assertEquals(List.of(), prices.requests);
  }

  @Test
  void without_symbols_the_configured_order_applies_and_unquoted_symbols_are_omitted() {
    var reply = expect(200, door.get("/internal/price"));

    assertEquals(List.of("BTCUSDT", "ETHUSDT"), symbols(reply));
    assertEquals("4", reply.headers().get("Age"));
    assertEquals(List.of("BTCUSDT"), symbols(expect(200, door.get("/internal/price?limit=1"))));
    assertEquals(
        List.of("BTCUSDT", "ETHUSDT"),
        symbols(expect(200, door.get("/internal/price?limit=1000"))));
    assertEquals(List.of(), prices.requests);
  }

  @Test
  void with_symbols_the_requested_order_applies() {
    assertEquals(
        List.of("ETHUSDT", "BTCUSDT"),
        symbols(expect(200, door.get("/internal/price?symbols=ETHUSDT,BTCUSDT"))));
    assertEquals(
        List.of("ETHUSDT"),
        symbols(expect(200, door.get("/internal/price?symbols=ETHUSDT,BTCUSDT&limit=1"))));
  }

  @Test
  void one_unknown_symbol_fails_the_request_and_is_named() {
    var reply = expect(404, door.get("/internal/price?symbols=BTCUSDT,NOPE,btcusdt"));

    assertEquals("symbol-unknown", reply.code());
    assertEquals(
        errors("query/symbols", "symbol-unknown", "NOPE is unknown.", "btcusdt is unknown."),
        reply.object().getJsonArray("errors"));
    assertEquals(List.of(new Prices.FindQuotes(List.of("NOPE", "btcusdt"))), prices.requests);
  }

  @Test
  void one_symbol_without_a_price_fails_the_request_with_retry_after() {
    var reply = expect(503, door.get("/internal/price?symbols=BTCUSDT,ETHBTC"));

    assertEquals("price-not-yet-known", reply.code());
    assertEquals("3", reply.headers().get("Retry-After"));
    assertEquals(
        errors("query/symbols", "price-not-yet-known", "ETHBTC has no price yet."),
        reply.object().getJsonArray("errors"));
    var single = expect(503, door.get("/internal/price/ETHBTC"));
    assertEquals(
        errors("path/symbol", "price-not-yet-known", "ETHBTC has no price yet."),
        single.object().getJsonArray("errors"));
  }

  @Test
  void a_lower_case_symbol_is_another_symbol() {
    assertEquals(
        "symbol-unknown", expect(404, door.get("/internal/price/btcusdt")).code());
  }

  @Test
  void a_symbol_may_be_any_text() {
    prices.holds(
        quote(9, "币安人生USDT", "0.1", NOON),
        quote(10, "1000", "0.2", NOON),
        quote(11, "a/b c+d", "3", NOON));

    assertEquals(
        List.of("币安人生USDT"),
        symbols(expect(200, door.get("/internal/price/%E5%B8%81%E5%AE%89%E4%BA%BA%E7%94%9FUSDT"))));
    assertEquals(
        List.of("1000", "币安人生USDT"),
        symbols(expect(
            200,
            door.get("/internal/price?symbols=1000,%E5%B8%81%E5%AE%89%E4%BA%BA%E7%94%9FUSDT"))));
    assertEquals(List.of("a/b c+d"), symbols(expect(200, door.get("/internal/price/a%2Fb%20c+d"))));
  }

  @Test
  void the_age_grows_and_the_price_is_stale_when_the_confirmation_is_overdue() {
    door.clock.advance(Duration.ofSeconds(65));
    var young = first(expect(200, door.get("/internal/price/BTCUSDT")));
    assertEquals(
        List.of(69210, false), List.of(young.getInteger("age_ms"), young.getBoolean("stale")));

    door.clock.advance(Duration.ofSeconds(1));
    var reply = expect(200, door.get("/internal/price"));
    assertEquals(
        List.of(true, false),
        reply.array().stream()
            .map(quote -> ((JsonObject) quote).getBoolean("stale"))
            .toList());
    assertEquals("70", reply.headers().get("Age"));
  }

  @Test
  void no_age_is_negative_when_the_time_of_a_quote_is_in_the_future() {
    prices.tick(quote(20, "BTCUSDT", "1.5", NOON.plusSeconds(9)));
    eventuallyPriced("BTCUSDT", "1.5");

    assertEquals(0, first(door.get("/internal/price/BTCUSDT")).getInteger("age_ms"));
  }

  @Test
  void a_price_older_than_max_age_is_rejected_in_both_forms() {
    var single = expect(503, door.get("/internal/price/BTCUSDT?max_age=4"));
    assertEquals("price-too-old", single.code());
    assertEquals(
        errors("path/symbol", "price-too-old", "BTCUSDT was last confirmed 4 s ago."),
        single.object().getJsonArray("errors"));
    var named = expect(503, door.get("/internal/price?symbols=ETHUSDT,BTCUSDT&max_age=3"));
    assertEquals(
        errors("query/symbols", "price-too-old", "BTCUSDT was last confirmed 4 s ago."),
        named.object().getJsonArray("errors"));
    var all = expect(503, door.get("/internal/price?max_age=0"));
    assertEquals(2, all.object().getJsonArray("errors").size());
    expect(200, door.get("/internal/price/BTCUSDT?max_age=5"));
    expect(200, door.get("/internal/price?max_age=5"));
  }

  @Test
  void a_tick_replaces_only_older_quotes() {
    var eventTime = NOON.minusMillis(4360);
    prices.tick(
        quote(4, "BTCUSDT", "1", "simulated run 1", eventTime.minusSeconds(1), NOON),
        quote(5, "ETHUSDT", "4300", NOON));
    eventuallyPriced("ETHUSDT", "4300");
    assertEquals("68000.12000000", price("BTCUSDT"));

    prices.tick(quote(6, "BTCUSDT", "2", "simulated run 2", eventTime.minusSeconds(1), NOON));
    eventuallyPriced("BTCUSDT", "2");
    assertEquals(List.of(), prices.requests);
  }

  @Test
  void a_confirmed_quote_has_a_lower_age() {
    prices.tick(
        quote(1, "BTCUSDT", "68000.12000000", "simulated run 1", NOON.minusMillis(4360), NOON));

    Await.until(
        "confirmed", () -> first(door.get("/internal/price/BTCUSDT")).getInteger("age_ms") == 0);
  }

  @Test
  void a_thousand_readers_of_an_uncached_symbol_cause_one_request() {
    prices.hold();
    var readers = IntStream.range(0, 1000)
        .mapToObj(i ->
            door.client().begin(HttpMethod.GET, "/internal/price/SOLUSDT", null, "X-API-Key", KEY))
        .toList();
    Await.until("request sent", () -> !prices.requests.isEmpty());
    prices.holds(quote(7, "SOLUSDT", "150.25", NOON));
    prices.release();

    await(Future.all(readers));

    readers.forEach(reader -> assertEquals("150.25", price(reader.result())));
    assertEquals(List.of(new Prices.FindQuotes(List.of("SOLUSDT"))), prices.requests);
  }

  @Test
  void a_fetched_quote_is_kept_and_refreshed_with_the_others() {
    prices.holds(quote(7, "SOLUSDT", "150.25", NOON));
    expect(200, door.get("/internal/price/SOLUSDT"));

    prices.tick(quote(8, "SOLUSDT", "151", NOON.plusSeconds(1)));

    eventuallyPriced("SOLUSDT", "151");
    assertEquals(1, prices.finds().size());
    assertEquals(List.of("BTCUSDT", "ETHUSDT"), symbols(door.get("/internal/price")));
  }

  @Test
  void reads_of_unconfigured_symbols_are_reported_in_batches() {
    prices.holds(quote(7, "SOLUSDT", "150.25", NOON), quote(8, "XRPUSDT", "0.5", NOON));
    door.clock.advance(Duration.ofHours(1));
    for (var i = 0; i < 20; i++) {
      var quotes = expect(200, door.get("/internal/price?symbols=SOLUSDT,XRPUSDT,BTCUSDT"))
          .array();
      assertTrue(quotes.getJsonObject(0).getBoolean("stale"));
    }
    expect(404, door.get("/internal/price/NOPE"));

    Await.until("reads reported", () -> !prices.reportedReads.isEmpty());

    assertEquals(
        List.of("SOLUSDT", "XRPUSDT"), prices.reportedReads.stream().sorted().toList());
  }

  @Test
  void all_quotes_are_requested_again_when_messages_may_have_been_missed() {
    prices.holds(quote(30, "BTCUSDT", "70000", NOON));
    prices.configured = List.of("ETHUSDT", "BTCUSDT");

    door.vertx.runOnContext(nothing -> door.onReconnect.forEach(Runnable::run));

    eventuallyPriced("BTCUSDT", "70000");
    assertEquals(List.of("ETHUSDT", "BTCUSDT"), symbols(door.get("/internal/price")));
  }

  @Test
  void every_valid_key_is_accepted_and_any_other_rejected() {
    expect(200, door.client().get("/internal/price", "X-API-Key", KEY));
    expect(200, door.client().get("/internal/price", "x-api-key", NEXT_KEY));
    var refusals = List.of(
        door.client().get("/internal/price"),
        door.client().get("/internal/price", "X-API-Key", ""),
        door.client().get("/internal/price", "X-API-Key", KEY + "x"),
        door.client().get("/internal/price", "X-API-Key", KEY.substring(1)),
        door.client().get("/internal/price", "X-API-Key", "back-office"),
        door.client().get("/internal/price", "X-API-Key", "ä".repeat(20)),
        door.client().get("/internal/price", "X-API-Key", KEY, "X-API-Key", KEY),
        door.client().get("/internal/price", "Authorization", "Bearer " + KEY));

    refusals.forEach(reply -> {
      expect(401, reply);
      assertEquals("ApiKey realm=\"verticker\"", reply.headers().get("WWW-Authenticate"));
    });
    assertEquals(
        List.of(
            "api-key-missing",
            "api-key-wrong",
            "api-key-wrong",
            "api-key-wrong",
            "api-key-wrong",
            "api-key-wrong",
            "api-key-repeated",
            "api-key-missing"),
        refusals.stream().map(Response::code).toList());
  }

  @Test
  void metrics_contain_the_name_of_the_key_and_never_the_key() {
    door.get("/internal/price/BTCUSDT");

    // A client may receive a response before the server measures it.
    Await.until("the request is measured", () -> measured("getPrice", "200", "back-office") > 0);
    assertEquals(1, measured("getPrice", "200", "back-office"));
    var everything = door.metrics.getMeters().stream()
        .map(meter -> meter.getId().toString())
        .reduce("", String::concat);
    assertFalse(everything.contains(KEY), everything);
  }

  private long measured(String operation, String status, String caller) {
    return door
        .metrics
        .find("http_requests")
        .tags("api", "price-api", "operation", operation, "status", status, "caller", caller)
        .timers()
        .stream()
        .mapToLong(Timer::count)
        .sum();
  }

  @Test
  void a_port_in_use_fails_the_start() throws IOException {
    try (var other = new ServerSocket(0, 1, InetAddress.getByName("localhost"))) {
      var start = door.deploy(other.getLocalPort());

      assertThrows(Exception.class, () -> await(start));

      assertInstanceOf(BindException.class, start.cause());
    }
  }

  private static JsonArray errors(String pointer, String code, String... details) {
    var errors = new JsonArray();
    for (var detail : details) {
      errors.add(new JsonObject().put("pointer", pointer).put("code", code).put("detail", detail));
    }
    return errors;
  }

  private void eventuallyPriced(String symbol, String price) {
    Await.until(symbol + " = " + price, () -> price(symbol).equals(price));
  }

  private String price(String symbol) {
    return price(expect(200, door.get("/internal/price/" + symbol)));
  }

  private static String price(Response reply) {
    return first(reply).getJsonObject("exchange_info").getString("price");
  }

  private static JsonObject first(Response reply) {
    return reply.array().getJsonObject(0);
  }

  private static List<String> symbols(Response reply) {
    return reply.array().stream()
        .map(quote -> ((JsonObject) quote).getString("symbol"))
        .toList();
  }
}
