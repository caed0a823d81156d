package dev.verticker.system;

import dev.verticker.node.Node;
import dev.verticker.testing.TestHttpClient;
import dev.verticker.testing.TestHttpClient.Response;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;

/** A client of a node: the first administrator and an internal service with a key for the Price API. */
final class NodeClient {
  static final String KEY = "punapiinternalkey";

  private final TestHttpClient users;
  private final TestHttpClient prices;
  private final TestHttpClient management;
  private String token = "";

  NodeClient(Vertx vertx, Node node) {
    this(
        vertx,
        node.ports().getOrDefault("user-api", -1),
        node.ports().getOrDefault("price-api", -1),
        node.managementPort());
  }

  /** Takes ports of the loopback address; -1 = the node does not listen. */
  NodeClient(Vertx vertx, int users, int prices, int management) {
    this.users = new TestHttpClient(vertx, "127.0.0.1", users);
    this.prices = new TestHttpClient(vertx, "127.0.0.1", prices);
    this.management = new TestHttpClient(vertx, "127.0.0.1", management);
  }

  NodeClient signIn() {
    return use(login().expect(200).object().getString("access_token"));
  }

  String token() {
    return token;
  }

  /** Sends an access token that another client received. */
  NodeClient use(String token) {
    this.token = token;
    return this;
  }

  Response login() {
    return users
        .post("/auth/login")
        .form("username", "admin", "password", "admin1234")
        .send();
  }

  Response get(String target) {
    return users.get(target).bearer(token).send();
  }

  Response rename(String name) {
    return users
        .patch("/users/me")
        .bearer(token)
        .body(
            "application/merge-patch+json",
            new JsonObject().put("full_name", name).toBuffer())
        .send();
  }

  Response price(String target) {
    return prices.get("/internal/price" + target).headers("X-API-Key", KEY).send();
  }

  Response health() {
    return management.get("/health/ready").send();
  }
}
