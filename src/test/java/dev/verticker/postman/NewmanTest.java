package dev.verticker.postman;

import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.dev.TestServers;
import dev.verticker.dev.exchange.ExchangeSimulator;
import dev.verticker.dev.exchange.SimulatorOptions;
import dev.verticker.testing.Npm;
import dev.verticker.testing.TestDatabase;
import dev.verticker.testing.TestNode;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Runs the collection against a complete system that has just started. */
@ExtendWith(VertxExtension.class)
class NewmanTest {
  private final Vertx vertx;

  NewmanTest(Vertx vertx) {
    this.vertx = vertx;
  }

  @Test
  void every_request_of_the_collection_passes_twice_on_the_same_system() throws Exception {
    var exchange = await(ExchangeSimulator.start(
        vertx, SimulatorOptions.defaults().withHistoryDays(2).withSymbols("BTCUSDT", "ETHUSDT")));
    var settings = new HashMap<>(TestDatabase.create().settings());
    // Its own Redis database has no lease of another test: the first request expects prices.
    settings.put("REDIS_URL", TestServers.redis().url() + "/15");
    settings.put("BINANCE_BASE_URL", exchange.url());
    settings.put("SYMBOLS", "BTCUSDT,ETHUSDT");
    settings.put("VERTICKER_ENV", "development");
    settings.put("INTERNAL_API_KEY", "punapiinternalkey");
    settings.put("JWT_SECRET", "punjwtsecrete");
    var node = TestNode.start(settings, List.of());
    try {
      newman(node.ports());
      newman(node.ports());
    } finally {
      node.stop();
    }
  }

  private static void newman(Map<String, Integer> ports) throws IOException, InterruptedException {
    var script = Npm.home().resolve("node_modules/newman/bin/newman.js");
    var process = Npm.node(
        Map.of(),
        List.of(
            script.toString(),
            "run",
            PostmanCollection.FILE.toString(),
            "--environment",
            "postman/local.postman_environment.json",
            "--env-var",
            "user_url=http://localhost:" + ports.get("user-api"),
            "--env-var",
            "price_url=http://localhost:" + ports.get("price-api"),
            "--color",
            "off"));
    var output = new String(process.getInputStream().readAllBytes());
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), output);
    assertEquals(0, process.exitValue(), output);
  }
}
