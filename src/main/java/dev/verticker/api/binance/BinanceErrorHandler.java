package dev.verticker.api.binance;

import dev.verticker.api.web.RequestContextHandler;
import dev.verticker.bus.Failure;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;

/** Writes the errors of requests below {@code /api/v3} as the exchange does: {@code {"code": -1121, "msg": "..."}}. */
final class BinanceErrorHandler implements Handler<RoutingContext> {
  private final RequestWeights weights;

  BinanceErrorHandler(RequestWeights weights) {
    this.weights = weights;
  }

  /** Leaves to the next handler what has no response: a defect, which it logs, and a client that has disconnected. */
  @Override
  public void handle(RoutingContext context) {
    var error = error(context);
    var response = context.response();
    if (error == null || response.headWritten()) {
      context.next();
      return;
    }
    error
        .retryAfter()
        .ifPresent(wait -> response.putHeader(
            "Retry-After", Long.toString(Math.max(1, wait.plusMillis(999).toSeconds()))));
    String caller = context.get(RequestContextHandler.CALLER);
    if (caller != null) {
      response.putHeader(BinanceApi.USED_WEIGHT, Integer.toString(weights.used(caller)));
    }
    var body = JsonObject.of("code", error.code(), "msg", error.getMessage()).toBuffer();
    response
        .setStatusCode(error.status())
        .putHeader("Content-Type", "application/json")
        .putHeader("Content-Length", Integer.toString(body.length()));
    if (context.request().method() == HttpMethod.HEAD) {
      response.end();
    } else {
      response.end(body);
    }
  }

  private static BinanceException error(RoutingContext context) {
    var cause = context.failure();
    if (cause instanceof BinanceException error) {
      return error;
    }
    if (cause instanceof Failure failure) {
      return BinanceException.of(failure);
    }
    var status = cause instanceof HttpException http
        ? http.getStatusCode()
        : cause == null ? context.statusCode() : 500;
    return status >= 400 && status < 500 ? BinanceException.ofStatus(status) : null;
  }
}
