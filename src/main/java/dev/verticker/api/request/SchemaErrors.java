package dev.verticker.api.request;

import dev.verticker.bus.Failure;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.OutputUnit;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What a schema validator found, as {@code errors} of a problem: one entry per broken rule, at the place it concerns. */
final class SchemaErrors {
  /** Keywords that only repeat what a rule inside them found. */
  private static final Set<String> CONTAINERS =
      Set.of("$ref", "properties", "items", "prefixItems", "allOf", "if", "then", "else");

  private SchemaErrors() {}

  /**
   * @param pointer what the validated value is called, for example {@code query/limit}; empty for a body
   * @param schema what the value was validated against
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
            SchemaMessages.sentence(schema, unit)))
        .distinct()
        .toList();
  }

  /** A declared field that breaks a rule of its own is reported again as an additional one. */
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
