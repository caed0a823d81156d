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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Two whole nodes in one cluster, a client on each. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TwoNodesDeliveryTest {
  private final Vertx vertx = Vertx.vertx();
  private final Contract contract = await(Contract.load(vertx, "openapi/user-api.yaml"));
  private List<Node> nodes;
  private ApiClient a;
  private String admin;

  @BeforeAll
  void start() {
    nodes = TestNode.startPair(
        UserFrontDoor.environment(
            TestDatabase.create(),
            Map.of("JWT_SECRET", "a secret of these two " + UUID.randomUUID())),
        List.of("user-api", "user", "notification"));
    a = new ApiClient(vertx, contract, port(0));
    admin = login("admin", "admin1234").getString("access_token");
  }

  @AfterAll
  void stop() {
    nodes.forEach(Node::stop);
    await(vertx.close());
  }

  @Test
  void one_update_is_heard_once_by_each_at_either_endpoint() {
    var listeners = List.of(subscribed(0), subscribed(1), registered(0), registered(1));
    var start = subscribedAt(listeners.get(0));
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
    // What came twice would have come before the last: by then both nodes have asked the log once
    // more.
    create("last-" + UUID.randomUUID().toString().substring(0, 8));
    for (var listener : listeners) {
      Await.until("all of it", () -> listener.sequences("users").size() >= 12);
    }
    var expected = LongStream.rangeClosed(start + 1, start + 12).boxed().toList();
    for (var listener : listeners) {
      assertEquals(expected, listener.sequences("users"));
      listener.close();
    }
  }

  @Test
  void who_is_signed_out_on_one_is_sent_away_from_the_other() {
    var name = "ada-" + UUID.randomUUID().toString().substring(0, 8);
    create(name);
    var tokens = login(name, UserFrontDoor.PASSWORD);
    var listener = Listener.plain(vertx, port(1), "");
    listener.say(new JsonObject().put("op", "auth").put("token", tokens.getString("access_token")));
    listener.next("authenticated");
    var bridged = Listener.bridged(vertx, port(1))
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
    Await.until(Duration.ofSeconds(1), "closed", () -> listener.isClosed() && bridged.isClosed());
    listener.expectClose(4403, "logged-out");
    var told = bridged.frames;
    assertEquals("logged-out", told.get(told.size() - 1).getString("failureType"));
  }

  private Listener subscribed(int node) {
    var listener = Listener.plain(vertx, port(node), "");
    listener.say(new JsonObject().put("op", "auth").put("token", admin)).subscribe("users");
    listener.next("subscribed");
    return listener;
  }

  private static long subscribedAt(Listener listener) {
    return listener.frames.stream()
        .filter(frame -> "subscribed".equals(frame.getString("event")))
        .findFirst()
        .orElseThrow()
        .getLong("seq");
  }

  private Listener registered(int node) {
    var listener = Listener.bridged(vertx, port(node));
    listener.register("users", "Authorization", "Bearer " + admin);
    listener.next(frame -> frame.containsKey("body")
        && "subscribed".equals(frame.getJsonObject("body").getString("event")));
    return listener;
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
