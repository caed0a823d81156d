package dev.verticker.api.request;

import dev.verticker.api.openapi.ContractRouter;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The schema of a parameter as plain comparisons, a hundredth of what the library's validator takes. It only ever says yes:
 * what it does not accept goes to the library, which alone refuses, and says why. So the two differ in nothing but time as
 * long as whatever is accepted here would be accepted there.
 */
public final class CompiledSchema {
  /** They describe and do not restrict; {@code __...} is what the library notes on loading. */
  private static final Set<String> ANNOTATIONS =
      Set.of("title", "description", "example", "examples");

  private CompiledSchema() {}

  /**
   * Accepts values of the type that {@link Parameter} gives its schema.
   *
   * @throws IllegalArgumentException when the schema holds a keyword that is not understood here
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
      case "minimum" -> least(schema.getLong(keyword));
      case "maximum" -> most(schema.getLong(keyword));
      case "minLength" -> longEnough(schema.getInteger(keyword));
      case "maxLength" -> shortEnough(schema.getInteger(keyword));
      case "pattern" -> pattern(Pattern.compile(schema.getString(keyword)));
      case "minItems" -> enoughItems(schema.getInteger(keyword));
      case "maxItems" -> fewItems(schema.getInteger(keyword));
      case "uniqueItems" -> schema.getBoolean(keyword) ? CompiledSchema::isSet : value -> true;
      case "items" -> items(of(schema.getJsonObject(keyword)));
      default ->
        throw new IllegalArgumentException("the keyword \"" + keyword
            + "\" cannot be compiled, so it cannot be marked " + ContractRouter.HOT);
    };
  }

  private static Predicate<Object> type(String type) {
    return switch (type) {
      case "string" -> String.class::isInstance;
      case "integer" -> Long.class::isInstance;
      case "boolean" -> Boolean.class::isInstance;
      case "array" -> ApiRequest.Texts.class::isInstance;
      default -> throw new IllegalArgumentException("the type " + type + " cannot be compiled");
    };
  }

  // As in the library, a rule about one type says nothing about values of another.

  private static Predicate<Object> least(long minimum) {
    return value -> !(value instanceof Long number) || number >= minimum;
  }

  private static Predicate<Object> most(long maximum) {
    return value -> !(value instanceof Long number) || number <= maximum;
  }

  /** Lengths are in code points, of which there are never more than chars. */
  private static Predicate<Object> longEnough(int minLength) {
    return value -> !(value instanceof String text)
        || text.length() >= minLength && text.codePointCount(0, text.length()) >= minLength;
  }

  private static Predicate<Object> shortEnough(int maxLength) {
    return value -> !(value instanceof String text)
        || text.length() <= maxLength
        || text.codePointCount(0, text.length()) <= maxLength;
  }

  private static Predicate<Object> pattern(Pattern pattern) {
    return value -> !(value instanceof String text) || pattern.matcher(text).find();
  }

  private static Predicate<Object> enoughItems(int minItems) {
    return value -> !(value instanceof ApiRequest.Texts) || texts(value).size() >= minItems;
  }

  private static Predicate<Object> fewItems(int maxItems) {
    return value -> texts(value).size() <= maxItems;
  }

  private static boolean isSet(Object value) {
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
