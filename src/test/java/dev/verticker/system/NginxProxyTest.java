package dev.verticker.system;

import static dev.verticker.system.Deployment.lines;
import static dev.verticker.system.Deployment.nginx;
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
import dev.verticker.testing.RefusingPort;
import dev.verticker.testing.TestDatabase;
import dev.verticker.testing.TestNode;
import dev.verticker.testing.Tool;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tests the delivered nginx configuration in front of a node, with and without TLS. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(VertxExtension.class)
class NginxProxyTest {
  @TempDir
  private static Path folder;

  private final Vertx vertx;
  private Node node;
  private Nginx nginx;
  private Nginx withoutNode;
  private Nginx withTls;

  NginxProxyTest(Vertx vertx) {
    this.vertx = vertx;
  }

  @BeforeAll
  void start() throws IOException {
    var program = Tool.require("nginx", "nginx-light");
    var settings = TestDatabase.create().settings();
    settings.put("JWT_SECRET", "a secret of this test " + UUID.randomUUID());
    var exchange = Await.await(ExchangeSimulator.start(
        vertx,
        SimulatorOptions.defaults()
            .withHistoryDays(2)
            .withSymbols("BTCUSDT", "ETHBTC", "ETHUSDT")));
    settings.put("BINANCE_BASE_URL", exchange.url());
    node = TestNode.start(settings, List.of("user-api", "user", "notification", "price"));
    var port = node.ports().get("user-api");
    nginx = nginx(folder.resolve("nginx"), Map.of(), port);
    withoutNode = nginx(folder.resolve("nginx-without-node"), Map.of(), RefusingPort.number());
    withTls = Nginx.startWithTls(
        program, folder.resolve("nginx-tls"), List.of("127.0.0.1:" + port), certificate());
  }

  @AfterAll
  void stop() {
    Stream.of(nginx, withoutNode, withTls).forEach(Nginx::close);
    node.stop();
  }

  @Test
  void requests_and_problems_pass_unchanged() {
    var client = NginxClient.of(vertx, nginx);
    var bearer = "Bearer " + client.accessToken();
    var me = client.get("/users/me", "Authorization", bearer).expect(200);
    assertEquals("admin", me.object().getString("username"));
    Await.until(
        "prices", () -> client.get("/prices/BTCUSDT", "Authorization", bearer).status() == 200);
    var refused = client.get("/users/me").expectProblem(401, "token-missing");
    assertEquals(refused.header("X-Request-Id"), refused.object().getString("request_id"));
  }

  @Test
  void sockets_of_both_protocols_receive_events() {
    var client = NginxClient.of(vertx, nginx);
    var accessToken = client.accessToken();
    var frames = new CopyOnWriteArrayList<JsonObject>();
    var plain = client.open("/ws?ticket=" + client.ticket(accessToken));
    plain.textMessageHandler(text -> frames.add(new JsonObject(text)));
    plain.writeTextMessage("{\"op\":\"subscribe\",\"topic\":\"users\"}").await();
    var bridged = client.open("/eventbus/1/" + UUID.randomUUID() + "/websocket");
    bridged.textMessageHandler(text -> {
      if (text.startsWith("a")) {
        frames.add(new JsonObject(new JsonArray(text.substring(1)).getString(0)));
      }
    });
    var register = new JsonObject()
        .put("type", "register")
        .put("address", "users")
        .put("headers", new JsonObject().put("Authorization", "Bearer " + accessToken));
    bridged.writeTextMessage(new JsonArray().add(register.encode()).encode()).await();
    Await.until("a socket is subscribed", () -> frames.stream()
        .anyMatch(frame -> "subscribed".equals(frame.getString("event"))));
    createUser(client, accessToken);
    Await.until(
        "both sockets receive the event",
        () -> frames.stream().filter(NginxProxyTest::isCreated).count() == 2);
    plain.close();
    bridged.close();
  }

  @Test
  void a_forged_client_address_does_not_evade_the_login_throttle() {
    var guesser = NginxClient.of(vertx, nginx);
    var statuses = IntStream.range(0, 25)
        .mapToObj(guess -> guesser
            .signIn(
                "unknown-" + guess,
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
    assertEquals(
        401, NginxClient.of(vertx, nginx).signIn("unknown", "a-wrong-password").status());
  }

  @Test
  void a_page_cannot_forge_the_expected_origin() {
    var client = NginxClient.of(vertx, nginx);
    assertEquals(
        403,
        client.handshake(
            "/ws",
            "Origin",
            "https://evil.example",
            "X-Forwarded-Proto",
            "https",
            "X-Forwarded-Host",
            "evil.example"));
    assertEquals(101, client.handshake("/ws", "Origin", "http://127.0.0.1:" + nginx.port()));
  }

  @Test
  void no_log_contains_a_ticket() throws IOException {
    var client = NginxClient.of(vertx, nginx);
    var ticket = client.ticket(client.accessToken());
    client.open("/ws?ticket=" + ticket).close().await();
    var line = client.address + " .*\"GET /ws HTTP/1.1\" 101 .*";
    Await.until("the requests are logged", () -> lines(nginx.accessLog())
        .anyMatch(each -> each.matches(line)));
    assertEquals(503, NginxClient.of(vertx, withoutNode).handshake("/ws?ticket=" + ticket));
    assertEquals(
        503,
        NginxClient.of(vertx, withoutNode).handshake("/eventbus/1/2/websocket?ticket=" + ticket));
    Await.until(
        "refused handshakes are logged",
        () -> lines(withoutNode.accessLog())
                .filter(each -> each.contains(" 503 "))
                .count()
            > 1);
    for (var each : List.of(nginx, withoutNode)) {
      assertFalse(Files.readString(each.accessLog()).contains(ticket));
      assertFalse(Files.readString(each.errorLog()).contains(ticket));
    }
  }

  @Test
  void the_tls_example_serves_http_2_and_wss() {
    var client = NginxClient.overTls(vertx, withTls);
    var me = client
        .get("/users/me", "Authorization", "Bearer " + client.accessToken())
        .expect(200);
    assertEquals(HttpVersion.HTTP_2, me.version());
    var origin = "https://127.0.0.1:" + withTls.tlsPort();
    assertEquals(101, client.handshake("/ws", "Origin", origin));
    assertEquals(403, client.handshake("/ws", "Origin", "https://127.0.0.1:" + nginx.port()));
    var refused = client.get("/metrics").expectProblem(404, "not-found");
    for (var response : List.of(me, refused)) {
      assertEquals("max-age=31536000", response.header("Strict-Transport-Security"));
    }
    assertNull(NginxClient.of(vertx, nginx).get("/users/me").header("Strict-Transport-Security"));
  }

  @Test
  void the_port_without_tls_redirects_and_logs_no_ticket() throws IOException {
    var client = NginxClient.of(vertx, withTls);
    var redirect = client.get("/ws?ticket=SECRET").expect(308);
    assertEquals("https://127.0.0.1/ws?ticket=SECRET", redirect.header("Location"));
    var tooMany = IntStream.range(0, 1500)
        .mapToObj(i -> client.request(HttpMethod.GET, "/ws?ticket=SECRET").begin())
        .toList();
    Future.join(tooMany).await();
    Await.until(
        "the requests are logged",
        () -> lines(withTls.accessLog())
                .filter(each -> each.contains(client.address + " "))
                .count()
            == 1501);
    try (var logs = Files.list(withTls.accessLog().getParent())) {
      for (var log : logs.toList()) {
        assertFalse(Files.readString(log).contains("SECRET"), log::toString);
      }
    }
  }

  @Test
  void without_a_node_the_response_has_retry_after() {
    var response =
        NginxClient.of(vertx, withoutNode).get("/users").expectProblem(503, "unavailable");
    assertEquals("2", response.header("Retry-After"));
  }

  private static Path certificate() throws IOException {
    var certificate = Files.createDirectory(folder.resolve("certificate"));
    var complaint = Command.run(
        Tool.require("openssl", "openssl").toString(),
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

  private static void createUser(NginxClient client, String accessToken) {
    client
        .post("/users")
        .bearer(accessToken)
        .json(new JsonObject()
            .put("username", "behind-" + System.nanoTime())
            .put("password", "a lantern in the harbour"))
        .expect(201);
  }

  private static boolean isCreated(JsonObject frame) {
    var body = frame.containsKey("body") ? frame.getValue("body") : frame;
    return body instanceof JsonObject event && "user_created".equals(event.getString("event"));
  }
}
