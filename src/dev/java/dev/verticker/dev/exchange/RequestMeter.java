package dev.verticker.dev.exchange;

import io.vertx.core.json.JsonObject;
import java.util.Optional;

/** Counts the requests of both transports with their weight, and chooses the fault of each. */
final class RequestMeter {
  private final CallLog calls;
  private final FaultSchedule faults;
  private final Weight weight;
  private final SimulatedTime time;

  RequestMeter(CallLog calls, FaultSchedule faults, Weight weight, SimulatedTime time) {
    this.calls = calls;
    this.faults = faults;
    this.weight = weight;
    this.time = time;
  }

  /** Counts a request and returns the fault that applies to it. */
  Optional<Fault> count(Endpoint endpoint, Query query) {
    var symbols = SimulatorRequest.of(query);
    calls.count(endpoint, symbols);
    use(endpoint.weight(symbols, query));
    return faults.next(endpoint, symbols);
  }

  void use(int units) {
    weight.use(units, time.real());
  }

  int used() {
    return weight.used(time.real());
  }

  /** The response to a request over the limit. */
  Optional<SimulatorResponse> exceeded() {
    var real = time.real();
    return weight.exceeded(real)
        ? Optional.of(SimulatorResponse.tooMuchWeight(weight.limit(), Weight.untilReset(real)))
        : Optional.empty();
  }

  /** The response of a fault that answers with a code of the exchange; empty for other faults. */
  Optional<SimulatorResponse> response(Fault fault) {
    return SimulatorResponse.of(fault, weight, time.real());
  }

  /** The weight as the WebSocket API reports it. */
  JsonObject weightLimit() {
    return new JsonObject()
        .put("rateLimitType", "REQUEST_WEIGHT")
        .put("interval", "MINUTE")
        .put("intervalNum", 1)
        .put("limit", weight.limit())
        .put("count", used());
  }
}
