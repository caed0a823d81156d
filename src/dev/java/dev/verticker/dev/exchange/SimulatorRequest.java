package dev.verticker.dev.exchange;

import java.util.Arrays;
import java.util.List;

/**
 * The symbols of a request, parsed leniently: also a request that is rejected is counted with its weight.
 *
 * @param symbols as in the request; empty for {@link Form#ALL}
 */
record SimulatorRequest(Form form, List<String> symbols) {
  enum Form {
    ONE,
    LIST,
    ALL
  }

  static SimulatorRequest of(Query query) {
    if (query.text("symbol").isPresent()) {
      return new SimulatorRequest(Form.ONE, List.of(query.text("symbol").get()));
    }
    return query
        .text("symbols")
        .map(list -> new SimulatorRequest(Form.LIST, split(list)))
        .orElseGet(() -> new SimulatorRequest(Form.ALL, List.of()));
  }

  /** Whether the response contains this symbol. */
  boolean includes(String symbol) {
    return form == Form.ALL || symbols.contains(symbol);
  }

  /** The names in {@code ["A","B"]}; text of another form results in unknown names. */
  static List<String> split(String list) {
    var inner =
        list.startsWith("[") && list.endsWith("]") ? list.substring(1, list.length() - 1) : list;
    return inner.isEmpty()
        ? List.of()
        : Arrays.stream(inner.split(",", -1))
            .map(name -> name.startsWith("\"") && name.endsWith("\"") && name.length() > 1
                ? name.substring(1, name.length() - 1)
                : name)
            .toList();
  }
}
