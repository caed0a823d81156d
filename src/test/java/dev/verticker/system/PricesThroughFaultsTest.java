package dev.verticker.system;

import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.dev.TestServers;
import dev.verticker.dev.exchange.ExchangeSimulator;
import dev.verticker.dev.exchange.FaultKind;
import dev.verticker.dev.exchange.SimulatorOptions;
import dev.verticker.node.Node;
import dev.verticker.testing.Provokes;
import dev.verticker.testing.TestDatabase;
import dev.verticker.testing.TestNode;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a reader sees of the Price API while something behind it is broken. */
class PricesThroughFaultsTest {
  private static final String KEY = "punapiinternalkey";

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient http = HttpClient.newHttpClient();
  private ExchangeSimulator exchange;
  private Node node;

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
    settings.put("INTERNAL_API_KEY", KEY);
    settings.put("REFRESH_INTERVAL_SECONDS", "0.3");
    settings.put("CACHE_TTL_SECONDS", "0.25");
    settings.put("PRICE_STALE_GRACE_SECONDS", "0.5");
    node = TestNode.start(settings, List.of("price", "price-api"));
    until("prices", () -> get("/internal/price").statusCode() == 200);
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
      until("told", () -> health().contains("Redis does not answer"));
      until("fresh without Redis", this::fresh);
      assertEquals(200, status("/health/ready"));
    } finally {
      TestServers.redis().start();
    }
    until(Duration.ofSeconds(5), "used again", () -> !health().contains("Redis does not answer"));
    assertTrue(fresh());
  }

  @Test
  @Provokes(1)
  void postgres_gone_and_back_leaves_prices_fresh_and_the_node_not_ready_meanwhile() {
    TestServers.postgres().kill();
    try {
      until("not ready", () -> status("/health/ready") == 503);
      assertEquals(200, status("/health/live"));
      until("fresh without PostgreSQL", this::fresh);
    } finally {
      TestServers.postgres().start();
    }
    until(Duration.ofSeconds(5), "ready again", () -> status("/health/ready") == 200);
    assertTrue(prices().getJsonObject(0).getLong("id") > 0);
  }

  @Test
  @Provokes(1)
  void history_is_unavailable_while_postgres_is_and_says_when_to_come_back() {
    TestServers.postgres().kill();
    try {
      until("refused", () -> get("/internal/price/BTCUSDT/history").statusCode() == 503);
      var refusal = get("/internal/price/BTCUSDT/history");
      assertTrue(refusal.headers().firstValue("Retry-After").isPresent());
      assertEquals("database-unavailable", new JsonObject(refusal.body()).getString("code"));
      assertFalse(refusal.body().contains("Exception"));
    } finally {
      TestServers.postgres().start();
    }
    until("back", () -> get("/internal/price/BTCUSDT/history").statusCode() == 200);
  }

  private boolean fresh() {
    return prices().stream()
        .map(JsonObject.class::cast)
        .noneMatch(price -> price.getBoolean("stale"));
  }

  /** Every read answers 200. */
  private JsonArray prices() {
    var answer = get("/internal/price");
    assertEquals(200, answer.statusCode(), answer.body());
    return new JsonArray(answer.body());
  }

  private String health() {
    return send(node.managementPort(), "/health/ready").body();
  }

  private int status(String path) {
    return send(node.managementPort(), path).statusCode();
  }

  private HttpResponse<String> get(String path) {
    return send(node.ports().get("price-api"), path);
  }

  private HttpResponse<String> send(int port, String path) {
    var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .header("X-API-Key", KEY)
        .timeout(Duration.ofSeconds(5))
        .build();
    try {
      return http.send(request, BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
