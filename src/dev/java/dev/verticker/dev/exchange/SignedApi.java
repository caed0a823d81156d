package dev.verticker.dev.exchange;

import dev.verticker.dev.exchange.order.OrderException;
import dev.verticker.dev.exchange.order.Parameters;
import dev.verticker.dev.exchange.order.SimulatedOrders;
import dev.verticker.dev.exchange.order.SimulatedOrders.Operation;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Signed requests of both transports: applies the faults that change what the exchange does, and creates the responses. */
final class SignedApi {
  private final Vertx vertx;
  private final SimulatedOrders orders;
  private final RequestMeter meter;
  private final UserStreams streams;

  /**
   * A request that was received.
   *
   * @param fault of its response
   * @param response executes the request unless that has happened, and returns its regular response
   */
  record Received(Optional<Fault> fault, Supplier<SimulatorResponse> response) {}

  SignedApi(Vertx vertx, SimulatedOrders orders, RequestMeter meter, UserStreams streams) {
    this.vertx = vertx;
    this.orders = orders;
    this.meter = meter;
    this.streams = streams;
  }

  Received receive(
      Endpoint endpoint, Optional<String> key, Parameters parameters, Optional<Fault> fault) {
    Supplier<SimulatorResponse> regular = () -> execute(endpoint, key, parameters, Duration.ZERO);
    if (fault.isEmpty()) {
      return new Received(fault, regular);
    }
    return switch (fault.get().kind()) {
      case LATE_VISIBILITY ->
        regularly(() -> execute(endpoint, key, parameters, fault.get().delay()));
      case LATE_FILL -> regularly(() -> cancelLate(endpoint, key, parameters, fault.get()));
      case DROPPED_STREAMS ->
        regularly(() -> {
          streams.drop();
          return regular.get();
        });
      default -> new Received(fault, fault.get().executed() ? executed(regular) : regular);
    };
  }

  /** The counts of an account in the headers of its responses. */
  private Map<String, String> headers(String key) {
    var counts = orders.unfilledOrders(key);
    return Map.of(
        "X-MBX-ORDER-COUNT-10S",
        Integer.toString(counts[0]),
        "X-MBX-ORDER-COUNT-1D",
        Integer.toString(counts[1]));
  }

  private static Received regularly(Supplier<SimulatorResponse> response) {
    return new Received(Optional.empty(), response);
  }

  private static Supplier<SimulatorResponse> executed(Supplier<SimulatorResponse> regular) {
    var response = regular.get();
    return () -> response;
  }

  private SimulatorResponse cancelLate(
      Endpoint endpoint, Optional<String> key, Parameters parameters, Fault fault) {
    var fill = orders.prepareLateFill(key, parameters);
    var response = execute(endpoint, key, parameters, Duration.ZERO);
    if (response.status() == 200) {
      fill.ifPresent(
          late -> vertx.setTimer(Math.max(1, fault.delay().toMillis()), timer -> late.run()));
    }
    return response;
  }

  private SimulatorResponse execute(
      Endpoint endpoint, Optional<String> key, Parameters parameters, Duration hidden) {
    var exceeded = meter.exceeded();
    if (exceeded.isPresent()) {
      return exceeded.get();
    }
    try {
      var operation = endpoint.operation().orElseThrow();
      var response = SimulatorResponse.ok(orders.execute(operation, key, parameters, hidden));
      if (endpoint.isFreeOnSuccess()) {
        meter.use(-1);
      }
      return operation == Operation.PLACE
          ? response.withHeaders(headers(key.orElseThrow()))
          : response;
    } catch (OrderException rejected) {
      return SimulatorResponse.rejected(rejected);
    }
  }
}
