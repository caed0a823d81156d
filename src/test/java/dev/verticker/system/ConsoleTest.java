package dev.verticker.system;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.verticker.dev.exchange.ExchangeSimulator;
import dev.verticker.dev.exchange.SimulatorOptions;
import dev.verticker.node.Node;
import dev.verticker.testing.TestDatabase;
import dev.verticker.testing.TestNode;
import io.vertx.core.Vertx;
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
 * Tests the console in Chromium against a complete node with a simulated exchange. Each scenario of
 * {@code src/test/console} is a test; screenshots of every view are written to {@code target/console}.
 */
@Tag("alone")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleTest {
  private static final List<String> VERTICLES =
      List.of("user", "price", "notification", "trading", "user-api");

  /** The nodes load all of it at start. */
  private static final int HISTORY_DAYS = 2;

  private final Vertx vertx = Vertx.vertx();
  private final TestDatabase database = TestDatabase.create();
  private final Map<String, String> settings = database.settings();
  private Node node;
  private ConsoleScenarios scenarios;

  @BeforeAll
  void start() {
    var exchange = ExchangeSimulator.start(
            vertx,
            SimulatorOptions.defaults()
                .withSymbols("BTCUSDT", "ETHBTC", "ETHUSDT", "SOLUSDT")
                .withHistoryDays(HISTORY_DAYS)
                .withSpeed(60))
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
            () -> node = TestNode.start(settings, VERTICLES),
            "add 51 users",
            this::add51Users));
  }

  /** The API would hash 51 passwords. */
  private void add51Users() {
    database.execute(
        """
        INSERT INTO account.users (username, full_name, password_hash, roles, imported, created_at, updated_at)
        SELECT 'paged-' || n, 'Paged Person ' || n, repeat('x', 60), CASE WHEN n = 3 THEN '{admin}' ELSE '{user}' END::text[],
               false, now(), now()
          FROM generate_series(0, 50) AS n;
        INSERT INTO account.name_words (deleted, words, user_id)
        SELECT false, lower(full_name), id
          FROM account.users
         WHERE username LIKE 'paged-%';
        """);
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
        .map(scenario -> dynamicTest(scenario, () -> scenarios.await(scenario)));
  }
}
