package dev.verticker.dev.bench;

import dev.verticker.dev.DevPostgres;
import dev.verticker.dev.DevRedis;
import dev.verticker.dev.PostgresDatabase;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;

/**
 * Stores and settings shared by all servers of a comparison.
 *
 * @param folder for their logs
 * @param environment addresses and secrets under the product's setting names
 */
record BenchEnvironment(Path folder, PostgresDatabase database, Map<String, String> environment) {
  static final String API_KEY = "a-key-that-nothing-but-a-bench-uses";
  private static final String PASSWORD = "a-password-of-the-bench";
  private static final String SYMBOLS = "BTCUSDT,ETHUSDT,BNBUSDT,SOLUSDT,XRPUSDT";

  /** One refresh in the whole run, so that all servers have the same quotes. */
  private static final int INTERVAL_SECONDS = 3600;

  /** As in the product, with its default grace. */
  private static final int STALE_AFTER_SECONDS = INTERVAL_SECONDS + 10;

  static BenchEnvironment of(Path folder, DevPostgres postgres, DevRedis redis, String exchange) {
    return of(folder, postgres.database("comparison", "comparison", PASSWORD), redis, exchange);
  }

  static BenchEnvironment of(
      Path folder, PostgresDatabase database, DevRedis redis, String exchange) {
    var environment = new HashMap<>(database.settings());
    environment.putAll(redis.settings());
    environment.putAll(Map.of(
        "VERTICKER_ENV",
        "development",
        "BINANCE_BASE_URL",
        exchange,
        "SYMBOLS",
        SYMBOLS,
        "REFRESH_INTERVAL_SECONDS",
        Integer.toString(INTERVAL_SECONDS),
        "CACHE_TTL_SECONDS",
        Integer.toString(INTERVAL_SECONDS),
        "INTERNAL_API_KEY",
        API_KEY,
        "JWT_SECRET",
        "a-secret-of-32-bytes-of-the-bench",
        "ADMIN_PASSWORD",
        PASSWORD,
        "DRAIN_SECONDS",
        "0"));
    environment.putAll(Map.of(
        // A stream would change the quotes between the servers' requests.
        "FEED", "poll",
        "JWT_ISSUER", "verticker",
        "JWT_AUDIENCE", "verticker-user-api",
        "POSTGRES_POOL_SIZE", "8"));
    return new BenchEnvironment(folder.toAbsolutePath(), database, Map.copyOf(environment));
  }

  /** Inserts users; the product must have migrated the schema. */
  void fill(int users) throws SQLException {
    try (var connection =
            DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
        var sql = connection.createStatement()) {
      sql.execute(
          """
          INSERT INTO account.users (username, full_name, email, password_hash, roles, status, created_at, updated_at)
          SELECT 'user' || n, 'Given' || n || ' Family' || n, 'mail' || n || '@example.com', repeat('x', 60),
                 ARRAY['user'], 'active', now(), now()
            FROM generate_series(1, %d) AS n
              ON CONFLICT DO NOTHING
          """
              .formatted(users));
      sql.execute("VACUUM ANALYZE account.users");
    }
  }

  /** An access token of the administrator. */
  String signIn(String users) throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(URI.create(users + "/auth/login"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .POST(BodyPublishers.ofString("username=admin&password=" + PASSWORD))
        .build();
    var response = BenchServer.HTTP.send(request, BodyHandlers.ofString()).body();
    return new JsonObject(response).getString("access_token");
  }

  /** Copies the product's quotes into Redis, in the form that the other servers read. */
  void shareQuotes(Vertx vertx, String prices) throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(URI.create(prices + "/internal/price"))
        .header("X-API-Key", API_KEY)
        .build();
    var quotes =
        new JsonArray(BenchServer.HTTP.send(request, BodyHandlers.ofString()).body());
    var redis = Redis.createClient(vertx, environment.get("REDIS_URL"));
    for (var item : quotes) {
      var quote = (JsonObject) item;
      quote.remove("age_ms");
      quote.remove("stale");
      quote.put(
          "stale_at",
          OffsetDateTime.parse(quote.getString("received_at"))
              .plusSeconds(STALE_AFTER_SECONDS)
              .toString());
      redis
          .send(Request.cmd(Command.SET)
              .arg("bench:quote:" + quote.getString("symbol"))
              .arg(quote.encode()))
          .await();
    }
    redis.close().await();
  }

  String redisVersion() {
    var vertx = Vertx.vertx();
    try {
      var redis = Redis.createClient(vertx, environment.get("REDIS_URL"));
      var info = redis.send(Request.cmd(Command.INFO).arg("server")).await().toString();
      return info.lines()
          .filter(line -> line.startsWith("redis_version:"))
          .map(line -> line.substring(line.indexOf(':') + 1))
          .findFirst()
          .orElseThrow();
    } finally {
      vertx.close().await();
    }
  }
}
