package dev.verticker.dev.exchange;

import dev.verticker.testing.TestHttpClient;
import dev.verticker.testing.TestHttpClient.Response;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;

/** A simulator on a clock that the test advances, with its client. */
final class SimulatorFixture implements AutoCloseable {
  /** The changes of the book in a minute that a test skips. */
  private static final int MAX_EVENT = 4 << 20;

  private final Vertx vertx = Vertx.vertx();
  /** A client that is not referenced any more closes its connections. */
  private final WebSocketClient streams = vertx.createWebSocketClient(
      new WebSocketClientOptions().setMaxFrameSize(MAX_EVENT).setMaxMessageSize(MAX_EVENT));

  private final SteppedTime time = new SteppedTime();
  private final ExchangeSimulator simulator;
  private final TestHttpClient client;

  SimulatorFixture(SimulatorOptions options) {
    try {
      simulator = ExchangeSimulator.start(vertx, time.in(options)).await();
    } catch (RuntimeException refused) {
      vertx.close().await();
      throw refused;
    }
    client = new TestHttpClient(vertx, "127.0.0.1", simulator.port());
  }

  record Answer(int status, String body, MultiMap headers) {
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
      return headers.get(name);
    }
  }

  ExchangeSimulator simulator() {
    return simulator;
  }

  SimulatedMarket market() {
    return simulator.market();
  }

  void advance(Duration duration) {
    time.advance(duration);
  }

  void advanceTo(Instant instant) {
    time.advance(Duration.between(market().now(), instant));
  }

  /** @param path below /api/v3/, with an encoded query */
  Answer get(String path) {
    return send("GET", "/api/v3/" + path, "");
  }

  Answer control(String method, String path, String body) {
    return send(method, "/control/" + path, body);
  }

  /** @param uri path and query, such as {@code /ws/btcusdt@ticker} */
  StreamClient stream(String uri) {
    return connect(uri).await();
  }

  Future<StreamClient> connect(String uri) {
    return StreamClient.connect(streams, simulator.port(), uri);
  }

  /** Requests a path without upgrade to a WebSocket. */
  Answer plain(String path) {
    return send("GET", path, "");
  }

  /** Sends a request without waiting for the response. */
  Future<Response> begin(String path) {
    return client.get("/api/v3/" + path).begin();
  }

  /** Sends a signed request. */
  Answer signed(String method, String uri, String key) {
    return answer(client
        .request(HttpMethod.valueOf(method), uri)
        .headers("X-MBX-APIKEY", key)
        .send());
  }

  /** Sends a signed request without waiting for the response. */
  Future<Response> beginSigned(String method, String uri, String key) {
    return client
        .request(HttpMethod.valueOf(method), uri)
        .headers("X-MBX-APIKEY", key)
        .begin();
  }

  Answer send(String method, String path, String body) {
    var response = client
        .request(HttpMethod.valueOf(method), path)
        .body(body.isEmpty() ? null : Buffer.buffer(body))
        .send();
    return answer(response);
  }

  private static Answer answer(Response response) {
    return new Answer(response.status(), response.text(), response.headers());
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
