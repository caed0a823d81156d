package dev.verticker.api.user;

import static dev.verticker.api.openapi.ApiClient.expect;
import static dev.verticker.testing.Await.await;

import dev.verticker.api.openapi.ApiClient;
import dev.verticker.api.openapi.Contract;
import dev.verticker.api.user.UserFrontDoor.Person;
import dev.verticker.node.Node;
import dev.verticker.testing.TestHttpClient.Response;
import dev.verticker.testing.TestNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;

/** Two clustered nodes A and B that run the User API and the user verticle, with a client of each. */
record NodePair(ApiClient a, ApiClient b, List<Node> nodes) implements AutoCloseable {
  static final String PASSWORD = UserFrontDoor.PASSWORD;

  static NodePair start(Vertx vertx, Map<String, String> settings) {
    return start(vertx, settings, settings);
  }

  static NodePair start(Vertx vertx, Map<String, String> ofA, Map<String, String> ofB) {
    var contract = await(Contract.load(vertx, "openapi/user-api.yaml"));
    var nodes = TestNode.startPair(ofA, ofB, List.of("user-api", "user"));
    var clients = nodes.stream()
        .map(node -> new ApiClient(vertx, contract, node.ports().get("user-api")))
        .toList();
    return new NodePair(clients.get(0), clients.get(1), nodes);
  }

  static Person signIn(ApiClient node, String username, String password) {
    var tokens = expect(
            200, postForm(node, "/auth/login", "username", username, "password", password))
        .object();
    var access = tokens.getString("access_token");
    var id = expect(200, send(node, access, HttpMethod.GET, "/users/me", null))
        .object()
        .getLong("id");
    return new Person(id, username, password, access, tokens.getString("refresh_token"));
  }

  static Response postForm(ApiClient node, String target, String... fields) {
    return node.send(
        HttpMethod.POST,
        target,
        UserFrontDoor.encoded(fields),
        "Content-Type",
        "application/x-www-form-urlencoded");
  }

  static Response send(
      ApiClient node, String token, HttpMethod method, String target, JsonObject body) {
    return await(begin(node, token, method, target, body));
  }

  /** @param body JSON; null = none */
  static Future<Response> begin(
      ApiClient node, String token, HttpMethod method, String target, JsonObject body) {
    return node.begin(
        method,
        target,
        body == null ? (Buffer) null : body.toBuffer(),
        "Authorization",
        "Bearer " + token,
        "Content-Type",
        "application/json");
  }

  @Override
  public void close() {
    nodes.forEach(Node::stop);
  }
}
