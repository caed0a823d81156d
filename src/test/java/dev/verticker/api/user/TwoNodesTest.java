package dev.verticker.api.user;

import static dev.verticker.api.openapi.ApiClient.expect;
import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.api.openapi.ApiClient;
import dev.verticker.api.openapi.Contract;
import dev.verticker.api.user.UserFrontDoor.Person;
import dev.verticker.dev.TestServers;
import dev.verticker.node.Node;
import dev.verticker.testing.Await;
import dev.verticker.testing.TestDatabase;
import dev.verticker.testing.TestHttpClient.Response;
import dev.verticker.testing.TestNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests on two clustered nodes that a change on node A takes effect on node B within a second. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(VertxExtension.class)
class TwoNodesTest {
  private static final Duration MAX_PROPAGATION = Duration.ofSeconds(1);
  private static final String PASSWORD = "a lantern in the harbour";

  private final Vertx vertx;
  private final Contract contract;
  private final TestDatabase database = TestDatabase.create();
  private final Map<String, String> settings =
      Map.of("JWT_SECRET", "a secret of these two " + UUID.randomUUID());
  private List<Node> nodes;
  private ApiClient nodeA;
  private ApiClient nodeB;
  private String admin;

  TwoNodesTest(Vertx vertx) {
    this.vertx = vertx;
    this.contract = await(Contract.load(vertx, "openapi/user-api.yaml"));
  }

  @BeforeAll
  void start() {
    nodes = TestNode.startPair(
        UserFrontDoor.environment(database, settings), List.of("user-api", "user"));
    nodeA = client(nodes.get(0));
    nodeB = client(nodes.get(1));
    admin = signIn(nodeA, "admin", "admin1234").access();
  }

  @AfterAll
  void stop() {
    nodes.forEach(Node::stop);
  }

  @Test
  void node_b_rejects_a_token_after_logout_on_node_a() {
    var ada = createSignedInUser();
    expect(200, postForm(nodeA, "/auth/logout", "refresh_token", ada.refresh()));
    assertRejectedByB(ada);
  }

  @Test
  void node_b_rejects_a_token_after_logout_all_on_node_a() {
    var ada = createSignedInUser();
    expect(200, send(nodeA, ada.access(), HttpMethod.POST, "/auth/logout-all", null));
    assertRejectedByB(ada);
  }

  @Test
  void node_b_rejects_a_token_after_a_password_change_on_node_a() {
    var ada = createSignedInUser();
    expect(
        204,
        send(
            nodeA,
            ada.access(),
            HttpMethod.PUT,
            "/users/me/password",
            new JsonObject()
                .put("current_password", PASSWORD)
                .put("new_password", "an owl at midnight")));
    assertRejectedByB(ada);
  }

  @Test
  void node_b_rejects_a_token_of_a_user_disabled_or_deleted_on_node_a() {
    var ada = createSignedInUser();
    expect(200, sendAsAdmin(HttpMethod.POST, "/users/" + ada.id() + "/disable", null));
    assertRejectedByB(ada);
    var grace = createSignedInUser();
    expect(204, sendAsAdmin(HttpMethod.DELETE, "/users/" + grace.id(), null));
    assertRejectedByB(grace);
  }

  @Test
  void node_b_rejects_a_token_after_a_role_change_on_node_a() {
    var ada = createSignedInUser();
    expect(
        200,
        sendAsAdmin(
            HttpMethod.PATCH,
            "/users/" + ada.id(),
            new JsonObject().put("roles", new JsonArray().add("admin"))));
    assertRejectedByB(ada);
    var next = expect(200, postForm(nodeB, "/auth/refresh", "refresh_token", ada.refresh()))
        .object();
    expect(200, send(nodeB, next.getString("access_token"), HttpMethod.GET, "/users", null));
  }

  @Test
  void a_node_that_starts_later_rejects_a_revoked_token() {
    var ada = createSignedInUser();
    expect(200, postForm(nodeA, "/auth/logout", "refresh_token", ada.refresh()));
    try (var late = UserFrontDoor.open(database, settings)) {
      expect(401, send(late.client(), ada.access(), HttpMethod.GET, "/users/me", null));
    }
  }

  @Test
  void node_b_rejects_a_revoked_token_while_redis_is_down() {
    var ada = createSignedInUser();
    TestServers.redis().kill();
    try {
      expect(200, postForm(nodeA, "/auth/logout", "refresh_token", ada.refresh()));
      assertRejectedByB(ada);
    } finally {
      TestServers.redis().start();
    }
  }

  @Test
  void one_of_fifty_concurrent_creations_of_a_username_succeeds() {
    var body = new JsonObject().put("username", randomUsername()).put("password", PASSWORD);
    var responses = new ArrayList<Future<Response>>();
    for (var i = 0; i < 50; i++) {
      responses.add(sendAsync(i % 2 == 0 ? nodeA : nodeB, admin, HttpMethod.POST, "/users", body));
    }
    var statuses =
        responses.stream().map(response -> await(response).status()).sorted().toList();

    var expected = new ArrayList<>(List.of(201));
    expected.addAll(Collections.nCopies(49, 409));
    assertEquals(expected, statuses);
  }

  /** Creates a user and verifies that node B accepts its access token. */
  private Person createSignedInUser() {
    var username = randomUsername();
    expect(
        201,
        sendAsAdmin(
            HttpMethod.POST,
            "/users",
            new JsonObject().put("username", username).put("password", PASSWORD)));
    var person = signIn(nodeA, username, PASSWORD);
    expect(200, send(nodeB, person.access(), HttpMethod.GET, "/users/me", null));
    return person;
  }

  private void assertRejectedByB(Person person) {
    Await.until(
        MAX_PROPAGATION,
        "node B rejects the token",
        () -> send(nodeB, person.access(), HttpMethod.GET, "/users/me", null).status() == 401);
  }

  private Response sendAsAdmin(HttpMethod method, String target, JsonObject body) {
    return send(nodeA, admin, method, target, body);
  }

  private static Person signIn(ApiClient api, String username, String password) {
    var tokens = expect(
            200, postForm(api, "/auth/login", "username", username, "password", password))
        .object();
    var access = tokens.getString("access_token");
    var id = expect(200, send(api, access, HttpMethod.GET, "/users/me", null))
        .object()
        .getLong("id");
    return new Person(id, username, password, access, tokens.getString("refresh_token"));
  }

  private static Response postForm(ApiClient api, String target, String... fields) {
    return api.send(
        HttpMethod.POST,
        target,
        UserFrontDoor.encoded(fields),
        "Content-Type",
        "application/x-www-form-urlencoded");
  }

  private static Response send(
      ApiClient api, String token, HttpMethod method, String target, JsonObject body) {
    return await(sendAsync(api, token, method, target, body));
  }

  private static Future<Response> sendAsync(
      ApiClient api, String token, HttpMethod method, String target, JsonObject body) {
    return api.begin(
        method,
        target,
        body == null ? (Buffer) null : body.toBuffer(),
        "Authorization",
        "Bearer " + token,
        "Content-Type",
        "application/json");
  }

  private ApiClient client(Node node) {
    return new ApiClient(vertx, contract, node.ports().get("user-api"));
  }

  private static String randomUsername() {
    return "user-" + UUID.randomUUID().toString().substring(0, 12);
  }
}
