package dev.verticker.api.openapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.request.MediaTypes;
import dev.verticker.http.Problem;
import dev.verticker.testing.Await;
import dev.verticker.testing.TestHttpClient;
import dev.verticker.testing.TestHttpClient.Response;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.Json;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.validation.ResponseValidator;
import io.vertx.openapi.validation.ValidatableResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** An HTTP client that validates each response against the contract: an undocumented response fails the test. */
public final class ApiClient {
  private final Contract contract;
  private final ResponseValidator validator;
  private final TestHttpClient http;

  public ApiClient(Vertx vertx, Contract contract, int port) {
    this.contract = contract;
    this.validator = ResponseValidator.create(vertx, contract.openApi());
    this.http = new TestHttpClient(vertx, port);
  }

  public Response get(String target, String... headers) {
    return send(HttpMethod.GET, target, null, headers);
  }

  public Response send(HttpMethod method, String target, Buffer body, String... headers) {
    return Await.await(TestHttpClient.MAX_WAIT, begin(method, target, body, headers));
  }

  /** @param headers alternating names and values */
  public Future<Response> begin(HttpMethod method, String target, Buffer body, String... headers) {
    return http.request(method, target)
        .headers(headers)
        .body(body)
        .begin()
        .compose(response -> validated(method, target, response));
  }

  /** Fails unless the contract describes the response to this request. */
  Future<Response> validated(HttpMethod method, String target, Response response) {
    try {
      assertEquals("nosniff", response.headers().get("X-Content-Type-Options"));
      assertTrue(
          response.status() < 500 || response.status() == 503, () -> "a server error: " + response);
      if (response.status() >= 400 && method != HttpMethod.HEAD) {
        assertError(target, response);
      }
    } catch (AssertionError e) {
      return Future.failedFuture(e);
    }
    var operation = operation(method, target);
    if (operation == null || method == HttpMethod.HEAD) {
      return Future.succeededFuture(response);
    }
    var headers = Map.copyOf(plain(response.headers()));
    var validatable = response.body().length() == 0
        ? ValidatableResponse.create(response.status(), headers)
        : ValidatableResponse.create(
            response.status(), headers, body(response), mediaType(response));
    return validator
        .validate(validatable, operation.getOperationId())
        .transform(result -> result.succeeded()
            ? Future.succeededFuture(response)
            : Future.failedFuture(new AssertionError(
                operation.getOperationId()
                    + " returned a response that the contract does not describe: " + response,
                result.cause())));
  }

  /** Fails unless the body is a problem or, below {@code /api/v3}, an error of the exchange. */
  static void assertError(String target, Response response) {
    if (!target.startsWith("/api/v3")
        || Problem.MEDIA_TYPE.equals(response.headers().get("Content-Type"))) {
      assertProblem(response);
      return;
    }
    assertEquals(Set.of("code", "msg"), response.object().fieldNames());
    assertTrue(response.object().getInteger("code") < 0, response::toString);
    if (response.status() == 503) {
      assertNotNull(response.headers().get("Retry-After"), response::toString);
    }
  }

  public static void assertProblem(Response response) {
    assertEquals(Problem.MEDIA_TYPE, response.headers().get("Content-Type"));
    assertEquals(response.status(), response.object().getInteger("status"));
    assertNotNull(response.code(), response::toString);
    assertEquals(response.headers().get("X-Request-Id"), response.object().getString("request_id"));
    if (response.status() == 503) {
      assertNotNull(response.headers().get("Retry-After"), response::toString);
    }
  }

  /** The validator parses a header as JSON if it can; text that is encoded as JSON stays text. */
  private static Map<String, String> plain(MultiMap headers) {
    var plain = new HashMap<String, String>();
    headers.forEach(header -> plain.put(
        header.getKey(),
        header.getValue().matches("[0-9]+") ? header.getValue() : Json.encode(header.getValue())));
    return plain;
  }

  private static String mediaType(Response response) {
    var type = response.headers().get("Content-Type");
    return Problem.MEDIA_TYPE.equals(type)
        ? MediaTypes.PROBLEM
        : isCsv(response) ? MediaTypes.CSV : type;
  }

  private static Buffer body(Response response) {
    return isCsv(response)
        ? Buffer.buffer(Json.encode(response.body().toString()))
        : response.body();
  }

  private static boolean isCsv(Response response) {
    return "text/csv".equals(response.headers().get("Content-Type"));
  }

  private Operation operation(HttpMethod method, String target) {
    var path = target.split("\\?", 2)[0];
    var paths = contract.openApi().getPaths();
    var literal = paths.stream().anyMatch(declared -> declared.getName().equals(path));
    for (var declared : paths) {
      if (literal
          ? path.equals(declared.getName())
          : path.matches(declared.getName().replaceAll("\\{.*?}", "[^/]+"))) {
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
    http.close();
  }

  /** Fails the test with the response in the message if the status differs. */
  public static Response expect(int status, Response response) {
    return response.expect(status);
  }
}
