package dev.verticker.api.user;

import static dev.verticker.api.openapi.ApiClient.expect;
import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.api.openapi.ApiClient;
import dev.verticker.api.openapi.Contract;
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

/** Two complete nodes in one cluster: a change on node A takes effect on node B within a second. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(VertxExtension.class)
class TwoNodesTest {
  private static final Duration WITHIN = Duration.ofSeconds(1);
  private static final String PASSWORD = "a lantern in the harbour";

  private final Vertx vertx;
  private final Contract contract;
  private final TestDatabase database = TestDatabase.create();
  private final Map<String, String> secret =
      Map.of("JWT_SECRET", "a secret of these two " + UUID.randomUUID());
  private List<Node> nodes;
  private ApiClient a;
  private ApiClient b;
  private String admin;

  private record Person(long id, String username, String access, String refresh) {}

  TwoNodesTest(Vertx vertx) {
    this.vertx = vertx;
    this.contract = await(Contract.load(vertx, "openapi/user-api.yaml"));
  }

  @BeforeAll
  void start() {
    nodes = TestNode.startPair(
        UserFrontDoor.environment(database, secret), List.of("user-api", "user"));
    a = client(nodes.get(0));
    b = client(nodes.get(1));
    admin = signIn(a, "admin", "admin1234").access();
  }

  @AfterAll
  void stop() {
    nodes.forEach(Node::stop);
  }

  @Test
  void signing_out() {
    var ada = known();
    expect(200, form(a, "/auth/logout", "refresh_token", ada.refresh()));
    rejectedByB(ada);
  }

  @Test
  void signing_out_everywhere() {
    var ada = known();
    expect(200, send(a, ada.access(), HttpMethod.POST, "/auth/logout-all", null));
    rejectedByB(ada);
  }

  @Test
  void a_new_password() {
    var ada = known();
    expect(
        204,
        send(
            a,
            ada.access(),
            HttpMethod.PUT,
            "/users/me/password",
            new JsonObject()
                .put("current_password", PASSWORD)
                .put("new_password", "an owl at midnight")));
    rejectedByB(ada);
  }

  @Test
  void an_administrator_who_disables_or_deletes() {
    var ada = known();
    expect(200, byAdmin(HttpMethod.POST, "/users/" + ada.id() + "/disable", null));
    rejectedByB(ada);
    var grace = known();
    expect(204, byAdmin(HttpMethod.DELETE, "/users/" + grace.id(), null));
    rejectedByB(grace);
  }

  @Test
  void other_roles() {
    var ada = known();
    expect(
        200,
        byAdmin(
            HttpMethod.PATCH,
            "/users/" + ada.id(),
            new JsonObject().put("roles", new JsonArray().add("admin"))));
    rejectedByB(ada);
    var next =
        expect(200, form(b, "/auth/refresh", "refresh_token", ada.refresh())).object();
    expect(200, send(b, next.getString("access_token"), HttpMethod.GET, "/users", null));
  }

  @Test
  void a_node_that_started_after_the_change() {
    var ada = known();
    expect(200, form(a, "/auth/logout", "refresh_token", ada.refresh()));
    try (var late = UserFrontDoor.open(database, secret)) {
      expect(401, send(late.client(), ada.access(), HttpMethod.GET, "/users/me", null));
    }
  }

  @Test
  void while_redis_is_unavailable() {
    var ada = known();
    TestServers.redis().kill();
    try {
      expect(200, form(a, "/auth/logout", "refresh_token", ada.refresh()));
      rejectedByB(ada);
    } finally {
      TestServers.redis().start();
    }
  }

  @Test
  void of_fifty_requests_for_one_username_on_two_nodes_one_succeeds() {
    var body = new JsonObject().put("username", name()).put("password", PASSWORD);
    var responses = new ArrayList<Future<Response>>();
    for (var i = 0; i < 50; i++) {
      responses.add(begin(i % 2 == 0 ? a : b, admin, HttpMethod.POST, "/users", body));
    }
    var statuses = responses.stream().map(each -> await(each).status()).sorted().toList();

    var expected = new ArrayList<>(List.of(201));
    expected.addAll(Collections.nCopies(49, 409));
    assertEquals(expected, statuses);
  }

  /** A new user whose token node B has accepted. */
  private Person known() {
    var username = name();
    expect(
        201,
        byAdmin(
            HttpMethod.POST,
            "/users",
            new JsonObject().put("username", username).put("password", PASSWORD)));
    var person = signIn(a, username, PASSWORD);
    expect(200, send(b, person.access(), HttpMethod.GET, "/users/me", null));
    return person;
  }

  private void rejectedByB(Person person) {
    Await.until(
        WITHIN,
        "refused",
        () -> send(b, person.access(), HttpMethod.GET, "/users/me", null).status() == 401);
  }

  private Response byAdmin(HttpMethod method, String target, JsonObject body) {
    return send(a, admin, method, target, body);
  }

  private static Person signIn(ApiClient at, String username, String password) {
    var tokens = expect(200, form(at, "/auth/login", "username", username, "password", password))
        .object();
    var access = tokens.getString("access_token");
    var id = expect(200, send(at, access, HttpMethod.GET, "/users/me", null))
        .object()
        .getLong("id");
    return new Person(id, username, access, tokens.getString("refresh_token"));
  }

  private static Response form(ApiClient at, String target, String... fields) {
    return at.send(
        HttpMethod.POST,
        target,
        UserFrontDoor.encoded(fields),
        "Content-Type",
        "application/x-www-form-urlencoded");
  }

  private static Response send(
      ApiClient at, String token, HttpMethod method, String target, JsonObject body) {
    return await(begin(at, token, method, target, body));
  }

  private static Future<Response> begin(
      ApiClient at, String token, HttpMethod method, String target, JsonObject body) {
    return at.begin(
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

  private static String name() {
    return "user-" + UUID.randomUUID().toString().substring(0, 12);
  }
}
