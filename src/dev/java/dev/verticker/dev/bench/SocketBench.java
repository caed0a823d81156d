package dev.verticker.dev.bench;

import dev.verticker.dev.DevPostgres;
import dev.verticker.dev.DevRedis;
import dev.verticker.dev.PostgresDatabase;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Compares the delivery of one event to thousands of sockets with bare Vert.x, which writes the same text to as many
 * sockets. Servers and clients are separate processes. The servers are measured in turn, so that other load of the
 * machine affects both.
 */
public final class SocketBench {
  private static final int SOCKETS = Integer.getInteger("sockets", 5000);
  private static final int WARM_UP = 3;
  private static final int ROUNDS = 7;

  /** Messages to each socket in a round that measures CPU time. */
  private static final int BURST = 10;

  private final HttpClient http = HttpClient.newHttpClient();
  private final PostgresDatabase database;
  private final int product;
  private final int bare;
  private final String token;
  private final long administrator;

  /**
   * @param single CPU microseconds for each message to one socket, for one change at a time
   * @param burst the same for changes that are made together; NaN where the servers are not comparable
   * @param p50 milliseconds from the request to the frame, like p99
   */
  private record Figures(double single, double burst, double p50, double p99, double heapKb) {}

  private SocketBench(PostgresDatabase database, int product, int bare)
      throws IOException, InterruptedException {
    this.database = database;
    this.product = product;
    this.bare = bare;
    this.token = signIn();
    this.administrator = new JsonObject(get(product, "/users/me")).getLong("id");
  }

  /** @param arguments the endpoints to measure; none = both */
  public static void main(String[] arguments) throws Exception {
    var folder = Files.createDirectories(Path.of("target", "bench"));
    Process servers = null;
    try (var postgres =
            DevPostgres.start(folder.resolve("postgres"), 0, false, System.out::println);
        var redis = DevRedis.start(
            folder.resolve("redis"), 0, Optional.empty(), false, System.out::println)) {
      var database = postgres.createDatabase();
      servers = start(database, redis);
      var ports = ports(servers);
      var bench = new SocketBench(database, ports[0], ports[1]);
      System.out.printf("%,d sockets, frames of a changed user%n", SOCKETS);
      var paths = arguments.length == 0 ? List.of("/ws", "/eventbus") : List.of(arguments);
      for (var path : paths) {
        bench.compare(path, path.equals("/ws") ? bench::plain : bench::bridged);
      }
    } finally {
      if (servers != null) {
        servers.destroy();
        servers.waitFor();
      }
    }
    System.exit(0);
  }

  /** Creates clients of the product or of the bare server. */
  private interface Clients {
    WebSocketLoadClient of(int port) throws IOException;
  }

  /** Makes changes together. */
  private interface Changes {
    void make(int times) throws IOException, InterruptedException;
  }

  private WebSocketLoadClient plain(int port) throws IOException {
    var subscribe = List.of(
        new JsonObject().put("op", "auth").put("token", token).encode(),
        new JsonObject().put("op", "subscribe").put("topic", "users").encode());
    return port == product
        ? new WebSocketLoadClient(port, "/ws", subscribe, "\"subscribed\"", null)
        : new WebSocketLoadClient(port, "/ws", List.of(), null, null);
  }

  private WebSocketLoadClient bridged(int port) throws IOException {
    var ping = "[\"{\\\"type\\\":\\\"ping\\\"}\"]";
    var register = new JsonObject()
        .put("type", "register")
        .put("address", "users")
        .put("headers", new JsonObject().put("Authorization", "Bearer " + token));
    var path = "/eventbus/000/{session}/websocket";
    return port == product
        ? new WebSocketLoadClient(
            port, path, List.of("[" + Json.encode(register.encode()) + "]"), "subscribed", ping)
        : new WebSocketLoadClient(port, path, List.of(), "o", ping);
  }

  private void compare(String path, Clients clients) throws Exception {
    // SockJS of the bare server combines messages that are sent at once into one frame.
    var bursts = path.equals("/ws");
    // Warm-up: class loading and compilation are not part of the heap of a socket.
    try (var ours = clients.of(product);
        var theirs = clients.of(bare)) {
      ours.open(50);
      theirs.open(50);
      for (var i = 0; i < 100; i++) {
        ours.await(1, () -> insert(1));
        theirs.await(1, () -> write(text(ours), 1));
      }
    }
    try (var ours = clients.of(product);
        var theirs = clients.of(bare)) {
      // By then the warm-up sockets are released.
      Thread.sleep(3000);
      var empty = figure("/heap");
      ours.open(SOCKETS);
      var withOurs = figure("/heap");
      theirs.open(SOCKETS);
      var withBoth = figure("/heap");
      var our = new ArrayList<Figures>();
      var their = new ArrayList<Figures>();
      for (var round = -WARM_UP; round < ROUNDS; round++) {
        var one = figures(ours, this::change, this::insert, bursts, withOurs - empty);
        var text = text(ours);
        var other = figures(
            theirs, () -> write(text, 1), times -> write(text, times), bursts, withBoth - withOurs);
        if (round >= 0) {
          our.add(one);
          their.add(other);
        }
      }
      print(path, text(ours).length(), median(our), median(their));
    }
  }

  private Figures figures(
      WebSocketLoadClient clients,
      WebSocketLoadClient.Trigger once,
      Changes changes,
      boolean bursts,
      long heap)
      throws IOException, InterruptedException {
    var startedAt = System.nanoTime();
    var delays = clients.await(1, once).clone();
    Arrays.sort(delays);
    var beforeSingle = figure("/cpu");
    for (var i = 0; i < BURST; i++) {
      clients.await(1, () -> changes.make(1));
    }
    var beforeBurst = figure("/cpu");
    if (bursts) {
      clients.await(BURST, () -> changes.make(BURST));
    }
    var end = figure("/cpu");
    var messages = BURST * clients.size();
    return new Figures(
        (beforeBurst - beforeSingle) / 1e3 / messages,
        bursts ? (end - beforeBurst) / 1e3 / messages : Double.NaN,
        (delays[delays.length / 2] - startedAt) / 1e6,
        (delays[delays.length * 99 / 100] - startedAt) / 1e6,
        heap / 1024.0 / clients.size());
  }

  private static Figures median(List<Figures> all) {
    var middle = all.size() / 2;
    return new Figures(
        all.stream().mapToDouble(Figures::single).sorted().toArray()[middle],
        all.stream().mapToDouble(Figures::burst).sorted().toArray()[middle],
        all.stream().mapToDouble(Figures::p50).sorted().toArray()[middle],
        all.stream().mapToDouble(Figures::p99).sorted().toArray()[middle],
        all.get(middle).heapKb());
  }

  private static void print(String path, int bytes, Figures ours, Figures bare) {
    System.out.printf(
        "%n%-38s %10s %10s %7s%n", path + ", " + bytes + " bytes", "product", "bare", "ratio");
    line("CPU us per message", ours.single(), bare.single(), bare.single() / ours.single());
    if (!Double.isNaN(ours.burst())) {
      line("the same, in bursts", ours.burst(), bare.burst(), bare.burst() / ours.burst());
    }
    line("delay p50, ms", ours.p50(), bare.p50(), bare.p50() / ours.p50());
    line("delay p99, ms", ours.p99(), bare.p99(), bare.p99() / ours.p99());
    line("heap kB for each socket", ours.heapKb(), bare.heapKb(), bare.heapKb() / ours.heapKb());
  }

  private static void line(String what, double ours, double bare, double ratio) {
    System.out.printf("%-38s %10.2f %10.2f %7.2f%n", what, ours, bare, ratio);
  }

  /** Changes a user over HTTP. */
  private void change() throws IOException, InterruptedException {
    var body = new JsonObject().put("full_name", "Name " + System.nanoTime()).encode();
    expect(
        200,
        http.send(
                HttpRequest.newBuilder(uri(product, "/users/" + administrator))
                    .header("Authorization", "Bearer " + token)
                    .header("Content-Type", "application/merge-patch+json")
                    .method("PATCH", BodyPublishers.ofString(body))
                    .build(),
                BodyHandlers.ofString())
            .statusCode());
  }

  /** Inserts several changes into the outbox at once. */
  private void insert(int times) {
    execute(
        """
        INSERT INTO account.outbox (at, event, user_id, topics, payload)
        SELECT now(), 'user_updated', id, ARRAY['users'],
               jsonb_build_object('event', 'user_updated', 'user_id', id,
                                  'changes', jsonb_build_object('full_name', 'Name ' || n),
                                  'data', person, 'before', person,
                                  'by', jsonb_build_object('id', id, 'username', username))
          FROM (SELECT *, jsonb_build_object('id', id, 'username', username, 'full_name', full_name, 'email', email,
                                             'roles', to_jsonb(roles), 'status', status) AS person
                  FROM account.users) AS changed,
               generate_series(1, %d) AS n"""
            .formatted(times));
  }

  private void write(String text, int times) throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(uri(bare, "/write?times=" + times))
        .POST(BodyPublishers.ofString(text))
        .build();
    expect(200, http.send(request, BodyHandlers.discarding()).statusCode());
  }

  private long figure(String path) throws IOException, InterruptedException {
    return Long.parseLong(get(bare, path));
  }

  private String get(int port, String path) throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(uri(port, path))
        .header("Authorization", "Bearer " + token)
        .build();
    return http.send(request, BodyHandlers.ofString()).body();
  }

  private String signIn() throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(uri(product, "/auth/login"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .POST(BodyPublishers.ofString("username=admin&password=admin1234"))
        .build();
    return new JsonObject(http.send(request, BodyHandlers.ofString()).body())
        .getString("access_token");
  }

  /** The text of the newest frame, without the SockJS array around it. */
  private static String text(WebSocketLoadClient clients) {
    var frame = clients.newest();
    return frame.startsWith("a[") ? new JsonArray(frame.substring(1)).getString(0) : frame;
  }

  private void execute(String sql) {
    try (var connection =
            DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
        var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Starts both servers on core 0; the clients use core 1. */
  private static Process start(PostgresDatabase database, DevRedis redis) throws IOException {
    var command = new ArrayList<>(List.of("taskset", "-c", "0"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-") || argument.startsWith("-Dlogback"))
        .forEach(command::add);
    command.addAll(List.of("-Xmx1g", "-classpath", System.getProperty("java.class.path")));
    command.addAll(
        Arrays.stream(System.getenv().getOrDefault("SERVER_OPTIONS", "").split(" "))
            .filter(option -> !option.isEmpty())
            .toList());
    command.add(SocketServers.class.getName());
    var builder = new ProcessBuilder(command).redirectError(Redirect.INHERIT);
    builder.environment().putAll(database.settings());
    builder.environment().putAll(redis.settings());
    builder
        .environment()
        .putAll(Map.of(
            "VERTICKER_ENV", "development",
            "JWT_SECRET", "punjwtsecrete",
            "USER_API_HOST", "127.0.0.1",
            "USER_API_PORT", "0",
            "MANAGEMENT_PORT", "0",
            "DRAIN_SECONDS", "0",
            "SOCKETS_PER_USER", "1000000"));
    return builder.start();
  }

  private static int[] ports(Process servers) throws IOException {
    var output = servers.inputReader();
    for (var line = output.readLine(); line != null; line = output.readLine()) {
      if (line.startsWith("ports ")) {
        return Arrays.stream(line.substring(6).split(" "))
            .mapToInt(Integer::parseInt)
            .toArray();
      }
    }
    throw new IllegalStateException("the servers did not start");
  }

  private static void expect(int expected, int status) {
    if (status != expected) {
      throw new IllegalStateException("expected status " + expected + " but was " + status);
    }
  }

  private static URI uri(int port, String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }
}
