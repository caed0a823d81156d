package dev.verticker.api.user;

import static dev.verticker.api.openapi.ApiClient.expect;
import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.api.user.UserFrontDoor.Person;
import dev.verticker.dev.TestServers;
import dev.verticker.testing.Await;
import dev.verticker.testing.TestDatabase;
import dev.verticker.testing.TestHttpClient.Response;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
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

  private final Vertx vertx;
  private final TestDatabase database = TestDatabase.create();
  private final Map<String, String> settings =
      Map.of("JWT_SECRET", "a secret of these two " + UUID.randomUUID());
  private NodePair nodes;
  private String admin;

  TwoNodesTest(Vertx vertx) {
    this.vertx = vertx;
  }

  @BeforeAll
  void start() {
    nodes = NodePair.start(vertx, UserFrontDoor.environment(database, settings));
    admin = NodePair.signIn(nodes.a(), "admin", "admin1234").access();
  }

  @AfterAll
  void stop() {
    nodes.close();
  }

  @Test
  void node_b_rejects_a_token_after_logout_on_node_a() {
    var ada = createSignedInUser();
    expect(200, NodePair.postForm(nodes.a(), "/auth/logout", "refresh_token", ada.refresh()));
    assertRejectedByB(ada);
  }

  @Test
  void node_b_rejects_a_token_after_logout_all_on_node_a() {
    var ada = createSignedInUser();
    expect(200, NodePair.send(nodes.a(), ada.access(), HttpMethod.POST, "/auth/logout-all", null));
    assertRejectedByB(ada);
  }

  @Test
  void node_b_rejects_a_token_after_a_password_change_on_node_a() {
    var ada = createSignedInUser();
    expect(
        204,
        NodePair.send(
            nodes.a(),
            ada.access(),
            HttpMethod.PUT,
            "/users/me/password",
            new JsonObject()
                .put("current_password", NodePair.PASSWORD)
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
    var next = expect(
            200, NodePair.postForm(nodes.b(), "/auth/refresh", "refresh_token", ada.refresh()))
        .object();
    expect(
        200,
        NodePair.send(nodes.b(), next.getString("access_token"), HttpMethod.GET, "/users", null));
  }

  @Test
  void a_node_that_starts_later_rejects_a_revoked_token() {
    var ada = createSignedInUser();
    expect(200, NodePair.postForm(nodes.a(), "/auth/logout", "refresh_token", ada.refresh()));
    try (var late = UserFrontDoor.open(database, settings)) {
      expect(401, NodePair.send(late.client(), ada.access(), HttpMethod.GET, "/users/me", null));
    }
  }

  @Test
  void node_b_rejects_a_revoked_token_while_redis_is_down() {
    var ada = createSignedInUser();
    TestServers.redis().kill();
    try {
      expect(200, NodePair.postForm(nodes.a(), "/auth/logout", "refresh_token", ada.refresh()));
      assertRejectedByB(ada);
    } finally {
      TestServers.redis().start();
    }
  }

  @Test
  void one_of_fifty_concurrent_creations_of_a_username_succeeds() {
    var body =
        new JsonObject().put("username", randomUsername()).put("password", NodePair.PASSWORD);
    var responses = new ArrayList<Future<Response>>();
    for (var i = 0; i < 50; i++) {
      responses.add(NodePair.begin(
          i % 2 == 0 ? nodes.a() : nodes.b(), admin, HttpMethod.POST, "/users", body));
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
            new JsonObject().put("username", username).put("password", NodePair.PASSWORD)));
    var person = NodePair.signIn(nodes.a(), username, NodePair.PASSWORD);
    expect(200, NodePair.send(nodes.b(), person.access(), HttpMethod.GET, "/users/me", null));
    return person;
  }

  private void assertRejectedByB(Person person) {
    Await.until(
        MAX_PROPAGATION,
        "node B rejects the token",
        () -> NodePair.send(nodes.b(), person.access(), HttpMethod.GET, "/users/me", null)
                .status()
            == 401);
  }

  private Response sendAsAdmin(HttpMethod method, String target, JsonObject body) {
    return NodePair.send(nodes.a(), admin, method, target, body);
  }

  private static String randomUsername() {
    return "user-" + UUID.randomUUID().toString().substring(0, 12);
  }
}
