package dev.verticker.dev.exchange;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/** The faults in force. Of several that fit a call the oldest one strikes, alone. Safe for any thread. */
public final class FaultSchedule {
  private final Map<Long, Fault> active = new TreeMap<>();
  private long lastId;

  FaultSchedule() {}

  /** Puts a fault into force and returns its id. */
  public synchronized long add(Fault fault) {
    active.put(++lastId, fault);
    return lastId;
  }

  /** Puts a fault into force everywhere until it is cleared. */
  public long add(FaultKind kind) {
    return add(Fault.of(kind));
  }

  /** Ends one fault; false when it had already ended. */
  public synchronized boolean clear(long id) {
    return active.remove(id) != null;
  }

  /** Ends all faults. */
  public synchronized void clear() {
    active.clear();
  }

  /** Those in force, oldest first, with the times they will still strike. */
  public synchronized List<Fault> active() {
    return List.copyOf(active.values());
  }

  /** The fault that strikes this call, which is thereby counted. */
  synchronized Optional<Fault> strike(Endpoint endpoint, SimulatorRequest asked) {
    for (var entry : active.entrySet()) {
      var fault = entry.getValue();
      if (fault.endpoint().map(endpoint::equals).orElse(true)
          && fault.symbol().map(asked::includes).orElse(true)) {
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
