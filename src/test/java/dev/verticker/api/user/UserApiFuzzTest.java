package dev.verticker.api.user;

import static dev.verticker.api.openapi.ApiClient.expect;
import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.price.FakePrices;
import dev.verticker.api.user.UserFrontDoor.Person;
import dev.verticker.testing.RecordedLog;
import dev.verticker.testing.TestHttpClient.Response;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.openapi.contract.Operation;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Valid and invalid requests generated from the contract. {@code ApiClient} validates every response against the contract:
 * an undocumented status, a body that violates its schema or a server error fails the test.
 */
@Tag("alone")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UserApiFuzzTest {
  private static final int REQUESTS = 5200;

  /** So few that passwords do not wait for longer than a sign-in may. */
  private static final int AT_ONCE = 4;

  private static final long SEED = 20_260_301;
  private static final Duration MAX_ANSWER = Duration.ofSeconds(10);

  /** The lowest status of a server error; 503 is one, too, because all stores are available here. */
  private static final int FAULT = 500;

  /** These operations sign the caller out; every later request would be 401. */
  private static final Set<String> ENDING = Set.of("logout", "logoutAll", "changeOwnPassword");

  private final RecordedLog log = RecordedLog.errors();
  private final UserFrontDoor door = UserFrontDoor.openAlone();
  private final Random random = new Random(SEED);
  private final AtomicInteger sent = new AtomicInteger();
  private final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Integer> statuses = new ConcurrentLinkedQueue<>();
  private List<Operation> operations;
  private List<Person> people;
  private Person spare;

  private record SentRequest(HttpMethod method, String target, Buffer body, List<String> headers) {
    @Override
    public String toString() {
      var text = body == null ? "" : body.toString();
      return method + " " + target + " " + headers + " "
          + text.substring(0, Math.min(300, text.length()));
    }
  }

  @BeforeAll
  void people() {
    operations = List.copyOf(door.contract.openApi().operations());
    spare = door.person();
    people = List.of(door.admin(), door.person(), door.person(), Person.ANONYMOUS);
    door.prices.tick(
        FakePrices.quote(1, "BTCUSDT", "68000.12", door.clock.instant()),
        FakePrices.quote(2, "ETHUSDT", "4200.5", door.clock.instant()));
  }

  @AfterAll
  void close() {
    door.close();
    log.close();
  }

  @Test
  void no_request_causes_a_server_error() {
    var lanes = new ArrayList<Future<?>>();
    for (var lane = 0; lane < AT_ONCE; lane++) {
      lanes.add(lane());
    }
    await(Duration.ofSeconds(100), Future.all(lanes));

    assertEquals(List.of(), List.copyOf(faults), () -> "seed " + SEED);
    assertEquals(List.of(), log.lines(), () -> "seed " + SEED);
    // Otherwise most responses would be 401 and test nothing.
    people.stream()
        .filter(person -> person.access() != null)
        .forEach(person -> expect(200, door.get(person, "/users/me")));
    assertEquals(REQUESTS, statuses.size());
    // Some requests are invalid and some are valid.
    assertTrue(
        statuses.stream().filter(status -> status < 300).count() > 500,
        () -> "too few were fine: " + histogram());
    assertTrue(
        statuses.stream().filter(status -> status == 422).count() > 500, "too few were refused");
  }

  private Map<Integer, Long> histogram() {
    return statuses.stream()
        .collect(Collectors.groupingBy(status -> status, TreeMap::new, Collectors.counting()));
  }

  /** Sends requests sequentially; several such sequences run concurrently. */
  private Future<?> lane() {
    if (sent.incrementAndGet() > REQUESTS) {
      return Future.succeededFuture();
    }
    SentRequest sent;
    synchronized (random) {
      sent = request();
    }
    return door.client()
        .begin(sent.method(), sent.target(), sent.body(), sent.headers().toArray(String[]::new))
        .timeout(MAX_ANSWER.toMillis(), TimeUnit.MILLISECONDS)
        .transform(reply -> {
          note(sent, reply.result(), reply.cause());
          return lane();
        });
  }

  private void note(SentRequest sent, Response reply, Throwable failure) {
    statuses.add(reply == null ? 0 : reply.status());
    if (failure != null || reply.status() >= FAULT) {
      faults.add(sent + " -> " + (failure == null ? reply : failure + " " + failure.getCause()));
    }
  }

  private SentRequest request() {
    var operation = pick(operations);
    var headers = new ArrayList<String>();
    var person = ENDING.contains(operation.getOperationId()) ? spare : pick(people);
    if (person.access() != null) {
      headers.addAll(List.of("Authorization", person.bearer()));
    } else if (random.nextInt(4) == 0) {
      headers.addAll(List.of("Authorization", "Bearer " + ascii(random.nextInt(300))));
    }
    var path = operation.getAbsoluteOpenAPIPath();
    var query = new StringBuilder();
    for (var parameter : operation.getParameters()) {
      var schema = new JsonObject(parameter.getSchema().toString());
      switch (parameter.getIn()) {
        case PATH ->
          path = path.replace(
              "{" + parameter.getName() + "}", pathValue(person, parameter.getName(), schema));
        case QUERY -> {
          if (random.nextInt(3) == 0) {
            query
                .append(query.isEmpty() ? '?' : '&')
                .append(parameter.getName())
                .append('=')
                .append(encoded(
                    // Rejected with 503 if it is lower than the age of a price.
                    parameter.getName().equals("max_age") ? pick(AGES) : text(schema)));
          }
        }
        case HEADER -> {
          if (random.nextInt(3) == 0) {
            headers.addAll(List.of(
                parameter.getName(),
                random.nextBoolean()
                    ? "\"" + random.nextInt(4) + "\""
                    : "x" + ascii(random.nextInt(40))));
          }
        }
        default -> throw new IllegalStateException();
      }
    }
    if (random.nextInt(30) == 0) {
      query.append(query.isEmpty() ? '?' : '&').append(pick(NASTY_URLS));
    }
    return new SentRequest(
        operation.getHttpMethod(), path + query, body(operation, headers), headers);
  }

  private Buffer body(Operation operation, List<String> headers) {
    var declared = operation.getRequestBody();
    if (declared == null) {
      return random.nextInt(10) == 0 ? Buffer.buffer("surprise") : null;
    }
    var form = declared.getContent().containsKey("application/vnd.form+json");
    var media = declared.getContent().get(form ? "application/vnd.form+json" : "application/json");
    var type = form ? "application/x-www-form-urlencoded" : "application/json";
    headers.addAll(List.of("Content-Type", random.nextInt(25) == 0 ? pick(TYPES) : type));
    if (random.nextInt(8) == 0) {
      return pick(NASTY_BODIES);
    }
    var value = object(resolved(new JsonObject(media.getSchema().toString())), 0);
    if (!form) {
      return random.nextInt(20) == 0
          ? Buffer.buffer(value.encode().replaceFirst("\\{", "{\"username\":\"twice\","))
          : value.toBuffer();
    }
    var fields = new ArrayList<String>();
    value.forEach(
        field -> fields.addAll(List.of(field.getKey(), String.valueOf(field.getValue()))));
    return UserFrontDoor.encoded(fields.toArray(String[]::new));
  }

  private JsonObject object(JsonObject schema, int depth) {
    var examples = schema.getJsonArray("examples", new JsonArray());
    if (!examples.isEmpty() && random.nextInt(4) == 0) {
      return examples.getJsonObject(0).copy();
    }
    var value = new JsonObject();
    var required = schema.getJsonArray("required", new JsonArray());
    for (var property : schema.getJsonObject("properties", new JsonObject())) {
      var odds = required.contains(property.getKey()) ? 15 : 2;
      if (random.nextInt(odds) != 0 || odds == 2 && random.nextBoolean()) {
        value.put(property.getKey(), value(resolved((JsonObject) property.getValue()), depth));
      }
    }
    if (random.nextInt(12) == 0) {
      value.put(ascii(5), nonsense(depth));
    }
    return value;
  }

  private Object value(JsonObject schema, int depth) {
    if (random.nextInt(6) == 0) {
      return nonsense(depth);
    }
    var type = schema.getValue("type");
    if (type instanceof JsonArray types) {
      type = types.getValue(random.nextInt(types.size()));
    }
    return switch (String.valueOf(type)) {
      case "null" -> null;
      case "array" ->
        new JsonArray().add(value(resolved(schema.getJsonObject("items")), depth + 1));
      case "object" -> object(schema, depth + 1);
      case "integer" -> random.nextInt(2000) - 10;
      case "boolean" -> random.nextBoolean();
      default -> text(schema);
    };
  }

  /** Returns values that the schema may allow and values just outside of it. */
  private String text(JsonObject schema) {
    if (schema.containsKey("enum") && random.nextInt(4) != 0) {
      return pick(schema.getJsonArray("enum").stream().map(String::valueOf).toList());
    }
    if (schema.containsKey("examples") && random.nextInt(3) == 0) {
      return String.valueOf(schema.getJsonArray("examples").getValue(0));
    }
    if ("integer".equals(schema.getString("type"))) {
      return pick(List.of("0", "1", "2", "1000", "1001", "-1", "1e3", "99999999999999999999", "x"));
    }
    if ("date-time".equals(schema.getString("format"))) {
      return pick(List.of(
          "2025-08-20T00:00:00Z",
          "2025-02-30T00:00:00Z",
          "yesterday",
          "9999-12-31T23:59:60+23:59",
          "0000-01-01T00:00:00Z",
          "-999999999-01-01T00:00:00Z"));
    }
    var length =
        switch (random.nextInt(6)) {
          case 0 -> schema.getInteger("maxLength", 50) + random.nextInt(3) - 1;
          case 1 -> schema.getInteger("minLength", 3) + random.nextInt(3) - 1;
          default -> 3 + random.nextInt(20);
        };
    return random.nextInt(4) == 0 ? strange(Math.max(0, length)) : ascii(Math.max(0, length));
  }

  private String pathValue(Person person, String name, JsonObject schema) {
    if (random.nextInt(6) == 0) {
      return pick(NASTY_PATHS);
    }
    if (name.equals("symbol")) {
      return pick(List.of("BTCUSDT", "ETHUSDT", "NOPE", encoded(strange(5))));
    }
    if (schema.getString("pattern", "").contains("me")) {
      // Never the administrator: it creates the other users.
      return person != door.admin() && random.nextBoolean()
          ? "me"
          : Integer.toString((int) (people.get(2).id() + 1 + random.nextInt(60)));
    }
    return "3f0e8d3c-6f6e-4b0b-9d52-6a4f1c9b7a1" + random.nextInt(10);
  }

  private Object nonsense(int depth) {
    return switch (random.nextInt(9)) {
      case 0 -> null;
      case 1 -> random.nextLong();
      case 2 -> Double.MAX_VALUE;
      case 3 -> random.nextBoolean();
      case 4 -> new JsonArray().add(depth > 3 ? 1 : nonsense(depth + 1));
      case 5 -> new JsonObject().put(ascii(3), depth > 3 ? 1 : nonsense(depth + 1));
      case 6 -> strange(random.nextInt(2000));
      case 7 -> "\u0000";
      default -> "";
    };
  }

  private String ascii(int length) {
    return random
        .ints(length, 'a', 'z' + 1)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /** Returns text of any valid code points: right-to-left, combining, outside the basic plane, control. */
  private String strange(int length) {
    return random
        .ints(length, 1, 0x1ffff)
        .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }

  private static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private JsonObject resolved(JsonObject schema) {
    var reference = schema.getString("$ref");
    if (reference == null) {
      return schema;
    }
    var name = reference.substring(reference.lastIndexOf('/') + 1);
    return door.contract
        .openApi()
        .getRawContract()
        .getJsonObject("components")
        .getJsonObject("schemas")
        .getJsonObject(name);
  }

  private static final List<String> AGES =
      List.of("1000", "31536000", "31536001", "-1", "1e9", "x");

  private static final List<String> TYPES = List.of(
      "application/json",
      "text/plain",
      "application/xml",
      "multipart/form-data; boundary=x",
      "application/json; charset=utf-16",
      "APPLICATION/JSON",
      "nonsense",
      "application/x-www-form-urlencoded");

  private static final List<String> NASTY_PATHS = List.of(
      "%00",
      "%ff",
      "...",
      "%2e%2e%2fusers",
      "0",
      "-1",
      "1e9",
      "9999999999999999999999",
      "%ed%a0%80",
      "%c0%af",
      "me%20",
      "%25",
      "'%20OR%201=1--",
      "%F0%9F%92%A9",
      "a".repeat(5000));

  private static final List<String> NASTY_URLS = List.of(
      "x=1",
      "%00=1",
      "limit=%ff",
      "&&&",
      "=",
      "limit=1&limit=2",
      "q=%ed%a0%80",
      "a=" + "b".repeat(7000));

  private static final List<Buffer> NASTY_BODIES = List.of(
      Buffer.buffer(),
      Buffer.buffer("{"),
      Buffer.buffer("null"),
      Buffer.buffer("[]"),
      Buffer.buffer("\"text\""),
      Buffer.buffer("{\"username\":1e400}"),
      Buffer.buffer("{\"username\":" + "9".repeat(5000) + "}"),
      Buffer.buffer("{\"username\":\"\\ud800\"}"),
      Buffer.buffer("{\"full_name\":\"\\u0000\"}"),
      Buffer.buffer("{\"a\":".repeat(5000) + "1" + "}".repeat(5000)),
      Buffer.buffer("[".repeat(20_000)),
      Buffer.buffer(new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'}),
      Buffer.buffer(new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80}),
      Buffer.buffer("username=a&username=b&password=%ff"),
      Buffer.buffer("username=%00&password=x"),
      Buffer.buffer("refresh_token=" + "x".repeat(2000)),
      Buffer.buffer("{\"full_name\":\"" + "x".repeat(1_000_000) + "\"}"));
}
