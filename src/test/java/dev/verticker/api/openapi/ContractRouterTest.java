package dev.verticker.api.openapi;

import static dev.verticker.api.openapi.ApiClient.expect;
import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.pages.DocsPage;
import dev.verticker.api.request.ApiRequest;
import dev.verticker.api.request.Caller;
import dev.verticker.bus.Failure;
import dev.verticker.http.HttpServers;
import dev.verticker.testing.Await;
import dev.verticker.testing.RawHttp;
import dev.verticker.testing.RecordedLog;
import dev.verticker.testing.TestHttpClient.Response;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(VertxExtension.class)
class ContractRouterTest {
  private static final String READER = "Bearer reader";
  private static final String WRITER = "Bearer writer";

  private final Vertx vertx;
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final List<ApiRequest> handled = new CopyOnWriteArrayList<>();
  private Contract contract;
  private ApiClient client;
  private int port;
  private volatile Future<ApiResponse> answer;

  ContractRouterTest(Vertx vertx) {
    this.vertx = vertx;
  }

  @BeforeAll
  void serve() {
    contract = await(Contract.load(vertx, "openapi/library.yaml"));
    var router = complete().createRouter("library", metrics);
    await(DocsPage.load(vertx, contract)).mount(router);
    var server =
        await(HttpServers.create(vertx, "localhost", 0).requestHandler(router).listen());
    port = server.actualPort();
    client = new ApiClient(vertx, contract, port);
  }

  @BeforeEach
  void forget() {
    handled.clear();
    answer = Future.succeededFuture(ApiResponse.json(Buffer.buffer("{}")));
  }

  @Test
  void the_handler_receives_decoded_values_with_their_declared_types() {
    var reply = client.get(
        "/shelves/7/books?titles=1000,a%2525+b&since=2025-08-20T10:00:00+02:00&lent=true",
        "Authorization", READER, "X-Reader", "ada");

    expect(200, reply);
    var request = handled.get(0);
    assertEquals(
        List.of(7L, List.of("1000", "a%25 b"), "2025-08-20T10:00:00+02:00", true, "ada", "reader"),
        List.of(
            request.pathNumber("number"),
            request.queryList("titles").orElseThrow(),
            request.query("since").orElseThrow(),
            request.queryFlag("lent").orElseThrow(),
            request.header("X-Reader").orElseThrow(),
            request.caller().name()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/shelves/0/books            | path/number      | minimum",
        "/shelves/one/books          | path/number      | type",
        "/shelves/1e9/books          | path/number      | type",
        "/shelves/1/books?titles=a,,b| query/titles/1   | min-length",
        "/shelves/1/books?titles=a,b,c,d | query/titles | max-items",
        "/shelves/1/books?lent=yes   | query/lent       | type",
        "/shelves/1/books?lent       | query/lent       | type",
        "/shelves/1/books?lent=true&lent=true | query/lent | repeated",
        "/shelves/1/books?since=yesterday | query/since | format",
        "/shelves/1/books?Lent=true  | query/Lent       | unknown-parameter",
      })
  void an_invalid_parameter_is_422_with_its_pointer_and_calls_no_handler(
      String target, String pointer, String code) {
    var reply = expect(422, client.get(target, "Authorization", READER));

    var error = reply.object().getJsonArray("errors").getJsonObject(0);
    assertEquals(pointer, error.getString("pointer"));
    assertEquals(code, error.getString("code"));
    assertEquals(List.of(), handled);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/shelves/%00/books",
        "/shelves/1/books?titles=%00",
        "/shelves/1/books?titles=%ff",
        "/shelves/1/books?titles=%c0%80",
        "/shelves/1/books?titles=%ed%a0%80",
        "/shelves/1/books?titles=%2",
        "/shelves/1/books?titles=%zz",
        "/nowhere/%00"
      })
  void an_undecodable_url_is_400_and_calls_no_handler(String target) {
    assertEquals(
        "malformed-request",
        expect(400, client.get(target, "Authorization", READER)).code());
    assertEquals(List.of(), handled);
  }

  @Test
  void a_422_lists_each_error_of_a_body_once() {
    var book = new JsonObject()
        .put("title", "x")
        .put("pages", 0)
        .put("colour", "red")
        .put("author", new JsonObject().put("name", "ada"));

    var reply = expect(422, post("/shelves/1/books", book.encode()));

    var found = reply.object().getJsonArray("errors").stream()
        .map(error -> ((JsonObject) error).getString("pointer") + " "
            + ((JsonObject) error).getString("code"))
        .sorted()
        .toList();
    assertEquals(
        List.of(
            "/author/name pattern", "/colour unknown-field", "/pages minimum", "/title min-length"),
        found);
  }

  @Test
  void a_422_names_a_missing_field() {
    var errors = expect(422, post("/shelves/1/books", "{}")).object().getJsonArray("errors");

    assertEquals(
        new JsonArray()
            .add(new JsonObject()
                .put("pointer", "")
                .put("code", "required")
                .put("detail", "Missing field \"title\".")),
        errors);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "[]",
        "null",
        "7",
        "\"a\"",
        "{\"title\":\"\\u0000\"}",
        "{\"title\":\"\\ud800\"}",
        "{} {}",
        "{\"title\":\"a\",\"title\":\"b\"}",
        "{/* a */\"title\":\"a\"}"
      })
  void a_body_that_is_not_a_strict_json_object_is_400(String body) {
    assertEquals("malformed-json", expect(400, post("/shelves/1/books", body)).code());
  }

  @Test
  void a_body_that_is_not_utf8_is_400() {
    var bytes = Buffer.buffer(new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'});

    var reply = client.send(
        HttpMethod.POST,
        "/shelves/1/books",
        bytes,
        "Authorization",
        WRITER,
        "Content-Type",
        "application/json");

    expect(400, reply);
  }

  @Test
  void an_unsupported_media_type_is_415_with_the_supported_one_in_accept() {
    var reply = client.send(
        HttpMethod.POST,
        "/shelves/1/books",
        Buffer.buffer("a=b"),
        "Authorization",
        WRITER,
        "Content-Type",
        "text/plain");

    expect(415, reply);
    assertEquals("application/json", reply.headers().get("Accept"));
  }

  @Test
  void a_body_over_64_kB_is_413() {
    assertEquals(
        "body-too-large",
        expect(413, post("/shelves/1/books", " ".repeat(65537))).code());
  }

  @Test
  void the_handler_receives_a_form_as_an_object_of_its_fields() {
    var reply = client.send(
        HttpMethod.POST,
        "/sign-in",
        Buffer.buffer("username=ad%61&password=a+b%2Bc&grant_type=password"),
        "Content-Type",
        "application/x-www-form-urlencoded");

    expect(200, reply);
    assertEquals(
        new JsonObject()
            .put("username", "ada")
            .put("password", "a b+c")
            .put("grant_type", "password"),
        handled.get(0).body());
  }

  @ParameterizedTest
  @ValueSource(strings = {"username=a", "username=a&username=b&password=c", "password=&username=a"})
  void an_invalid_form_is_422(String form) {
    expect(
        422,
        client.send(
            HttpMethod.POST,
            "/sign-in",
            Buffer.buffer(form),
            "Content-Type",
            "application/x-www-form-urlencoded"));
  }

  @Test
  void a_request_without_credentials_is_401_with_a_challenge_before_validation() {
    var reply = expect(401, client.get("/shelves/0/books?nonsense=1"));

    assertEquals("token-missing", reply.code());
    assertEquals("Bearer", reply.headers().get("WWW-Authenticate"));
  }

  @Test
  void a_caller_without_permission_is_403_without_a_challenge() {
    var reply = client.send(
        HttpMethod.POST,
        "/shelves/1/books",
        Buffer.buffer("{}"),
        "Authorization",
        READER,
        "Content-Type",
        "application/json");

    assertEquals("not-allowed", expect(403, reply).code());
    assertNull(reply.headers().get("WWW-Authenticate"));
  }

  @Test
  void a_response_contains_the_detail_of_a_failure_but_no_text_of_an_exception() {
    answer = Future.failedFuture(
        new Failure.Unavailable("busy", "Try again.", Duration.ofMillis(1200), List.of()));
    var busy = expect(503, client.get("/shelves/1/books", "Authorization", READER));
    assertEquals("2", busy.headers().get("Retry-After"));
    assertEquals("Try again.", busy.object().getString("detail"));
    assertEquals("/shelves/1/books", busy.object().getString("instance"));

    answer = Future.failedFuture(new IllegalStateException("jdbc:secret"));
    var broken = assertThrows(
        AssertionError.class, () -> client.get("/shelves/1/books", "Authorization", READER));
    assertTrue(broken.getMessage().contains("\"code\":\"internal\""), broken.getMessage());
    assertTrue(!broken.getMessage().contains("secret"), broken.getMessage());
  }

  @Test
  void unknown_paths_and_methods_are_problems() {
    assertEquals("not-found", expect(404, client.get("/nowhere")).code());
    assertEquals("not-found", expect(404, client.get("/")).code());
    var reply = client.send(HttpMethod.DELETE, "/shelves/1/books", null);
    assertEquals("method-not-allowed", expect(405, reply).code());
    assertEquals("GET, HEAD, OPTIONS, POST", reply.headers().get("Allow"));
    assertEquals("OPTIONS, POST", expect(405, client.get("/sign-in")).headers().get("Allow"));
    expect(405, client.send(HttpMethod.valueOf("BREW"), "/sign-in", null));
    expect(404, client.send(HttpMethod.OPTIONS, "*", null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=x",
        "Multipart/Form-Data; boundary=\"",
        "application/x-www-form-urlencoded"
      })
  void the_content_type_of_a_form_does_not_change_the_response_to_another_method(String type) {
    for (var method : List.of("GET", "HEAD", "TRACE", "PUT", "BREW")) {
      var reply = client.send(
          HttpMethod.valueOf(method), "/sign-in", Buffer.buffer("a=b"), "Content-Type", type);
      assertEquals("OPTIONS, POST", expect(405, reply).headers().get("Allow"), method);
    }
    expect(
        204,
        client.send(HttpMethod.OPTIONS, "/sign-in", Buffer.buffer("a=b"), "Content-Type", type));
    expect(
        200,
        client.send(
            HttpMethod.GET,
            "/shelves/1/books",
            Buffer.buffer("a=b"),
            "Content-Type",
            type,
            "Authorization",
            READER));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=x",
        "multipart/form-data; charset=none",
        ";",
        "",
        "application/x-www-form-urlencoded; charset=none"
      })
  void an_unsupported_content_type_is_415(String type) {
    for (var target : List.of("/sign-in", "/shelves/1/books")) {
      var reply = client.send(
          HttpMethod.POST,
          target,
          Buffer.buffer("--x\r\n"),
          "Content-Type",
          type,
          "Authorization",
          WRITER);
      assertEquals("unsupported-media-type", expect(415, reply).code(), target);
    }
    assertEquals(List.of(), handled);
  }

  @Test
  void a_path_with_a_slash_at_its_end_is_404() {
    for (var method : List.of("GET", "HEAD", "POST", "OPTIONS", "DELETE")) {
      for (var path : List.of("/shelves/1/books/", "/shelves/1/books//", "/sign-in/")) {
        expect(404, client.send(HttpMethod.valueOf(method), path, null, "Authorization", WRITER));
      }
    }
    assertEquals(List.of(), handled);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"zz\r\n{}\r\n0\r\n\r\n", "\r\n", "ffffffffffffffffff\r\n", "2\r\n{}0\r\n\r\n"})
  void a_broken_chunk_is_400_and_no_error_in_the_log(String chunk) throws IOException {
    try (var log = RecordedLog.errors();
        var raw = new RawHttp(port)) {
      var answer = raw.send("POST /sign-in HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
              + "Content-Type: application/x-www-form-urlencoded\r\n\r\n" + chunk)
          .untilClosed();
      assertTrue(answer.startsWith("HTTP/1.1 400"), answer);
      assertTrue(answer.contains("\"code\":\"malformed-request\""), answer);
      assertEquals(List.of(), log.lines());
    }
  }

  @Test
  void a_client_that_disconnects_is_counted_and_causes_no_error_in_the_log() throws IOException {
    var before = aborts();
    var pending = Promise.<ApiResponse>promise();
    try (var log = RecordedLog.errors()) {
      try (var raw = new RawHttp(port)) {
        raw.send("POST /sign-in HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nusername=");
      }
      Await.until("a disconnect in the body", () -> aborts() == before + 1);
      answer = pending.future();
      try (var raw = new RawHttp(port)) {
        raw.send("GET /shelves/1/books HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n"
            + "Authorization: Bearer reader\r\n\r\n");
        Await.until("the request is handled", () -> !handled.isEmpty());
      }
      Await.until("a disconnect before the response", () -> aborts() == before + 2);
      pending.complete(ApiResponse.json(Buffer.buffer("{}")));
      assertEquals(List.of(), log.lines());
    }
  }

  @Test
  void options_lists_the_supported_methods() {
    var reply = expect(204, client.send(HttpMethod.OPTIONS, "/shelves/1/books", null));

    assertEquals("GET, HEAD, OPTIONS, POST", reply.headers().get("Allow"));
  }

  @Test
  void head_returns_the_headers_of_get() {
    var reply = client.send(HttpMethod.HEAD, "/shelves/1/books", null, "Authorization", READER);

    expect(200, reply);
    assertEquals("2", reply.headers().get("Content-Length"));
    assertEquals(0, reply.body().length());
    expect(422, client.send(HttpMethod.HEAD, "/shelves/0/books", null, "Authorization", READER));
    expect(401, client.send(HttpMethod.HEAD, "/shelves/1/books", null));
  }

  @Test
  void a_valid_request_id_is_returned_and_any_other_replaced() {
    assertEquals(
        "my-id.1", client.get("/nowhere", "X-Request-Id", "my-id.1").headers().get("X-Request-Id"));
    for (var bad : List.of("a b", "x".repeat(65), "<script>", "")) {
      var given = client.get("/nowhere", "X-Request-Id", bad).headers().get("X-Request-Id");
      assertNotEquals(bad, given);
      assertTrue(given.matches("[A-Za-z0-9._-]{1,64}"), given);
    }
    var twice = client.get("/nowhere", "X-Request-Id", "a", "X-Request-Id", "b");
    assertTrue(twice.headers().get("X-Request-Id").length() > 1);
  }

  @Test
  void responses_are_counted_by_operation_status_and_caller() {
    var before = counted("listBooks", "200", "reader");

    client.get("/shelves/1/books", "Authorization", READER);

    // A client may receive a response before the server counts it.
    Await.until("it is counted", () -> counted("listBooks", "200", "reader") > before);
    assertEquals(before + 1, counted("listBooks", "200", "reader"));
  }

  @Test
  void the_documentation_page_loads_only_packaged_files() {
    var page = expect(200, client.get("/docs"));
    var policy = page.headers().get("Content-Security-Policy");
    assertTrue(
        policy.startsWith("default-src 'none'; script-src 'self'; style-src 'self';"), policy);
    assertTrue(page.body().toString().contains("<title>A library for tests</title>"));
    for (var link : page.body().toString().split("(?:src|href)=\"")) {
      if (link.startsWith("/docs/")) {
        expect(200, client.get(link.substring(0, link.indexOf('"'))));
      }
    }
    var published = expect(200, client.get("/openapi.yaml"));
    assertEquals("application/yaml", published.headers().get("Content-Type"));
    assertEquals(contract.published(), published.body());
    expect(405, client.send(HttpMethod.POST, "/docs", Buffer.buffer("x")));
    expect(404, client.get("/docs/../META-INF/MANIFEST.MF"));
    expect(404, client.get("/docs/%2e%2e/conf/settings.yaml"));
  }

  @Test
  void start_up_fails_with_an_operation_without_handler() {
    var fault =
        assertThrows(InvalidContractException.class, () -> new ContractRouter(vertx, contract)
            .security("bearer", new Tokens())
            .operation("listBooks", this::handle)
            .operation("addBook", this::handle)
            .createRouter("library", metrics));

    assertEquals("openapi/library.yaml: operation signIn has no handler", fault.getMessage());
  }

  @Test
  void start_up_fails_with_a_handler_without_operation() {
    var fault = assertThrows(
        InvalidContractException.class,
        () -> complete().operation("burnBook", this::handle).createRouter("library", metrics));

    assertEquals(
        "openapi/library.yaml: operation burnBook has a handler but is not in the contract",
        fault.getMessage());
  }

  @Test
  void start_up_fails_with_a_security_scheme_without_authenticator() {
    var unguarded = new ContractRouter(vertx, contract)
        .operation("listBooks", this::handle)
        .operation("addBook", this::handle)
        .operation("signIn", this::handle);

    var fault = assertThrows(
        InvalidContractException.class, () -> unguarded.createRouter("library", metrics));

    assertTrue(
        fault
            .getMessage()
            .contains(
                "operation listBooks requires security scheme \"bearer\", which has no authenticator"),
        fault.getMessage());
  }

  @Test
  void start_up_fails_with_all_errors_of_a_contract() {
    var careless = await(Contract.load(vertx, "openapi/careless.yaml"));
    var router = new ContractRouter(vertx, careless).operation("peek", this::handle);

    var fault = assertThrows(
        InvalidContractException.class, () -> router.createRouter("careless", metrics));

    assertEquals(
        """
        openapi/careless.yaml: operation peek has no security requirement; a public operation declares "security: []"
        openapi/careless.yaml: operation peek names "id" in x-owner, which is not a parameter of its path
        openapi/careless.yaml: operation peek has If-Match but no response 412
        openapi/careless.yaml: operation peek has If-None-Match but no response 304
        openapi/careless.yaml: operation peek must have application/problem+json as the only content of response 400""",
        fault.getMessage());
  }

  private double aborts() {
    return metrics
        .get("http_client_aborts_total")
        .tag("api", "library")
        .counter()
        .count();
  }

  private long counted(String operation, String status, String caller) {
    var timer = metrics
        .find("http_requests")
        .tags("api", "library", "operation", operation, "status", status, "caller", caller)
        .timer();
    return timer == null ? 0 : timer.count();
  }

  private Response post(String target, String body) {
    return client.send(
        HttpMethod.POST,
        target,
        Buffer.buffer(body),
        "Authorization",
        WRITER,
        "Content-Type",
        "application/json; charset=utf-8");
  }

  private ContractRouter complete() {
    return new ContractRouter(vertx, contract)
        .security("bearer", new Tokens())
        .operation("listBooks", this::handle)
        .operation("addBook", this::handle)
        .operation("signIn", this::handle);
  }

  private Future<ApiResponse> handle(ApiRequest request) {
    handled.add(request);
    return answer;
  }

  /** Accepts two tokens named after their callers; only the writer has permissions. */
  private static final class Tokens implements Authenticator {
    @Override
    public Future<Caller> authenticate(HttpServerRequest request, Requirement requirement) {
      var token = request.getHeader("Authorization");
      if (token == null) {
        return Future.failedFuture(new Failure.Unauthenticated("token-missing", "Missing token."));
      }
      if (!requirement.permissions().isEmpty() && token.equals(READER)) {
        return Future.failedFuture(new Failure.Forbidden("not-allowed", "Missing permission."));
      }
      return Future.succeededFuture(() -> token.substring("Bearer ".length()));
    }

    @Override
    public String challenge(Failure.Unauthenticated failure) {
      return failure.code().equals("token-missing") ? "Bearer" : "Bearer error=\"invalid_token\"";
    }
  }
}
