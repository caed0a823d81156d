package dev.verticker.api.request;

import dev.verticker.bus.Failure;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.OutputUnit;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Converts the result of a schema validator to the {@code errors} of a problem, one per violated rule. */
final class SchemaErrors {
  /** Keywords that only repeat an error of a nested rule. */
  private static final Set<String> CONTAINERS =
      Set.of("$ref", "properties", "items", "prefixItems", "allOf", "if", "then", "else");

  private static final String UNNAMED = "Violates the contract.";
  private static final Pattern QUOTED = Pattern.compile("\"(.*)\"");

  private SchemaErrors() {}

  /**
   * @param pointer the location of the value, such as {@code query/limit}; empty for a body
   * @param schema the schema of the value
   */
  static List<Failure.Error> of(String pointer, JsonSchema schema, OutputUnit found) {
    var rules = found.getErrors().stream()
        .filter(unit -> !CONTAINERS.contains(keyword(unit)))
        .toList();
    return rules.stream()
        .filter(unit -> !isEcho(unit, rules))
        .map(unit -> new Failure.Error(
            pointer + unit.getInstanceLocation().substring(1), code(unit), message(schema, unit)))
        .distinct()
        .toList();
  }

  /** The library reports a declared field that violates its own rule as an additional field, too. */
  private static boolean isEcho(OutputUnit unit, List<OutputUnit> rules) {
    return keyword(unit).equals("additionalProperties")
        && rules.stream()
            .anyMatch(other -> !keyword(other).equals("additionalProperties")
                && other.getInstanceLocation().startsWith(unit.getInstanceLocation()));
  }

  private static String code(OutputUnit unit) {
    var keyword = keyword(unit);
    return keyword.equals("additionalProperties")
        ? "unknown-field"
        : keyword.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }

  private static String keyword(OutputUnit unit) {
    var location = unit.getKeywordLocation();
    return location.substring(location.lastIndexOf('/') + 1);
  }

  /** The messages of the library are written for authors of schemas. */
  private static String message(JsonSchema schema, OutputUnit broken) {
    var rule = rule(schema, broken.getKeywordLocation());
    if (rule == null) {
      return UNNAMED;
    }
    return switch (keyword(broken)) {
      case "type" -> "Must be " + types(rule) + ".";
      case "const" -> "Must be " + rule + ".";
      case "enum" -> "Must be one of " + list(rule).collect(Collectors.joining(", ")) + ".";
      case "format" -> "Must be a " + rule + ".";
      case "pattern" -> "Must match " + rule.toString().replace("\\z", "$") + ".";
      case "minLength" -> "Must have at least " + count(rule, "character", "characters") + ".";
      case "maxLength" -> "Must have at most " + count(rule, "character", "characters") + ".";
      case "minItems" -> "Must have at least " + count(rule, "item", "items") + ".";
      case "maxItems" -> "Must have at most " + count(rule, "item", "items") + ".";
      case "minProperties" -> "Must have at least " + count(rule, "field", "fields") + ".";
      case "maxProperties" -> "Must have at most " + count(rule, "field", "fields") + ".";
      case "uniqueItems" -> "Must not contain the same item twice.";
      case "minimum" -> "Must be at least " + rule + ".";
      case "maximum" -> "Must be at most " + rule + ".";
      case "exclusiveMinimum" -> "Must be greater than " + rule + ".";
      case "exclusiveMaximum" -> "Must be less than " + rule + ".";
      case "multipleOf" -> "Must be a multiple of " + rule + ".";
      case "required" -> "Missing field " + missing(broken) + ".";
      case "additionalProperties", "unevaluatedProperties" -> "Unknown field.";
      case "oneOf" -> "Must match exactly one of " + ((JsonArray) rule).size() + " forms.";
      default -> UNNAMED;
    };
  }

  /** References of the schema are resolved, so {@code $ref} is not a member of it. */
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
          case "string" -> "a string";
          case "integer" -> "an integer";
          case "number" -> "a number";
          case "boolean" -> "true or false";
          case "array" -> "an array";
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

  /** Returns the name of the missing field, which only the validator's message contains. */
  private static String missing(OutputUnit broken) {
    var name = QUOTED.matcher(broken.getError());
    return name.find() ? name.group() : "of the contract";
  }
}
