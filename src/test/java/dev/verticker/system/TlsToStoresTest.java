package dev.verticker.system;

import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.data.Database;
import dev.verticker.data.RedisClient;
import dev.verticker.dev.TlsPostgres;
import dev.verticker.dev.TlsRedis;
import dev.verticker.node.StartupException;
import dev.verticker.settings.PostgresSettings;
import dev.verticker.settings.RedisSettings;
import dev.verticker.settings.SettingsFiles;
import dev.verticker.settings.SettingsReader;
import dev.verticker.testing.Await;
import dev.verticker.testing.RecordedLog;
import dev.verticker.testing.TestAuthority;
import dev.verticker.testing.TestHttpClient;
import dev.verticker.testing.TestNode;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests connections to a PostgreSQL and a Redis server that accept TLS only. Their certificate names {@code localhost}, not
 * the address 127.0.0.1.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(VertxExtension.class)
class TlsToStoresTest {
  private static final String RIGHT_NAME = "localhost";
  private static final String WRONG_NAME = "127.0.0.1";
  private static final String UNTRUSTED = "unable to find valid certification path";

  private final Vertx vertx;
  private TestAuthority authority;
  private TestAuthority otherAuthority;
  private TlsPostgres postgres;
  private TlsRedis redis;

  TlsToStoresTest(Vertx vertx) {
    this.vertx = vertx;
  }

  @BeforeAll
  void start(@TempDir Path folder) throws IOException, SQLException {
    authority = new TestAuthority(folder, "authority");
    otherAuthority = new TestAuthority(folder, "other-authority");
    var certificate = authority.issue("server", "dns:" + RIGHT_NAME);
    redis = new TlsRedis(folder, certificate);
    postgres = new TlsPostgres(certificate);
  }

  @AfterAll
  void stop() throws IOException {
    redis.close();
    postgres.close();
  }

  @Test
  void a_node_connects_to_both_stores_over_tls_with_metrics_for_each_schema() {
    var node = TestNode.start(settings(RIGHT_NAME, authority), List.of("user", "price"));
    try {
      var health = new TestHttpClient(vertx, node.managementPort());
      Await.until("ready", () -> health.get("/health/ready").send().status() == 200);
      var answer = health.get("/health/ready").send().text();
      assertEquals(-1, answer.indexOf("Redis"), answer);
      var metrics = health.get("/metrics").send().text();
      for (var pool : List.of("account", "market")) {
        assertTrue(metrics.contains("{pool_name=\"" + pool + "\",pool_type=\"sql\"}"), pool);
      }
    } finally {
      node.stop();
    }
  }

  @Test
  void a_connection_to_postgresql_is_encrypted() {
    var database = Database.open(vertx, postgresSettings(RIGHT_NAME, authority));
    var encrypted = await(database.query(
            "SELECT ssl FROM pg_catalog.pg_stat_ssl WHERE pid = pg_catalog.pg_backend_pid()",
            Tuple.tuple()))
        .iterator()
        .next()
        .getBoolean(0);
    assertTrue(encrypted);
    await(database.close());
  }

  @Test
  void postgresql_with_an_untrusted_certificate_is_refused_with_one_log_line() {
    assertPostgresRefused(RIGHT_NAME, otherAuthority, UNTRUSTED);
  }

  @Test
  void postgresql_with_a_certificate_of_another_host_is_refused_with_one_log_line() {
    assertPostgresRefused(
        WRONG_NAME, authority, "No subject alternative names matching IP address 127.0.0.1");
  }

  @Test
  void a_node_does_not_start_if_it_cannot_verify_postgresql_and_does_not_wait() {
    var untrusted = assertThrows(
        StartupException.class,
        () -> TestNode.start(settings(RIGHT_NAME, otherAuthority), List.of("user")));
    assertTrue(untrusted.getMessage().startsWith("POSTGRES_TLS, POSTGRES_TLS_CA: "));
    assertTrue(untrusted.getMessage().contains(UNTRUSTED), untrusted.getMessage());
    var misnamed = assertThrows(
        StartupException.class,
        () -> TestNode.start(settings(WRONG_NAME, authority), List.of("user")));
    assertTrue(misnamed.getMessage().startsWith("POSTGRES_TLS, POSTGRES_TLS_CA: "));
    assertTrue(misnamed.getMessage().contains("127.0.0.1"), misnamed.getMessage());
  }

  @Test
  void redis_with_a_trusted_certificate_accepts_commands() {
    var client = await(RedisClient.open(vertx, redisSettings(RIGHT_NAME, authority)));
    assertEquals("PONG", await(client.send(Request.cmd(Command.PING))).toString());
    await(client.close());
  }

  @Test
  void redis_with_an_untrusted_certificate_is_refused_with_one_log_line() {
    assertRedisRefused(RIGHT_NAME, otherAuthority, UNTRUSTED);
  }

  @Test
  void redis_with_a_certificate_of_another_host_is_refused_with_one_log_line() {
    assertRedisRefused(
        WRONG_NAME, authority, "No subject alternative names matching IP address 127.0.0.1");
  }

  private void assertPostgresRefused(String host, TestAuthority trusted, String reason) {
    try (var log = RecordedLog.warnings(Database.class)) {
      var database = Database.open(vertx, postgresSettings(host, trusted));
      Await.until("outage", () -> database.outage().orElse("").contains(reason));
      attempts(2);
      await(database.close());
      assertOneLine(log, "PostgreSQL is unavailable for schema account: ", reason);
    }
  }

  private void assertRedisRefused(String host, TestAuthority trusted, String reason) {
    try (var log = RecordedLog.warnings(RedisClient.class)) {
      var client = await(RedisClient.open(vertx, redisSettings(host, trusted)));
      Await.until("outage", () -> client.outage().orElse("").contains(reason));
      attempts(2);
      await(client.close());
      assertOneLine(log, "Redis is unavailable, continuing without it: ", reason);
    }
  }

  /** Waits while the clients connect again, at least once a second. */
  private void attempts(int count) {
    await(vertx.timer(count, java.util.concurrent.TimeUnit.SECONDS));
  }

  private static void assertOneLine(RecordedLog log, String start, String reason) {
    // The first handshake of a busy machine may take too long.
    var lines = log.lines().stream()
        .filter(each -> !each.matches(".*(no response|Timeout).*"))
        .toList();
    assertEquals(1, lines.size(), log.lines().toString());
    var line = lines.get(0);
    assertTrue(line.startsWith(start), line);
    assertTrue(line.contains("TLS handshake failed: "), line);
    assertTrue(line.contains(reason), line);
  }

  private PostgresSettings postgresSettings(String host, TestAuthority trusted) {
    return SettingsReader.read(
        SettingsFiles.load(settings(host, trusted), Path.of("target")),
        reader -> PostgresSettings.read("account", reader));
  }

  private RedisSettings redisSettings(String host, TestAuthority trusted) {
    return SettingsReader.read(
        SettingsFiles.load(settings(host, trusted), Path.of("target")), RedisSettings::read);
  }

  private Map<String, String> settings(String host, TestAuthority trusted) {
    var settings = new HashMap<>(Map.of(
        "VERTICKER_ENV", "development",
        "JWT_SECRET", "a secret for tests of TLS",
        "ADMIN_PASSWORD", "admin1234",
        "POSTGRES_HOST", host,
        "POSTGRES_PORT", Integer.toString(postgres.port()),
        "POSTGRES_DB", "postgres",
        "POSTGRES_USER", "postgres",
        "POSTGRES_PASSWORD", "any",
        "POSTGRES_TLS", "true",
        "POSTGRES_TLS_CA", trusted.file().toString()));
    settings.put(
        "REDIS_URL", URI.create("rediss://" + host + ":" + redis.port()).toString());
    settings.put("REDIS_TLS_CA", trusted.file().toString());
    settings.put("BINANCE_BASE_URL", "http://localhost:1");
    return settings;
  }
}
