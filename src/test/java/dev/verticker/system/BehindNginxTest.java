package dev.verticker.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.dev.Nginx;
import dev.verticker.dev.exchange.ExchangeSimulator;
import dev.verticker.dev.exchange.SimulatorOptions;
import dev.verticker.node.Node;
import dev.verticker.testing.Await;
import dev.verticker.testing.Command;
import dev.verticker.testing.TestDatabase;
import dev.verticker.testing.TestNode;
import dev.verticker.testing.Tool;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * nginx with the configuration that is delivered, before a node, and before a witness that says what reaches a node. Each test
 * comes from an address of its own, because limits are counted by address.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BehindNginxTest {
  private static final AtomicInteger addresses = new AtomicInteger(10);

  @TempDir
  private static Path folder;

  private final Vertx vertx = Vertx.vertx();
  private final List<MultiMap> seen = new CopyOnWriteArrayList<>();

  /** A client that nobody holds any more is closed, whatever it waits for. */
  private final List<Client> clients = new ArrayList<>();

  private Node node;
  private HttpServer witness;
  private Nginx nginx;
  private Nginx beforeWitness;
  private Nginx beforeNobody;
  private Nginx withTls;

  private record Reply(HttpVersion version, int status, MultiMap headers, Buffer body) {
    void expectProblem(int expected, String code) {
      assertEquals(expected, status, body::toString);
      assertEquals("application/problem+json", headers.get("Content-Type"));
      assertEquals("no-store", headers.get("Cache-Control"));
      assertEquals(expected, body.toJsonObject().getInteger("status"));
      assertEquals(code, body.toJsonObject().getString("code"));
    }
  }

  /** Somebody at an address of this machine that nobody else uses. */
  private final class Client {
    final String address = "127.0.0." + addresses.incrementAndGet();
    final int port;

    Client(Nginx entrance) {
      this(entrance, 20);
    }

    Client(Nginx entrance, int connections) {
      this(
          entrance.port(),
          new HttpClientOptions(),
          new WebSocketClientOptions(),
          new PoolOptions().setHttp1MaxSize(connections));
    }

    private Client(
        int port, HttpClientOptions http, WebSocketClientOptions sockets, PoolOptions pool) {
      this.port = port;
      this.http = vertx.createHttpClient(http.setLocalAddress(address), pool);
      this.sockets =
          vertx.createWebSocketClient(sockets.setLocalAddress(address).setMaxConnections(100));
      clients.add(this);
    }

    Reply get(String target, String... headers) {
      return begin(HttpMethod.GET, target, null, headers).await();
    }

    Future<Reply> begin(HttpMethod method, String target, Buffer body, String... headers) {
      var options = new RequestOptions()
          .setHost("127.0.0.1")
          .setPort(port)
          .setMethod(method)
          .setURI(target)
          .setHeaders(map(headers));
      return http.request(options)
          .compose(request -> (body == null ? request.send() : request.send(body))
              // Inside, on the event loop: a body that nobody waits for in time is gone.
              .compose(response -> response
                  .body()
                  .map(bytes -> new Reply(
                      response.version(), response.statusCode(), response.headers(), bytes))));
    }

    Reply signIn(String username, String password, String... headers) {
      var all = new ArrayList<>(List.of(headers));
      all.addAll(List.of("Content-Type", "application/x-www-form-urlencoded"));
      return begin(
              HttpMethod.POST,
              "/auth/login",
              Buffer.buffer("username=" + username + "&password=" + password),
              all.toArray(String[]::new))
          .await();
    }

    String bearer() {
      return "Bearer "
          + signIn("admin", "admin1234").body().toJsonObject().getString("access_token");
    }

    String ticket(String bearer) {
      return begin(HttpMethod.POST, "/auth/ticket", null, "Authorization", bearer)
          .await()
          .body()
          .toJsonObject()
          .getString("ticket");
    }

    WebSocket open(String target, String... headers) {
      return sockets
          .connect(new WebSocketConnectOptions()
              .setHost("127.0.0.1")
              .setPort(port)
              .setURI(target)
              .setHeaders(map(headers)))
          .await();
    }

    int refusal(String target, String... headers) {
      try {
        open(target, headers).close();
        return 101;
      } catch (UpgradeRejectedException e) {
        return e.getStatus();
      }
    }

    private final WebSocketClient sockets;
    private final HttpClient http;
  }

  @BeforeAll
  void start() throws IOException {
    var program = Tool.needed("nginx", "nginx-light");
    var settings = TestDatabase.create().settings();
    settings.put("JWT_SECRET", "a secret of this test " + UUID.randomUUID());
    var exchange = ExchangeSimulator.start(
            vertx, SimulatorOptions.defaults().withSymbols("BTCUSDT", "ETHBTC", "ETHUSDT"))
        .await();
    settings.put("BINANCE_BASE_URL", exchange.url());
    node = TestNode.start(settings, List.of("user-api", "user", "notification", "price"));
    witness = vertx
        .createHttpServer()
        .requestHandler(this::tell)
        .webSocketHandler(socket -> socket.textMessageHandler(socket::writeTextMessage))
        .listen(0)
        .await();
    nginx = nginx(program, node.ports().get("user-api"));
    beforeWitness = nginx(program, witness.actualPort());
    var nobody = vertx.createNetServer().connectHandler(socket -> {}).listen(0).await();
    beforeNobody = nginx(program, nobody.actualPort());
    nobody.close().await();
    withTls = Nginx.startWithTls(
        program,
        folder.resolve("nginx-tls"),
        List.of("127.0.0.1:" + node.ports().get("user-api")),
        certificate());
  }

  @AfterAll
  void stop() {
    for (var each : List.of(nginx, beforeWitness, beforeNobody, withTls)) {
      each.close();
    }
    node.stop();
    vertx.close().await();
  }

  @Test
  void requests_pass_and_are_answered_as_they_are_without_it() {
    var client = new Client(nginx);
    var me = client.get("/users/me", "Authorization", client.bearer());
    assertEquals(200, me.status());
    assertEquals("admin", me.body().toJsonObject().getString("username"));
    var bearer = client.bearer();
    Await.until(
        "prices", () -> client.get("/prices/BTCUSDT", "Authorization", bearer).status() == 200);
    var refused = client.get("/users/me");
    refused.expectProblem(401, "token-missing");
    assertEquals(
        refused.headers().get("X-Request-Id"),
        refused.body().toJsonObject().getString("request_id"));
  }

  @Test
  void sockets_pass_and_hear_what_happens() {
    var client = new Client(nginx);
    var bearer = client.bearer();
    var heard = new CopyOnWriteArrayList<JsonObject>();
    var plain = client.open("/ws?ticket=" + client.ticket(bearer));
    plain.textMessageHandler(text -> heard.add(new JsonObject(text)));
    plain.writeTextMessage("{\"op\":\"subscribe\",\"topic\":\"users\"}").await();
    var bridged = client.open("/eventbus/1/" + UUID.randomUUID() + "/websocket");
    bridged.textMessageHandler(text -> {
      if (text.startsWith("a")) {
        heard.add(new JsonObject(new JsonArray(text.substring(1)).getString(0)));
      }
    });
    var register = new JsonObject()
        .put("type", "register")
        .put("address", "users")
        .put("headers", new JsonObject().put("Authorization", bearer));
    bridged.writeTextMessage(new JsonArray().add(register.encode()).encode()).await();
    Await.until("subscribed: " + heard, () -> heard.stream()
        .anyMatch(frame -> "subscribed".equals(frame.getString("event"))));
    create(client, bearer);
    Await.until(
        "heard by both", () -> heard.stream().filter(BehindNginxTest::isCreated).count() == 2);
    plain.close();
    bridged.close();
  }

  @Test
  void a_forged_address_counts_for_nothing() {
    var guesser = new Client(nginx);
    var statuses = IntStream.range(0, 25)
        .mapToObj(guess -> guesser
            .signIn(
                "nobody-" + guess,
                "a-wrong-password",
                "X-Forwarded-For",
                "203.0.113." + guess,
                "X-Real-IP",
                "203.0.113." + guess,
                "Forwarded",
                "for=203.0.113." + guess)
            .status())
        .toList();
    assertTrue(statuses.contains(401) && statuses.get(24) == 429, statuses::toString);
    assertEquals(401, new Client(nginx).signIn("nobody", "a-wrong-password").status());
  }

  @Test
  void a_page_cannot_forge_the_origin_it_is_compared_with() {
    var client = new Client(nginx);
    assertEquals(
        403,
        client.refusal(
            "/ws",
            "Origin",
            "https://evil.example",
            "X-Forwarded-Proto",
            "https",
            "X-Forwarded-Host",
            "evil.example"));
    assertEquals(101, client.refusal("/ws", "Origin", "http://127.0.0.1:" + nginx.port()));
  }

  @Test
  void a_node_is_told_who_asks_by_nginx_alone() {
    var client = new Client(beforeWitness);
    client.get(
        "/users?a=b",
        "X-Forwarded-For",
        "203.0.113.9",
        "X-Forwarded-Proto",
        "https",
        "X-Forwarded-Host",
        "evil.example",
        "Forwarded",
        "for=203.0.113.9");
    var told = told("/users?a=b");
    assertEquals(List.of(client.address), told.getAll("X-Forwarded-For"));
    assertEquals(List.of("http"), told.getAll("X-Forwarded-Proto"));
    assertEquals(List.of("127.0.0.1:" + beforeWitness.port()), told.getAll("X-Forwarded-Host"));
    assertEquals(List.of("127.0.0.1:" + beforeWitness.port()), told.getAll("Host"));
    assertNull(told.get("Forwarded"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/users", "/ws", "/eventbus/1/2/websocket", "/docs"})
  void an_upgrade_to_clear_text_http_2_never_reaches_a_node(String path) {
    var target = path + "?h2c";
    var answer = new Client(beforeWitness)
        .get(
            target,
            "Connection",
            "Upgrade, HTTP2-Settings",
            "Upgrade",
            "h2c",
            "HTTP2-Settings",
            "AAMAAABkAAQAAP__");
    assertEquals(200, answer.status());
    var told = told(target);
    assertNull(told.get("Upgrade"));
    assertNull(told.get("HTTP2-Settings"));
    assertFalse(told.contains("Connection", "Upgrade", true));
  }

  @Test
  void a_web_socket_does() {
    var socket = new Client(beforeWitness).open("/ws");
    var echoes = new CopyOnWriteArrayList<String>();
    socket.textMessageHandler(echoes::add);
    socket.writeTextMessage("hello").await();
    Await.until("an echo", () -> echoes.equals(List.of("hello")));
    socket.close();
  }

  @Test
  void a_body_that_is_too_big_is_refused_at_the_door() {
    new Client(beforeWitness)
        .begin(HttpMethod.POST, "/users?too-big", Buffer.buffer(new byte[70_000]))
        .await()
        .expectProblem(413, "body-too-large");
    assertEquals(List.of(), toldOf("/users?too-big"));
  }

  @Test
  void too_many_requests_from_one_address_are_refused_and_nobody_else_notices() {
    var hasty = new Client(beforeWitness);
    var asked = IntStream.range(0, 400)
        .mapToObj(i -> hasty.begin(HttpMethod.GET, "/users", null))
        .toList();
    Future.join(asked).await();
    var refused =
        asked.stream().map(Future::result).filter(each -> each.status() != 200).toList();
    assertTrue(refused.size() > 100 && refused.size() < 300, () -> "refused: " + refused.size());
    refused.forEach(each -> each.expectProblem(429, "too-many-requests"));
    assertEquals("1", refused.get(0).headers().get("Retry-After"));
    assertEquals(200, new Client(beforeWitness).get("/users").status());
  }

  @Test
  void too_many_connections_from_one_address_are_refused_and_nobody_else_notices() {
    var waiting = new CopyOnWriteArrayList<HttpServerRequest>();
    var patient =
        vertx.createHttpServer().requestHandler(waiting::add).listen(0).await();
    // So that nobody is refused for being hasty.
    var unhurried = Map.of("rate=50r/s", "rate=100000r/s", "burst=100 ", "burst=100000 ");
    var entrance = Nginx.start(
        Tool.needed("nginx", "nginx-light"),
        folder.resolve("nginx-patient"),
        List.of("127.0.0.1:" + patient.actualPort()),
        unhurried);
    try {
      var greedy = new Client(entrance, 110);
      var asked = IntStream.range(0, 110)
          .mapToObj(i -> greedy.begin(HttpMethod.POST, "/users", Buffer.buffer("{}")))
          .toList();
      Await.until(
          "ten are refused",
          () -> asked.stream().filter(Future::succeeded).count() == 10 && waiting.size() == 100);
      asked.stream().filter(Future::succeeded).forEach(each -> each.result()
          .expectProblem(429, "too-many-requests"));
      var other = new Client(entrance).begin(HttpMethod.POST, "/users", Buffer.buffer("{}"));
      Await.until("somebody else is let in", () -> waiting.size() == 101);
      waiting.forEach(each -> each.response().end("seen"));
      assertEquals(200, other.await().status());
      Future.join(asked).await();
      assertEquals(
          100, asked.stream().filter(each -> each.result().status() == 200).count());
    } finally {
      entrance.close();
      patient.close().await();
    }
  }

  @Test
  void with_the_line_for_fallbacks_taken_in_who_comes_again_finds_the_node_he_was_at() {
    var atOther = new AtomicInteger();
    var other = vertx
        .createHttpServer()
        .requestHandler(request -> {
          atOther.incrementAndGet();
          request.response().end("seen");
        })
        .listen(0)
        .await();
    var hash = "hash $remote_addr consistent;";
    var both = Nginx.start(
        Tool.needed("nginx", "nginx-light"),
        folder.resolve("nginx-hash"),
        List.of("127.0.0.1:" + other.actualPort(), "127.0.0.1:" + witness.actualPort()),
        Map.of("# " + hash, hash));
    try {
      for (var i = 0; i < 4; i++) {
        var before = atOther.get();
        var client = new Client(both);
        for (var request = 0; request < 6; request++) {
          assertEquals(200, client.get("/eventbus/info").status());
        }
        assertTrue(Set.of(0, 6).contains(atOther.get() - before), () -> atOther + " after all");
      }
    } finally {
      both.close();
      other.close().await();
    }
  }

  @Test
  void too_many_sockets_from_one_address_are_refused_and_nobody_else_notices() {
    var greedy = new Client(beforeWitness);
    var open = IntStream.range(0, 50).mapToObj(i -> greedy.open("/ws")).toList();
    assertEquals(429, greedy.refusal("/ws"));
    assertEquals(429, greedy.refusal("/eventbus/1/2/websocket"));
    assertEquals(200, greedy.get("/users").status());
    assertEquals(101, new Client(beforeWitness).refusal("/ws"));
    open.forEach(WebSocket::close);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/internal",
        "/internal/price",
        "/internal/price/BTCUSDT",
        "//internal/price",
        "/%69nternal/price",
        "/docs/../internal/price",
        "/INTERNAL/price",
        "/metrics",
        "/health/ready",
        "/health/live"
      })
  void what_is_private_is_not_there(String path) {
    new Client(beforeWitness).get(path).expectProblem(404, "not-found");
    assertEquals(List.of(), toldOf(path));
  }

  @Test
  void a_ticket_is_in_no_log_whether_its_socket_opens_or_not() throws IOException {
    var client = new Client(nginx);
    var ticket = client.ticket(client.bearer());
    client.open("/ws?ticket=" + ticket).close().await();
    var line = client.address + " .*\"GET /ws HTTP/1.1\" 101 .*";
    Await.until("logged", () -> lines(nginx.accessLog()).anyMatch(each -> each.matches(line)));
    assertEquals(503, new Client(beforeNobody).refusal("/ws?ticket=" + ticket));
    assertEquals(503, new Client(beforeNobody).refusal("/eventbus/1/2/websocket?ticket=" + ticket));
    Await.until(
        "logged too",
        () -> lines(beforeNobody.accessLog())
                .filter(each -> each.contains(" 503 "))
                .count()
            > 1);
    for (var each : List.of(nginx, beforeNobody)) {
      assertFalse(Files.readString(each.accessLog()).contains(ticket));
      assertFalse(Files.readString(each.errorLog()).contains(ticket));
    }
  }

  @Test
  void a_node_that_stands_still_is_left_for_the_other_but_nothing_is_carried_out_twice() {
    var frozenSaw = new CopyOnWriteArrayList<String>();
    var frozen = vertx
        .createHttpServer()
        .requestHandler(request -> frozenSaw.add(request.method() + request.uri()))
        .listen(0)
        .await();
    var both = Nginx.start(
        Tool.needed("nginx", "nginx-light"),
        folder.resolve("nginx-both"),
        List.of("127.0.0.1:" + frozen.actualPort(), "127.0.0.1:" + witness.actualPort()),
        Map.of());
    try {
      var client = new Client(both);
      var began = System.nanoTime();
      var took = new AtomicLong();
      var reads = IntStream.range(0, 4)
          .mapToObj(i -> client
              .begin(HttpMethod.GET, "/users?frozen=" + i, null)
              .onSuccess(reply -> took.accumulateAndGet(System.nanoTime() - began, Math::max)))
          .toList();
      var changes = IntStream.range(0, 4)
          .mapToObj(i -> client.begin(HttpMethod.POST, "/users?frozen=" + i, Buffer.buffer("{}")))
          .toList();
      var patient =
          new Client(beforeWitness).begin(HttpMethod.POST, "/auth/login?slow", Buffer.buffer("{}"));
      Future.join(reads).await();
      Future.join(changes).await();

      reads.forEach(read -> assertEquals(200, read.result().status()));
      assertTrue(frozenSaw.stream().anyMatch(each -> each.startsWith("GET")), "tried");
      assertTrue(took.get() < 3_000_000_000L, () -> took.get() / 1_000_000 + " ms");
      for (var i = 0; i < 4; i++) {
        var seenByFrozen = frozenSaw.contains("POST/users?frozen=" + i);
        var posted = toldOf("/users?frozen=" + i).stream()
            .filter(each -> "POST".equals(each.get("method")))
            .count();
        assertEquals(seenByFrozen ? 0 : 1, posted);
        assertEquals(seenByFrozen ? 503 : 200, changes.get(i).result().status());
      }
      assertTrue(frozenSaw.stream().anyMatch(each -> each.startsWith("POST/users")), "lost");
      assertEquals(200, patient.await().status(), "what takes four seconds is waited for");
    } finally {
      both.close();
      frozen.close().await();
    }
  }

  @Test
  void with_the_example_of_tls_requests_pass_by_http_2_and_sockets_by_wss() {
    var client = overTls();
    var me = client.get("/users/me", "Authorization", client.bearer());
    assertEquals(200, me.status(), me.body()::toString);
    assertEquals(HttpVersion.HTTP_2, me.version());
    var origin = "https://127.0.0.1:" + withTls.tlsPort();
    assertEquals(101, client.refusal("/ws", "Origin", origin));
    assertEquals(403, client.refusal("/ws", "Origin", "http://127.0.0.1:" + withTls.tlsPort()));
    client.get("/metrics").expectProblem(404, "not-found");
  }

  @Test
  void the_port_without_tls_only_sends_there_and_logs_no_ticket() throws IOException {
    var client = new Client(withTls);
    var answer = client.get("/ws?ticket=SECRET");
    assertEquals(308, answer.status());
    assertEquals("https://127.0.0.1/ws?ticket=SECRET", answer.headers().get("Location"));
    var tooMany = IntStream.range(0, 400)
        .mapToObj(i -> client.begin(HttpMethod.GET, "/ws?ticket=SECRET", null))
        .toList();
    Future.join(tooMany).await();
    Await.until(
        "logged",
        () -> lines(withTls.accessLog())
                .filter(each -> each.contains(client.address + " "))
                .count()
            == 401);
    try (var logs = Files.list(withTls.accessLog().getParent())) {
      for (var log : logs.toList()) {
        assertFalse(Files.readString(log).contains("SECRET"), log::toString);
      }
    }
  }

  @Test
  void without_a_node_the_answer_says_when_to_come_back() {
    var answer = new Client(beforeNobody).get("/users");
    answer.expectProblem(503, "unavailable");
    assertEquals("2", answer.headers().get("Retry-After"));
  }

  private static Nginx nginx(Path program, int port) {
    return Nginx.start(
        program, folder.resolve("nginx-" + port), List.of("127.0.0.1:" + port), Map.of());
  }

  private Client overTls() {
    return new Client(
        withTls.tlsPort(),
        new HttpClientOptions()
            .setSsl(true)
            .setTrustAll(true)
            .setVerifyHost(false)
            .setUseAlpn(true)
            .setProtocolVersion(HttpVersion.HTTP_2),
        new WebSocketClientOptions().setSsl(true).setTrustAll(true).setVerifyHost(false),
        new PoolOptions());
  }

  private static Path certificate() throws IOException {
    var certificate = Files.createDirectory(folder.resolve("certificate"));
    var complaint = Command.run(
        Tool.needed("openssl", "openssl").toString(),
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-subj",
        "/CN=api.example.org",
        "-keyout",
        certificate.resolve("privkey.pem").toString(),
        "-out",
        certificate.resolve("fullchain.pem").toString());
    assertEquals("", complaint);
    return certificate;
  }

  private void tell(HttpServerRequest request) {
    seen.add(MultiMap.caseInsensitiveMultiMap()
        .addAll(request.headers())
        .add("target", request.uri())
        .add("method", request.method().name()));
    var slow = request.uri().endsWith("?slow");
    (slow ? vertx.timer(4, TimeUnit.SECONDS) : Future.succeededFuture())
        .onSuccess(due -> request.response().end("seen"));
  }

  private MultiMap told(String target) {
    var told = toldOf(target);
    assertEquals(1, told.size());
    return told.get(0);
  }

  private List<MultiMap> toldOf(String target) {
    return seen.stream().filter(each -> target.equals(each.get("target"))).toList();
  }

  private static void create(Client client, String bearer) {
    var somebody = new JsonObject()
        .put("username", "behind-" + System.nanoTime())
        .put("password", "a lantern in the harbour");
    var created = client
        .begin(
            HttpMethod.POST,
            "/users",
            somebody.toBuffer(),
            "Authorization",
            bearer,
            "Content-Type",
            "application/json")
        .await();
    assertEquals(201, created.status(), created.body()::toString);
  }

  private static boolean isCreated(JsonObject frame) {
    var body = frame.containsKey("body") ? frame.getValue("body") : frame;
    return body instanceof JsonObject event && "user_created".equals(event.getString("event"));
  }

  private static Stream<String> lines(Path file) {
    try {
      return Files.readAllLines(file).stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static MultiMap map(String... headers) {
    var map = MultiMap.caseInsensitiveMultiMap();
    for (var i = 0; i < headers.length; i += 2) {
      map.add(headers[i], headers[i + 1]);
    }
    return map;
  }
}
