package dev.verticker.system;

import static dev.verticker.system.Deployment.nginx;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.dev.Nginx;
import dev.verticker.testing.Await;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.WebSocket;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tests the limits per client address of the delivered nginx configuration. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(VertxExtension.class)
class NginxLimitsTest {
  @TempDir
  private static Path folder;

  private final Vertx vertx;
  private RecordingServer server;
  private Nginx nginx;

  NginxLimitsTest(Vertx vertx) {
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
  void nginx_rejects_a_body_that_is_too_big() {
    NginxClient.of(vertx, nginx)
        .post("/users?too-big")
        .body(Buffer.buffer(new byte[70_000]))
        .begin()
        .await()
        .expectProblem(413, "body-too-large");
    assertEquals(List.of(), server.requests("/users?too-big"));
  }

  @Test
  void too_many_requests_of_one_address_are_rejected_and_other_addresses_served() {
    var client = NginxClient.of(vertx, nginx);
    var responses = IntStream.range(0, 400)
        .mapToObj(i -> client.request(HttpMethod.GET, "/users").begin())
        .toList();
    Future.join(responses).await();
    var refused = responses.stream()
        .map(Future::result)
        .filter(each -> each.status() != 200)
        .toList();
    assertTrue(refused.size() > 100 && refused.size() < 300, () -> "refused: " + refused.size());
    refused.forEach(each -> each.expectProblem(429, "too-many-requests"));
    assertEquals("1", refused.get(0).header("Retry-After"));
    NginxClient.of(vertx, nginx).get("/users").expect(200);
  }

  @Test
  void too_many_connections_of_one_address_are_rejected_and_other_addresses_served() {
    var waiting = new CopyOnWriteArrayList<HttpServerRequest>();
    var patient =
        vertx.createHttpServer().requestHandler(waiting::add).listen(0).await();
    // Disables the request limit, which would be reached first.
    var withoutRequestLimit = Map.of("rate=50r/s", "rate=100000r/s", "burst=100 ", "burst=100000 ");
    var patientNginx =
        nginx(folder.resolve("nginx-patient"), withoutRequestLimit, patient.actualPort());
    try {
      var client = NginxClient.of(vertx, patientNginx, 110);
      var responses = IntStream.range(0, 110)
          .mapToObj(i -> client.post("/users").body(Buffer.buffer("{}")).begin())
          .toList();
      Await.until(
          "ten are refused",
          () ->
              responses.stream().filter(Future::succeeded).count() == 10 && waiting.size() == 100);
      responses.stream().filter(Future::succeeded).forEach(each -> each.result()
          .expectProblem(429, "too-many-requests"));
      var other = NginxClient.of(vertx, patientNginx)
          .post("/users")
          .body(Buffer.buffer("{}"))
          .begin();
      Await.until("another address is served", () -> waiting.size() == 101);
      waiting.forEach(each -> each.response().end("recorded"));
      assertEquals(200, other.await().status());
      Future.join(responses).await();
      assertEquals(
          100, responses.stream().filter(each -> each.result().status() == 200).count());
    } finally {
      patientNginx.close();
      patient.close().await();
    }
  }

  @Test
  void too_many_sockets_of_one_address_are_rejected_and_other_addresses_served() {
    var client = NginxClient.of(vertx, nginx);
    var open = IntStream.range(0, 50).mapToObj(i -> client.open("/ws")).toList();
    assertEquals(429, client.handshake("/ws"));
    assertEquals(429, client.handshake("/eventbus/1/2/websocket"));
    client.get("/users").expect(200);
    assertEquals(101, NginxClient.of(vertx, nginx).handshake("/ws"));
    open.forEach(WebSocket::close);
  }
}
