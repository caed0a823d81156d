package dev.verticker.api.openapi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.testing.Await;
import dev.verticker.testing.TestHttpClient.Response;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.openapi.contract.Location;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.contract.Path;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/**
 * Requests that no HTTP client sends: every operation as every caller, combined with other methods, content types, boundaries,
 * broken chunks and disconnects. A server error, a response that the contract does not describe and a missing response are
 * faults.
 */
public final class HostileRequests {
  /** @param headers complete header lines */
  public record Caller(String name, List<String> headers) {}

  private static final int AT_ONCE = 8;
  private static final int MAX_SILENCE_MS = 5_000;
  private static final int MAX_REPORTED = 20;
  private static final String CRLF = "\r\n";

  /** Statuses of requests that the server rejects before it knows their operation. */
  private static final List<Integer> UNPARSED = List.of(400, 413, 414, 431);

  private static final List<String> METHODS = List.of(
      "GET",
      "HEAD",
      "POST",
      "PUT",
      "PATCH",
      "DELETE",
      "OPTIONS",
      "TRACE",
      "CONNECT",
      "PROPFIND",
      "QUERY",
      "BREW",
      "get",
      "M-SEARCH");

  private static final String LONG = "b".repeat(3000);

  private static final List<String> TYPES = List.of(
      "application/json",
      "application/json; charset=utf-8",
      "application/json; charset=utf-16",
      "application/merge-patch+json",
      "application/x-www-form-urlencoded",
      "application/x-www-form-urlencoded; charset=utf-8",
      "APPLICATION/X-WWW-FORM-URLENCODED",
      "application/x-www-form-urlencoded-not",
      "multipart/form-data",
      "multipart/form-data; boundary=",
      "multipart/form-data; boundary=\"\"",
      "multipart/form-data; boundary=\"",
      "multipart/form-data; boundary=x",
      "multipart/form-data; boundary=x; boundary=",
      "multipart/form-data; boundary=" + LONG,
      "multipart/form-data; charset=none; boundary=x",
      "Multipart/Form-Data; Boundary=",
      "multipart/form-databoundary=",
      "multipart/mixed; boundary=",
      "text/plain",
      "*/*",
      ";",
      "boundary=",
      "nonsense");

  private static final List<String> BODIES = List.of(
      "{}",
      "[]",
      "null",
      "7",
      "\"text\"",
      "{",
      "",
      "a=b",
      "=",
      "&&%",
      "username=admin&username=b&password=%ff",
      "refresh_token=x",
      "a".repeat(9000) + "=" + "b".repeat(9000),
      "a=1&".repeat(300),
      "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--x--\r\n",
      "--x\r\nContent-Disposition: form-data; name=\"a\"; filename=\"../a\"\r\nContent-Type: x\r\n\r\nb\r\n--x--\r\n",
      "--x\r\nContent-Disposition: form-data\r\n\r\n",
      "--\r\n\r\n----",
      "x".repeat(70_000),
      "\u0000\u00ff\u00fe");

  /** How a body is sent. */
  private enum Framing {
    LENGTH,
    CHUNKED,
    NONE,
    LENGTH_ZERO,
    TOO_SHORT_LENGTH,
    TOO_LONG_LENGTH,
    HUGE_LENGTH,
    CHUNK_SIZE_TEXT,
    CHUNK_SIZE_NEGATIVE,
    CHUNK_SIZE_OVERFLOW,
    CHUNK_SIZE_EMPTY,
    CHUNK_WITHOUT_LINE_END,
    CHUNK_NEVER_ENDED,
    CHUNK_TRAILER_BROKEN,
    RESET_IN_BODY,
    RESET_AFTER_REQUEST
  }

  private static final List<Framing> REGULAR =
      List.of(Framing.LENGTH, Framing.CHUNKED, Framing.NONE);

  private final ApiClient client;
  private final Contract contract;
  private final int port;
  private final long seed;
  private final BiFunction<String, Random, String> pathValues;
  private final List<Operation> operations;
  private final List<String> otherTargets;
  private final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();
  private final Map<String, Integer> statuses = new ConcurrentSkipListMap<>();
  private final ConcurrentSkipListSet<String> called = new ConcurrentSkipListSet<>();

  /**
   * @param pathValues a value for a path parameter, encoded
   * @param otherTargets targets outside the contract, whose responses must only be no server errors
   */
  public HostileRequests(
      ApiClient client,
      Contract contract,
      int port,
      long seed,
      BiFunction<String, Random, String> pathValues,
      List<String> otherTargets) {
    this.client = client;
    this.contract = contract;
    this.port = port;
    this.seed = seed;
    this.pathValues = pathValues;
    this.operations = List.copyOf(contract.openApi().operations());
    this.otherTargets = otherTargets;
  }

  /**
   * A request as it is sent.
   *
   * @param ends whether the client sends no more after it, so that the server can close the connection without a response
   * @param resets whether the client disconnects without reading
   */
  private record Sent(
      String caller, String method, String target, byte[] bytes, boolean ends, boolean resets) {
    /** Returns whether the connection stays open after the response. */
    boolean staysOpen() {
      return !ends && new String(bytes, StandardCharsets.ISO_8859_1).contains("Upgrade: ");
    }

    @Override
    public String toString() {
      var text = new String(bytes, StandardCharsets.ISO_8859_1).replaceAll("Bearer \\S+", "Bearer");
      return "as " + caller + ": "
          + (text.length() <= 600 ? text : text.substring(0, 600) + "...").replace(CRLF, "\\r\\n");
    }
  }

  /**
   * Sends the requests, several at once, and returns the faults.
   *
   * @param callers chooses a caller for each operation id, which is null for a target outside the contract
   */
  public List<String> send(int requests, BiFunction<String, Integer, Caller> callers)
      throws InterruptedException {
    var threads = Executors.newFixedThreadPool(AT_ONCE);
    for (var i = 0; i < requests; i++) {
      var number = i;
      threads.execute(() -> {
        var sent = request(number, callers);
        try {
          exchange(sent);
        } catch (Exception | AssertionError e) {
          faults.add("request " + number + " " + sent + " -> " + e);
        }
      });
    }
    threads.shutdown();
    if (!threads.awaitTermination(10, TimeUnit.MINUTES)) {
      threads.shutdownNow();
      faults.add("not all requests were answered");
    }
    return faults.stream().limit(MAX_REPORTED).toList();
  }

  /** Returns the number of responses by caller and status, such as {@code user 200}. */
  public Map<String, Integer> statuses() {
    return new TreeMap<>(statuses);
  }

  /** Returns each operation id and caller with at least one request, such as {@code listUsers user}. */
  public List<String> called() {
    return List.copyOf(called);
  }

  private Sent request(int number, BiFunction<String, Integer, Caller> callers) {
    var random = new Random(seed + number);
    var targets = operations.size() + otherTargets.size();
    var index = number % targets;
    var round = number / targets;
    var operation = index < operations.size() ? operations.get(index) : null;
    var caller = callers.apply(operation == null ? null : operation.getOperationId(), round);
    var declared = operation == null ? "GET" : operation.getHttpMethod().name();
    var method = random.nextInt(5) < 3 ? declared : pick(METHODS, random);
    var target =
        operation == null ? otherTargets.get(index - operations.size()) : target(operation, random);
    if (operation != null && method.equals(declared)) {
      called.add(operation.getOperationId() + " " + caller.name());
    }
    var framing = random.nextInt(3) == 0
        ? Framing.values()[random.nextInt(Framing.values().length)]
        : pick(REGULAR, random);
    var head = new StringBuilder()
        .append(method)
        .append(' ')
        .append(target)
        .append(" HTTP/1.")
        .append(random.nextInt(30) == 0 ? 0 : 1)
        .append(CRLF)
        .append("Host: localhost")
        .append(CRLF);
    caller.headers().forEach(line -> head.append(line).append(CRLF));
    if (random.nextInt(20) != 0) {
      head.append("Content-Type: ")
          .append(type(operation, random, 5 * round + round / 6 + index))
          .append(CRLF);
    }
    if (random.nextInt(15) == 0) {
      head.append("Expect: ")
          .append(random.nextBoolean() ? "100-continue" : "nonsense")
          .append(CRLF);
    }
    if (random.nextInt(operation == null ? 2 : 25) == 0) {
      head.append("Connection: Upgrade, close\r\nUpgrade: ")
          .append(random.nextInt(4) == 0 ? "h2c" : "websocket")
          .append(
              "\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n");
    } else {
      head.append("Connection: close\r\n");
    }
    return framed(caller.name(), method, target, head, body(operation, random), framing);
  }

  private static Sent framed(
      String caller,
      String method,
      String target,
      StringBuilder head,
      String body,
      Framing framing) {
    var chunked = "Transfer-Encoding: chunked\r\n\r\n";
    var length = body.length();
    var chunk = Integer.toHexString(length) + CRLF + body;
    var text = head
        + switch (framing) {
          case NONE -> CRLF;
          case LENGTH, RESET_AFTER_REQUEST -> "Content-Length: " + length + CRLF + CRLF + body;
          case CHUNKED -> chunked + (length == 0 ? "" : chunk + CRLF) + "0\r\n\r\n";
          case LENGTH_ZERO -> "Content-Length: 0\r\n\r\n";
          case TOO_SHORT_LENGTH -> "Content-Length: " + length / 2 + CRLF + CRLF + body;
          case TOO_LONG_LENGTH, RESET_IN_BODY ->
            "Content-Length: " + (length + 10) + CRLF + CRLF + body;
          case HUGE_LENGTH -> "Content-Length: 99999999999\r\n\r\n" + body;
          case CHUNK_SIZE_TEXT -> chunked + "zz\r\n" + body + "\r\n0\r\n\r\n";
          case CHUNK_SIZE_NEGATIVE -> chunked + "-5\r\n" + body + "\r\n0\r\n\r\n";
          case CHUNK_SIZE_OVERFLOW -> chunked + "fffffffffffffffff\r\n" + body + "\r\n0\r\n\r\n";
          case CHUNK_SIZE_EMPTY -> chunked + "\r\n" + body + "\r\n0\r\n\r\n";
          case CHUNK_WITHOUT_LINE_END -> chunked + chunk + "0\r\n\r\n";
          case CHUNK_NEVER_ENDED -> chunked + chunk;
          case CHUNK_TRAILER_BROKEN -> chunked + "0\r\nbroken trailer\r\n: x\r\n\r\n";
        };
    var resets = framing == Framing.RESET_IN_BODY || framing == Framing.RESET_AFTER_REQUEST;
    return new Sent(
        caller,
        method,
        target,
        text.getBytes(StandardCharsets.ISO_8859_1),
        !REGULAR.contains(framing),
        resets);
  }

  private String target(Operation operation, Random random) {
    var path = operation.getAbsoluteOpenAPIPath();
    for (var parameter : operation.getParameters()) {
      if (parameter.getIn() == Location.PATH) {
        path = path.replace(
            "{" + parameter.getName() + "}", pathValues.apply(parameter.getName(), random));
      }
    }
    return path
        + switch (random.nextInt(30)) {
          case 0 -> "/";
          case 1 -> "//";
          case 2 -> "/nothing";
          case 3 -> "?";
          case 4 -> "?x=%00";
          case 5 -> ";a=b";
          case 6 -> "/%2e%2e/x";
          default -> "";
        };
  }

  /** @param turn selects the type, so that a run with few requests sends each type to each operation, too */
  private static String type(Operation operation, Random random, int turn) {
    var declared = operation == null ? null : operation.getRequestBody();
    return declared != null && random.nextInt(3) == 0
        ? isForm(declared) ? "application/x-www-form-urlencoded" : "application/json"
        : TYPES.get(turn % TYPES.size());
  }

  private static boolean isForm(io.vertx.openapi.contract.RequestBody body) {
    return body.getContent().containsKey("application/vnd.form+json");
  }

  private String body(Operation operation, Random random) {
    var declared = operation == null ? null : operation.getRequestBody();
    if (declared == null || random.nextInt(3) != 0) {
      return pick(BODIES, random);
    }
    var schema = resolved(new JsonObject(
        declared.getContent().values().iterator().next().getSchema().toString()));
    var value = new JsonObject();
    for (var property : schema.getJsonObject("properties", new JsonObject())) {
      var examples =
          resolved((JsonObject) property.getValue()).getJsonArray("examples", new JsonArray());
      if (!examples.isEmpty() && random.nextInt(4) != 0) {
        value.put(property.getKey(), examples.getValue(0));
      }
    }
    if (!isForm(declared)) {
      return value.encode();
    }
    var form = new ArrayList<String>();
    value.forEach(field -> form.add(field.getKey() + "=" + field.getValue()));
    return String.join("&", form);
  }

  private JsonObject resolved(JsonObject schema) {
    var reference = schema.getString("$ref");
    return reference == null
        ? schema
        : contract
            .openApi()
            .getRawContract()
            .getJsonObject("components")
            .getJsonObject("schemas")
            .getJsonObject(reference.substring(reference.lastIndexOf('/') + 1));
  }

  private void exchange(Sent sent) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(MAX_SILENCE_MS);
      try {
        socket.getOutputStream().write(sent.bytes());
        if (sent.resets()) {
          socket.setSoLinger(true, 0);
          return;
        }
        if (sent.ends()) {
          socket.shutdownOutput();
        }
      } catch (SocketException e) {
        // The server rejected the request before it was sent completely.
      }
      check(sent, responses(socket, sent));
    }
  }

  private void check(Sent sent, List<Response> responses) {
    if (responses.isEmpty() && !sent.ends()) {
      throw new AssertionError("no response");
    }
    for (var response : responses) {
      statuses.merge(sent.caller() + " " + response.status(), 1, Integer::sum);
      check(sent, response);
    }
  }

  private void check(Sent sent, Response response) {
    if (response.status() >= 500) {
      throw new AssertionError("server error: " + response);
    }
    var path = sent.target().split("\\?", 2)[0];
    if (otherTargets.contains(sent.target())
        || response.status() == 101
        // Another path after normalization.
        || path.contains("//")
        || path.contains("/.")
        || path.contains("%2e")) {
      return;
    }
    var declared = path(path);
    if (UNPARSED.contains(response.status())) {
      assertError(sent, response);
    } else if (declared == null) {
      assertEquals(404, response.status());
      assertError(sent, response);
    } else {
      checkOperation(sent, declared, response);
    }
  }

  private void checkOperation(Sent sent, Path path, Response response) {
    var method = HttpMethod.valueOf(sent.method());
    var supported = new TreeSet<>(List.of("OPTIONS"));
    for (var operation : path.getOperations()) {
      supported.add(operation.getHttpMethod().name());
      if (operation.getHttpMethod().equals(HttpMethod.GET)) {
        supported.add("HEAD");
      }
    }
    if (method.equals(HttpMethod.OPTIONS)) {
      assertEquals(204, response.status());
      assertEquals(String.join(", ", supported), response.header("Allow"));
    } else if (!supported.contains(method.name())) {
      assertEquals(405, response.status());
      assertEquals(String.join(", ", supported), response.header("Allow"));
      assertError(sent, response);
    } else if (method.equals(HttpMethod.HEAD)) {
      var get = path.getOperations().stream()
          .filter(operation -> operation.getHttpMethod().equals(HttpMethod.GET))
          .findAny()
          .orElseThrow();
      if (get.getResponse(response.status()) == null) {
        throw new AssertionError("undocumented: " + response);
      }
    } else {
      Await.await(client.validated(method, sent.target(), response));
    }
  }

  private static void assertError(Sent sent, Response response) {
    if (!sent.method().equals("HEAD")) {
      ApiClient.assertError(sent.target(), response);
    }
  }

  private Path path(String path) {
    return contract.openApi().getPaths().stream()
        .filter(declared -> path.matches(declared.getName().replaceAll("\\{.*?}", "[^/]+")))
        // A fixed path is more specific than one with a parameter.
        .min((a, b) ->
            Integer.compare(a.getName().split("\\{").length, b.getName().split("\\{").length))
        .orElse(null);
  }

  private static List<Response> responses(Socket socket, Sent sent) throws IOException {
    var received = new ByteArrayOutputStream();
    try {
      var buffer = new byte[64 * 1024];
      int count;
      while ((count = socket.getInputStream().read(buffer)) >= 0) {
        received.write(buffer, 0, count);
        if (sent.staysOpen() && isComplete(received.toByteArray(), sent.method().equals("HEAD"))) {
          break;
        }
      }
    } catch (SocketTimeoutException e) {
      throw new AssertionError("neither a complete response nor a closed connection");
    } catch (SocketException e) {
      // A reset after the response closes the connection, too.
    }
    return parsed(received.toByteArray(), sent.method().equals("HEAD"));
  }

  private static boolean isComplete(byte[] received, boolean head) {
    try {
      return !parsed(received, head).isEmpty();
    } catch (AssertionError incomplete) {
      return false;
    }
  }

  private static List<Response> parsed(byte[] bytes, boolean head) {
    var responses = new ArrayList<Response>();
    var at = 0;
    while (at < bytes.length) {
      var text = new String(bytes, at, bytes.length - at, StandardCharsets.ISO_8859_1);
      var end = text.indexOf("\r\n\r\n");
      if (end < 0) {
        throw new AssertionError("incomplete response: " + text);
      }
      var lines = text.substring(0, end).split(CRLF);
      var status = Integer.parseInt(lines[0].split(" ")[1]);
      var headers = MultiMap.caseInsensitiveMultiMap();
      Arrays.stream(lines).skip(1).forEach(line -> {
        var colon = line.indexOf(':');
        headers.add(line.substring(0, colon), line.substring(colon + 1).strip());
      });
      at += end + 4;
      var declared = headers.get("Content-Length");
      var length = declared == null || head ? 0 : Integer.parseInt(declared);
      if (status == 101) {
        length = bytes.length - at;
      }
      if (at + length > bytes.length) {
        throw new AssertionError("incomplete body: " + text);
      }
      if (status != 100) {
        responses.add(new Response(
            status,
            null,
            headers,
            Buffer.buffer(Arrays.copyOfRange(bytes, at, at + length)),
            Duration.ZERO));
      }
      at += length;
    }
    return responses;
  }

  private static <T> T pick(List<T> from, Random random) {
    return from.get(random.nextInt(from.size()));
  }
}
