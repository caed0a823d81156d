package dev.verticker.system;

import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.dev.TestServers;
import dev.verticker.dev.exchange.ExchangeSimulator;
import dev.verticker.dev.exchange.FaultKind;
import dev.verticker.dev.exchange.SimulatorOptions;
import dev.verticker.node.Node;
import dev.verticker.testing.Provokes;
import dev.verticker.testing.TestDatabase;
import dev.verticker.testing.TestHttpClient;
import dev.verticker.testing.TestNode;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests the Price API while a dependency fails. */
@ExtendWith(VertxExtension.class)
class PricesThroughFaultsTest {
  private static final String HISTORY = "/BTCUSDT/history";

  private final Vertx vertx;
  private ExchangeSimulator exchange;
  private Node node;
  private NodeClient client;

  PricesThroughFaultsTest(Vertx vertx) {
    this.vertx = vertx;
  }

  @BeforeEach
  void start() {
    exchange = ExchangeSimulator.start(
            vertx,
            SimulatorOptions.defaults()
                .withHistoryDays(2)
                .withSymbols("BTCUSDT", "ETHBTC", "ETHUSDT")
                .withWeightLimit(1_000_000))
        .await();
    var settings = TestDatabase.create().settings();
    settings.put("BINANCE_BASE_URL", exchange.url());
    settings.put("FEED", "poll");
    settings.put("SYMBOLS", "BTCUSDT,ETHBTC,ETHUSDT");
    settings.put("INTERNAL_API_KEY", NodeClient.KEY);
    settings.put("REFRESH_INTERVAL_SECONDS", "0.3");
    settings.put("CACHE_TTL_SECONDS", "0.25");
    settings.put("PRICE_STALE_GRACE_SECONDS", "0.5");
    node = TestNode.start(settings, List.of("price", "price-api"));
    client = new NodeClient(vertx, node);
    until("prices", () -> client.price("").status() == 200);
    until("all of them fresh", () -> prices().size() == 3 && fresh());
  }

  @AfterEach
  void stop() {
    node.stop();
  }

  @Test
  @Provokes(8)
  void prices_become_stale_but_stay_available_while_the_exchange_hangs() {
    exchange.faults().add(FaultKind.HANG);
    until("stale", () -> !fresh());

    var first = prices().getJsonObject(0);
    until("older", () -> prices().getJsonObject(0).getLong("age_ms") > first.getLong("age_ms"));

    assertEquals(first.getLong("id"), prices().getJsonObject(0).getLong("id"), "the same quote");
    assertEquals("simulated", first.getString("venue"));
    exchange.faults().clear();
    until("fresh again", this::fresh);
  }

  @Test
  @Provokes(4)
  void an_outage_of_redis_appears_in_the_health_check_but_in_no_response() {
    TestServers.redis().kill();
    try {
      until(
          "the health check reports it",
          () -> client.health().text().contains("Redis is unavailable"));
      until("fresh without Redis", this::fresh);
      assertEquals(200, client.health().status());
    } finally {
      TestServers.redis().start();
    }
    until(
        Duration.ofSeconds(5),
        "used again",
        () -> !client.health().text().contains("Redis is unavailable"));
    until("fresh", this::fresh);
  }

  @Test
  @Provokes(1)
  void during_an_outage_of_postgres_prices_stay_fresh_and_the_node_is_not_ready() {
    TestServers.postgres().kill();
    try {
      until("not ready", () -> client.health().status() == 503);
      new TestHttpClient(vertx, node.managementPort()).get("/health/live").expect(200);
      until("fresh without PostgreSQL", this::fresh);
    } finally {
      TestServers.postgres().start();
    }
    until(Duration.ofSeconds(5), "ready again", () -> client.health().status() == 200);
    assertTrue(prices().getJsonObject(0).getLong("id") > 0);
  }

  @Test
  @Provokes(1)
  void history_is_unavailable_with_retry_after_during_an_outage_of_postgres() {
    TestServers.postgres().kill();
    try {
      until("refused", () -> client.price(HISTORY).status() == 503);
      var refusal = client.price(HISTORY).expectUnavailable();
      assertEquals("database-unavailable", refusal.code());
    } finally {
      TestServers.postgres().start();
    }
    until("available again", () -> client.price(HISTORY).status() == 200);
  }

  private boolean fresh() {
    return prices().stream()
        .map(JsonObject.class::cast)
        .noneMatch(price -> price.getBoolean("stale"));
  }

  /** Asserts that every read succeeds. */
  private JsonArray prices() {
    return client.price("").expect(200).array();
  }
}
