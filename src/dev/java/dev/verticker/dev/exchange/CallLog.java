package dev.verticker.dev.exchange;

import io.vertx.core.json.JsonObject;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts of requests, failed ones included. A request that lists symbols counts once for its endpoint and once for each
 * symbol; a request for all symbols counts under {@link #ALL}. Thread-safe.
 */
public final class CallLog {
  /** In place of the symbols of a request that named none. */
  public static final String ALL = "*";

  private static final int NAMES_KEPT = 10_000;
  private static final String OTHERS = "(others)";

  private final Map<Endpoint, Long> endpoints = new EnumMap<>(Endpoint.class);
  private final Map<Endpoint, Map<String, Long>> symbols = new EnumMap<>(Endpoint.class);

  CallLog() {}

  public synchronized long total() {
    return endpoints.values().stream().mapToLong(Long::longValue).sum();
  }

  public synchronized long of(Endpoint endpoint) {
    return endpoints.getOrDefault(endpoint, 0L);
  }

  /** Requests that named the symbol, alone or in a list; {@link #ALL} for those that named none. */
  public synchronized long of(Endpoint endpoint, String symbol) {
    return symbols.getOrDefault(endpoint, Map.of()).getOrDefault(symbol, 0L);
  }

  /** Requests to any endpoint that named the symbol. */
  public synchronized long of(String symbol) {
    return symbols.values().stream()
        .mapToLong(names -> names.getOrDefault(symbol, 0L))
        .sum();
  }

  public synchronized void reset() {
    endpoints.clear();
    symbols.clear();
  }

  synchronized void count(Endpoint endpoint, SimulatorRequest request) {
    endpoints.merge(endpoint, 1L, Long::sum);
    var names = symbols.computeIfAbsent(endpoint, first -> new TreeMap<>());
    if (request.form() == SimulatorRequest.Form.ALL) {
      names.merge(ALL, 1L, Long::sum);
    }
    for (var symbol : request.symbols()) {
      names.merge(
          names.size() < NAMES_KEPT || names.containsKey(symbol) ? symbol : OTHERS, 1L, Long::sum);
    }
  }

  synchronized JsonObject toJson() {
    var json = new JsonObject();
    endpoints.forEach((endpoint, calls) -> {
      var names = new JsonObject();
      symbols.get(endpoint).forEach(names::put);
      json.put(endpoint.wireName(), new JsonObject().put("calls", calls).put("symbols", names));
    });
    return new JsonObject().put("total", total()).put("endpoints", json);
  }
}
