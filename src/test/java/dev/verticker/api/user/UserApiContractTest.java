package dev.verticker.api.user;

import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.auth.BearerTokens;
import dev.verticker.api.openapi.Contract;
import dev.verticker.api.openapi.InvalidContractException;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.json.schema.JsonSchema;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.contract.Operation;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Tests rules of the contract itself. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UserApiContractTest {
  private final Vertx vertx = Vertx.vertx();
  private final Contract contract = await(Contract.load(vertx, "openapi/user-api.yaml"));
  private final OpenAPIContract openApi = contract.openApi();

  @AfterAll
  void close() {
    await(vertx.close());
  }

  @Test
  void every_example_keeps_its_own_schema() {
    var wrong = new ArrayList<String>();
    var examples = 0;
    var schemas = openApi.getRawContract().getJsonObject("components").getJsonObject("schemas");
    for (var name : schemas.fieldNames()) {
      if (name.startsWith("__")) {
        // Added by the library.
        continue;
      }
      var schema = JsonSchema.of(schemas.getJsonObject(name));
      for (var example : schemas.getJsonObject(name).getJsonArray("examples", new JsonArray())) {
        examples++;
        var found = openApi.getSchemaRepository().validator(schema).validate(example);
        if (!Boolean.TRUE.equals(found.getValid())) {
          wrong.add(name + ": " + found.getErrors());
        }
      }
    }
    assertEquals(List.of(), wrong);
    assertTrue(examples > 20, "examples: " + examples);
  }

  @Test
  void every_operation_states_its_effect_and_its_permission() {
    var silent = openApi.operations().stream()
        .filter(operation -> {
          var model = operation.getOpenAPIModel();
          return !model.containsKey("security")
              || model.getString("summary", "").isBlank()
              || model.getString("description", "").isBlank()
              || operation.getTags().isEmpty();
        })
        .map(Operation::getOperationId)
        .toList();

    assertEquals(List.of(), silent);
  }

  @Test
  void start_up_fails_with_an_unknown_permission() {
    var careless = await(Contract.of(
        vertx,
        "changed.yaml",
        contract.published().toString().replaceFirst("- \"users.read\"", "- users.fly")));

    var fault = assertThrows(InvalidContractException.class, () -> BearerTokens.check(careless));

    assertTrue(
        fault.getMessage().contains("listUsers requires the unknown permission \"users.fly\""),
        fault::getMessage);
  }
}
