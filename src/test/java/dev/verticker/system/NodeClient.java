package dev.verticker.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** The first administrator of a node, and the internal service that has the key to its prices. */
final class NodeClient {
  static final String KEY = "punapiinternalkey";
  private static final Duration LONGEST = Duration.ofSeconds(10);

  record Answer(int status, HttpHeaders headers, String body, Duration took) {
    JsonObject json() {
      return new JsonObject(body);
    }

    boolean isWithin(Duration limit) {
      return took.compareTo(limit) < 0;
    }

    /** A 503 that says when to come back, and nothing of what happened inside. */
    void expectUnavailable() {
      assertEquals(503, status, this::toString);
      assertEquals(true, headers.firstValue("Retry-After").isPresent(), this::toString);
      assertEquals(false, body.contains("Exception"), this::toString);
    }
  }

  private final HttpClient http = HttpClient.newBuilder()
      .version(HttpClient.Version.HTTP_1_1)
      .connectTimeout(LONGEST)
      .build();
  private final String users;
  private final String prices;
  private final String management;
  private String token = "";

  /** @param prices -1 = it has none */
  NodeClient(String host, int users, int prices, int management) {
    this.users = "http://" + host + ":" + users;
    this.prices = "http://" + host + ":" + prices;
    this.management = "http://" + host + ":" + management;
  }

  NodeClient signIn() {
    var answer = login();
    assertEquals(200, answer.status(), answer::toString);
    token = answer.json().getString("access_token");
    return this;
  }

  String token() {
    return token;
  }

  /** With a token from elsewhere. */
  NodeClient use(String token) {
    this.token = token;
    return this;
  }

  Answer login() {
    return send(HttpRequest.newBuilder(URI.create(users + "/auth/login"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .POST(BodyPublishers.ofString("username=admin&password=admin1234")));
  }

  Answer get(String target) {
    return send(request(target).GET());
  }

  Answer rename(String name) {
    return send(request("/users/me")
        .header("Content-Type", "application/merge-patch+json")
        .method(
            "PATCH",
            BodyPublishers.ofString(new JsonObject().put("full_name", name).encode())));
  }

  Answer price(String target) {
    return send(HttpRequest.newBuilder(URI.create(prices + "/internal/price" + target))
        .header("X-API-Key", KEY));
  }

  Answer health() {
    return send(HttpRequest.newBuilder(URI.create(management + "/health/ready")));
  }

  private HttpRequest.Builder request(String target) {
    return HttpRequest.newBuilder(URI.create(users + target))
        .header("Authorization", "Bearer " + token);
  }

  private Answer send(HttpRequest.Builder request) {
    var began = System.nanoTime();
    try {
      var answer = http.send(request.timeout(LONGEST).build(), BodyHandlers.ofString());
      return new Answer(
          answer.statusCode(),
          answer.headers(),
          answer.body(),
          Duration.ofNanos(System.nanoTime() - began));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
