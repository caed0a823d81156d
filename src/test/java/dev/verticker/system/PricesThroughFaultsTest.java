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
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a reader sees of the Price API while something behind it is broken. */
class PricesThroughFaultsTest {
  private static final String HISTORY = "/BTCUSDT/history";

  private final Vertx vertx = Vertx.vertx();
  private ExchangeSimulator exchange;
  private Node node;
  private NodeClient client;

  @BeforeEach
  void start() {
    exchange = ExchangeSimulator.start(
            vertx,
            SimulatorOptions.defaults()
                .withSymbols("BTCUSDT", "ETHBTC", "ETHUSDT")
                .withWeightLimit(1_000_000))
        .await();
    var settings = TestDatabase.create().settings();
    settings.put("BINANCE_BASE_URL", exchange.url());
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
    vertx.close().await();
  }

  @Test
  @Provokes(8)
  void an_exchange_that_hangs_makes_prices_stale_and_older_but_never_absent() {
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
  void redis_gone_and_back_is_told_to_the_operator_and_to_nobody_else() {
    TestServers.redis().kill();
    try {
      until("told", () -> client.health().text().contains("Redis is unavailable"));
      until("fresh without Redis", this::fresh);
      assertEquals(200, client.health().status());
    } finally {
      TestServers.redis().start();
    }
    until(
        Duration.ofSeconds(5),
        "used again",
        () -> !client.health().text().contains("Redis is unavailable"));
    assertTrue(fresh());
  }

  @Test
  @Provokes(1)
  void postgres_gone_and_back_leaves_prices_fresh_and_the_node_not_ready_meanwhile() {
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
  void history_is_unavailable_while_postgres_is_and_says_when_to_come_back() {
    TestServers.postgres().kill();
    try {
      until("refused", () -> client.price(HISTORY).status() == 503);
      var refusal = client.price(HISTORY).expectUnavailable();
      assertEquals("database-unavailable", refusal.code());
    } finally {
      TestServers.postgres().start();
    }
    until("back", () -> client.price(HISTORY).status() == 200);
  }

  private boolean fresh() {
    return prices().stream()
        .map(JsonObject.class::cast)
        .noneMatch(price -> price.getBoolean("stale"));
  }

  /** Every read succeeds. */
  private JsonArray prices() {
    return client.price("").expect(200).array();
  }
}
