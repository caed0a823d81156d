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

/** Two full nodes, each a process, behind nginx; the script that restarts them in production does it here. */
public final class TwoNodesBehindNginx implements AutoCloseable {
  private static final Duration READY = Duration.ofSeconds(60);

  /** A load from one address is not what these are for. */
  private static final Map<String, String> WITHOUT_LIMITS = Map.of(
      "rate=50r/s", "rate=100000r/s",
      "burst=100 ", "burst=100000 ",
      "limit_conn connections 100;", "limit_conn connections 10000;",
      "limit_conn sockets 50;", "limit_conn sockets 10000;");

  private final Vertx vertx = Vertx.vertx();
  private final ServerSocket orders;
  private final List<String> addresses = new ArrayList<>();
  private final Map<String, NodeProcess> nodes = new HashMap<>();
  private final Map<String, Integer> management = new HashMap<>();
  private final List<Duration> stops = new CopyOnWriteArrayList<>();
  private final HttpClient http = vertx.createHttpClient();
  private final Nginx nginx;
  private final String token;

  /**
   * Returns when both are ready.
   *
   * @param settings of a node in development mode: PostgreSQL and Redis
   * @param folder its own, absolute
   */
  public TwoNodesBehindNginx(
      Map<String, String> settings, Path program, Path folder, String drainSeconds) {
    this(settings, program, folder, drainSeconds, List.of());
  }

  /** @param prefix what stands before the command line of the first node; empty = nothing */
  public TwoNodesBehindNginx(
      Map<String, String> settings,
      Path program,
      Path folder,
      String drainSeconds,
      List<String> prefix) {
    try {
      orders = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      var exchange = ExchangeSimulator.start(
              vertx,
              SimulatorOptions.defaults()
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
      prepare(shared, folder, prefix);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      nodes.values().forEach(NodeProcess::start);
      nodes.values().forEach(node -> node.awaitReady(READY));
      nginx = Nginx.start(program, folder.resolve("nginx"), addresses, WITHOUT_LIMITS);
      token = signIn();
      awaitPrices();
    } catch (RuntimeException e) {
      nodes.values().forEach(NodeProcess::close);
      throw e;
    }
    var thread = new Thread(this::obey, "restarts");
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

  public NodeProcess node(String address) {
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

  /** Somebody whose name may be changed. */
  public long createUser() {
    var body =
        new JsonObject().put("username", "renamed").put("password", "a lantern in the harbour");
    return ask(
            HttpMethod.POST,
            port(),
            "/users",
            Map.of("Authorization", "Bearer " + token, "Content-Type", "application/json"),
            body.toBuffer())
        .getLong("id");
  }

  /** Runs {@code conf/deploy/rolling-restart} for these nodes to its end. */
  public void restart(List<String> which) {
    var command = new ArrayList<>(List.of("bash", "conf/deploy/rolling-restart"));
    command.addAll(which);
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("NODES_FILE", nginx.nodesFile().toString());
    builder.environment().put("RELOAD", nginx.reloadCommand());
    builder.environment().put("RESTART", restartCommand());
    builder.environment().put("READY", readyCommand());
    try {
      var process = builder.start();
      process.getOutputStream().close();
      var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException("the restart failed:\n" + said);
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
      orders.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      nodes.values().forEach(NodeProcess::close);
      nginx.close();
      vertx.close().await();
    }
  }

  private void awaitPrices() {
    var end = System.nanoTime() + READY.toNanos();
    while (!addresses.stream().allMatch(this::knowsPrices)) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("a node knows no prices");
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
      nodes.put(address, new NodeProcess(prefix, "127.0.0.1", own, List.of(), log));
    }
  }

  /** Not 0: a node that restarts comes back at the port where nginx and its peer expect it. */
  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private String restartCommand() {
    return "exec 3<>/dev/tcp/127.0.0.1/" + orders.getLocalPort()
        + "; echo \"$node\" >&3; read -r answer <&3; [[ $answer == started ]]";
  }

  private String readyCommand() {
    return management.entrySet().stream()
        .map(each -> each.getKey() + ") conf/deploy/healthy 127.0.0.1 " + each.getValue() + ";;")
        .collect(Collectors.joining(" ", "case $node in ", " esac"));
  }

  private String signIn() {
    return ask(
            HttpMethod.POST,
            port(),
            "/auth/login",
            Map.of("Content-Type", "application/x-www-form-urlencoded"),
            Buffer.buffer("username=admin&password=admin1234"))
        .getString("access_token");
  }

  /** A node whose peer was the first to ask the exchange hears of prices a little later. */
  private boolean knowsPrices(String address) {
    var port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
    var bearer = Map.of("Authorization", "Bearer " + token);
    return !ask(HttpMethod.GET, port, "/prices/BTCUSDT", bearer, Buffer.buffer())
            .containsKey("code")
        && !ask(HttpMethod.GET, port, "/dashboard", bearer, Buffer.buffer())
            .getJsonArray("prices", new JsonArray())
            .isEmpty();
  }

  private JsonObject ask(
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
            // Inside, on the event loop: a body that nobody waits for in time is gone.
            .compose(response -> response.body()))
        .map(Buffer::toJsonObject)
        .await();
  }

  /** What a service manager does on another machine. */
  private void obey() {
    while (!orders.isClosed()) {
      try (var order = orders.accept();
          var in = new BufferedReader(
              new InputStreamReader(order.getInputStream(), StandardCharsets.UTF_8))) {
        var node = nodes.get(in.readLine());
        stops.add(node.stop());
        node.start();
        order.getOutputStream().write("started\n".getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        // Closed: there is nothing more to restart.
      }
    }
  }
}
