package dev.verticker.postman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.postman.PostmanCollection.Request;
import dev.verticker.postman.PublishedContract.Operation;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Collection and contracts say the same. After a change of a contract,
 * {@code ./mvnw test -Dtest=PostmanCollectionTest -Dpostman.update} writes the examples anew.
 */
class PostmanCollectionTest {
  private static final List<String> APIS = List.of("price-api", "user-api");
  private static final Map<String, List<Operation>> CONTRACTS = APIS.stream()
      .collect(Collectors.toMap(api -> api, api -> PublishedContract.read(api).operations()));
  private static final Set<String> BESIDE_THE_CONTRACT =
      Set.of("/openapi.yaml", "/asyncapi.yaml", "/docs");
  private static final Pattern VARIABLE = Pattern.compile("\\{\\{(\\w+)}}");

  @BeforeAll
  static void update() {
    if (System.getProperty("postman.update") != null) {
      var collection = PostmanCollection.read();
      collection.requests().forEach(request -> request.examples().removeAll());
      APIS.forEach(api -> operations(api).forEach(operation -> first(collection, api, operation)
          .ifPresent(request -> request.examples(request.examplesOf(operation.answers())))));
      collection.write();
    }
  }

  @Test
  void every_operation_has_a_request_with_an_example_of_each_answer_in_the_contract() {
    var collection = PostmanCollection.read();
    for (var api : APIS) {
      for (var operation : operations(api)) {
        var request = first(collection, api, operation)
            .orElseThrow(() -> new AssertionError("no request for " + api + " " + operation.id()));
        assertEquals(
            request.examplesOf(operation.answers()),
            request.examples(),
            api + " " + operation.id());
      }
    }
  }

  @Test
  void every_request_is_an_operation_of_a_contract() {
    for (var request : PostmanCollection.read().requests()) {
      assertTrue(
          BESIDE_THE_CONTRACT.contains(request.path())
              || APIS.stream()
                  .anyMatch(api -> request.isTo(api)
                      && operations(api).stream()
                          .anyMatch(it -> it.is(request.method(), request.path())))
              || request.path().equals("{{next_page}}"),
          request.name() + " is in no contract");
    }
  }

  @Test
  void every_request_checks_the_status_of_its_answer() {
    for (var request : PostmanCollection.read().requests()) {
      assertTrue(
          request.tests().contains("pm.response.to.have.status(")
              || request.tests().contains("pm.response.code"),
          request.name());
    }
  }

  @Test
  void both_environments_and_the_collection_define_every_variable_that_is_used() {
    var collection = PostmanCollection.read();
    for (var environment : List.of("local", "droplet")) {
      var values = PostmanCollection.json(
              Path.of("postman", environment + ".postman_environment.json"))
          .get("values")
          .findValuesAsText("key");
      var used = new TreeSet<String>();
      VARIABLE.matcher(collection.text()).results().forEach(found -> used.add(found.group(1)));
      used.removeAll(values);
      used.removeAll(collection.variables());
      assertEquals(Set.of(), used, environment);
    }
  }

  @Test
  void no_secret_is_in_the_environment_of_a_droplet() {
    for (var value : PostmanCollection.json(Path.of("postman/droplet.postman_environment.json"))
        .get("values")) {
      assertFalse(
          value.get("type").asText().equals("secret")
              && !value.get("value").asText().isEmpty(),
          value.get("key").asText());
    }
  }

  /** The request that carries the examples: the first of the operation. */
  private static Optional<Request> first(
      PostmanCollection collection, String api, Operation operation) {
    return collection.requests().stream()
        .filter(request -> request.isTo(api))
        .filter(request -> operations(api).stream()
            .filter(it -> it.is(request.method(), request.path()))
            .findFirst()
            .filter(it -> it.id().equals(operation.id()))
            .isPresent())
        .findFirst();
  }

  private static List<Operation> operations(String api) {
    return CONTRACTS.get(api);
  }
}
