package dev.verticker.dev.exchange;

import dev.verticker.dev.exchange.order.ApiKey;
import dev.verticker.dev.exchange.order.SimulatedOrders;
import io.vertx.core.Future;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.function.Consumer;

/** The control endpoints of keys, orders and user streams. */
final class OrderControl {
  private static final long BODY_LIMIT = 64 * 1024;
  private static final long DEFAULT_NOTICE_MS = 10_000;
  private final SimulatedOrders orders;
  private final UserStreams streams;

  OrderControl(SimulatedOrders orders, UserStreams streams) {
    this.orders = orders;
    this.streams = streams;
  }

  void mount(Router router) {
    var body = BodyHandler.create(false).setBodyLimit(BODY_LIMIT);
    router
        .post("/control/keys")
        .handler(body)
        .handler(context -> change(context, 201, this::addKey));
    router
        .post("/control/keys/:key/deposit")
        .handler(body)
        .handler(context -> change(context, 204, json -> deposit(context.pathParam("key"), json)));
    router
        .delete("/control/keys/:key")
        .handler(context -> end(context, orders.removeKey(context.pathParam("key")) ? 204 : 404));
    router
        .get("/control/keys/:key")
        .handler(context -> read(context, () -> account(context.pathParam("key"))));
    router
        .put("/control/orders/settings")
        .handler(body)
        .handler(context -> change(context, 204, this::set));
    router.post("/control/orders/wipe").handler(context -> {
      orders.wipe();
      end(context, 204);
    });
    router
        .post("/control/orders/:id/fill")
        .handler(body)
        .handler(context -> change(context, 204, json -> fill(id(context), json)));
    router
        .post("/control/orders/:id/expire")
        .handler(context -> end(context, orders.expire(id(context)) ? 204 : 404));
    router
        .get("/control/user_streams")
        .handler(context -> streams.json().onSuccess(json -> send(context, 200, json)));
    router.post("/control/user_streams/drop").handler(context -> done(context, streams.drop()));
    router
        .post("/control/user_streams/half_open")
        .handler(context -> done(context, streams.makeHalfOpen()));
    router.post("/control/user_streams/shutdown").handler(this::shutDown);
  }

  private void addKey(JsonObject json) {
    orders.addKey(ApiKey.from(json));
  }

  private void deposit(String key, JsonObject json) {
    ApiKey.amounts(json).forEach((asset, amount) -> orders.deposit(key, asset, amount));
  }

  private void set(JsonObject json) {
    if (json.containsKey("visibility_ms")) {
      orders.setVisibility(Duration.ofMillis(json.getLong("visibility_ms")));
    }
    if (json.containsKey("order_limit")) {
      orders.setOrderLimit(json.getInteger("order_limit"));
    }
  }

  private void fill(long id, JsonObject json) {
    if (!orders.fill(
        id, new BigDecimal(json.getString("qty")), new BigDecimal(json.getString("price")))) {
      throw new IllegalArgumentException("no open order has this id");
    }
  }

  private JsonObject account(String key) {
    return new JsonObject()
        .put("balances", orders.balances(key).getJsonArray("balances"))
        .put("orders", new JsonArray(orders.orders(key)))
        .put("trades", new JsonArray(orders.trades(key)));
  }

  private void shutDown(RoutingContext context) {
    var notice = context.request().getParam("notice_ms", Long.toString(DEFAULT_NOTICE_MS));
    if (notice.matches("[0-9]{1,9}")) {
      done(context, streams.shutDown(Duration.ofMillis(Long.parseLong(notice))));
    } else {
      send(context, 400, error("notice_ms must be a number of milliseconds"));
    }
  }

  private interface Answer {
    JsonObject json();
  }

  private static void read(RoutingContext context, Answer answer) {
    try {
      send(context, 200, answer.json());
    } catch (IllegalArgumentException e) {
      send(context, 404, error(e.getMessage()));
    }
  }

  private static void change(RoutingContext context, int status, Consumer<JsonObject> change) {
    try {
      change.accept(context.body().asJsonObject());
      end(context, status);
    } catch (DecodeException
        | IllegalArgumentException
        | ClassCastException
        | NullPointerException e) {
      send(context, 400, error("invalid request: " + e.getMessage()));
    }
  }

  /** An id that no order has if the path has none. */
  private static long id(RoutingContext context) {
    var text = context.pathParam("id");
    return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1;
  }

  private static JsonObject error(String message) {
    return new JsonObject().put("error", message);
  }

  private static void done(RoutingContext context, Future<Void> action) {
    action.onSuccess(executed -> end(context, 204));
  }

  private static void end(RoutingContext context, int status) {
    context.response().setStatusCode(status).end();
  }

  private static void send(RoutingContext context, int status, JsonObject json) {
    context
        .response()
        .setStatusCode(status)
        .putHeader("Content-Type", "application/json")
        .end(json.toBuffer());
  }
}
