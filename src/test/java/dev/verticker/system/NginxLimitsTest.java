package dev.verticker.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.testing.Await;
import dev.verticker.testing.TestHttpClient.Response;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.WebSocket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tests the limits per client address and per access token of the delivered nginx configuration. */
class NginxLimitsTest extends NginxTestCase {
  NginxLimitsTest(Vertx vertx) {
    super(vertx);
  }

  @Test
  void nginx_refuses_a_body_that_is_too_big() {
    site.client()
        .post("/users?too-big")
        .body(Buffer.buffer(new byte[70_000]))
        .begin()
        .await()
        .expectProblem(413, "body-too-large");
    assertEquals(List.of(), site.server().requests("/users?too-big"));
  }

  @Test
  void users_behind_one_address_are_served_and_a_token_with_too_many_requests_is_refused() {
    var client = site.client();
    var office = refused(
        900,
        i -> client.request(HttpMethod.GET, "/users").bearer("token-" + i % 30).begin());
    assertEquals(List.of(), office);
    var flood = refused(
        400, i -> client.request(HttpMethod.GET, "/users").bearer("flood").begin());
    assertTrue(flood.size() > 100 && flood.size() < 300, () -> "refused: " + flood.size());
    flood.forEach(each -> each.expectProblem(429, "too-many-requests"));
    assertEquals("1", flood.get(0).header("Retry-After"));
    client.request(HttpMethod.GET, "/users").bearer("token-1").expect(200);
  }

  @Test
  void too_many_requests_of_one_address_are_refused_and_other_addresses_served() {
    // So that the test need not send 500 requests in a second.
    var slow = site.proxy(Map.of("rate=500r/s", "rate=1r/s"), site.server().port());
    var client = site.client(slow);
    var refused = refused(1200, i -> client.request(HttpMethod.GET, "/users").begin());
    assertTrue(refused.size() > 100 && refused.size() < 200, () -> "refused: " + refused.size());
    refused.forEach(each -> each.expectProblem(429, "too-many-requests"));
    site.client(slow).get("/users").expect(200);
  }

  @Test
  void addresses_of_one_ipv6_network_share_a_limit() {
    var replacements = Map.of(
        "server_tokens off;",
        "set_real_ip_from 127.0.0.0/8; real_ip_header X-Test-Address;",
        "rate=500r/s",
        "rate=1r/m",
        "burst=1000 ",
        "burst=10 ");
    var client = site.client(site.proxy(replacements, site.server().port()));
    var networks =
        List.of("2001:db8:1:2:", "2001:db8:1:3:", "2001:db8::2:3:", "2001:db8:0:0:", "fe80:");
    for (var network : networks) {
      var statuses = IntStream.rangeClosed(1, 13)
          .map(i -> client
              .get("/users", "X-Test-Address", network + ":" + i * 7 + ":" + i)
              .status())
          .boxed()
          .toList();
      assertEquals(2, statuses.stream().filter(each -> each == 429).count(), network + statuses);
    }
    for (var i = 1; i < 13; i++) {
      client.get("/users", "X-Test-Address", "203.0.113." + i).expect(200);
    }
  }

  @Test
  void too_many_connections_of_one_address_are_refused_and_other_addresses_served() {
    var waiting = new CopyOnWriteArrayList<HttpServerRequest>();
    var patient = site.proxy(
        Map.of("limit_conn connections 1000;", "limit_conn connections 100;"),
        site.serve(waiting::add));
    var client = NginxClient.of(vertx, patient, 110);
    var responses = IntStream.range(0, 110)
        .mapToObj(i -> client.post("/users").body(Buffer.buffer("{}")).begin())
        .toList();
    Await.until(
        "ten are refused",
        () -> responses.stream().filter(Future::succeeded).count() == 10 && waiting.size() == 100);
    responses.stream().filter(Future::succeeded).forEach(each -> each.result()
        .expectProblem(429, "too-many-requests"));
    var other = site.client(patient).post("/users").body(Buffer.buffer("{}")).begin();
    Await.until("another address is served", () -> waiting.size() == 101);
    waiting.forEach(each -> each.response().end("recorded"));
    assertEquals(200, other.await().status());
    Future.join(responses).await();
    assertEquals(
        100, responses.stream().filter(each -> each.result().status() == 200).count());
  }

  @Test
  void two_hundred_sockets_of_one_address_are_served() {
    var client = site.client();
    var open = IntStream.range(0, 200).mapToObj(i -> client.open("/ws")).toList();
    client.get("/users").expect(200);
    open.forEach(WebSocket::close);
  }

  @Test
  void too_many_sockets_of_one_address_are_refused_and_other_addresses_served() {
    var proxy = site.proxy(
        Map.of("limit_conn sockets 1000;", "limit_conn sockets 50;"),
        site.server().port());
    var client = site.client(proxy);
    var open = IntStream.range(0, 50).mapToObj(i -> client.open("/ws")).toList();
    assertEquals(429, client.handshake("/ws"));
    assertEquals(429, client.handshake("/eventbus/1/2/websocket"));
    client.get("/users").expect(200);
    assertEquals(101, site.client(proxy).handshake("/ws"));
    open.forEach(WebSocket::close);
  }

  private static List<Response> refused(int requests, IntFunction<Future<Response>> request) {
    var responses = IntStream.range(0, requests).mapToObj(request).toList();
    Future.join(responses).await();
    return responses.stream()
        .map(Future::result)
        .filter(each -> each.status() != 200)
        .toList();
  }
}
