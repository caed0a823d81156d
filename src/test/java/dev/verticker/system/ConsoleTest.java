package dev.verticker.system;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.verticker.dev.TestServers;
import dev.verticker.dev.exchange.ExchangeSimulator;
import dev.verticker.dev.exchange.SimulatorOptions;
import dev.verticker.node.Node;
import dev.verticker.testing.TestNode;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * Tests the console in Chromium against a complete node with a simulated exchange. Runs each scenario of
 * {@code src/test/console} as a test and writes screenshots of every view to {@code target/console}.
 */
@Tag("alone")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleTest {
  private static final List<String> VERTICLES =
      List.of("user", "price", "notification", "user-api");

  private final Vertx vertx = Vertx.vertx();
  private final Map<String, String> settings = new HashMap<>(TestServers.settings());
  private Node node;
  private ConsoleScenarios scenarios;

  @BeforeAll
  void start() {
    var exchange = ExchangeSimulator.start(
            vertx,
            SimulatorOptions.defaults()
                .withSymbols("BTCUSDT", "ETHBTC", "ETHUSDT")
                .withSpeed(30))
        .await();
    settings.putAll(Map.of(
        "BINANCE_BASE_URL", exchange.url(),
        "SYMBOLS", "BTCUSDT,ETHBTC,ETHUSDT",
        "REFRESH_INTERVAL_SECONDS", "0.5",
        "CACHE_TTL_SECONDS", "0.5",
        "PRICE_STALE_GRACE_SECONDS", "1",
        "JWT_SECRET", "a secret of at least thirty-two bytes",
        "USER_API_HOST", "localhost"));
    node = TestNode.start(settings, VERTICLES);
    // The page reconnects to the same port after a restart.
    settings.put("USER_API_PORT", node.ports().get("user-api").toString());
    scenarios = new ConsoleScenarios(
        Map.of(
            "CONSOLE",
            "http://localhost:" + settings.get("USER_API_PORT"),
            "EXCHANGE",
            exchange.url()),
        Map.of(
            "stop the node",
            () -> node.stop(),
            "start the node",
            () -> node = TestNode.start(settings, VERTICLES)));
  }

  @AfterAll
  void stop() {
    if (scenarios != null) {
      scenarios.close();
    }
    if (node != null) {
      node.stop();
    }
    vertx.close().await();
  }

  @TestFactory
  Stream<DynamicTest> scenarios() {
    return scenarios.names().stream()
        .map(scenario -> dynamicTest(scenario, () -> scenarios.run(scenario)));
  }
}
