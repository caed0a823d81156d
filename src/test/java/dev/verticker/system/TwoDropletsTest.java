package dev.verticker.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.dev.TestServers;
import dev.verticker.dev.exchange.ExchangeSimulator;
import dev.verticker.dev.exchange.SimulatorOptions;
import dev.verticker.dev.site.NodeProcess;
import dev.verticker.testing.Droplets;
import dev.verticker.testing.Eventually;
import dev.verticker.testing.Npm;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two machines on a private network: both have the front doors, and each has the verticles the other one lacks. What is asked
 * of either is answered by both together.
 */
@Tag("faults")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TwoDropletsTest {
  private static final List<List<String>> ROLES = List.of(
      List.of("user-api", "price-api", "user", "notification"),
      List.of("user-api", "price-api", "price"));

  @TempDir
  private static Path folder;

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient http = vertx.createHttpClient();
  private final List<NodeProcess> nodes = new ArrayList<>();
  private Droplets droplets;

  @BeforeAll
  void start() {
    droplets = Droplets.create(2);
    var exchange = ExchangeSimulator.start(
            vertx, SimulatorOptions.defaults().withSymbols("BTCUSDT", "ETHBTC", "ETHUSDT"))
        .await();
    var shared = new HashMap<>(TestServers.settings());
    shared.put("POSTGRES_PORT", opened(Integer.parseInt(shared.get("POSTGRES_PORT"))));
    shared.put("POSTGRES_HOST", droplets.here());
    var redis = URI.create(shared.get("REDIS_URL"));
    shared.put(
        "REDIS_URL",
        shared
            .get("REDIS_URL")
            .replace(
                redis.getHost() + ":" + redis.getPort(),
                droplets.here() + ":" + opened(redis.getPort())));
    shared.put(
        "BINANCE_BASE_URL",
        "http://" + droplets.here() + ":" + opened(URI.create(exchange.url()).getPort()));
    shared.put("JWT_SECRET", "a secret of these machines " + UUID.randomUUID());
    shared.put("INTERNAL_API_KEY", "punapiinternalkey");
    shared.put("CLUSTER_MEMBERS", droplets.address(0) + "," + droplets.address(1));
    for (var number = 0; number < 2; number++) {
      var own = new HashMap<>(shared);
      own.put("MANAGEMENT_HOST", droplets.address(number));
      own.put("MANAGEMENT_PORT", "9000");
      nodes.add(new NodeProcess(
          droplets.on(number),
          droplets.address(number),
          own,
          ROLES.get(number),
          folder.resolve("droplet-" + number + ".log")));
    }
    nodes.forEach(NodeProcess::start);
    nodes.forEach(node -> node.awaitReady(Duration.ofSeconds(90)));
  }

  @AfterAll
  void stop() {
    nodes.forEach(NodeProcess::close);
    if (droplets != null) {
      droplets.close();
    }
    vertx.close().await();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void each_knows_of_the_other(int number) {
    var health = get(number, 9000, "/health/ready", Map.of());
    assertEquals("other nodes: 1", health.getJsonObject("notes").getString("cluster"));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void who_signed_in_at_one_asks_the_other_for_what_neither_has_alone(int number) {
    var token = signIn(1 - number);
    var bearer = Map.of("Authorization", "Bearer " + token);
    Eventually.within10s(
        "prices", () -> get(number, 8000, "/dashboard", bearer).containsKey("prices"));
    var dashboard = get(number, 8000, "/dashboard", bearer);
    assertEquals("admin", dashboard.getJsonObject("user").getString("username"));
    assertEquals(3, dashboard.getJsonArray("prices").size(), dashboard::encode);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void the_postman_collection_is_green_at_each(int number)
      throws IOException, InterruptedException {
    var host = "http://" + droplets.address(number);
    var newman = Npm.home().resolve("node_modules/newman/bin/newman.js").toString();
    var process = Npm.node(
        Map.of(),
        List.of(
            newman,
            "run",
            "postman/verticker.postman_collection.json",
            "--environment",
            "postman/local.postman_environment.json",
            "--env-var",
            "user_url=" + host + ":8000",
            "--env-var",
            "price_url=" + host + ":8001",
            "--color",
            "off",
            "--timeout-request",
            "10000"));
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    assertTrue(said.contains("assertions"), said);
  }

  private String opened(int port) {
    return Integer.toString(droplets.open(vertx, port));
  }

  private String signIn(int number) {
    return ask(
            number,
            8000,
            HttpMethod.POST,
            "/auth/login",
            Map.of("Content-Type", "application/x-www-form-urlencoded"),
            Buffer.buffer("username=admin&password=admin1234"))
        .getString("access_token");
  }

  private JsonObject get(int number, int port, String target, Map<String, String> headers) {
    return ask(number, port, HttpMethod.GET, target, headers, Buffer.buffer());
  }

  private JsonObject ask(
      int number,
      int port,
      HttpMethod method,
      String target,
      Map<String, String> headers,
      Buffer body) {
    var options = new RequestOptions()
        .setHost(droplets.address(number))
        .setPort(port)
        .setMethod(method)
        .setURI(target);
    headers.forEach(options::putHeader);
    return http.request(options)
        .compose(request -> request.send(body))
        .compose(response -> response.body())
        .map(Buffer::toJsonObject)
        .await();
  }
}
