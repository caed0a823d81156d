package dev.verticker.system;

import static dev.verticker.system.Deployment.nginx;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.dev.Nginx;
import dev.verticker.testing.Await;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests what the delivered nginx configuration forwards to nodes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(VertxExtension.class)
class NginxForwardingTest {
  @TempDir
  private static Path folder;

  private final Vertx vertx;
  private RecordingServer server;
  private Nginx nginx;

  NginxForwardingTest(Vertx vertx) {
    this.vertx = vertx;
  }

  @BeforeAll
  void start() {
    server = new RecordingServer(vertx);
    nginx = nginx(folder.resolve("nginx"), Map.of(), server.port());
  }

  @AfterAll
  void stop() {
    nginx.close();
  }

  @Test
  void nginx_replaces_forwarding_headers_of_the_client() {
    var client = NginxClient.of(vertx, nginx);
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
    var request = server.request("/users?a=b");
    assertEquals(List.of(client.address), request.getAll("X-Forwarded-For"));
    assertEquals(List.of("http"), request.getAll("X-Forwarded-Proto"));
    assertEquals(List.of("127.0.0.1:" + nginx.port()), request.getAll("X-Forwarded-Host"));
    assertEquals(List.of("127.0.0.1:" + nginx.port()), request.getAll("Host"));
    assertNull(request.get("Forwarded"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/users", "/ws", "/eventbus/1/2/websocket", "/docs"})
  void an_upgrade_to_clear_text_http_2_never_reaches_a_node(String path) {
    var target = path + "?h2c";
    var answer = NginxClient.of(vertx, nginx)
        .get(
            target,
            "Connection",
            "Upgrade, HTTP2-Settings",
            "Upgrade",
            "h2c",
            "HTTP2-Settings",
            "AAMAAABkAAQAAP__");
    assertEquals(200, answer.status());
    var request = server.request(target);
    assertNull(request.get("Upgrade"));
    assertNull(request.get("HTTP2-Settings"));
    assertFalse(request.contains("Connection", "Upgrade", true));
  }

  @Test
  void a_web_socket_upgrade_reaches_a_node() {
    var socket = NginxClient.of(vertx, nginx).open("/ws");
    var echoes = new CopyOnWriteArrayList<String>();
    socket.textMessageHandler(echoes::add);
    socket.writeTextMessage("hello").await();
    Await.until("an echo", () -> echoes.equals(List.of("hello")));
    socket.close();
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
  void private_paths_are_not_found(String path) {
    NginxClient.of(vertx, nginx).get(path).expectProblem(404, "not-found");
    assertEquals(List.of(), server.requests(path));
  }

  @Test
  void with_consistent_hashing_a_client_stays_on_one_node() {
    var atOther = new AtomicInteger();
    var other = vertx
        .createHttpServer()
        .requestHandler(request -> {
          atOther.incrementAndGet();
          request.response().end("recorded");
        })
        .listen(0)
        .await();
    var hash = "hash $remote_addr consistent;";
    var both = nginx(
        folder.resolve("nginx-hash"), Map.of("# " + hash, hash), other.actualPort(), server.port());
    try {
      for (var i = 0; i < 4; i++) {
        var before = atOther.get();
        var client = NginxClient.of(vertx, both);
        for (var request = 0; request < 6; request++) {
          client.get("/eventbus/info").expect(200);
        }
        assertTrue(Set.of(0, 6).contains(atOther.get() - before), () -> atOther + " after all");
      }
    } finally {
      both.close();
      other.close().await();
    }
  }

  @Test
  void reads_of_a_frozen_node_move_to_the_other_and_no_change_is_repeated() {
    var atFrozen = new CopyOnWriteArrayList<String>();
    var frozen = vertx
        .createHttpServer()
        .requestHandler(request -> atFrozen.add(request.method() + request.uri()))
        .listen(0)
        .await();
    var both = nginx(folder.resolve("nginx-both"), Map.of(), frozen.actualPort(), server.port());
    try {
      var client = NginxClient.of(vertx, both);
      var began = System.nanoTime();
      var took = new AtomicLong();
      var reads = IntStream.range(0, 4)
          .mapToObj(i -> client
              .request(HttpMethod.GET, "/users?frozen=" + i)
              .begin()
              .onSuccess(reply -> took.accumulateAndGet(System.nanoTime() - began, Math::max)))
          .toList();
      var changes = IntStream.range(0, 4)
          .mapToObj(
              i -> client.post("/users?frozen=" + i).body(Buffer.buffer("{}")).begin())
          .toList();
      var slow = NginxClient.of(vertx, nginx)
          .post("/auth/login?slow")
          .body(Buffer.buffer("{}"))
          .begin();
      Future.join(reads).await();
      Future.join(changes).await();

      reads.forEach(read -> assertEquals(200, read.result().status()));
      assertTrue(
          atFrozen.stream().anyMatch(each -> each.startsWith("GET")),
          "some reads reach the frozen node");
      assertTrue(took.get() < 3_000_000_000L, () -> took.get() / 1_000_000 + " ms");
      for (var i = 0; i < 4; i++) {
        var reachedFrozen = atFrozen.contains("POST/users?frozen=" + i);
        var posted = server.requests("/users?frozen=" + i).stream()
            .filter(each -> "POST".equals(each.get("method")))
            .count();
        assertEquals(reachedFrozen ? 0 : 1, posted);
        assertEquals(reachedFrozen ? 503 : 200, changes.get(i).result().status());
      }
      assertTrue(
          atFrozen.stream().anyMatch(each -> each.startsWith("POST/users")),
          "some changes reach the frozen node");
      assertEquals(200, slow.await().status(), "a response after four seconds arrives");
    } finally {
      both.close();
      frozen.close().await();
    }
  }
}
