package dev.verticker.api.request;

import dev.verticker.api.web.TextDecoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Parser for the query of a URL and for form bodies. */
final class QueryString {
  private QueryString() {}

  /**
   * Returns all values of each name, in order.
   *
   * @param encoded may be null
   */
  static Map<String, List<String>> parse(String encoded) {
    if (encoded == null || encoded.isEmpty()) {
      return Map.of();
    }
    var parameters = new LinkedHashMap<String, List<String>>();
    for (var pair : encoded.split("&")) {
      if (!pair.isEmpty()) {
        var equals = pair.indexOf('=');
        var name = TextDecoder.url(equals < 0 ? pair : pair.substring(0, equals), true);
        var value = equals < 0 ? "" : TextDecoder.url(pair.substring(equals + 1), true);
        parameters.computeIfAbsent(name, key -> new ArrayList<>(1)).add(value);
      }
    }
    return parameters;
  }
}
