package dev.verticker.system;

import dev.verticker.dev.exchange.ExchangeSimulator;
import dev.verticker.dev.exchange.SimulatorOptions;
import dev.verticker.dev.site.SiteNode;
import dev.verticker.testing.Droplets;
import dev.verticker.testing.TestDatabase;
import dev.verticker.testing.TestHttpClient;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/** Two machines on a private network with one node each; PostgreSQL, Redis and the exchange run on the test machine. */
final class TwoDroplets implements AutoCloseable {
  private static final Duration MAX_WAIT = Duration.ofSeconds(10);

  final Vertx vertx = Vertx.vertx();
  private final List<SiteNode> nodes = new ArrayList<>();
  private final Droplets droplets = Droplets.create(2);

  /**
   * Starts both nodes and returns when they are ready.
   *
   * @param verticles of each node
   * @param folder of the node logs
   */
  static TwoDroplets start(List<List<String>> verticles, Path folder) {
    var two = new TwoDroplets();
    try {
      two.startNodes(verticles, folder);
      return two;
    } catch (RuntimeException e) {
      two.close();
      throw e;
    }
  }

  private void startNodes(List<List<String>> verticles, Path folder) {
    var exchange = ExchangeSimulator.start(
            vertx,
            SimulatorOptions.defaults()
                .withHistoryDays(2)
                .withSymbols("BTCUSDT", "ETHBTC", "ETHUSDT"))
        .await();
    var shared = new HashMap<>(TestDatabase.create().settings());
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
      nodes.add(new SiteNode(
          droplets.on(number),
          droplets.address(number),
          own,
          verticles.get(number),
          folder.resolve("droplet-" + number + ".log")));
    }
    nodes.forEach(SiteNode::start);
    nodes.forEach(node -> node.awaitReady(Duration.ofSeconds(90)));
  }

  String address(int number) {
    return droplets.address(number);
  }

  /** Drops packets from the first to the second node, and those from the second to the first if {@code both}. */
  void split(boolean both) {
    droplets.dropPackets(0, 1);
    if (both) {
      droplets.dropPackets(1, 0);
    }
  }

  /** Drops a percentage of the packets between the nodes. */
  void losePackets(int percent) {
    droplets.losePackets(0, 1, percent);
    droplets.losePackets(1, 0, percent);
  }

  /** @return number of dropped packets */
  long stopPacketLoss() {
    return droplets.stopPacketLoss(0) + droplets.stopPacketLoss(1);
  }

  /** Returns the resident memory of the node process in bytes. */
  long memory(int number) {
    return nodes.get(number).memory();
  }

  void heal() {
    droplets.restoreRoutes();
  }

  @Override
  public void close() {
    nodes.forEach(SiteNode::close);
    droplets.close();
    vertx.close().await();
  }

  private String opened(int port) {
    return Integer.toString(droplets.open(vertx, port));
  }

  /** Returns an access token of the administrator. */
  String signIn(int number) {
    return ask(
            number,
            8000,
            "POST",
            "/auth/login",
            Map.of("Content-Type", "application/x-www-form-urlencoded"),
            "username=admin&password=admin1234")
        .getString("access_token");
  }

  /** Returns the number of other cluster nodes that this node reports. */
  int otherNodes(int number) {
    return get(number, 9000, "/health/ready", Map.of()).getJsonArray("checks").stream()
        .map(JsonObject.class::cast)
        .filter(check -> check.getString("id").equals("cluster members"))
        .mapToInt(check ->
            Integer.parseInt(check.getJsonObject("data").getString("note").replaceAll("\\D+", "")))
        .findAny()
        .orElse(0);
  }

  JsonObject get(int number, int port, String target, Map<String, String> headers) {
    return ask(number, port, "GET", target, headers, "");
  }

  JsonObject ask(
      int number,
      int port,
      String method,
      String target,
      Map<String, String> headers,
      String body) {
    var request = new TestHttpClient(vertx, droplets.address(number), port)
        .request(HttpMethod.valueOf(method), target)
        .timeout(MAX_WAIT)
        .body(body.isEmpty() ? null : Buffer.buffer(body));
    headers.forEach(request::headers);
    try {
      return request.send().object();
    } catch (Exception e) {
      // The cause may be in the log of the other node.
      throw new AssertionError(
          method + " " + target + " of droplet " + number + ":\n"
              + nodes.stream().map(TwoDroplets::state).collect(Collectors.joining("\n")),
          e);
    }
  }

  private static String state(SiteNode node) {
    return node.log() + (node.isRunning() ? ", runs" : ", ended with " + node.exitCode()) + ":\n"
        + node.lastLogLines();
  }
}
