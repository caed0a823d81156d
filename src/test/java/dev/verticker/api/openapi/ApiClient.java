package dev.verticker.api.openapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.verticker.api.request.MediaTypes;
import dev.verticker.http.Problem;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.validation.ResponseValidator;
import io.vertx.openapi.validation.ValidatableResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A client that believes only the contract: an answer that the contract does not describe fails the test. */
public final class ApiClient {
  private final Contract contract;
  private final ResponseValidator validator;
  private final HttpClient http;
  private final int port;

  public ApiClient(Vertx vertx, Contract contract, int port) {
    this.contract = contract;
    this.validator = ResponseValidator.create(vertx, contract.openApi());
    this.http =
        vertx.createHttpClient(new HttpClientOptions(), new PoolOptions().setHttp1MaxSize(64));
    this.port = port;
  }

  /** What came back. */
  public record Reply(int status, MultiMap headers, Buffer body) {
    public JsonObject object() {
      return body.toJsonObject();
    }

    public JsonArray array() {
      return body.toJsonArray();
    }

    public String code() {
      return object().getString("code");
    }
  }

  public Reply get(String target, String... headers) {
    return send(HttpMethod.GET, target, null, headers);
  }

  public Reply send(HttpMethod method, String target, Buffer body, String... headers) {
    return await(begin(method, target, body, headers));
  }

  /** @param headers name, value, name, value, ... */
  public Future<Reply> begin(HttpMethod method, String target, Buffer body, String... headers) {
    var sent = MultiMap.caseInsensitiveMultiMap();
    for (var i = 0; i < headers.length; i += 2) {
      sent.add(headers[i], headers[i + 1]);
    }
    var options = new RequestOptions()
        .setHost("localhost")
        .setPort(port)
        .setMethod(method)
        .setURI(target)
        .setHeaders(sent);
    return http.request(options)
        .compose(request -> (body == null ? request.send() : request.send(body))
            // Inside, on the event loop: a body that nobody waits for in time is gone.
            .compose(response -> response
                .body()
                .map(bytes -> new Reply(response.statusCode(), headers(response), bytes))))
        .compose(reply -> validated(method, target, reply));
  }

  private static MultiMap headers(HttpClientResponse response) {
    return MultiMap.caseInsensitiveMultiMap().addAll(response.headers());
  }

  private Future<Reply> validated(HttpMethod method, String target, Reply reply) {
    try {
      assertEquals("nosniff", reply.headers().get("X-Content-Type-Options"));
      assertTrue(reply.status() < 500 || reply.status() == 503, () -> "a fault: " + reply);
      if (reply.status() >= 400 && method != HttpMethod.HEAD) {
        assertProblem(reply);
      }
    } catch (AssertionError e) {
      return Future.failedFuture(e);
    }
    var operation = operation(method, target);
    if (operation == null || method == HttpMethod.HEAD) {
      return Future.succeededFuture(reply);
    }
    var headers = Map.copyOf(plain(reply.headers()));
    var response = reply.body().length() == 0
        ? ValidatableResponse.create(reply.status(), headers)
        : ValidatableResponse.create(reply.status(), headers, reply.body(), mediaType(reply));
    return validator
        .validate(response, operation.getOperationId())
        .transform(result -> result.succeeded()
            ? Future.succeededFuture(reply)
            : Future.failedFuture(new AssertionError(
                operation.getOperationId() + " answered what the contract does not describe: "
                    + reply,
                result.cause())));
  }

  public static void assertProblem(Reply reply) {
    assertEquals(Problem.MEDIA_TYPE, reply.headers().get("Content-Type"));
    assertEquals(reply.status(), reply.object().getInteger("status"));
    assertNotNull(reply.code(), reply::toString);
    assertEquals(reply.headers().get("X-Request-Id"), reply.object().getString("request_id"));
    if (reply.status() == 503) {
      assertNotNull(reply.headers().get("Retry-After"), reply::toString);
    }
  }

  /** The validator reads a header's text as JSON where it can: as JSON, text stays text. */
  private static Map<String, String> plain(MultiMap headers) {
    var plain = new HashMap<String, String>();
    headers.forEach(header -> plain.put(
        header.getKey(),
        header.getValue().matches("[0-9]+") ? header.getValue() : Json.encode(header.getValue())));
    return plain;
  }

  private static String mediaType(Reply reply) {
    var type = reply.headers().get("Content-Type");
    return Problem.MEDIA_TYPE.equals(type) ? MediaTypes.PROBLEM : type;
  }

  private Operation operation(HttpMethod method, String target) {
    var path = target.split("\\?", 2)[0];
    for (var declared : contract.openApi().getPaths()) {
      if (path.matches(declared.getName().replaceAll("\\{.*?}", "[^/]+"))) {
        for (var operation : declared.getOperations()) {
          if (operation.getHttpMethod().equals(method)) {
            return operation;
          }
        }
      }
    }
    return null;
  }

  public void close() {
    await(http.close());
  }

  /** The result, on the test's own thread; a failure or half a minute without one fails the test. */
  public static <T> T await(Future<T> future) {
    try {
      return future.await(30, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("no result in 30 s", e);
    }
  }

  /** Fails the test with the reply in the message when the status is another. */
  public static Reply expect(int status, Reply reply) {
    if (reply.status() != status) {
      fail("expected " + status + " but was " + reply.status() + ": " + reply.body());
    }
    return reply;
  }
}
