package dev.verticker.api.user;

import static dev.verticker.api.openapi.ApiClient.expect;
import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.auth.Permission;
import dev.verticker.api.price.FakePrices;
import dev.verticker.api.user.UserFrontDoor.Person;
import dev.verticker.message.Users;
import dev.verticker.testing.Await;
import dev.verticker.testing.TestHttpClient.Response;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.contract.SecurityRequirement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests authorization by calling each operation as each kind of caller. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UserApiPolicyTest {
  private static final Duration BEYOND_LEEWAY = Duration.ofSeconds(40);
  private static final Set<String> SIGNED_IN = Set.of("self", "other", "admin");

  /**
   * These requests end the sessions of their callers. The test reuses all other callers, because creating one hashes
   * passwords.
   */
  private static final Set<String> ENDING = Set.of(
      "POST /auth/refresh",
      "POST /auth/logout",
      "PUT /users/me",
      "PUT /users/me/password",
      "PUT /users/{self}");

  private final UserFrontDoor door = UserFrontDoor.open();
  private final Map<String, Person> shutOut = new LinkedHashMap<>();
  private final Map<String, Person> others = new HashMap<>();
  private Person self;
  private int names;

  record Row(String method, String target, String body, List<Integer> statuses) {
    @Override
    public String toString() {
      return method + " " + target + " " + body;
    }
  }

  @BeforeAll
  void createCallers() {
    door.prices.tick(FakePrices.quote(1, "BTCUSDT", "68000.12", Instant.now()));
    var disabled = door.person();
    expect(200, act(HttpMethod.POST, "/users/" + disabled.id() + "/disable"));
    var deleted = door.person();
    expect(204, act(HttpMethod.DELETE, "/users/" + deleted.id()));
    var revoked = door.person();
    expect(200, door.form("/auth/logout", "refresh_token", revoked.refresh()));
    shutOut.put("disabled", disabled);
    shutOut.put("deleted", deleted);
    shutOut.put("revoked", revoked);
    for (var person : shutOut.values()) {
      Await.until("rejects tokens", () -> door.get(person, "/users/me").status() == 401);
    }
  }

  @AfterAll
  void close() {
    door.close();
  }

  /** An unknown parameter makes the request of an authorized caller 422, so the calls change nothing. */
  @Test
  void each_operation_admits_exactly_the_callers_that_its_security_requirement_names() {
    var callers = callers();

    var differences = new ArrayList<String>();
    for (var operation : door.contract.openApi().operations()) {
      callers.forEach((name, caller) -> {
        var target = target(operation) + "?no_such_parameter=1";
        var expected = expected(operation, name);
        var actual = call(operation.getHttpMethod().name(), target, "", caller).status();
        if (actual != expected) {
          differences.add(operation.getOperationId() + " as " + name + ": expected status "
              + expected + " but was " + actual);
        }
      });
    }

    assertEquals("", String.join("\n", differences));
  }

  @Test
  void an_administrator_has_every_permission_and_a_user_may_read_prices_and_trade() {
    assertEquals(Set.of(Permission.values()), Permission.of(List.of(Users.ROLE_ADMIN)));
    assertEquals(
        Set.of(Permission.PRICES_READ, Permission.TRADING),
        Permission.of(List.of(Users.ROLE_USER)));
    assertEquals(Set.of(), Permission.of(List.of("unknown")));
  }

  /** {@code api/user-api-policy.txt}: results that depend on more than the security requirement. */
  @ParameterizedTest
  @MethodSource("rows")
  void each_caller_receives_the_status_in_the_policy_table(Row row) {
    var callers = callers();

    // The administrator has the most permissions and comes last, so it may change the user.
    var order =
        List.of("anonymous", "expired", "revoked", "deleted", "disabled", "other", "self", "admin");
    var statuses = new LinkedHashMap<String, Integer>();
    callers.keySet().forEach(name -> statuses.put(name, null));
    for (var name : order) {
      var reply = call(row.method(), row.target(), row.body(), callers.get(name));
      statuses.put(name, reply.status());
      if (reply.status() == 401) {
        assertTrue(reply.headers().get("WWW-Authenticate").startsWith("Bearer "), row::toString);
      }
    }

    if (!row.method().equals("GET")
        && (statuses.get("self") < 300 || statuses.get("admin") < 300)) {
      self = null;
    }
    if (ENDING.contains(row.method() + " " + row.target())) {
      others.clear();
    }
    assertEquals(zipped(List.copyOf(callers.keySet()), row.statuses()), statuses, row::toString);
  }

  @Test
  void a_403_does_not_reveal_whether_a_user_exists() {
    var caller = door.person();
    var other = door.person();

    var existing = expect(403, door.get(caller, "/users/" + other.id())).object();
    var missing = expect(403, door.get(caller, "/users/987654321")).object();

    for (var problem : List.of(existing, missing)) {
      problem.remove("instance");
      problem.remove("request_id");
    }
    assertEquals(existing, missing);
  }

  static List<Row> rows() {
    try (var in = UserApiPolicyTest.class.getResourceAsStream("/api/user-api-policy.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> List.of(line.split("\\|")))
          .map(cells -> new Row(
              cells.get(0).strip().split(" ")[0],
              cells.get(0).strip().split(" ")[1],
              cells.get(1).strip(),
              cells.subList(2, cells.size()).stream()
                  .map(cell -> Integer.valueOf(cell.strip()))
                  .toList()))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<String, Person> callers() {
    if (self == null) {
      self = door.person();
    }
    var callers = new LinkedHashMap<String, Person>();
    callers.put("anonymous", Person.ANONYMOUS);
    callers.put("self", self);
    callers.put("other", others.computeIfAbsent("other", name -> door.person()));
    callers.put("admin", others.computeIfAbsent("admin", name -> door.person("admin")));
    callers.putAll(shutOut);
    callers.put("expired", others.computeIfAbsent("expired", name -> expired(door.person())));
    return callers;
  }

  private static int expected(Operation operation, String caller) {
    var alternatives = operation.getSecurityRequirements();
    if (alternatives.isEmpty() || alternatives.stream().anyMatch(SecurityRequirement::isEmpty)) {
      return 422;
    }
    if (!SIGNED_IN.contains(caller)) {
      return 401;
    }
    if (caller.equals("self") && operation.getOpenAPIModel().containsKey("x-owner")) {
      return 422;
    }
    var role = caller.equals("admin") ? Users.ROLE_ADMIN : Users.ROLE_USER;
    var permissions =
        Permission.of(List.of(role)).stream().map(Permission::wireName).toList();
    return alternatives.stream()
            .anyMatch(alternative -> permissions.containsAll(alternative.getScopes("login")))
        ? 422
        : 403;
  }

  /** Returns the path with {@code {self}} in place of the owner parameter. */
  private static String target(Operation operation) {
    return operation
        .getOpenAPIPath()
        .replace("{" + operation.getOpenAPIModel().getString("x-owner") + "}", "{self}")
        .replaceAll("\\{(?!self).*?}", "1");
  }

  private String resolved(String target) {
    return target
        .replace("{self}", Long.toString(self == null ? 1 : self.id()))
        .replace("{session}", self == null ? "" : session(self));
  }

  private Response call(String method, String target, String template, Person caller) {
    var json = template.startsWith("{\"");
    var body = template
        .replace("{username}", caller.username())
        .replace("{password}", json ? caller.password() : encoded(caller.password()))
        .replace("{refresh}", caller.refresh())
        .replace("{new}", "new-" + names++);
    var headers = new ArrayList<String>();
    if (caller.access() != null) {
      headers.addAll(List.of("Authorization", caller.bearer()));
    }
    if (!body.isEmpty()) {
      headers.addAll(
          List.of("Content-Type", json ? "application/json" : "application/x-www-form-urlencoded"));
    }
    return await(door.client()
        .begin(
            HttpMethod.valueOf(method),
            resolved(target),
            body.isEmpty() ? null : Buffer.buffer(body),
            headers.toArray(String[]::new)));
  }

  private static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  private Response act(HttpMethod method, String target) {
    return door.as(door.admin(), method, target, null);
  }

  private static Person expired(Person person) {
    return new Person(
        person.id(),
        person.username(),
        person.password(),
        ForgedTokens.expired(person.id(), session(person), BEYOND_LEEWAY),
        person.refresh());
  }

  private static String session(Person person) {
    var claims = new JsonObject(
        Buffer.buffer(Base64.getUrlDecoder().decode(person.access().split("\\.")[1])));
    return claims.getString("sid");
  }

  private static Map<String, Integer> zipped(List<String> names, List<Integer> statuses) {
    var zipped = new LinkedHashMap<String, Integer>();
    for (var i = 0; i < statuses.size(); i++) {
      zipped.put(names.get(i), statuses.get(i));
    }
    return zipped;
  }
}
