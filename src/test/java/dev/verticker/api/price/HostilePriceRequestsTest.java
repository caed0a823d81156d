package dev.verticker.api.price;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.listings.FakeListings;
import dev.verticker.api.openapi.HostileRequests;
import dev.verticker.api.openapi.HostileRequests.Caller;
import dev.verticker.testing.RecordedLog;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sends {@link HostileRequests} to the Price API with and without a key. */
class HostilePriceRequestsTest {
  private static final int REQUESTS = 1000;
  private static final long SEED = 20_260_602;
  private static final List<String> SYMBOLS =
      List.of("BTCUSDT", "ETHUSDT", "NOPE", "%F0%9F%92%A9", "..", ".", "%2F", "%00", "%ff");
  private static final List<String> OTHER_TARGETS = List.of(
      "/docs",
      "/openapi.yaml",
      "/",
      "*",
      "/api/v3",
      "/api/v3/",
      "/api/v3/order",
      "/api/v3/ticker/price?symbol=",
      "/api/v3/ticker/price?symbol=btcusdt",
      "/api/v3/ticker/price?symbol=%F0%9F%92%A9",
      "/api/v3/ticker/price?symbol=BTCUSDT&symbol=BTCUSDT",
      "/api/v3/ticker/24hr?symbols=%5B%5D",
      "/api/v3/ticker/24hr?symbols=%5B%22BTCUSDT%22,%22BTCUSDT%22%5D",
      "/api/v3/ticker/24hr?symbols=%5B%22" + "A".repeat(3000) + "%22%5D",
      "/api/v3/ticker/24hr?symbols=%5B" + "%22A%22,".repeat(600) + "%22A%22%5D",
      "/api/v3/exchangeInfo?symbols=[[[[",
      "/api/v3/exchangeInfo?showPermissionSets=no",
      "/api/v3/klines?symbol=NOPE&interval=1h&limit=0",
      "/api/v3/klines?symbol=NOPE&interval=1h&limit=-1",
      "/api/v3/klines?symbol=BTCUSDT&interval=1h&startTime=2&endTime=1",
      "/api/v3/klines?symbol=BTCUSDT&interval=1h&startTime=99999999999999999999",
      "/api/v3/klines?symbol=BTCUSDT&interval=1Y",
      "/api/v3/depth?symbol=BTCUSDT&limit=1e9",
      "/api/v3/aggTrades?symbol=BTCUSDT&fromId=1&startTime=1",
      "/api/v3/ping?%ff",
      "/api/v3/ping?x=%00");

  @Test
  void no_hostile_request_causes_a_server_error_an_undocumented_response_or_an_error_in_the_log()
      throws InterruptedException {
    var callers = List.of(
        new Caller("anonymous", List.of()),
        new Caller("stranger", List.of("X-API-Key: nonsense")),
        new Caller("service", List.of("X-API-Key: " + PriceFrontDoor.KEY)),
        new Caller("service", List.of("X-API-Key: " + PriceFrontDoor.KEY)));
    try (var log = RecordedLog.errors()) {
      List<String> faults;
      HostileRequests hostile;
      try (var door = new PriceFrontDoor()) {
        await(door.prices.serve());
        await(FakeExchangeSymbols.serve(door.bus));
        var listings = new FakeListings(door.bus);
        listings.holds("1", PriceFrontDoor.NOON, FakeListings.listing("BTC", "USDT", "TRADING"));
        await(listings.serve());
        await(new FakeMarket(door.bus).serve());
        door.prices.configured = List.of("BTCUSDT", "ETHUSDT");
        door.open();
        until("the symbols are known", () -> door.get("/internal/symbols").status() == 200);
        door.prices.tick(
            FakePrices.quote(1, "BTCUSDT", "68000.12", door.clock.instant()),
            FakePrices.quote(2, "ETHUSDT", "4200.5", door.clock.instant()));
        hostile = new HostileRequests(
            door.client(),
            door.contract(),
            door.port(),
            SEED,
            (name, random) -> SYMBOLS.get(random.nextInt(SYMBOLS.size())),
            OTHER_TARGETS);
        faults = hostile.send(REQUESTS, (operation, round) -> callers.get(round % callers.size()));
      }
      assertEquals("", String.join("\n", faults));
      assertEquals("", String.join("\n", log.lines()));
      assertTrue(hostile.statuses().getOrDefault("service 200", 0) > REQUESTS / 40);
    }
  }
}
