package dev.verticker.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.lang.ref.Reference;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * An HTTP client for tests: {@code client.get("/users/me").bearer(token).expect(200)}. It follows no redirect and sends no header that
 * the test does not set.
 */
public final class TestHttpClient implements AutoCloseable {
  public static final Duration MAX_WAIT = Duration.ofSeconds(30);
  private static final String PROBLEM = "application/problem+json";
  private static final int MAX_CONNECTIONS = 64;

  private final WebClient web;
  private final String host;
  private final int port;

  /** Creates a client of a server on the loopback address. */
  public TestHttpClient(Vertx vertx, int port) {
    this(vertx, "localhost", port);
  }

  public TestHttpClient(Vertx vertx, String host, int port) {
    this(
        vertx,
        host,
        port,
        new WebClientOptions(),
        new PoolOptions().setHttp1MaxSize(MAX_CONNECTIONS));
  }

  public TestHttpClient(
      Vertx vertx, String host, int port, WebClientOptions options, PoolOptions pool) {
    this.web =
        WebClient.create(vertx, options.setFollowRedirects(false).setUserAgentEnabled(false), pool);
    this.host = host;
    this.port = port;
  }

  public Request get(String target) {
    return request(HttpMethod.GET, target);
  }

  public Request post(String target) {
    return request(HttpMethod.POST, target);
  }

  public Request patch(String target) {
    return request(HttpMethod.PATCH, target);
  }

  /** @param target path and query, sent as they are */
  public Request request(HttpMethod method, String target) {
    return new Request(web, web.request(method, port, host, target));
  }

  @Override
  public void close() {
    web.close();
  }

  /** {@code name=value&name=value}, with the values percent-encoded. */
  public static Buffer form(String... fields) {
    return Buffer.buffer(IntStream.range(0, fields.length / 2)
        .mapToObj(
            i -> fields[2 * i] + "=" + URLEncoder.encode(fields[2 * i + 1], StandardCharsets.UTF_8))
        .collect(Collectors.joining("&")));
  }

  /** A request that is sent by {@link #begin}, {@link #send} or {@link #expect}. */
  public static final class Request {
    private final WebClient web;
    private final HttpRequest<Buffer> request;
    private Buffer body;

    private Request(WebClient web, HttpRequest<Buffer> request) {
      this.web = web;
      this.request = request.timeout(MAX_WAIT.toMillis());
    }

    /** @param headers alternating names and values */
    public Request headers(String... headers) {
      for (var i = 0; i < headers.length; i += 2) {
        request.headers().add(headers[i], headers[i + 1]);
      }
      return this;
    }

    public Request bearer(String accessToken) {
      return headers("Authorization", "Bearer " + accessToken);
    }

    public Request json(JsonObject object) {
      return body("application/json", object.toBuffer());
    }

    /** @param fields alternating names and values */
    public Request form(String... fields) {
      return body("application/x-www-form-urlencoded", TestHttpClient.form(fields));
    }

    public Request body(String contentType, Buffer bytes) {
      return headers("Content-Type", contentType).body(bytes);
    }

    /** @param bytes null = no body */
    public Request body(Buffer bytes) {
      body = bytes;
      return this;
    }

    public Request timeout(Duration max) {
      request.timeout(max.toMillis());
      return this;
    }

    public Future<Response> begin() {
      var began = System.nanoTime();
      return (body == null ? request.send() : request.sendBuffer(body))
          .map(response -> Response.of(response, Duration.ofNanos(System.nanoTime() - began)))
          // A client without references is closed, and its pending requests with it.
          .andThen(completed -> Reference.reachabilityFence(web));
    }

    public Response send() {
      return Await.await(MAX_WAIT.plusSeconds(5), begin());
    }

    /** Fails with the response in the message if the status differs. */
    public Response expect(int status) {
      return send().expect(status);
    }

    public Response expectProblem(int status, String code) {
      return send().expectProblem(status, code);
    }
  }

  /** @param took from the request to the end of the body */
  public record Response(
      int status, HttpVersion version, MultiMap headers, Buffer body, Duration took) {

    private static Response of(HttpResponse<Buffer> response, Duration took) {
      var body = response.body();
      return new Response(
          response.statusCode(),
          response.version(),
          MultiMap.caseInsensitiveMultiMap().addAll(response.headers()),
          body == null ? Buffer.buffer() : body,
          took);
    }

    public String header(String name) {
      return headers.get(name);
    }

    public String text() {
      return body.toString();
    }

    public JsonObject object() {
      return body.toJsonObject();
    }

    public JsonArray array() {
      return body.toJsonArray();
    }

    /** Returns the code of the problem. */
    public String code() {
      return object().getString("code");
    }

    public boolean isWithin(Duration max) {
      return took.compareTo(max) < 0;
    }

    public Response expect(int expected) {
      assertEquals(expected, status, this::toString);
      return this;
    }

    public Response expectProblem(int expected, String code) {
      expect(expected);
      assertEquals(PROBLEM, header("Content-Type"), this::toString);
      assertEquals("no-store", header("Cache-Control"), this::toString);
      assertEquals(expected, object().getInteger("status"), this::toString);
      assertEquals(code, code(), this::toString);
      return this;
    }

    /** Asserts a 503 with {@code Retry-After} and without internal details. */
    public Response expectUnavailable() {
      expect(503);
      assertEquals(true, headers.contains("Retry-After"), this::toString);
      assertEquals(false, text().contains("Exception"), this::toString);
      return this;
    }
  }
}
