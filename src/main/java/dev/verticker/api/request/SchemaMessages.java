package dev.verticker.api.request;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.OutputUnit;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The rules of a schema in words for the reader of an answer: the validator's own are for whoever writes schemas. */
final class SchemaMessages {
  private static final String UNNAMED = "It must be as the contract says.";
  private static final Pattern QUOTED = Pattern.compile("\"(.*)\"");

  private SchemaMessages() {}

  /** The rule that was broken, in one sentence. */
  static String sentence(JsonSchema schema, OutputUnit broken) {
    var rule = rule(schema, broken.getKeywordLocation());
    if (rule == null) {
      return UNNAMED;
    }
    return switch (SchemaErrors.keyword(broken)) {
      case "type" -> "It must be " + types(rule) + ".";
      case "const" -> "It must be " + rule + ".";
      case "enum" -> "It must be one of " + list(rule).collect(Collectors.joining(", ")) + ".";
      case "format" -> "It must be a " + rule + ".";
      case "pattern" -> "It must match " + rule + ".";
      case "minLength" -> "It must have at least " + count(rule, "character", "characters") + ".";
      case "maxLength" -> "It must have at most " + count(rule, "character", "characters") + ".";
      case "minItems" -> "It must have at least " + count(rule, "entry", "entries") + ".";
      case "maxItems" -> "It must have at most " + count(rule, "entry", "entries") + ".";
      case "minProperties" -> "It must have at least " + count(rule, "field", "fields") + ".";
      case "maxProperties" -> "It must have at most " + count(rule, "field", "fields") + ".";
      case "uniqueItems" -> "It must not have the same entry twice.";
      case "minimum" -> "It must be at least " + rule + ".";
      case "maximum" -> "It must be at most " + rule + ".";
      case "exclusiveMinimum" -> "It must be more than " + rule + ".";
      case "exclusiveMaximum" -> "It must be less than " + rule + ".";
      case "multipleOf" -> "It must be a multiple of " + rule + ".";
      case "required" -> "The field " + missing(broken) + " is required.";
      case "additionalProperties", "unevaluatedProperties" -> "There is no such field here.";
      default -> UNNAMED;
    };
  }

  /** The schema has its references resolved, so that they are no steps of the way. */
  private static Object rule(JsonSchema schema, String location) {
    Object here = schema;
    for (var step : location.substring("#/".length()).split("/")) {
      if (here instanceof JsonObject object && !step.equals("$ref")) {
        here = object.getValue(step);
      } else if (here instanceof JsonArray array) {
        here = array.getValue(Integer.parseInt(step));
      }
    }
    return here;
  }

  private static String types(Object rule) {
    return list(rule)
        .map(type -> switch (type) {
          case "string" -> "text";
          case "integer" -> "a whole number";
          case "number" -> "a number";
          case "boolean" -> "true or false";
          case "array" -> "a list";
          case "object" -> "an object";
          default -> type;
        })
        .collect(Collectors.joining(" or "));
  }

  private static Stream<String> list(Object rule) {
    var entries = rule instanceof JsonArray array ? array.getList() : List.of(rule);
    return ((List<?>) entries).stream().map(String::valueOf);
  }

  private static String count(Object rule, String one, String more) {
    return rule + " " + (((Number) rule).intValue() == 1 ? one : more);
  }

  /** Nothing but the validator's own sentence names it. */
  private static String missing(OutputUnit broken) {
    var name = QUOTED.matcher(broken.getError());
    return name.find() ? name.group() : "of the contract";
  }
}
