package dev.verticker.data;

import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.dev.TestServers;
import dev.verticker.node.cluster.TwoNodes;
import dev.verticker.settings.PostgresSettings;
import dev.verticker.settings.RedisSettings;
import dev.verticker.settings.SettingsFiles;
import dev.verticker.settings.SettingsReader;
import dev.verticker.testing.Await;
import dev.verticker.testing.RecordedLog;
import dev.verticker.testing.TcpProxy;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests that an outage is logged in one line with its reason, however many attempts to connect fail. */
@ExtendWith(VertxExtension.class)
class OutageLogTest {
  private static final String REDIS = "Redis is unavailable, continuing without it: ";
  private static final String POSTGRES = "PostgreSQL is unavailable for schema account: ";

  private final Vertx vertx;

  OutageLogTest(Vertx vertx) {
    this.vertx = vertx;
  }

  @Test
  void redis_that_refuses_connections_is_logged_once() {
    assertRedisLogged(TwoNodes.freePorts(1).get(0), "Connection refused");
  }

  @Test
  void redis_that_does_not_respond_is_logged_once() {
    var proxy = TcpProxy.before(vertx, TestServers.redis().port());
    proxy.silence();
    assertRedisLogged(proxy.port(), "no response in time");
  }

  @Test
  void postgresql_that_refuses_connections_is_logged_once() {
    assertPostgresLogged(TwoNodes.freePorts(1).get(0), "Connection refused");
  }

  @Test
  void postgresql_that_does_not_respond_is_logged_once() {
    var proxy = TcpProxy.before(vertx, TestServers.postgres().port());
    proxy.silence();
    assertPostgresLogged(proxy.port(), "no response in time");
  }

  private void assertRedisLogged(int port, String reason) {
    try (var log = RecordedLog.warnings(RedisClient.class)) {
      var settings = SettingsReader.read(
          settings("REDIS_URL", "redis://127.0.0.1:" + port), RedisSettings::read);
      var client = await(RedisClient.open(vertx, settings));
      Await.until("outage", () -> client.outage().orElse("").contains(reason));
      awaitFurtherAttempts();
      await(client.close());
      assertOneLine(log, REDIS, reason);
    }
  }

  private void assertPostgresLogged(int port, String reason) {
    try (var log = RecordedLog.warnings(Database.class)) {
      var settings = SettingsReader.read(
          settings("POSTGRES_HOST", "127.0.0.1", "POSTGRES_PORT", Integer.toString(port)),
          reader -> PostgresSettings.read("account", reader));
      var database = Database.open(vertx, settings);
      Await.until("logged", () -> !log.lines().isEmpty());
      awaitFurtherAttempts();
      assertTrue(
          database.outage().orElse("").contains(reason), database.outage().toString());
      await(database.close());
      assertOneLine(log, POSTGRES, reason);
    }
  }

  /** Both clients connect again at least once a second. */
  private void awaitFurtherAttempts() {
    await(vertx.timer(3, TimeUnit.SECONDS));
  }

  private static void assertOneLine(RecordedLog log, String start, String reason) {
    // The first attempt of a busy machine may time out, before another one has a definite reason.
    var lines = log.lines().stream()
        .filter(line -> line.startsWith(start + reason) || !line.endsWith("no response in time"))
        .toList();
    assertEquals(1, lines.size(), log.lines().toString());
    assertTrue(lines.get(0).startsWith(start + reason), lines.get(0));
  }

  private static JsonObject settings(String... pairs) {
    var settings =
        new HashMap<>(Map.of("VERTICKER_ENV", "development", "POSTGRES_PASSWORD", "any"));
    for (var i = 0; i < pairs.length; i += 2) {
      settings.put(pairs[i], pairs[i + 1]);
    }
    return SettingsFiles.load(settings, Path.of("target"));
  }
}
