package dev.verticker.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.testing.RefusingPort;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests which requests the delivered nginx configuration repeats at another node. */
class NginxRepeatsTest extends NginxTestCase {
  NginxRepeatsTest(Vertx vertx) {
    super(vertx);
  }

  @Test
  void reads_of_a_frozen_node_move_to_the_other_and_no_change_is_repeated() {
    var atFrozen = new CopyOnWriteArrayList<String>();
    var frozen = site.serve(request -> atFrozen.add(request.method() + request.uri()));
    var both = site.proxy(Map.of(), frozen, site.server().port());
    var client = site.client(both);
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
    var slow = site.client().post("/auth/login?slow").body(Buffer.buffer("{}")).begin();
    Future.join(reads).await();
    Future.join(changes).await();

    reads.forEach(read -> assertEquals(200, read.result().status()));
    assertTrue(
        atFrozen.stream().anyMatch(each -> each.startsWith("GET")),
        "some reads reach the frozen node");
    assertTrue(took.get() < 3_000_000_000L, () -> took.get() / 1_000_000 + " ms");
    for (var i = 0; i < 4; i++) {
      var reachedFrozen = atFrozen.contains("POST/users?frozen=" + i);
      var posted = site.server().requests("/users?frozen=" + i).stream()
          .filter(each -> "POST".equals(each.get("method")))
          .count();
      assertEquals(reachedFrozen ? 0 : 1, posted);
      assertEquals(reachedFrozen ? 503 : 200, changes.get(i).result().status());
    }
    assertTrue(
        atFrozen.stream().anyMatch(each -> each.startsWith("POST/users")),
        "some changes reach the frozen node");
    assertEquals(200, slow.await().status(), "a response after four seconds arrives");
  }

  @Test
  void reads_and_handshakes_that_a_node_refuses_with_503_reach_another_node() {
    var refused = new AtomicInteger();
    var refusing = site.serve(request -> {
      refused.incrementAndGet();
      refuse(request);
    });
    var both = site.proxy(Map.of(), refusing, site.server().port());
    var client = site.client(both);
    for (var i = 0; i < 60; i++) {
      client.get("/prices?refused=" + i).expect(200);
    }
    assertTrue(refused.get() > 10, () -> "refused: " + refused);
    for (var i = 0; i < 6; i++) {
      assertEquals(101, client.handshake("/ws?refused"));
      assertEquals(101, client.handshake("/eventbus/1/2/websocket?refused"));
    }
    var changes = IntStream.range(0, 6)
        .map(i -> client.post("/users?refused").body(Buffer.buffer("{}")).send().status())
        .boxed()
        .toList();
    assertTrue(changes.contains(503) && changes.contains(200), changes::toString);
  }

  @Test
  void a_read_that_a_node_refuses_late_is_not_repeated() {
    var received = new AtomicInteger();
    var late = site.serve(request -> {
      received.incrementAndGet();
      vertx.setTimer(700, due -> refuse(request));
    });
    var client = site.client(site.proxy(Map.of(), late));
    assertEquals("2", client.get("/users").expectProblem(503, "unavailable").header("Retry-After"));
    assertEquals(1, received.get());
  }

  @Test
  void if_every_node_answers_503_the_response_passes_and_no_node_is_excluded() {
    var received = new AtomicInteger();
    var proxy = site.proxy(Map.of(), unavailable(received), unavailable(received));
    var client = site.client(proxy);
    for (var i = 0; i < 12; i++) {
      var response = client.get("/users").expectProblem(503, "database-unavailable");
      assertEquals("7", response.header("Retry-After"));
    }
    // Three attempts: one, and one at each node.
    assertEquals(36, received.get());
    client.get("/prices").expect(200);
    client
        .post("/users")
        .body(Buffer.buffer("{}"))
        .send()
        .expectProblem(503, "database-unavailable");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PUT", "DELETE", "POST", "PATCH"})
  void a_change_that_a_node_may_have_executed_is_not_repeated(String method) {
    var executed = new CopyOnWriteArrayList<String>();
    var dying = site.serve(request -> {
      executed.add(request.uri());
      request.connection().close();
    });
    var both = site.proxy(Map.of(), dying, site.server().port());
    var client = site.client(both);
    for (var i = 0; i < 6; i++) {
      var target = "/users/1?" + method + i;
      var response = client
          .request(HttpMethod.valueOf(method), target)
          .body(Buffer.buffer("{}"))
          .send();
      if (executed.contains(target)) {
        response.expectProblem(503, "unavailable");
        assertEquals(List.of(), site.server().requests(target));
      } else {
        assertEquals(200, response.status());
      }
    }
    assertTrue(executed.size() > 1, executed::toString);
    assertEquals(executed.size(), executed.stream().distinct().count());
  }

  @ParameterizedTest
  @ValueSource(strings = {"PUT", "DELETE", "POST", "PATCH"})
  void a_change_that_was_not_sent_reaches_another_node(String method) {
    var both = site.proxy(Map.of(), RefusingPort.number(), site.server().port());
    var client = site.client(both);
    var changes = IntStream.range(0, 40)
        .mapToObj(i -> client
            .request(HttpMethod.valueOf(method), "/users/2?" + method + i)
            .body(Buffer.buffer("{}"))
            .begin())
        .toList();
    Future.join(changes).await();
    for (var i = 0; i < 40; i++) {
      assertEquals(200, changes.get(i).result().status());
      site.server().request("/users/2?" + method + i);
    }
  }

  /** Returns the port of a node without database, which serves prices only. */
  private int unavailable(AtomicInteger received) {
    return site.serve(request -> {
      if (request.path().equals("/prices")) {
        request.response().end("[]");
      } else {
        received.incrementAndGet();
        refuse(request);
      }
    });
  }

  private static void refuse(HttpServerRequest request) {
    request
        .response()
        .setStatusCode(503)
        .putHeader("Content-Type", "application/problem+json")
        .putHeader("Cache-Control", "no-store")
        .putHeader("Retry-After", "7")
        .end("{\"type\":\"about:blank\",\"status\":503,\"code\":\"database-unavailable\"}");
  }
}
