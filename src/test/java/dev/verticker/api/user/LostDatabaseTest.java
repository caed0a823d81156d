package dev.verticker.api.user;

import static dev.verticker.api.openapi.ApiClient.expect;
import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.api.openapi.ApiClient;
import dev.verticker.api.user.UserFrontDoor.Person;
import dev.verticker.dev.TcpProxy;
import dev.verticker.node.Node;
import dev.verticker.testing.Await;
import dev.verticker.testing.TestDatabase;
import dev.verticker.testing.TestHttpClient;
import dev.verticker.testing.TestHttpClient.Response;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests two clustered nodes of which node A loses its connections to PostgreSQL while node B keeps its own. */
@ExtendWith(VertxExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LostDatabaseTest {
  private static final Duration MAX_TAKEOVER = Duration.ofSeconds(15);

  /** Longer than the time after which unknown revocations would fail every request. */
  private static final Duration LONG_OUTAGE = Duration.ofSeconds(12);

  private final Vertx vertx;
  private NodePair nodes;
  private TcpProxy ofA;
  private TcpProxy ofB;
  private Person admin;
  private Person ada;
  private int users;

  LostDatabaseTest(Vertx vertx) {
    this.vertx = vertx;
  }

  @BeforeAll
  void start() {
    var database = TestDatabase.create();
    var settings = UserFrontDoor.environment(
        database, Map.of("JWT_SECRET", "a secret of these two " + UUID.randomUUID()));
    ofA = TcpProxy.before(vertx, database.login().port());
    ofB = TcpProxy.before(vertx, database.login().port());
    nodes = NodePair.start(vertx, through(ofA, settings), through(ofB, settings));
    admin = NodePair.signIn(nodes.a(), "admin", "admin1234");
  }

  @AfterAll
  void stop() {
    nodes.close();
  }

  @BeforeEach
  void signIn() {
    ofA.passOn();
    ofB.passOn();
    nodes.nodes().forEach(this::awaitReady);
    var name = "ada-" + ++users;
    expect(
        201,
        NodePair.send(
            nodes.a(),
            admin.access(),
            HttpMethod.POST,
            "/users",
            new JsonObject().put("username", name).put("password", NodePair.PASSWORD)));
    ada = NodePair.signIn(nodes.a(), name, NodePair.PASSWORD);
    awaitStatus("node B knows the session", nodes.b(), "/users/me", 200);
  }

  @Test
  void node_b_answers_reads_writes_and_sign_ins_at_node_a() {
    ofA.cut();

    awaitStatus("a read at node A", nodes.a(), "/users/me", 200);
    Await.until(
        MAX_TAKEOVER,
        "a write at node A",
        () -> rename(nodes.a(), "Ada Lovelace").status() == 200);
    assertEquals(200, signInStatus(nodes.a()));
    assertEquals(
        "Ada Lovelace", expect(200, get(nodes.b(), "/users/me")).object().getString("full_name"));
  }

  @Test
  void node_b_makes_the_first_write_at_node_a_after_the_connections_were_lost() {
    ofA.cut();

    expect(200, rename(nodes.a(), "Ada Lovelace"));

    assertEquals(
        "Ada Lovelace", expect(200, get(nodes.b(), "/users/me")).object().getString("full_name"));
  }

  @Test
  void node_b_answers_at_node_a_while_postgresql_does_not_respond_to_node_a() {
    ofA.silence();

    awaitStatus("a read at node A", nodes.a(), "/users/me", 200);
    Await.until(
        MAX_TAKEOVER,
        "a write at node A",
        () -> rename(nodes.a(), "Ada Lovelace").status() == 200);
  }

  @Test
  void node_a_rejects_a_token_that_node_b_revokes_afterwards() {
    ofA.cut();
    awaitStatus("a read at node A", nodes.a(), "/users/me", 200);

    expect(
        200,
        NodePair.send(
            nodes.b(), admin.access(), HttpMethod.POST, "/users/" + ada.id() + "/disable", null));

    awaitStatus("node A rejects the token", nodes.a(), "/users/me", 401);
  }

  @Test
  void tokens_stay_valid_while_no_node_can_revoke_them() {
    loseBothDatabases();
  }

  @Test
  @Tag("faults")
  void tokens_stay_valid_for_any_time() {
    loseBothDatabases();
    await(vertx.timer(LONG_OUTAGE.toSeconds(), TimeUnit.SECONDS));

    assertEquals("database-unavailable", problem());
  }

  private void loseBothDatabases() {
    ofA.cut();
    ofB.cut();
    awaitStatus("no node has a database", nodes.a(), "/users/me", 503);
    assertEquals("database-unavailable", problem());
  }

  private String problem() {
    return expect(503, get(nodes.a(), "/users/me")).object().getString("code");
  }

  private void awaitReady(Node node) {
    var management = new TestHttpClient(vertx, node.managementPort());
    Await.until("ready", () -> management.get("/health/ready").send().status() == 200);
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
    return NodePair.send(node, ada.access(), HttpMethod.GET, target, null);
  }

  private Response rename(ApiClient node, String name) {
    return NodePair.send(
        node, ada.access(), HttpMethod.PATCH, "/users/me", new JsonObject().put("full_name", name));
  }

  private int signInStatus(ApiClient node) {
    return NodePair.postForm(
            node, "/auth/login", "username", ada.username(), "password", NodePair.PASSWORD)
        .status();
  }
}
