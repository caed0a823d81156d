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
 * What it costs to tell thousands of sockets one change, beside what Vert.x needs to write the same text to as many
 * sockets. Servers and clients are processes of their own; both servers are asked in turn, so that whatever else the machine
 * does falls on both.
 */
public final class SocketBench {
  private static final int SOCKETS = Integer.getInteger("sockets", 5000);
  private static final int WARM_UP = 3;
  private static final int ROUNDS = 7;

  /** Messages to each socket in a round that measures the work. */
  private static final int BURST = 10;

  private final HttpClient http = HttpClient.newHttpClient();
  private final PostgresDatabase database;
  private final int product;
  private final int bare;
  private final String token;
  private final long administrator;

  /** @param work CPU microseconds for each message to one socket; delays in ms from the request to the frame */
  private record Figures(double work, double p50, double p99, double heapKb) {}

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

  /** Clients of the product, or of the bare server. */
  private interface Crowds {
    WebSocketLoadClient at(int port) throws IOException;
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

  private void compare(String path, Crowds crowds) throws Exception {
    // SockJS puts messages that come at once into one frame.
    var atOnce = path.equals("/ws") ? BURST : 1;
    // What is loaded and compiled by the first sockets is not part of what a socket needs.
    try (var ours = crowds.at(product);
        var theirs = crowds.at(bare)) {
      ours.join(50);
      theirs.join(50);
      for (var i = 0; i < 100; i++) {
        ours.hear(1, () -> tell(1));
        theirs.hear(1, () -> say(text(ours), 1));
      }
    }
    try (var ours = crowds.at(product);
        var theirs = crowds.at(bare)) {
      // What the crowds before held is let go by then, and the heap is that of nobody.
      Thread.sleep(3000);
      var empty = ask("/heap");
      ours.join(SOCKETS);
      var withOurs = ask("/heap");
      theirs.join(SOCKETS);
      var withBoth = ask("/heap");
      var our = new ArrayList<Figures>();
      var their = new ArrayList<Figures>();
      for (var round = -WARM_UP; round < ROUNDS; round++) {
        var one = figures(ours, this::change, () -> tell(atOnce), atOnce, withOurs - empty);
        var text = text(ours);
        var other = figures(
            theirs, () -> say(text, 1), () -> say(text, atOnce), atOnce, withBoth - withOurs);
        if (round >= 0) {
          our.add(one);
          their.add(other);
        }
      }
      print(path, text(ours).length(), median(our), median(their));
    }
  }

  private Figures figures(
      WebSocketLoadClient crowd,
      WebSocketLoadClient.Trigger once,
      WebSocketLoadClient.Trigger several,
      int atOnce,
      long heap)
      throws IOException, InterruptedException {
    var asked = System.nanoTime();
    var delays = crowd.hear(1, once).clone();
    Arrays.sort(delays);
    var before = ask("/cpu");
    for (var told = 0; told < BURST; told += atOnce) {
      crowd.hear(atOnce, several);
    }
    var work = ask("/cpu") - before;
    return new Figures(
        work / 1e3 / (BURST * crowd.size()),
        (delays[delays.length / 2] - asked) / 1e6,
        (delays[delays.length * 99 / 100] - asked) / 1e6,
        heap / 1024.0 / crowd.size());
  }

  private static Figures median(List<Figures> all) {
    var middle = all.size() / 2;
    return new Figures(
        all.stream().mapToDouble(Figures::work).sorted().toArray()[middle],
        all.stream().mapToDouble(Figures::p50).sorted().toArray()[middle],
        all.stream().mapToDouble(Figures::p99).sorted().toArray()[middle],
        all.get(middle).heapKb());
  }

  private static void print(String path, int bytes, Figures ours, Figures bare) {
    System.out.printf(
        "%n%-38s %10s %10s %7s%n", path + ", " + bytes + " bytes", "product", "bare", "ratio");
    line("CPU us for each message", ours.work(), bare.work(), bare.work() / ours.work());
    line("delay p50, ms", ours.p50(), bare.p50(), bare.p50() / ours.p50());
    line("delay p99, ms", ours.p99(), bare.p99(), bare.p99() / ours.p99());
    line("heap kB for each socket", ours.heapKb(), bare.heapKb(), bare.heapKb() / ours.heapKb());
  }

  private static void line(String what, double ours, double bare, double ratio) {
    System.out.printf("%-38s %10.2f %10.2f %7.2f%n", what, ours, bare, ratio);
  }

  /** One change, as an administrator makes it. */
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

  /** So many changes at once, as their transactions would leave them to be told. */
  private void tell(int times) {
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

  private void say(String text, int times) throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(uri(bare, "/say?times=" + times))
        .POST(BodyPublishers.ofString(text))
        .build();
    expect(200, http.send(request, BodyHandlers.discarding()).statusCode());
  }

  private long ask(String path) throws IOException, InterruptedException {
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

  /** What the product writes to a socket; SockJS wraps it. */
  private static String text(WebSocketLoadClient crowd) {
    var frame = crowd.newest();
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

  /** On one core; the clients are on the other. */
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
            "DRAIN_SECONDS", "0"));
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

  private static void expect(int wanted, int status) {
    if (status != wanted) {
      throw new IllegalStateException("answered " + status);
    }
  }

  private static URI uri(int port, String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }
}
