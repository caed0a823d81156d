package dev.verticker.data;

import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.dev.TcpProxy;
import dev.verticker.dev.TestServers;
import dev.verticker.settings.PostgresSettings;
import dev.verticker.settings.RedisSettings;
import dev.verticker.settings.SettingsFiles;
import dev.verticker.settings.SettingsReader;
import dev.verticker.testing.Await;
import dev.verticker.testing.RecordedLog;
import dev.verticker.testing.RefusingPort;
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
  private static final String REFUSED = "Connection refused";
  private static final String NO_RESPONSE = "no response in time";

  private final Vertx vertx;

  OutageLogTest(Vertx vertx) {
    this.vertx = vertx;
  }

  @Test
  void redis_that_refuses_connections_or_does_not_respond_is_logged_once() {
    var silent = TcpProxy.before(vertx, TestServers.redis().port());
    silent.silence();
    try (var log = RecordedLog.warnings(RedisClient.class)) {
      var refused = redis(RefusingPort.number());
      var unanswered = redis(silent.port());
      Await.until("refused", () -> refused.outage().orElse("").contains(REFUSED));
      Await.until("no response", () -> unanswered.outage().orElse("").contains(NO_RESPONSE));
      awaitFurtherAttempts();
      await(refused.close());
      await(unanswered.close());
      assertOneLineEach(log, REDIS);
    }
  }

  @Test
  void postgresql_that_refuses_connections_or_does_not_respond_is_logged_once() {
    var silent = TcpProxy.before(vertx, TestServers.postgres().port());
    silent.silence();
    try (var log = RecordedLog.warnings(Database.class)) {
      var refused = postgres(RefusingPort.number());
      var unanswered = postgres(silent.port());
      Await.until("logged", () -> log.lines().size() >= 2);
      awaitFurtherAttempts();
      assertTrue(refused.outage().orElse("").contains(REFUSED), refused.outage().toString());
      assertTrue(
          unanswered.outage().orElse("").contains(NO_RESPONSE),
          unanswered.outage().toString());
      await(refused.close());
      await(unanswered.close());
      assertOneLineEach(log, POSTGRES);
    }
  }

  private RedisClient redis(int port) {
    return await(RedisClient.open(
        vertx,
        SettingsReader.read(
            settings("REDIS_URL", "redis://127.0.0.1:" + port), RedisSettings::read)));
  }

  private Database postgres(int port) {
    return Database.open(
        vertx,
        SettingsReader.read(
            settings("POSTGRES_HOST", "127.0.0.1", "POSTGRES_PORT", Integer.toString(port)),
            reader -> PostgresSettings.read("account", reader)));
  }

  /** Both clients connect again at least once a second. */
  private void awaitFurtherAttempts() {
    await(vertx.timer(3, TimeUnit.SECONDS));
  }

  private static void assertOneLineEach(RecordedLog log, String start) {
    var refused = lines(log, start + REFUSED);
    var unanswered = lines(log, start + NO_RESPONSE);
    assertEquals(1, refused, log.lines()::toString);
    // The first attempt of a busy machine may time out, before another one has a definite reason.
    assertTrue(unanswered == 1 || unanswered == 2, log.lines()::toString);
    assertEquals(log.lines().size(), refused + unanswered, log.lines()::toString);
  }

  private static long lines(RecordedLog log, String start) {
    return log.lines().stream().filter(line -> line.startsWith(start)).count();
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
