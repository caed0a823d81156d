package dev.verticker.dev.exchange;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;

/** The control endpoint that changes the trading status of a symbol. */
final class StatusControl {
  private static final long BODY_LIMIT = 1024;
  private final SimulatedExchangeInfo info;

  StatusControl(SimulatedExchangeInfo info) {
    this.info = info;
  }

  void mount(Router router) {
    router
        .put("/control/symbols/:symbol")
        .handler(BodyHandler.create(false).setBodyLimit(BODY_LIMIT))
        .handler(this::change);
  }

  private void change(RoutingContext context) {
    var symbol = context.pathParam("symbol");
    var status = status(context);
    if (!info.symbols().contains(symbol)) {
      fail(context, 404, "no such symbol");
    } else if (status.isEmpty()) {
      fail(context, 400, "status: expected a text, such as CANCEL_ONLY");
    } else {
      info.setStatus(symbol, status);
      context.response().setStatusCode(204).end();
    }
  }

  private static String status(RoutingContext context) {
    try {
      return context.body().asJsonObject().getValue("status") instanceof String text ? text : "";
    } catch (DecodeException | ClassCastException | NullPointerException e) {
      return "";
    }
  }

  private static void fail(RoutingContext context, int status, String error) {
    context
        .response()
        .setStatusCode(status)
        .putHeader("Content-Type", "application/json")
        .end(new JsonObject().put("error", error).toBuffer());
  }
}
