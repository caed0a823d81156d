package dev.verticker.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.dev.Nginx;
import dev.verticker.testing.Await;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests what the delivered nginx configuration forwards to nodes. */
class NginxForwardingTest extends NginxTestCase {
  NginxForwardingTest(Vertx vertx) {
    super(vertx);
  }

  @Test
  void nginx_replaces_forwarding_headers_of_the_client() {
    var client = site.client();
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
    var request = site.server().request("/users?a=b");
    assertEquals(List.of(client.address), request.getAll("X-Forwarded-For"));
    assertEquals(List.of("http"), request.getAll("X-Forwarded-Proto"));
    assertEquals(List.of("127.0.0.1:" + site.nginx().port()), request.getAll("X-Forwarded-Host"));
    assertEquals(List.of("127.0.0.1:" + site.nginx().port()), request.getAll("Host"));
    assertNull(request.get("Forwarded"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/users", "/ws", "/eventbus/1/2/websocket", "/docs"})
  void an_upgrade_to_clear_text_http_2_never_reaches_a_node(String path) {
    var target = path + "?h2c";
    var answer = site.client()
        .get(
            target,
            "Connection",
            "Upgrade, HTTP2-Settings",
            "Upgrade",
            "h2c",
            "HTTP2-Settings",
            "AAMAAABkAAQAAP__");
    assertEquals(200, answer.status());
    var request = site.server().request(target);
    assertNull(request.get("Upgrade"));
    assertNull(request.get("HTTP2-Settings"));
    assertFalse(request.contains("Connection", "Upgrade", true));
  }

  @Test
  void a_web_socket_upgrade_reaches_a_node() {
    var socket = site.client().open("/ws");
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
    site.client().get(path).expectProblem(404, "not-found");
    assertEquals(List.of(), site.server().requests(path));
  }

  @Test
  void with_consistent_hashing_a_client_stays_on_one_node() {
    var atOther = new AtomicInteger();
    var other = site.serve(request -> {
      atOther.incrementAndGet();
      request.response().end("recorded");
    });
    var hash = "hash $remote_addr consistent;";
    var both = site.proxy(Map.of("# " + hash, hash), other, site.server().port());
    for (var i = 0; i < 4; i++) {
      var before = atOther.get();
      var client = site.client(both);
      for (var request = 0; request < 6; request++) {
        client.get("/eventbus/info").expect(200);
      }
      assertTrue(Set.of(0, 6).contains(atOther.get() - before), () -> atOther + " after all");
    }
  }

  @Test
  void a_client_can_connect_over_ipv6_and_a_node_receives_its_address() throws Exception {
    Assumptions.assumeTrue(Nginx.hasIpv6(), "Needs IPv6 on the loopback interface");
    // The client of Vert.x sends a Host header without brackets.
    var request =
        HttpRequest.newBuilder(URI.create("http://[::1]:" + site.nginx().port() + "/users?ipv6"));
    var response = HttpClient.newHttpClient().send(request.build(), BodyHandlers.discarding());
    assertEquals(200, response.statusCode());
    assertEquals("::1", site.server().request("/users?ipv6").get("X-Forwarded-For"));
  }

  @Test
  void nginx_compresses_json_and_restores_the_entity_tag_that_it_weakened() {
    var client = site.client();
    var plain = client.get("/large").expect(200);
    assertEquals(5003, plain.body().length());
    assertEquals("\"7\"", plain.header("ETag"));
    var compressed = client.get("/large", "Accept-Encoding", "gzip").expect(200);
    assertEquals("gzip", compressed.header("Content-Encoding"));
    assertTrue(
        compressed.body().length() < 500, () -> "bytes: " + compressed.body().length());
    assertEquals("W/\"7\"", compressed.header("ETag"));
    for (var tag : List.of("W/\"7\"", "\"7\"")) {
      client
          .request(HttpMethod.PATCH, "/users/1?" + tag.length())
          .headers("If-Match", tag)
          .body(Buffer.buffer("{}"))
          .expect(200);
      assertEquals("\"7\"", site.server().request("/users/1?" + tag.length()).get("If-Match"));
    }
  }
}
