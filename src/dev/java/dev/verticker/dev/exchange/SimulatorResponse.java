package dev.verticker.dev.exchange;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

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

  static SimulatorResponse banned(Instant until, Duration retryAfter) {
    return error(
        418,
        retryAfter(retryAfter),
        -1003,
        "Way too much request weight used; IP banned until " + until.toEpochMilli()
            + ". Please use WebSocket Streams for live updates to avoid bans.");
  }

  static SimulatorResponse unknownError() {
    return error(500, Map.of(), -1000, "An unknown error occurred while processing the request.");
  }

  static SimulatorResponse overloaded() {
    return error(
        503,
        Map.of(),
        -1008,
        "Server is currently overloaded with other requests. Please try again in a few minutes.");
  }

  static SimulatorResponse restrictedLocation() {
    return error(
        451,
        Map.of(),
        0,
        "Service unavailable from a restricted location according to 'b. Eligibility' in "
            + "https://www.binance.com/en/terms. Please contact customer service if you believe you received this "
            + "message in error.");
  }

  /** The firewall of the exchange sends HTML. */
  static SimulatorResponse forbidden() {
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
