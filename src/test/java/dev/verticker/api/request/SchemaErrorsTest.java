package dev.verticker.api.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.openapi.Contract;
import dev.verticker.bus.Failure;
import dev.verticker.testing.Await;
import io.vertx.core.Vertx;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.Validator;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SchemaErrorsTest {
  /** Returns keyword, rule, a value that violates it, and message. */
  private static final String RULES =
      """
      type                 | "string"            | 7            | Must be a string.
      type                 | "integer"           | "a"          | Must be an integer.
      type                 | "boolean"           | "a"          | Must be true or false.
      type                 | ["array","null"]    | "a"          | Must be an array or null.
      type                 | "object"            | "a"          | Must be an object.
      const                | true                | false        | Must be true.
      enum                 | ["admin","user"]    | "boss"       | Must be one of admin, user.
      format               | "date-time"         | "yesterday"  | Must be a date-time.
      pattern              | "^[a-z]+$"          | "A"          | Must match ^[a-z]+$.
      minLength            | 2                   | "a"          | Must have at least 2 characters.
      maxLength            | 1                   | "ab"         | Must have at most 1 character.
      minItems             | 1                   | []           | Must have at least 1 item.
      maxItems             | 2                   | [1,2,3]      | Must have at most 2 items.
      uniqueItems          | true                | [1,1]        | Must not contain the same item twice.
      minProperties        | 1                   | {}           | Must have at least 1 field.
      maxProperties        | 0                   | {"a":1}      | Must have at most 0 fields.
      minimum              | 1                   | 0            | Must be at least 1.
      maximum              | 1000                | 1001         | Must be at most 1000.
      exclusiveMinimum     | 0                   | 0            | Must be greater than 0.
      exclusiveMaximum     | 5                   | 5            | Must be less than 5.
      multipleOf           | 5                   | 7            | Must be a multiple of 5.
      required             | ["title"]           | {}           | Missing field "title".
      additionalProperties | false               | {"colour":1} | Unknown field.
      not                  | {"const":1}         | 1            | Violates the contract.
      """;

  @ParameterizedTest
  @CsvSource(textBlock = RULES, delimiter = '|', quoteCharacter = '\u0001')
  void each_rule_has_a_message(String keyword, String rule, String value, String message) {
    assertEquals(List.of(message), messages(schema(keyword, rule), Json.decodeValue(value)));
  }

  @Test
  void violations_in_fields_and_array_items_are_reported() {
    var title = schema("minLength", "3");
    var titles = new JsonObject().put("type", "array").put("items", title);
    var book =
        new JsonObject().put("properties", new JsonObject().put("t", title).put("all", titles));
    var value =
        new JsonObject().put("t", "a").put("all", new JsonArray().add("abc").add("b"));
    assertEquals(
        List.of("Must have at least 3 characters.", "Must have at least 3 characters."),
        messages(book, value));
  }

  @Test
  void a_value_that_has_none_of_the_forms_gets_the_errors_of_each_form() {
    assertEquals(
        List.of("Must match exactly one of 2 forms.", "Must be 1.", "Must be 2."),
        messages(schema("oneOf", "[{\"const\":1},{\"const\":2}]"), 3));
  }

  @Test
  void each_rule_of_the_contracts_has_a_message() {
    var vertx = Vertx.vertx();
    var known = Arrays.stream(RULES.split("\n"))
        .filter(row -> !row.endsWith("Violates the contract."))
        .map(row -> row.split(" ")[0])
        .toList();
    for (var path : List.of("openapi/user-api.yaml", "openapi/price-api.yaml")) {
      var contract = Await.await(Contract.load(vertx, path));
      var used = new TreeSet<String>();
      collect(contract.openApi().getRawContract(), used);
      used.retainAll(RESTRICTING);
      used.removeAll(known);
      // Only in responses.
      used.removeAll(Set.of("oneOf", "anyOf"));
      assertEquals(Set.of(), used, path);
    }
    Await.await(vertx.close());
  }

  private static final Set<String> RESTRICTING = Set.of(
      "type",
      "const",
      "enum",
      "format",
      "pattern",
      "minLength",
      "maxLength",
      "minItems",
      "maxItems",
      "uniqueItems",
      "minProperties",
      "maxProperties",
      "minimum",
      "maximum",
      "exclusiveMinimum",
      "exclusiveMaximum",
      "multipleOf",
      "required",
      "additionalProperties",
      "unevaluatedProperties",
      "not",
      "oneOf",
      "anyOf",
      "contains",
      "propertyNames",
      "dependentRequired");

  private static void collect(Object value, Set<String> keywords) {
    if (value instanceof JsonObject object) {
      keywords.addAll(object.fieldNames());
      object.forEach(field -> collect(field.getValue(), keywords));
    } else if (value instanceof JsonArray array) {
      array.forEach(entry -> collect(entry, keywords));
    }
  }

  private static JsonObject schema(String keyword, String rule) {
    return new JsonObject().put(keyword, Json.decodeValue(rule));
  }

  private static List<String> messages(JsonObject json, Object value) {
    var schema = JsonSchema.of(json);
    var options = new JsonSchemaOptions()
        .setBaseUri("app://")
        .setDraft(Draft.DRAFT202012)
        .setOutputFormat(OutputFormat.Basic);
    var found = Validator.create(schema, options).validate(value);
    var errors = SchemaErrors.of("", schema, found);
    assertTrue(!errors.isEmpty(), "the value violates no rule");
    return errors.stream().map(Failure.Error::detail).collect(Collectors.toList());
  }
}
