package dev.verticker.postman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.verticker.postman.PostmanCollection.Request;
import dev.verticker.postman.PublishedContract.Operation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Compares the collection with the contracts. {@link #UPDATE} adds missing requests and writes the examples. */
class PostmanCollectionTest {
  private static final String UPDATE = "./mvnw test -Dtest=PostmanCollectionTest -Dpostman.update";

  private static final Map<String, PublishedContract> CONTRACTS = new TreeMap<>(Map.of(
      "price-api", PublishedContract.read("price-api"),
      "user-api", PublishedContract.read("user-api")));
  private static final List<String> OTHER_PATHS =
      List.of("/openapi.yaml", "/asyncapi.yaml", "/docs", "{{next_page}}");
  private static final Pattern VARIABLE = Pattern.compile("\\{\\{(\\w+)}}");

  @BeforeAll
  static void update() {
    if (System.getProperty("postman.update") != null) {
      var collection = PostmanCollection.read();
      collection.requests().forEach(request -> request.examples().removeAll());
      CONTRACTS.forEach((api, contract) -> contract.operations().forEach(operation -> {
        var request =
            first(collection, api, operation).orElseGet(() -> add(collection, api, operation));
        request.examples(request.examplesOf(operation.responses()));
      }));
      collection.write();
    }
  }

  @Test
  void each_operation_has_a_request_with_an_example_of_each_response() {
    var collection = PostmanCollection.read();
    var missing = new ArrayList<String>();
    var outdated = new ArrayList<String>();
    CONTRACTS.forEach((api, contract) -> contract.operations().forEach(operation -> {
      var name = operation.method() + " " + operation.template();
      var request = first(collection, api, operation);
      if (request.isEmpty()) {
        missing.add(name);
      } else if (!request
          .get()
          .examplesOf(operation.responses())
          .equals(request.get().examples())) {
        outdated.add(name);
      }
    }));
    var errors = new ArrayList<String>();
    if (!missing.isEmpty()) {
      errors.add("missing in " + PostmanCollection.FILE + ": " + some(missing));
    }
    if (!outdated.isEmpty()) {
      errors.add("outdated examples in " + PostmanCollection.FILE + ": " + some(outdated));
    }
    if (!errors.isEmpty()) {
      fail(String.join("\n", errors) + "\nto correct: " + UPDATE);
    }
  }

  private static String some(List<String> names) {
    return String.join(", ", names.subList(0, Math.min(5, names.size())))
        + (names.size() > 5 ? " and " + (names.size() - 5) + " more" : "");
  }

  @Test
  void each_request_calls_an_operation_of_a_contract() {
    var unknown = PostmanCollection.read().requests().stream()
        .filter(request -> !OTHER_PATHS.contains(request.path()))
        .filter(request -> CONTRACTS.keySet().stream()
            .noneMatch(api -> request.isTo(api) && operation(api, request).isPresent()))
        .map(
            request -> request.name() + ": no operation " + request.method() + " " + request.path())
        .toList();

    assertEquals("", String.join("\n", unknown));
  }

  @Test
  void each_request_has_a_test_of_the_status() {
    var untested = PostmanCollection.read().requests().stream()
        .filter(request -> !request.tests().contains("pm.response.to.have.status(")
            && !request.tests().contains("pm.response.code"))
        .map(Request::name)
        .toList();

    assertEquals(List.of(), untested);
  }

  @Test
  void both_environments_and_the_collection_define_every_variable() {
    var collection = PostmanCollection.read();
    for (var environment : List.of("local", "droplet")) {
      var values = PostmanCollection.json(
              Path.of("postman", environment + ".postman_environment.json"))
          .get("values")
          .findValuesAsText("key");
      var undefined = new TreeSet<String>();
      VARIABLE.matcher(collection.text()).results().forEach(found -> undefined.add(found.group(1)));
      undefined.removeAll(values);
      undefined.removeAll(collection.variables());
      assertEquals(List.of(), List.copyOf(undefined), environment);
    }
  }

  @Test
  void the_environment_of_a_droplet_contains_no_secret() {
    var secrets = new ArrayList<String>();
    for (var value : PostmanCollection.json(Path.of("postman/droplet.postman_environment.json"))
        .get("values")) {
      if (value.get("type").asText().equals("secret")
          && !value.get("value").asText().isEmpty()) {
        secrets.add(value.get("key").asText());
      }
    }

    assertEquals(List.of(), secrets);
  }

  /** The first request of an operation has the examples. */
  private static Optional<Request> first(
      PostmanCollection collection, String api, Operation operation) {
    return collection.requests().stream()
        .filter(request -> request.isTo(api))
        .filter(request ->
            operation(api, request).filter(it -> it.id().equals(operation.id())).isPresent())
        .findFirst();
  }

  private static Optional<Operation> operation(String api, Request request) {
    return CONTRACTS.get(api).operations().stream()
        .filter(operation -> operation.is(request.method(), request.path()))
        .findFirst();
  }

  /** Adds the request to the folder of the first request with the same tag. */
  private static Request add(PostmanCollection collection, String api, Operation operation) {
    var tag = operation.json().at("/tags/0");
    var contract = CONTRACTS.get(api);
    var like = contract.operations().stream()
        .filter(other -> other.json().at("/tags/0").equals(tag))
        .flatMap(other -> first(collection, api, other).stream())
        .findFirst()
        .orElseThrow(() -> new AssertionError("no request with the tag " + tag));
    var request = collection.add(
        like,
        operation.json().get("summary").asText(),
        operation.method(),
        contract.examplePath(operation),
        operation.responses().get(0).status());
    contract.exampleBody(operation).ifPresent(body -> request.body(body.getKey(), body.getValue()));
    return request;
  }
}
