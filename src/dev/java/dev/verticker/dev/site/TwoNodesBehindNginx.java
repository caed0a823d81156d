package dev.verticker.dev.site;

import dev.verticker.dev.Nginx;
import dev.verticker.dev.exchange.ExchangeSimulator;
import dev.verticker.dev.exchange.SimulatorOptions;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** Two nodes in separate processes behind nginx, restarted by the script that is used in production. */
public final class TwoNodesBehindNginx implements AutoCloseable {
  private static final Duration READY_TIMEOUT = Duration.ofSeconds(60);

  /** nginx limits by address, but the whole load comes from one. */
  private static final Map<String, String> WITHOUT_LIMITS = Map.of(
      "rate=500r/s", "rate=100000r/s",
      "rate=50r/s", "rate=100000r/s",
      "burst=1000 ", "burst=100000 ",
      "burst=100 ", "burst=100000 ",
      "limit_conn connections 1000;", "limit_conn connections 10000;",
      "limit_conn sockets 1000;", "limit_conn sockets 10000;");

  private final Vertx vertx = Vertx.vertx();
  private final ServerSocket restartRequests;
  private final List<String> addresses = new ArrayList<>();
  private final Map<String, SiteNode> nodes = new HashMap<>();
  private final Map<String, Integer> management = new HashMap<>();
  private final List<Duration> stops = new CopyOnWriteArrayList<>();
  private final HttpClient http = vertx.createHttpClient();
  private final Nginx nginx;
  private final String token;

  /**
   * Returns when both are ready.
   *
   * @param settings of a node in development mode, with those of PostgreSQL and Redis
   * @param folder absolute, for this instance only
   */
  public TwoNodesBehindNginx(
      Map<String, String> settings, Path program, Path folder, String drainSeconds) {
    this(settings, program, folder, drainSeconds, List.of());
  }

  /** @param prefix command before {@code java} of the first node; empty = none */
  public TwoNodesBehindNginx(
      Map<String, String> settings,
      Path program,
      Path folder,
      String drainSeconds,
      List<String> prefix) {
    try {
      restartRequests = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      var exchange = ExchangeSimulator.start(
              vertx,
              SimulatorOptions.defaults()
                  .withHistoryDays(2)
                  .withSymbols("BTCUSDT", "ETHBTC", "ETHUSDT")
                  .withWeightLimit(1_000_000))
          .await();
      var shared = new HashMap<>(settings);
      shared.put("JWT_SECRET", "a secret of these nodes " + UUID.randomUUID());
      shared.put("INTERNAL_API_KEY", "a key of these nodes " + UUID.randomUUID());
      shared.put("BINANCE_BASE_URL", exchange.url());
      shared.put("REFRESH_INTERVAL_SECONDS", "2");
      shared.put("DRAIN_SECONDS", drainSeconds);
      shared.put("CLUSTER_NAME", "site-" + UUID.randomUUID());
      // All clients use one account.
      shared.put("SOCKETS_PER_USER", "100000");
      shared.put("ADMIN_CHANGES_PER_MINUTE", "100000");
      shared.put("SOCKET_TICKETS_PER_MINUTE", "100000");
      prepare(shared, folder, prefix);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      nodes.values().forEach(SiteNode::start);
      nodes.values().forEach(node -> node.awaitReady(READY_TIMEOUT));
      nginx = Nginx.start(program, folder.resolve("nginx"), addresses, WITHOUT_LIMITS);
      token = signIn();
      awaitPrices();
    } catch (RuntimeException e) {
      nodes.values().forEach(SiteNode::close);
      throw e;
    }
    var thread = new Thread(this::serveRestarts, "restarts");
    thread.setDaemon(true);
    thread.start();
  }

  public Vertx vertx() {
    return vertx;
  }

  public int port() {
    return nginx.port();
  }

  /** host:port of each node's User API. */
  public List<String> addresses() {
    return List.copyOf(addresses);
  }

  public SiteNode node(String address) {
    return nodes.get(address);
  }

  /** How long each restarted node took from the signal to the end of its process. */
  public List<Duration> stops() {
    return List.copyOf(stops);
  }

  /** The first administrator's access token. */
  public String token() {
    return token;
  }

  /** A user to rename; returns its id. */
  public long createUser() {
    var body =
        new JsonObject().put("username", "renamed").put("password", "a lantern in the harbour");
    return request(
            HttpMethod.POST,
            port(),
            "/users",
            Map.of("Authorization", "Bearer " + token, "Content-Type", "application/json"),
            body.toBuffer())
        .getLong("id");
  }

  /** Runs {@code conf/deploy/rolling-restart} for these nodes. */
  public void restart(List<String> restarted) {
    var command = new ArrayList<>(List.of("bash", "conf/deploy/rolling-restart"));
    command.addAll(restarted);
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("NODES_FILE", nginx.nodesFile().toString());
    builder.environment().put("RELOAD", nginx.reloadCommand());
    builder.environment().put("RESTART", restartCommand());
    builder.environment().put("READY", readyCommand());
    try {
      var process = builder.start();
      process.getOutputStream().close();
      var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException("the restart failed:\n" + output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    try {
      restartRequests.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      nodes.values().forEach(SiteNode::close);
      nginx.close();
      vertx.close().await();
    }
  }

  private void awaitPrices() {
    var end = System.nanoTime() + READY_TIMEOUT.toNanos();
    while (!addresses.stream().allMatch(this::hasPrices)) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("a node has no prices");
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
  }

  private void prepare(Map<String, String> shared, Path folder, List<String> prefixOfFirst)
      throws IOException {
    var hazelcast = List.of(freePort(), freePort());
    var members =
        hazelcast.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
    for (var port : hazelcast) {
      var own = new HashMap<>(shared);
      own.put("CLUSTER_MEMBERS", members);
      own.put("CLUSTER_HOST", "127.0.0.1");
      own.put("CLUSTER_PORT", Integer.toString(port));
      for (var name :
          List.of("CLUSTER_BUS_PORT", "USER_API_PORT", "PRICE_API_PORT", "MANAGEMENT_PORT")) {
        own.put(name, Integer.toString(freePort()));
      }
      var address = "127.0.0.1:" + own.get("USER_API_PORT");
      addresses.add(address);
      management.put(address, Integer.parseInt(own.get("MANAGEMENT_PORT")));
      var log = folder.resolve("node-" + addresses.size() + ".log");
      var prefix = addresses.size() == 1 ? prefixOfFirst : List.<String>of();
      nodes.put(address, new SiteNode(prefix, "127.0.0.1", own, List.of(), log));
    }
  }

  /** Not 0, because a node must have the same port after a restart. */
  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private String restartCommand() {
    return "exec 3<>/dev/tcp/127.0.0.1/" + restartRequests.getLocalPort()
        + "; echo \"$node\" >&3; read -r reply <&3; [[ $reply == started ]]";
  }

  private String readyCommand() {
    return management.entrySet().stream()
        .map(node -> node.getKey() + ") conf/deploy/healthy 127.0.0.1 " + node.getValue() + ";;")
        .collect(Collectors.joining(" ", "case $node in ", " esac"));
  }

  private String signIn() {
    return request(
            HttpMethod.POST,
            port(),
            "/auth/login",
            Map.of("Content-Type", "application/x-www-form-urlencoded"),
            Buffer.buffer("username=admin&password=admin1234"))
        .getString("access_token");
  }

  /** The node that does not hold the lease receives prices a little later. */
  private boolean hasPrices(String address) {
    var port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
    var bearer = Map.of("Authorization", "Bearer " + token);
    return !request(HttpMethod.GET, port, "/prices/BTCUSDT", bearer, Buffer.buffer())
            .containsKey("code")
        && !request(HttpMethod.GET, port, "/dashboard", bearer, Buffer.buffer())
            .getJsonArray("prices", new JsonArray())
            .isEmpty();
  }

  private JsonObject request(
      HttpMethod method, int port, String target, Map<String, String> headers, Buffer body) {
    var options = new RequestOptions()
        .setMethod(method)
        .setHost("127.0.0.1")
        .setPort(port)
        .setURI(target);
    headers.forEach(options::putHeader);
    return http.request(options)
        .compose(request -> request
            .send(body)
            // On the event loop: a body that is not read at once is lost.
            .compose(response -> response.body()))
        .map(Buffer::toJsonObject)
        .await();
  }

  /** Restarts nodes, in the role of the service manager. */
  private void serveRestarts() {
    while (!restartRequests.isClosed()) {
      try (var request = restartRequests.accept();
          var in = new BufferedReader(
              new InputStreamReader(request.getInputStream(), StandardCharsets.UTF_8))) {
        var node = nodes.get(in.readLine());
        stops.add(node.stop());
        node.start();
        request.getOutputStream().write("started\n".getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        // Closed.
      }
    }
  }
}
