package dev.verticker.dev.exchange;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Predicate;

/** The active faults. Of several that match only the oldest is applied. Thread-safe. */
abstract sealed class ActiveFaults<F extends ActiveFaults.Counted<F>>
    permits FaultSchedule, StreamFaults {
  private final Map<Long, F> active = new TreeMap<>();
  private long lastId;

  /** A fault that may end after a number of applications. */
  interface Counted<F> {
    /** The remaining applications; empty = until cleared. */
    OptionalInt times();

    F times(int value);

    JsonObject toJson();
  }

  /** Activates a fault and returns its id. */
  public final synchronized long add(F fault) {
    active.put(++lastId, fault);
    return lastId;
  }

  /** Removes a fault; false if it was not active. */
  public final synchronized boolean clear(long id) {
    return active.remove(id) != null;
  }

  /** Removes all faults. */
  public final synchronized void clear() {
    active.clear();
  }

  /** Active faults, oldest first, with the remaining number of applications. */
  public final synchronized List<F> active() {
    return List.copyOf(active.values());
  }

  /** The oldest fault that matches; each call counts as one application. */
  final synchronized Optional<F> next(Predicate<F> matches) {
    for (var entry : active.entrySet()) {
      if (matches.test(entry.getValue())) {
        use(entry.getKey(), entry.getValue());
        return Optional.of(entry.getValue());
      }
    }
    return Optional.empty();
  }

  final synchronized JsonArray toJson() {
    var json = new JsonArray();
    active.forEach((id, fault) -> json.add(new JsonObject().put("id", id).mergeIn(fault.toJson())));
    return json;
  }

  private void use(long id, F fault) {
    if (fault.times().equals(OptionalInt.of(1))) {
      active.remove(id);
    } else if (fault.times().isPresent()) {
      active.put(id, fault.times(fault.times().getAsInt() - 1));
    }
  }
}
