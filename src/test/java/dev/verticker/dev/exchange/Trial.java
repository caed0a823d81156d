package dev.verticker.dev.exchange;

import io.vertx.core.Vertx;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/** A simulator in stepped time with its client, for one test. */
final class Trial implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client = HttpClient.newHttpClient();
  private final SteppedTime time = new SteppedTime();
  private final ExchangeSimulator simulator;

  Trial(SimulatorOptions options) {
    try {
      simulator = ExchangeSimulator.start(vertx, time.in(options)).await();
    } catch (RuntimeException refused) {
      vertx.close().await();
      throw refused;
    }
  }

  record Answer(int status, String body, HttpResponse<String> raw) {
    JsonObject object() {
      return new JsonObject(body);
    }

    JsonArray array() {
      return new JsonArray(body);
    }

    Object json() {
      return Json.decodeValue(body);
    }

    String header(String name) {
      return raw.headers().firstValue(name).orElse(null);
    }
  }

  ExchangeSimulator simulator() {
    return simulator;
  }

  SimulatedMarket market() {
    return simulator.market();
  }

  void pass(Duration duration) {
    time.pass(duration);
  }

  void passUntil(Instant instant) {
    time.pass(Duration.between(market().now(), instant));
  }

  /** @param path below /api/v3/, with an encoded query */
  Answer get(String path) {
    return send("GET", "/api/v3/" + path, "");
  }

  Answer control(String method, String path, String body) {
    return send(method, "/control/" + path, body);
  }

  /** Sends a request without waiting for the response. */
  CompletableFuture<HttpResponse<String>> begin(String path) {
    var request = HttpRequest.newBuilder(uri("/api/v3/" + path)).build();
    return client.sendAsync(request, HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> exchange(HttpRequest request) throws IOException, InterruptedException {
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  URI uri(String path) {
    return URI.create(simulator.url() + path);
  }

  private Answer send(String method, String path, String body) {
    try {
      var request = HttpRequest.newBuilder(uri(path))
          .method(method, HttpRequest.BodyPublishers.ofString(body));
      var answer = exchange(request.timeout(Duration.ofSeconds(10)).build());
      return new Answer(answer.statusCode(), answer.body(), answer);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    simulator.close().await();
    vertx.close().await();
  }
}
