package dev.verticker.api.request;

import java.util.Map;
import java.util.stream.Collectors;

/**
 * Media types of contracts that Vert.x OpenAPI does not support, and the supported ones that replace them in the contract it
 * loads.
 */
public final class MediaTypes {
  public static final String FORM = "application/x-www-form-urlencoded";

  /** Replaces {@code application/problem+json}. */
  public static final String PROBLEM = "application/vnd.problem+json";

  /** Replaces {@code text/csv}; a validator receives the text as a JSON string. */
  public static final String CSV = "application/vnd.csv+json";

  /** Replaces {@link #FORM}; the validator receives the fields as a JSON object. */
  static final String FORM_FIELDS = "application/vnd.form+json";

  private static final Map<String, String> SUBSTITUTES = Map.of(
      FORM,
      FORM_FIELDS,
      "application/merge-patch+json",
      "application/vnd.merge-patch+json",
      "application/problem+json",
      PROBLEM,
      "text/csv",
      CSV);
  private static final Map<String, String> DECLARED = SUBSTITUTES.entrySet().stream()
      .collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey));

  private MediaTypes() {}

  /** Replaces the unsupported media types in the JSON of a contract, where they are keys of {@code content}. */
  public static String substitute(String contract) {
    var replaced = contract;
    for (var types : SUBSTITUTES.entrySet()) {
      replaced = replaced.replace("\"" + types.getKey() + "\":", "\"" + types.getValue() + "\":");
    }
    return replaced;
  }

  /** The media type in the published contract. */
  static String declared(String loaded) {
    return DECLARED.getOrDefault(loaded, loaded);
  }
}
