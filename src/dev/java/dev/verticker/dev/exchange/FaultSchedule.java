package dev.verticker.dev.exchange;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/** The active faults. Of several that match a request only the oldest is applied. Thread-safe. */
public final class FaultSchedule {
  private final Map<Long, Fault> active = new TreeMap<>();
  private long lastId;

  FaultSchedule() {}

  /** Activates a fault and returns its id. */
  public synchronized long add(Fault fault) {
    active.put(++lastId, fault);
    return lastId;
  }

  /** Activates a fault for every request until it is cleared. */
  public long add(FaultKind kind) {
    return add(Fault.of(kind));
  }

  /** Removes a fault; false if it was not active. */
  public synchronized boolean clear(long id) {
    return active.remove(id) != null;
  }

  /** Removes all faults. */
  public synchronized void clear() {
    active.clear();
  }

  /** Active faults, oldest first, with the remaining number of requests. */
  public synchronized List<Fault> active() {
    return List.copyOf(active.values());
  }

  /** The fault to apply to a request; each call counts as one application. */
  synchronized Optional<Fault> next(Endpoint endpoint, SimulatorRequest request) {
    for (var entry : active.entrySet()) {
      var fault = entry.getValue();
      if (fault.endpoint().map(endpoint::equals).orElse(true)
          && fault.symbol().map(request::includes).orElse(true)) {
        use(entry.getKey(), fault);
        return Optional.of(fault);
      }
    }
    return Optional.empty();
  }

  synchronized JsonArray toJson() {
    var json = new JsonArray();
    active.forEach((id, fault) -> json.add(new JsonObject().put("id", id).mergeIn(fault.toJson())));
    return json;
  }

  private void use(long id, Fault fault) {
    if (fault.times().equals(OptionalInt.of(1))) {
      active.remove(id);
    } else if (fault.times().isPresent()) {
      active.put(id, fault.times(fault.times().getAsInt() - 1));
    }
  }
}
