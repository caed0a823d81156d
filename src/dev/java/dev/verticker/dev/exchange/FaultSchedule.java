package dev.verticker.dev.exchange;

import java.util.Optional;

/** The active faults of REST requests. */
public final class FaultSchedule extends ActiveFaults<Fault> {
  FaultSchedule() {}

  /** Activates a fault for every request until it is cleared. */
  public long add(FaultKind kind) {
    return add(Fault.of(kind));
  }

  /** The fault to apply to a request; each call counts as one application. */
  Optional<Fault> next(Endpoint endpoint, SimulatorRequest request) {
    return next(fault -> fault.kind().appliesTo(endpoint)
        && fault.endpoint().map(endpoint::equals).orElse(true)
        && fault.symbol().map(request::includes).orElse(true));
  }
}
