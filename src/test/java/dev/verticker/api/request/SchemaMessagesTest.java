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

final class SchemaMessagesTest {
  /** Of one each, in the order of the table below: keyword, its rule, a value that breaks it, what is said. */
  private static final String RULES =
      """
      type                 | "string"            | 7            | It must be text.
      type                 | "integer"           | "a"          | It must be a whole number.
      type                 | "boolean"           | "a"          | It must be true or false.
      type                 | ["array","null"]    | "a"          | It must be a list or null.
      type                 | "object"            | "a"          | It must be an object.
      const                | true                | false        | It must be true.
      enum                 | ["admin","user"]    | "boss"       | It must be one of admin, user.
      format               | "date-time"         | "yesterday"  | It must be a date-time.
      pattern              | "^[a-z]+$"          | "A"          | It must match ^[a-z]+$.
      minLength            | 2                   | "a"          | It must have at least 2 characters.
      maxLength            | 1                   | "ab"         | It must have at most 1 character.
      minItems             | 1                   | []           | It must have at least 1 entry.
      maxItems             | 2                   | [1,2,3]      | It must have at most 2 entries.
      uniqueItems          | true                | [1,1]        | It must not have the same entry twice.
      minProperties        | 1                   | {}           | It must have at least 1 field.
      maxProperties        | 0                   | {"a":1}      | It must have at most 0 fields.
      minimum              | 1                   | 0            | It must be at least 1.
      maximum              | 1000                | 1001         | It must be at most 1000.
      exclusiveMinimum     | 0                   | 0            | It must be more than 0.
      exclusiveMaximum     | 5                   | 5            | It must be less than 5.
      multipleOf           | 5                   | 7            | It must be a multiple of 5.
      required             | ["title"]           | {}           | The field "title" is required.
      additionalProperties | false               | {"colour":1} | There is no such field here.
      not                  | {"const":1}         | 1            | It must be as the contract says.
      """;

  @ParameterizedTest
  @CsvSource(textBlock = RULES, delimiter = '|', quoteCharacter = '\u0001')
  void every_rule_has_a_plain_sentence(String keyword, String rule, String value, String said) {
    assertEquals(List.of(said), said(schema(keyword, rule), Json.decodeValue(value)));
  }

  @Test
  void rules_inside_fields_and_entries_are_found() {
    var title = schema("minLength", "3");
    var titles = new JsonObject().put("type", "array").put("items", title);
    var book =
        new JsonObject().put("properties", new JsonObject().put("t", title).put("all", titles));
    var value =
        new JsonObject().put("t", "a").put("all", new JsonArray().add("abc").add("b"));
    assertEquals(
        List.of("It must have at least 3 characters.", "It must have at least 3 characters."),
        said(book, value));
  }

  @Test
  void no_rule_of_the_contracts_is_left_without_a_sentence() {
    var vertx = Vertx.vertx();
    var known = Arrays.stream(RULES.split("\n"))
        .filter(row -> !row.endsWith("as the contract says."))
        .map(row -> row.split(" ")[0])
        .toList();
    for (var path : List.of("openapi/user-api.yaml", "openapi/price-api.yaml")) {
      var contract = Await.await(Contract.load(vertx, path));
      var used = new TreeSet<String>();
      collect(contract.openApi().getRawContract(), used);
      used.retainAll(RESTRICTING);
      used.removeAll(known);
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

  private static List<String> said(JsonObject json, Object value) {
    var schema = JsonSchema.of(json);
    var options = new JsonSchemaOptions()
        .setBaseUri("app://")
        .setDraft(Draft.DRAFT202012)
        .setOutputFormat(OutputFormat.Basic);
    var found = Validator.create(schema, options).validate(value);
    var errors = SchemaErrors.of("", schema, found);
    assertTrue(!errors.isEmpty(), "the value breaks no rule");
    return errors.stream().map(Failure.Error::detail).collect(Collectors.toList());
  }
}
