package dev.verticker.api.request;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The schema of a parameter as plain comparisons, about a hundred times faster than the validator of the library. It only
 * accepts: the library validates every value that is not accepted here, and alone rejects it with a message. It must never
 * accept a value that the library rejects.
 */
public final class CompiledSchema {
  /** Keywords without a rule. The library adds keywords that start with {@code __} when it loads a schema. */
  private static final Set<String> ANNOTATIONS =
      Set.of("title", "description", "example", "examples");

  private CompiledSchema() {}

  /**
   * Compiles a schema for values of the types that {@link Parameter} creates.
   *
   * @throws IllegalArgumentException if the schema has a keyword that is not supported here
   */
  static Predicate<Object> of(JsonObject schema) {
    var rules = new ArrayList<Predicate<Object>>();
    for (var keyword : schema.fieldNames()) {
      if (!keyword.startsWith("__") && !ANNOTATIONS.contains(keyword)) {
        rules.add(rule(keyword, schema));
      }
    }
    return value -> {
      for (var rule : rules) {
        if (!rule.test(value)) {
          return false;
        }
      }
      return true;
    };
  }

  private static Predicate<Object> rule(String keyword, JsonObject schema) {
    return switch (keyword) {
      case "type" -> type(schema.getString(keyword));
      case "minimum" -> minimum(schema.getLong(keyword));
      case "maximum" -> maximum(schema.getLong(keyword));
      case "minLength" -> minLength(schema.getInteger(keyword));
      case "maxLength" -> maxLength(schema.getInteger(keyword));
      case "pattern" -> pattern(Pattern.compile(schema.getString(keyword)));
      case "minItems" -> minItems(schema.getInteger(keyword));
      case "maxItems" -> maxItems(schema.getInteger(keyword));
      case "uniqueItems" -> schema.getBoolean(keyword) ? CompiledSchema::isUnique : value -> true;
      case "items" -> items(of(schema.getJsonObject(keyword)));
      default ->
        throw new IllegalArgumentException("cannot be marked " + RequestValidator.HOT
            + ": the keyword \"" + keyword + "\" is not supported by CompiledSchema");
    };
  }

  private static Predicate<Object> type(String type) {
    return switch (type) {
      case "string" -> String.class::isInstance;
      case "integer" -> Long.class::isInstance;
      case "boolean" -> Boolean.class::isInstance;
      case "array" -> ApiRequest.Texts.class::isInstance;
      default ->
        throw new IllegalArgumentException("cannot be marked " + RequestValidator.HOT
            + ": the type \"" + type + "\" is not supported by CompiledSchema");
    };
  }

  // As in the library, a rule for one type accepts all values of other types.

  private static Predicate<Object> minimum(long minimum) {
    return value -> !(value instanceof Long number) || number >= minimum;
  }

  private static Predicate<Object> maximum(long maximum) {
    return value -> !(value instanceof Long number) || number <= maximum;
  }

  /** Lengths are in code points, which are never more than the chars. */
  private static Predicate<Object> minLength(int minLength) {
    return value -> !(value instanceof String text)
        || text.length() >= minLength && text.codePointCount(0, text.length()) >= minLength;
  }

  private static Predicate<Object> maxLength(int maxLength) {
    return value -> !(value instanceof String text)
        || text.length() <= maxLength
        || text.codePointCount(0, text.length()) <= maxLength;
  }

  private static Predicate<Object> pattern(Pattern pattern) {
    return value -> !(value instanceof String text) || pattern.matcher(text).find();
  }

  private static Predicate<Object> minItems(int minItems) {
    return value -> !(value instanceof ApiRequest.Texts) || texts(value).size() >= minItems;
  }

  private static Predicate<Object> maxItems(int maxItems) {
    return value -> texts(value).size() <= maxItems;
  }

  private static boolean isUnique(Object value) {
    var texts = texts(value);
    return texts.size() < 2 || new HashSet<>(texts).size() == texts.size();
  }

  private static Predicate<Object> items(Predicate<Object> each) {
    return value -> texts(value).stream().allMatch(each);
  }

  private static List<String> texts(Object value) {
    return value instanceof ApiRequest.Texts list ? list.values() : List.of();
  }
}
