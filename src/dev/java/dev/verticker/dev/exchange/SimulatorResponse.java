package dev.verticker.dev.exchange;

import dev.verticker.dev.exchange.order.OrderException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A response of the exchange.
 *
 * @param json object or array with the requested symbols
 */
record SimulatorResponse(
    int status, Map<String, String> headers, String contentType, Buffer body, Object json) {
  private static final String JSON = "application/json;charset=UTF-8";

  static SimulatorResponse ok(Object json) {
    return new SimulatorResponse(200, Map.of(), JSON, Json.encodeToBuffer(json), json);
  }

  static SimulatorResponse rejected(OrderException error) {
    return error(
        error.status(),
        error.retryAfter().map(SimulatorResponse::retryAfter).orElse(Map.of()),
        error.code(),
        error.getMessage());
  }

  SimulatorResponse withHeaders(Map<String, String> added) {
    var all = new LinkedHashMap<>(headers);
    all.putAll(added);
    return new SimulatorResponse(status, all, contentType, body, json);
  }

  /** The response of a fault that answers with a code of the exchange; empty for other faults. */
  static Optional<SimulatorResponse> of(Fault fault, Weight weight, Instant real) {
    return Optional.ofNullable(
        switch (fault.kind()) {
          case RATE_LIMITED -> tooMuchWeight(weight.limit(), fault.retryAfter());
          case BANNED -> banned(real.plus(fault.retryAfter()), fault.retryAfter());
          case FORBIDDEN -> forbidden();
          case RESTRICTED -> restrictedLocation();
          case SERVER_ERROR -> unknownError();
          case OVERLOADED -> overloaded();
          case UNEXPECTED_RESPONSE ->
            error(
                500,
                Map.of(),
                -1006,
                "An unexpected response was received from the message bus. Execution status unknown.");
          case BACKEND_TIMEOUT ->
            error(
                504,
                Map.of(),
                -1007,
                "Timeout waiting for response from backend server. Send status unknown; execution status unknown.");
          case TOO_MANY_ORDERS ->
            error(429, retryAfter(fault.retryAfter()), -1015, "Too many new orders.");
          case INVALID_TIMESTAMP ->
            error(400, Map.of(), -1021, "Timestamp for this request is outside of the recvWindow.");
          case DUPLICATE_ORDER -> error(400, Map.of(), -2010, "Duplicate order sent.");
          case CANCEL_REJECTED -> error(400, Map.of(), -2011, "Unknown order sent.");
          case NO_SUCH_ORDER -> error(400, Map.of(), -2013, "Order does not exist.");
          default -> null;
        });
  }

  static SimulatorResponse rejected(BinanceError error) {
    return error(400, Map.of(), error.code(), error.getMessage());
  }

  static SimulatorResponse tooMuchWeight(int limit, Duration retryAfter) {
    return error(
        429,
        retryAfter(retryAfter),
        -1003,
        "Too much request weight used; current limit is " + limit
            + " request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.");
  }

  private static SimulatorResponse banned(Instant until, Duration retryAfter) {
    return error(
        418,
        retryAfter(retryAfter),
        -1003,
        "Way too much request weight used; IP banned until " + until.toEpochMilli()
            + ". Please use WebSocket Streams for live updates to avoid bans.");
  }

  private static SimulatorResponse unknownError() {
    return error(500, Map.of(), -1000, "An unknown error occurred while processing the request.");
  }

  private static SimulatorResponse overloaded() {
    return error(
        503,
        Map.of(),
        -1008,
        "Server is currently overloaded with other requests. Please try again in a few minutes.");
  }

  private static SimulatorResponse restrictedLocation() {
    return error(
        451,
        Map.of(),
        0,
        "Service unavailable from a restricted location according to 'b. Eligibility' in "
            + "https://www.binance.com/en/terms. Please contact customer service if you believe you received this "
            + "message in error.");
  }

  /** The firewall of the exchange sends HTML. */
  private static SimulatorResponse forbidden() {
    return new SimulatorResponse(
        403,
        Map.of(),
        "text/html",
        Buffer.buffer(
            "<html><head><title>403 Forbidden</title></head><body>403 Forbidden</body></html>"),
        new JsonObject());
  }

  private static SimulatorResponse error(
      int status, Map<String, String> headers, int code, String message) {
    var json = new JsonObject().put("code", code).put("msg", message);
    return new SimulatorResponse(status, headers, JSON, json.toBuffer(), json);
  }

  private static Map<String, String> retryAfter(Duration retryAfter) {
    return Map.of("Retry-After", Long.toString(retryAfter.toSeconds()));
  }
}
