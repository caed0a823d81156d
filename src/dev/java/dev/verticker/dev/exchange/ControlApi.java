package dev.verticker.dev.exchange;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;

/** The endpoints under {@code /control/}: faults, counts and served prices. */
final class ControlApi {
  private static final long BODY_LIMIT = 64 * 1024;
  private final SimulatedMarket market;
  private final SimulatedTime time;
  private final CallLog calls;
  private final FaultSchedule faults;
  private final Weight weight;

  ControlApi(
      SimulatedMarket market,
      SimulatedTime time,
      CallLog calls,
      FaultSchedule faults,
      Weight weight) {
    this.market = market;
    this.time = time;
    this.calls = calls;
    this.faults = faults;
    this.weight = weight;
  }

  void mount(Router router) {
    router
        .post("/control/faults")
        .handler(BodyHandler.create(false).setBodyLimit(BODY_LIMIT))
        .handler(this::addFault);
    router.get("/control/faults").handler(context -> send(context, 200, faultsJson()));
    router.delete("/control/faults").handler(context -> {
      faults.clear();
      context.response().setStatusCode(204).end();
    });
    router.delete("/control/faults/:id").handler(this::clearFault);
    router.get("/control/calls").handler(context -> send(context, 200, callsJson()));
    router.delete("/control/calls").handler(context -> {
      calls.reset();
      context.response().setStatusCode(204).end();
    });
    router.get("/control/market").handler(context -> send(context, 200, marketJson()));
    router
        .get("/control/served/:symbol")
        .handler(context -> send(context, 200, servedJson(context.pathParam("symbol"))));
  }

  private void addFault(RoutingContext context) {
    try {
      var fault = Fault.from(context.body().asJsonObject());
      send(context, 201, new JsonObject().put("id", faults.add(fault)).mergeIn(fault.toJson()));
    } catch (DecodeException
        | IllegalArgumentException
        | ClassCastException
        | NullPointerException e) {
      send(context, 400, new JsonObject().put("error", "invalid fault: " + e.getMessage()));
    }
  }

  private void clearFault(RoutingContext context) {
    var id = context.pathParam("id");
    var cleared = id.matches("[0-9]{1,18}") && faults.clear(Long.parseLong(id));
    context.response().setStatusCode(cleared ? 204 : 404).end();
  }

  private JsonObject faultsJson() {
    return new JsonObject().put("faults", faults.toJson());
  }

  private JsonObject callsJson() {
    return calls.toJson().put("used_weight", weight.used(time.real()));
  }

  private JsonObject marketJson() {
    return new JsonObject()
        .put("now", market.now().toString())
        .put("speed", time.speed())
        .put("symbols", new JsonArray(market.symbols()));
  }

  private JsonObject servedJson(String symbol) {
    var prices = new JsonArray();
    market
        .served(symbol)
        .forEach(served -> prices.add(
            new JsonObject().put("at", served.at().toString()).put("price", served.price())));
    return new JsonObject().put("symbol", symbol).put("served", prices);
  }

  private static void send(RoutingContext context, int status, JsonObject json) {
    context
        .response()
        .setStatusCode(status)
        .putHeader("Content-Type", "application/json")
        .end(json.toBuffer());
  }
}
