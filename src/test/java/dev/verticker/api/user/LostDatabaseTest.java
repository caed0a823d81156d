package dev.verticker.api.user;

import static dev.verticker.api.openapi.ApiClient.expect;
import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.api.openapi.ApiClient;
import dev.verticker.api.openapi.Contract;
import dev.verticker.node.Node;
import dev.verticker.testing.Await;
import dev.verticker.testing.TcpProxy;
import dev.verticker.testing.TestDatabase;
import dev.verticker.testing.TestHttpClient.Response;
import dev.verticker.testing.TestNode;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests two clustered nodes of which node A loses its connections to PostgreSQL while node B keeps its own. */
@ExtendWith(VertxExtension.class)
class LostDatabaseTest {
  private static final Duration MAX_TAKEOVER = Duration.ofSeconds(15);
  private static final String PASSWORD = "a lantern in the harbour";

  private final Vertx vertx;
  private final Contract contract;
  private List<Node> nodes;
  private TcpProxy ofA;
  private TcpProxy ofB;
  private ApiClient nodeA;
  private ApiClient nodeB;
  private String admin;
  private JsonObject ada;

  LostDatabaseTest(Vertx vertx) {
    this.vertx = vertx;
    this.contract = await(Contract.load(vertx, "openapi/user-api.yaml"));
  }

  @BeforeEach
  void start() {
    var database = TestDatabase.create();
    var settings = UserFrontDoor.environment(
        database, Map.of("JWT_SECRET", "a secret of these two " + UUID.randomUUID()));
    ofA = TcpProxy.before(vertx, database.login().port());
    ofB = TcpProxy.before(vertx, database.login().port());
    nodes = TestNode.startPair(
        through(ofA, settings), through(ofB, settings), List.of("user-api", "user"));
    nodeA = client(nodes.get(0));
    nodeB = client(nodes.get(1));
    admin = signIn(nodeA, "admin", "admin1234").getString("access_token");
    var created = expect(
        201,
        send(
            nodeA,
            admin,
            HttpMethod.POST,
            "/users",
            new JsonObject().put("username", "ada").put("password", PASSWORD)));
    ada = signIn(nodeA, "ada", PASSWORD).put("id", created.object().getLong("id"));
    awaitStatus("node B knows the session", nodeB, "/users/me", 200);
  }

  @AfterEach
  void stop() {
    nodes.forEach(Node::stop);
  }

  @Test
  void node_b_answers_reads_writes_and_sign_ins_at_node_a() {
    ofA.cut();

    awaitStatus("a read at node A", nodeA, "/users/me", 200);
    Await.until(
        MAX_TAKEOVER, "a write at node A", () -> rename(nodeA, "Ada Lovelace").status() == 200);
    assertEquals(200, signInStatus(nodeA));
    assertEquals(
        "Ada Lovelace", expect(200, get(nodeB, "/users/me")).object().getString("full_name"));
  }

  @Test
  void node_b_answers_at_node_a_while_postgresql_does_not_respond_to_node_a() {
    ofA.silence();

    awaitStatus("a read at node A", nodeA, "/users/me", 200);
    Await.until(
        MAX_TAKEOVER, "a write at node A", () -> rename(nodeA, "Ada Lovelace").status() == 200);
  }

  @Test
  void node_a_rejects_a_token_that_node_b_revokes_afterwards() {
    ofA.cut();
    awaitStatus("a read at node A", nodeA, "/users/me", 200);

    expect(
        200, send(nodeB, admin, HttpMethod.POST, "/users/" + ada.getLong("id") + "/disable", null));

    awaitStatus("node A rejects the token", nodeA, "/users/me", 401);
  }

  @Test
  void tokens_stay_valid_while_no_node_can_revoke_them() {
    ofA.cut();
    ofB.cut();

    awaitStatus("no node has a database", nodeA, "/users/me", 503);
    // Longer than the time after which unknown revocations would fail every request.
    await(vertx.timer(12, java.util.concurrent.TimeUnit.SECONDS));

    var problem = get(nodeA, "/users/me");
    assertEquals("database-unavailable", expect(503, problem).object().getString("code"));
  }

  private static Map<String, String> through(TcpProxy proxy, Map<String, String> settings) {
    var changed = new HashMap<>(settings);
    changed.put("POSTGRES_HOST", "127.0.0.1");
    changed.put("POSTGRES_PORT", Integer.toString(proxy.port()));
    return changed;
  }

  private void awaitStatus(String what, ApiClient node, String target, int status) {
    Await.until(MAX_TAKEOVER, what, () -> get(node, target).status() == status);
  }

  private Response get(ApiClient node, String target) {
    return send(node, ada.getString("access_token"), HttpMethod.GET, target, null);
  }

  private Response rename(ApiClient node, String name) {
    return send(
        node,
        ada.getString("access_token"),
        HttpMethod.PATCH,
        "/users/me",
        new JsonObject().put("full_name", name));
  }

  private static JsonObject signIn(ApiClient api, String username, String password) {
    return expect(200, postLogin(api, username, password)).object();
  }

  private static int signInStatus(ApiClient api) {
    return postLogin(api, "ada", PASSWORD).status();
  }

  private static Response postLogin(ApiClient api, String username, String password) {
    return api.send(
        HttpMethod.POST,
        "/auth/login",
        UserFrontDoor.encoded("username", username, "password", password),
        "Content-Type",
        "application/x-www-form-urlencoded");
  }

  private static Response send(
      ApiClient api, String token, HttpMethod method, String target, JsonObject body) {
    return await(api.begin(
        method,
        target,
        body == null ? (Buffer) null : body.toBuffer(),
        "Authorization",
        "Bearer " + token,
        "Content-Type",
        "application/json"));
  }

  private ApiClient client(Node node) {
    return new ApiClient(vertx, contract, node.ports().get("user-api"));
  }
}
