package dev.verticker.api.socket;

import static dev.verticker.api.openapi.ApiClient.expect;
import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.api.openapi.ApiClient;
import dev.verticker.api.openapi.Contract;
import dev.verticker.api.user.UserFrontDoor;
import dev.verticker.node.Node;
import dev.verticker.testing.Await;
import dev.verticker.testing.TestDatabase;
import dev.verticker.testing.TestHttpClient.Response;
import dev.verticker.testing.TestNode;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests delivery on two clustered nodes with clients on each. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(VertxExtension.class)
class TwoNodesDeliveryTest {
  private final Vertx vertx;
  private final Contract contract;
  private List<Node> nodes;
  private ApiClient a;
  private String admin;

  TwoNodesDeliveryTest(Vertx vertx) {
    this.vertx = vertx;
    this.contract = await(Contract.load(vertx, "openapi/user-api.yaml"));
  }

  @BeforeAll
  void start() {
    nodes = TestNode.startPair(
        UserFrontDoor.environment(
            TestDatabase.create(),
            Map.of("JWT_SECRET", "a secret of two nodes " + UUID.randomUUID())),
        List.of("user-api", "user", "notification"));
    a = new ApiClient(vertx, contract, port(0));
    admin = login("admin", "admin1234").getString("access_token");
  }

  @AfterAll
  void stop() {
    nodes.forEach(Node::stop);
  }

  @Test
  void each_client_of_either_node_and_endpoint_receives_an_event_once() {
    var sockets = List.of(subscribed(0), subscribed(1), registered(0), registered(1));
    var start = subscribedAt(sockets.get(0));
    var id = create("grace-" + UUID.randomUUID().toString().substring(0, 8));
    for (var i = 0; i < 10; i++) {
      expect(
          200,
          send(
              HttpMethod.PATCH,
              "/users/" + id,
              new JsonObject().put("full_name", "Grace " + i),
              "application/merge-patch+json"));
    }
    // A duplicate would arrive before this event: by then both nodes have read the log again.
    create("last-" + UUID.randomUUID().toString().substring(0, 8));
    for (var socket : sockets) {
      Await.until("all events", () -> socket.sequences("users").size() >= 12);
    }
    var expected = LongStream.rangeClosed(start + 1, start + 12).boxed().toList();
    for (var socket : sockets) {
      assertEquals(expected, socket.sequences("users"));
      socket.close();
    }
  }

  @Test
  void a_sign_out_at_one_node_closes_sockets_at_the_other() {
    var name = "ada-" + UUID.randomUUID().toString().substring(0, 8);
    create(name);
    var tokens = login(name, UserFrontDoor.PASSWORD);
    var socket = SocketClient.plain(vertx, port(1), "");
    socket.send(new JsonObject().put("op", "auth").put("token", tokens.getString("access_token")));
    socket.next("authenticated");
    var bridged = SocketClient.bridged(vertx, port(1))
        .register("prices", "Authorization", "Bearer " + tokens.getString("access_token"));
    bridged.next();
    expect(
        200,
        a.send(
            HttpMethod.POST,
            "/auth/logout",
            UserFrontDoor.encoded("refresh_token", tokens.getString("refresh_token")),
            "Content-Type",
            "application/x-www-form-urlencoded"));
    Await.until(Duration.ofSeconds(1), "closed", () -> socket.isClosed() && bridged.isClosed());
    socket.expectClose(4403, "logged-out");
    var frames = bridged.frames;
    assertEquals("logged-out", frames.get(frames.size() - 1).getString("failureType"));
  }

  private SocketClient subscribed(int node) {
    var socket = SocketClient.plain(vertx, port(node), "");
    socket.send(new JsonObject().put("op", "auth").put("token", admin)).subscribe("users");
    socket.next("subscribed");
    return socket;
  }

  private static long subscribedAt(SocketClient socket) {
    return socket.frames.stream()
        .filter(frame -> "subscribed".equals(frame.getString("event")))
        .findFirst()
        .orElseThrow()
        .getLong("seq");
  }

  private SocketClient registered(int node) {
    var socket = SocketClient.bridged(vertx, port(node));
    socket.register("users", "Authorization", "Bearer " + admin);
    socket.next(frame -> frame.containsKey("body")
        && "subscribed".equals(frame.getJsonObject("body").getString("event")));
    return socket;
  }

  private long create(String username) {
    var body = new JsonObject().put("username", username).put("password", UserFrontDoor.PASSWORD);
    return expect(201, send(HttpMethod.POST, "/users", body, "application/json"))
        .object()
        .getLong("id");
  }

  private JsonObject login(String username, String password) {
    return expect(
            200,
            a.send(
                HttpMethod.POST,
                "/auth/login",
                UserFrontDoor.encoded("username", username, "password", password),
                "Content-Type",
                "application/x-www-form-urlencoded"))
        .object();
  }

  private Response send(HttpMethod method, String target, JsonObject body, String type) {
    Buffer sent = body.toBuffer();
    return a.send(method, target, sent, "Authorization", "Bearer " + admin, "Content-Type", type);
  }

  private int port(int node) {
    return nodes.get(node).ports().get("user-api");
  }
}
