package dev.verticker.api.user;

import static dev.verticker.api.openapi.ApiClient.expect;
import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.price.FakePrices;
import dev.verticker.api.user.UserFrontDoor.Person;
import dev.verticker.testing.Await;
import dev.verticker.testing.TestHttpClient.Response;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.openapi.contract.Operation;
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
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operation, asked by everybody there is: {@code api/user-api-policy.txt} says who gets what. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UserApiPolicyTest {
  private static final Duration BEYOND_LEEWAY = Duration.ofSeconds(40);

  /** Whoever did one of these is somebody else afterwards; everybody else can be asked again, for hashing takes time. */
  private static final Set<String> ENDING =
      Set.of("refresh", "logout", "logoutAll", "changeOwnPassword", "replaceUser");

  private final UserFrontDoor door = UserFrontDoor.open();
  private final Map<String, Person> shutOut = new LinkedHashMap<>();
  private final Map<String, Person> others = new HashMap<>();
  private Person self;
  private int names;

  record Row(String operation, String method, String target, String body, List<Integer> statuses) {
    @Override
    public String toString() {
      return operation + ": " + method + " " + target + " " + body;
    }
  }

  @BeforeAll
  void people() {
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
      Await.until("shut out", () -> door.get(person, "/users/me").status() == 401);
    }
  }

  @AfterAll
  void close() {
    door.close();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void everybody_gets_what_the_table_says_and_nothing_else(Row row) {
    if (self == null) {
      self = door.person();
    }
    var callers = new LinkedHashMap<String, Person>();
    callers.put("anonymous", Person.NOBODY);
    callers.put("self", self);
    callers.put("other", others.computeIfAbsent("other", name -> door.person()));
    callers.put("admin", others.computeIfAbsent("admin", name -> door.person("admin")));
    callers.putAll(shutOut);
    callers.put("expired", others.computeIfAbsent("expired", name -> expired(door.person())));

    // The one who may most comes last: it may leave nothing behind.
    var order =
        List.of("anonymous", "expired", "revoked", "deleted", "disabled", "other", "self", "admin");
    var statuses = new LinkedHashMap<String, Integer>();
    callers.keySet().forEach(name -> statuses.put(name, null));
    for (var name : order) {
      var reply = ask(row, callers.get(name));
      statuses.put(name, reply.status());
      if (reply.status() == 401) {
        assertTrue(reply.headers().get("WWW-Authenticate").startsWith("Bearer "), row::toString);
      }
    }

    if (!row.method().equals("GET")) {
      self = null;
    }
    if (ENDING.contains(row.operation())) {
      others.clear();
    }
    assertEquals(
        zipped(callers.keySet().stream().toList(), row.statuses()), statuses, row::toString);
  }

  @Test
  void the_table_names_every_operation_of_the_contract_and_no_other() {
    Set<String> promised = door.contract.openApi().operations().stream()
        .map(Operation::getOperationId)
        .collect(Collectors.toSet());
    Set<String> listed = rows().stream().map(Row::operation).collect(Collectors.toSet());

    assertEquals(promised, listed);
  }

  /** Nobody learns from a refusal whether a user exists: it comes before anybody looks. */
  @Test
  void a_stranger_is_refused_the_same_whether_the_user_exists_or_not() {
    var stranger = door.person();
    var other = door.person();

    var existing = expect(403, door.get(stranger, "/users/" + other.id())).object();
    var missing = expect(403, door.get(stranger, "/users/987654321")).object();

    for (var problem : List.of(existing, missing)) {
      problem.remove("instance");
      problem.remove("request_id");
    }
    assertEquals(existing, missing);
  }

  static List<Row> rows() {
    try (var in = UserApiPolicyTest.class.getResourceAsStream("/api/user-api-policy.txt")) {
      var rows = new ArrayList<Row>();
      for (var line :
          new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        if (!line.startsWith("#")) {
          var cells = line.split("\\|");
          var request = cells[1].strip().split(" ", 2);
          rows.add(new Row(
              cells[0].strip(),
              request[0],
              request[1],
              cells[2].strip(),
              List.of(cells).subList(3, cells.length).stream()
                  .map(cell -> Integer.valueOf(cell.strip()))
                  .toList()));
        }
      }
      return rows;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Response ask(Row row, Person caller) {
    var target = row.target()
        .replace("{self}", Long.toString(self.id()))
        .replace("{session}", session(self));
    var json = row.body().startsWith("{\"");
    var body = row.body()
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
            HttpMethod.valueOf(row.method()),
            target,
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
        Forged.expired(person.id(), session(person), BEYOND_LEEWAY),
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
