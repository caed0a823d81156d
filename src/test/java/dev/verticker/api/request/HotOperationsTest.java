package dev.verticker.api.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.openapi.ApiResponse;
import dev.verticker.api.openapi.Authenticator;
import dev.verticker.api.openapi.Contract;
import dev.verticker.api.openapi.ContractRouter;
import dev.verticker.bus.Failure;
import dev.verticker.http.HttpServers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.Validator;
import io.vertx.openapi.contract.Location;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.contract.Parameter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that compiled schemas do not change any response. */
class HotOperationsTest {
  private static final String MARK = "x-hot: true";

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient http = vertx.createHttpClient();

  /**
   * The compared parts of a response.
   *
   * @param body null for an accepted request, which a stub handles
   */
  private record Seen(int status, JsonObject body) {}

  private record Question(String target, String header, String value) {}

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  @ParameterizedTest
  @ValueSource(strings = {"openapi/price-api.yaml", "openapi/user-api.yaml"})
  void a_hot_operation_accepts_and_rejects_the_same_requests_as_an_unmarked_one(String resource) {
    var contract = Contract.load(vertx, resource).await();
    var plain = withoutMarks(contract);
    var hotPort = serve(contract);
    var plainPort = serve(plain);
    var accepted = 0;
    var refused = 0;
    for (var question : corpus(contract)) {
      var seen = send(hotPort, question);
      assertEquals(send(plainPort, question), seen, question::toString);
      accepted += seen.status() == 200 ? 1 : 0;
      refused += seen.status() == 422 ? 1 : 0;
    }
    assertTrue(accepted > 20 && refused > 20, accepted + " accepted, " + refused + " refused");
  }

  @Test
  void a_compiled_schema_accepts_only_values_that_the_library_accepts() {
    var schemas = List.of(
        "{\"type\":\"string\",\"minLength\":2,\"maxLength\":3}",
        "{\"type\":\"string\",\"pattern\":\"^(me|[1-9][0-9]{0,17})$\"}",
        "{\"type\":\"integer\",\"minimum\":0,\"maximum\":7}",
        "{\"type\":\"boolean\"}",
        "{\"type\":\"array\",\"minItems\":1,\"maxItems\":3,\"uniqueItems\":true,\"items\":{\"type\":\"string\",\"maxLength\":2}}",
        "{\"minLength\":2,\"minimum\":3,\"minItems\":2}");
    var options = new JsonSchemaOptions().setBaseUri("app://test").setDraft(Draft.DRAFT202012);
    for (var schema : schemas) {
      var compiled = CompiledSchema.of(new JsonObject(schema));
      var library = Validator.create(JsonSchema.of(new JsonObject(schema)), options);
      for (var value : values()) {
        var given =
            value instanceof ApiRequest.StringList texts ? new JsonArray(texts.values()) : value;
        assertEquals(
            library.validate(given).getValid(), compiled.test(value), schema + " and " + given);
      }
    }
  }

  @Test
  void an_unsupported_keyword_fails_the_start() {
    var schema = new JsonObject().put("type", "string").put("format", "date-time");
    var fault = assertThrows(IllegalArgumentException.class, () -> CompiledSchema.of(schema));
    assertTrue(fault.getMessage().contains("\"format\""), fault.getMessage());
  }

  private static Stream<Object> texts() {
    // 𝄞 is one code point of two chars.
    return Stream.of(
        "", "a", "ab", "abc", "abcd", "𝄞", "a𝄞𝄞", "𝄞𝄞𝄞𝄞", "me", "me\n", "0", "12", "x me");
  }

  private static List<Object> values() {
    var lists = Stream.of(
            List.<String>of(),
            List.of("a"),
            List.of("a", "a"),
            List.of("a", "b", "c"),
            List.of("a", "b", "c", "d"),
            List.of("abc"),
            List.of(""))
        .map(ApiRequest.StringList::new);
    return Stream.<Stream<?>>of(
            texts(),
            Stream.of(-1L, 0L, 3L, 7L, 8L, Long.MAX_VALUE, Long.MIN_VALUE, true, false),
            lists)
        .<Object>flatMap(stream -> stream)
        .toList();
  }

  /** Returns each parameter of each hot operation with each value, once and repeated, and an undeclared name. */
  private static List<Question> corpus(Contract contract) {
    var corpus = new ArrayList<Question>();
    for (var operation : contract.openApi().operations()) {
      if (operation.getOpenAPIModel().getBoolean(RequestValidator.HOT, false)) {
        var good = path(operation, "me");
        corpus.add(new Question(good, null, null));
        corpus.add(new Question(good + "?no_such=1", null, null));
        for (var parameter : operation.getParameters()) {
          sent().forEach(value -> corpus.add(question(operation, parameter, value)));
          if (parameter.getIn() == Location.QUERY) {
            corpus.add(new Question(
                good + "?" + parameter.getName() + "=1&" + parameter.getName() + "=1", null, null));
          }
        }
      }
    }
    assertFalse(corpus.isEmpty());
    return corpus;
  }

  private static Stream<String> sent() {
    return Stream.concat(
        Stream.of(
            "1",
            "0",
            "-1",
            "1000",
            "1001",
            "31536000",
            "31536001",
            "01",
            "1.0",
            "1e3",
            "+1",
            " 1",
            "999999999999999999",
            "9999999999999999999",
            "me",
            "ME",
            "me\n",
            "BTCUSDT",
            "a,b",
            "a,a",
            "a,,b",
            ",",
            "ä",
            "𝄞",
            "a b",
            "a/b",
            "x".repeat(64),
            "x".repeat(65),
            "𝄞".repeat(64),
            "𝄞".repeat(65),
            "a," + "y".repeat(65),
            "\"3\"",
            "W/\"3\"",
            "*",
            "x".repeat(1000),
            "x".repeat(1001)),
        Stream.of(100, 101).map(many -> IntStream.range(0, many)
            .mapToObj(number -> "S" + number)
            .collect(Collectors.joining(","))));
  }

  private static Question question(Operation operation, Parameter parameter, String value) {
    var encoded = URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    return switch (parameter.getIn()) {
      case PATH -> new Question(path(operation, encoded), null, null);
      case QUERY ->
        new Question(path(operation, "me") + "?" + parameter.getName() + "=" + encoded, null, null);
      default -> new Question(path(operation, "me"), parameter.getName(), header(value));
    };
  }

  /** Replaces characters that HTTP does not allow in a header. */
  private static String header(String value) {
    return value.replaceAll("[^\\x20-\\x7e]", "?");
  }

  private static String path(Operation operation, String value) {
    return operation.getOpenAPIPath().replaceAll("\\{.*?}", value);
  }

  private Seen send(int port, Question question) {
    return http.request(HttpMethod.GET, port, "localhost", question.target())
        .compose(request -> {
          if (question.header() != null) {
            request.putHeader(question.header(), question.value());
          }
          return request
              .send()
              // On the event loop: a body without a handler in time is lost.
              .compose(response -> response.body().map(body -> seen(response.statusCode(), body)));
        })
        .await();
  }

  private static Seen seen(int status, Buffer body) {
    if (status < 400) {
      return new Seen(status, null);
    }
    var problem = body.toJsonObject();
    problem.remove("request_id");
    return new Seen(status, problem);
  }

  private int serve(Contract contract) {
    var router = new ContractRouter(vertx, contract);
    contract
        .openApi()
        .operations()
        .forEach(operation -> router.operation(
            operation.getOperationId(),
            request -> Future.succeededFuture(ApiResponse.json(Buffer.buffer("{}")))));
    for (var scheme : List.of("apiKey", "binanceKey", "login")) {
      router.security(scheme, new AcceptingAuthenticator());
    }
    return HttpServers.create(vertx, "localhost", 0)
        .requestHandler(router.createRouter("hot", new SimpleMeterRegistry()))
        .listen()
        .await()
        .actualPort();
  }

  private Contract withoutMarks(Contract contract) {
    var text = contract.published().toString();
    assertTrue(text.contains(MARK));
    return Contract.of(vertx, "plain.yaml", text.replace(MARK, "x-cold: true")).await();
  }

  private static final class AcceptingAuthenticator implements Authenticator {
    @Override
    public Future<Caller> authenticate(HttpServerRequest request, Requirement requirement) {
      return Future.succeededFuture(Caller.ANONYMOUS);
    }

    @Override
    public String challenge(Failure.Unauthenticated failure) {
      return "none";
    }
  }
}
