package dev.verticker.dev.exchange;

import io.vertx.core.Future;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Duration;
import java.util.function.Function;

/** The endpoints under {@code /control/}: clock, faults, connections, counts and served prices. */
final class ControlApi {
  private static final long BODY_LIMIT = 64 * 1024;
  private static final long DEFAULT_NOTICE_MS = 10_000;
  private final SimulatedMarket market;
  private final SimulatedTime time;
  private final CallLog calls;
  private final FaultSchedule faults;
  private final Weight weight;
  private final StreamServer streams;

  ControlApi(
      SimulatedMarket market,
      SimulatedTime time,
      CallLog calls,
      FaultSchedule faults,
      Weight weight,
      StreamServer streams) {
    this.market = market;
    this.time = time;
    this.calls = calls;
    this.faults = faults;
    this.weight = weight;
    this.streams = streams;
  }

  void mount(Router router) {
    router.post("/control/*").handler(BodyHandler.create(false).setBodyLimit(BODY_LIMIT));
    mount(router, "faults", faults, Fault::from);
    mount(router, "stream_faults", streams.faults(), StreamFault::from);
    router.get("/control/clock").handler(context -> send(context, 200, clockJson()));
    router.get("/control/calls").handler(context -> send(context, 200, callsJson()));
    router.delete("/control/calls").handler(context -> {
      calls.reset();
      context.response().setStatusCode(204).end();
    });
    router.get("/control/market").handler(context -> send(context, 200, marketJson()));
    router
        .get("/control/served/:symbol")
        .handler(context -> send(context, 200, servedJson(context.pathParam("symbol"))));
    router
        .get("/control/streams")
        .handler(context -> streams.json().onSuccess(json -> send(context, 200, json)));
    router.post("/control/streams/drop").handler(context -> done(context, streams.drop()));
    router
        .post("/control/streams/half_open")
        .handler(context -> done(context, streams.makeHalfOpen()));
    router.post("/control/streams/shutdown").handler(this::shutDown);
  }

  private static <F extends ActiveFaults.Counted<F>> void mount(
      Router router, String name, ActiveFaults<F> faults, Function<JsonObject, F> parser) {
    var path = "/control/" + name;
    router.post(path).handler(context -> add(context, faults, parser));
    router
        .get(path)
        .handler(context -> send(context, 200, new JsonObject().put("faults", faults.toJson())));
    router.delete(path).handler(context -> {
      faults.clear();
      context.response().setStatusCode(204).end();
    });
    router.delete(path + "/:id").handler(context -> clear(context, faults));
  }

  private static <F extends ActiveFaults.Counted<F>> void add(
      RoutingContext context, ActiveFaults<F> faults, Function<JsonObject, F> parser) {
    try {
      var fault = parser.apply(context.body().asJsonObject());
      send(context, 201, new JsonObject().put("id", faults.add(fault)).mergeIn(fault.toJson()));
    } catch (DecodeException
        | IllegalArgumentException
        | ClassCastException
        | NullPointerException e) {
      send(context, 400, new JsonObject().put("error", "invalid fault: " + e.getMessage()));
    }
  }

  private static void clear(RoutingContext context, ActiveFaults<?> faults) {
    var id = context.pathParam("id");
    var cleared = id.matches("[0-9]{1,18}") && faults.clear(Long.parseLong(id));
    context.response().setStatusCode(cleared ? 204 : 404).end();
  }

  private void shutDown(RoutingContext context) {
    var notice = context.request().getParam("notice_ms", Long.toString(DEFAULT_NOTICE_MS));
    if (notice.matches("[0-9]{1,9}")) {
      done(context, streams.shutDown(Duration.ofMillis(Long.parseLong(notice))));
    } else {
      send(
          context,
          400,
          new JsonObject().put("error", "notice_ms must be a number of milliseconds"));
    }
  }

  private static void done(RoutingContext context, Future<Void> action) {
    action.onSuccess(executed -> context.response().setStatusCode(204).end());
  }

  private JsonObject clockJson() {
    return new JsonObject()
        .put("venue", market.venue())
        .put("started", time.start().toString())
        .put("now", market.now().toString())
        .put("speed", time.speed());
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
