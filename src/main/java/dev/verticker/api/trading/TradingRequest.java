package dev.verticker.api.trading;

import dev.verticker.api.auth.AuthenticatedUser;
import dev.verticker.api.openapi.ApiResponse;
import dev.verticker.api.request.ApiRequest;
import dev.verticker.message.Actor;
import dev.verticker.message.trading.OrderJson;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;

/** Helpers that the operations on orders and accounts share. */
final class TradingRequest {
  private TradingRequest() {}

  static AuthenticatedUser caller(ApiRequest request) {
    return (AuthenticatedUser) request.caller();
  }

  /** Returns the caller without its name, which is not looked up for each order. */
  static Actor actor(ApiRequest request) {
    var token = caller(request).token();
    return new Actor(token.userId(), null, token.sessionId(), request.address());
  }

  static Long accountId(ApiRequest request) {
    return request.queryNumber("account_id").orElse(null);
  }

  /** Returns a decimal of the body, whose schema admits plain decimals only; null without one. */
  static BigDecimal decimal(JsonObject body, String field) {
    var text = body.getString(field);
    return text == null ? null : new BigDecimal(text);
  }

  static ApiResponse json(int status, JsonObject body) {
    return ApiResponse.json(status, body.toBuffer());
  }

  static ApiResponse list(int status, Stream<JsonObject> entries) {
    return ApiResponse.json(status, new JsonArray(entries.toList()).toBuffer());
  }

  static String decimal(BigDecimal value) {
    return OrderJson.decimal(value);
  }

  /** Returns the milliseconds since a price was received; null without one. */
  static Long ageMs(Instant receivedAt, Instant now) {
    return receivedAt == null
        ? null
        : Long.valueOf(Math.max(0, Duration.between(receivedAt, now).toMillis()));
  }
}
