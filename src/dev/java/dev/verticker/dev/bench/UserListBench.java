package dev.verticker.dev.bench;

import dev.verticker.dev.DevPostgres;
import dev.verticker.dev.DevRedis;
import dev.verticker.dev.PostgresDatabase;
import dev.verticker.node.Node;
import dev.verticker.node.NodeArguments;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Compares the response times of lists of users with a million and with a thousand users, over HTTP as an
 * administrator. Both databases are measured in turn, so that other load of the machine affects both.
 */
public final class UserListBench {
  private static final int SMALL = 1_000;
  private static final int LARGE = 1_000_000;
  private static final int ROUNDS = 200;
  private static final int WARM_UP = 50;

  private final HttpClient http = HttpClient.newHttpClient();

  /** A node with a number of users. */
  private record Site(int users, Node node, String token) {
    URI uri(String pathAndQuery) {
      return URI.create("http://127.0.0.1:" + node.ports().get("user-api") + pathAndQuery);
    }
  }

  public static void main(String[] arguments) throws Exception {
    var folder = Files.createDirectories(Path.of("target", "bench"));
    try (var postgres =
            DevPostgres.start(folder.resolve("postgres"), 0, false, System.out::println);
        var redis = DevRedis.start(
            folder.resolve("redis"), 0, Optional.empty(), false, System.out::println)) {
      new UserListBench().run(postgres, redis);
    }
    System.exit(0);
  }

  private void run(DevPostgres postgres, DevRedis redis) throws Exception {
    var small = site(SMALL, postgres, redis);
    var large = site(LARGE, postgres, redis);
    System.out.printf(
        "%n%-34s %12s %12s %7s%n", "GET /users", SMALL + " users", LARGE + " users", "ratio");
    for (var list : lists(small, large).entrySet()) {
      var medians = medians(list.getValue(), small, large);
      System.out.printf(
          "%-34s %9d us %9d us %7.2f%n",
          list.getKey(), medians[0] / 1000, medians[1] / 1000, (double) medians[1] / medians[0]);
    }
    small.node().stop();
    large.node().stop();
  }

  /** Queries for the two nodes by name; the page in the middle differs. */
  private static Map<String, List<String>> lists(Site small, Site large) {
    var lists = new LinkedHashMap<String, List<String>>();
    lists.put("first page of 100", List.of("limit=100", "limit=100"));
    lists.put(
        "page of 100 in the middle",
        List.of("limit=100&after=" + small.users() / 2, "limit=100&after=" + large.users() / 2));
    lists.put("role=admin", List.of("limit=100&role=admin", "limit=100&role=admin"));
    lists.put("status=disabled", List.of("limit=100&status=disabled", "limit=100&status=disabled"));
    lists.put("q=user77 (prefix)", List.of("limit=100&q=user77", "limit=100&q=user77"));
    lists.put("q=unmatched (no match)", List.of("limit=100&q=unmatched", "limit=100&q=unmatched"));
    return lists;
  }

  private long[] medians(List<String> queries, Site small, Site large)
      throws IOException, InterruptedException {
    var times = new long[2][ROUNDS];
    for (var round = -WARM_UP; round < ROUNDS; round++) {
      var first = nanos(small, queries.get(0));
      var second = nanos(large, queries.get(1));
      if (round >= 0) {
        times[0][round] = first;
        times[1][round] = second;
      }
    }
    return new long[] {median(times[0]), median(times[1])};
  }

  private long nanos(Site site, String query) throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(site.uri("/users?" + query))
        .header("Authorization", "Bearer " + site.token())
        .build();
    var before = System.nanoTime();
    var response = http.send(request, BodyHandlers.ofString());
    var time = System.nanoTime() - before;
    if (response.statusCode() != 200 || new JsonArray(response.body()).size() > 100) {
      throw new IllegalStateException(response.statusCode() + " " + response.body());
    }
    return time;
  }

  private Site site(int users, DevPostgres postgres, DevRedis redis) throws Exception {
    var database = postgres.createDatabase();
    var environment = new HashMap<>(database.settings());
    environment.putAll(redis.settings());
    environment.putAll(Map.of(
        "VERTICKER_ENV", "development",
        "JWT_SECRET", "punjwtsecrete",
        "USER_API_HOST", "127.0.0.1",
        "USER_API_PORT", "0",
        "MANAGEMENT_PORT", "0",
        "DRAIN_SECONDS", "0"));
    var node =
        Node.start(new NodeArguments(List.of("user", "user-api"), false), environment, Path.of(""));
    fill(database, users);
    var site = new Site(users, node, "");
    return new Site(users, node, signIn(site));
  }

  private String signIn(Site site) throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(site.uri("/auth/login"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .POST(BodyPublishers.ofString("username=admin&password=admin1234"))
        .build();
    return new JsonObject(http.send(request, BodyHandlers.ofString()).body())
        .getString("access_token");
  }

  private static void fill(PostgresDatabase database, int users) throws SQLException {
    System.out.printf("inserting %,d users ...%n", users);
    try (var connection =
            DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
        var sql = connection.createStatement()) {
      sql.execute(
          """
          INSERT INTO account.users (username, full_name, email, password_hash, roles, status, created_at, updated_at)
          SELECT 'user' || n, 'Given' || n %% 1000 || ' Family' || n, 'mail' || n || '@example.com', repeat('x', 60),
                 CASE WHEN n %% 1000 = 0 THEN ARRAY['admin', 'user'] ELSE ARRAY['user'] END,
                 CASE WHEN n %% 10 = 2 THEN 'disabled' ELSE 'active' END, now(), now()
            FROM generate_series(1, %d) AS n
          """
              .formatted(users));
      sql.execute(
          """
          INSERT INTO account.name_words (deleted, words, user_id)
          SELECT false, word, id
            FROM account.users,
                 LATERAL (VALUES (lower(full_name)), (split_part(lower(full_name), ' ', 2))) AS words (word)
           WHERE full_name IS NOT NULL
          """);
      sql.execute("VACUUM ANALYZE account.users, account.name_words");
    }
  }

  private static long median(long[] values) {
    var sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
