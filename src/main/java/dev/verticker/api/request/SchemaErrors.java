package dev.verticker.api.request;

import dev.verticker.bus.Failure;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.OutputUnit;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Converts the result of a schema validator to the {@code errors} of a problem, one per violated rule. */
final class SchemaErrors {
  /** Keywords that only repeat an error of a nested rule. */
  private static final Set<String> CONTAINERS =
      Set.of("$ref", "properties", "items", "prefixItems", "allOf", "if", "then", "else");

  private SchemaErrors() {}

  /**
   * @param pointer of the validated value, such as {@code query/limit}; empty for a body
   * @param schema of the validated value
   */
  static List<Failure.Error> of(String pointer, JsonSchema schema, OutputUnit found) {
    var rules = found.getErrors().stream()
        .filter(unit -> !CONTAINERS.contains(keyword(unit)))
        .toList();
    return rules.stream()
        .filter(unit -> !isEcho(unit, rules))
        .map(unit -> new Failure.Error(
            pointer + unit.getInstanceLocation().substring(1),
            code(unit),
            SchemaMessages.message(schema, unit)))
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

  static String keyword(OutputUnit unit) {
    var location = unit.getKeywordLocation();
    return location.substring(location.lastIndexOf('/') + 1);
  }
}
