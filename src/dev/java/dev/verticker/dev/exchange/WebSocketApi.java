package dev.verticker.dev.exchange;

import dev.verticker.dev.exchange.SignedApi.Received;
import dev.verticker.dev.exchange.order.OrderException;
import dev.verticker.dev.exchange.order.Parameters;
import dev.verticker.dev.exchange.order.SimulatedOrders;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The exchange's WebSocket API at {@code /ws-api/v3}: signed requests, each with an API key of its own, and subscriptions of the
 * events of accounts. {@code session.logon} is not simulated.
 */
final class WebSocketApi {
  private static final int SUBSCRIPTION_WEIGHT = 2;
  private static final int POLL_MILLIS = 20;

  private final Vertx vertx;
  private final SimulatedOrders orders;
  private final SignedApi api;
  private final RequestMeter meter;
  private final UserStreams streams;
  private final StreamLimits limits;
  private final SimulatedTime time;
  private long timer;

  WebSocketApi(
      Vertx vertx,
      SimulatedOrders orders,
      SignedApi api,
      RequestMeter meter,
      UserStreams streams,
      StreamLimits limits,
      SimulatedTime time) {
    this.vertx = vertx;
    this.orders = orders;
    this.api = api;
    this.meter = meter;
    this.streams = streams;
    this.limits = limits;
    this.time = time;
  }

  void mount(Router router) {
    router.route("/ws-api/v3").handler(route -> connect(route.request()));
    timer = vertx.setPeriodic(POLL_MILLIS, id -> orders.advance());
  }

  void stop() {
    vertx.cancelTimer(timer);
  }

  private void connect(HttpServerRequest request) {
    meter.use(SUBSCRIPTION_WEIGHT);
    var fault = streams.faultOfConnect();
    if (fault.isPresent()) {
      // A hanging handshake is not answered.
      if (fault.get() == StreamFaultKind.REFUSED_CONNECT) {
        request.response().setStatusCode(503).end();
      }
      return;
    }
    request
        .toWebSocket()
        .onSuccess(socket -> open(new ClientSocket(vertx, socket, request.connection(), limits)))
        .onFailure(noUpgrade -> {
          if (!request.response().ended()) {
            request.response().setStatusCode(400).end();
          }
        });
  }

  private void open(ClientSocket socket) {
    var connection = new UserConnection(socket);
    streams.onOpened(connection);
    socket.open(
        limits.lifetime().toMillis() / time.speed(),
        false,
        text -> onRequest(connection, text),
        () -> streams.onClosed(connection));
  }

  private void onRequest(UserConnection connection, String text) {
    Object id = null;
    try {
      var request = new JsonObject(text);
      id = request.getValue("id");
      if (!(request.getValue("method") instanceof String name)) {
        throw new ClassCastException();
      }
      execute(connection, id, name, request.getJsonObject("params", new JsonObject()));
    } catch (DecodeException | ClassCastException e) {
      send(connection, id, 400, failure(-1135, "Invalid JSON Request"), Optional.empty());
    } catch (OrderException rejected) {
      var reply = SimulatorResponse.rejected(rejected);
      send(connection, id, reply.status(), reply.json(), Optional.empty());
    }
  }

  private void execute(UserConnection connection, Object id, String method, JsonObject params) {
    var name = method.startsWith("v3/") ? method.substring("v3/".length()) : method;
    var endpoint = Endpoint.ofSocketMethod(name);
    if (endpoint.isEmpty()) {
      send(connection, id, 200, session(connection, name, params), Optional.empty());
    } else if (endpoint.get().operation().isEmpty()) {
      meter.use(1);
      var result = endpoint.get() == Endpoint.TIME
          ? new JsonObject().put("serverTime", time.simulated().toEpochMilli())
          : new JsonObject();
      send(connection, id, 200, result, Optional.empty());
    } else {
      var key = Optional.ofNullable(params.getString("apiKey"));
      var fault = meter.count(endpoint.get(), query(params));
      var received = api.receive(endpoint.get(), key, parameters(params), fault);
      answer(connection, id, key, received);
    }
  }

  private void answer(
      UserConnection connection, Object id, Optional<String> key, Received received) {
    if (received.fault().isEmpty()) {
      send(connection, id, key, received.response().get());
      return;
    }
    var fault = received.fault().get();
    switch (fault.kind()) {
      case HANG -> {
        // No response: the client times out.
      }
      case SLOW ->
        vertx.setTimer(
            Math.max(1, fault.delay().toMillis()),
            timerId -> send(connection, id, key, received.response().get()));
      default ->
        meter
            .response(fault)
            .ifPresentOrElse(reply -> send(connection, id, key, reply), connection::drop);
    }
  }

  /** A request about the session or its subscriptions. */
  private Object session(UserConnection connection, String method, JsonObject params) {
    meter.use(SUBSCRIPTION_WEIGHT);
    return switch (method) {
      case "userDataStream.subscribe.signature" -> {
        var key = Optional.ofNullable(params.getString("apiKey"));
        orders.authenticateStream(key, parameters(params));
        yield new JsonObject()
            .put(
                "subscriptionId",
                connection
                    .subscribe(key.orElseThrow())
                    .orElseThrow(OrderException::subscriptionActive));
      }
      case "userDataStream.unsubscribe" -> {
        if (!connection.unsubscribe(params.getInteger("subscriptionId"))) {
          throw OrderException.subscriptionInactive();
        }
        yield new JsonObject();
      }
      case "session.subscriptions" -> connection.json();
      case "session.status" ->
        new JsonObject()
            .putNull("apiKey")
            .putNull("authorizedSince")
            .put("connectedSince", time.simulated().toEpochMilli())
            .put("returnRateLimits", true)
            .put("serverTime", time.simulated().toEpochMilli())
            .put("userDataStream", !connection.keys().isEmpty());
      default -> throw OrderException.unsupported();
    };
  }

  private static Parameters parameters(JsonObject params) {
    return Parameters.ofSocket(params);
  }

  private static Query query(JsonObject params) {
    return Query.of(params.stream()
        .map(entry -> entry.getKey() + "="
            + URLEncoder.encode(String.valueOf(entry.getValue()), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&")));
  }

  private void send(
      UserConnection connection, Object id, Optional<String> key, SimulatorResponse reply) {
    send(connection, id, reply.status(), reply.json(), key);
  }

  private void send(
      UserConnection connection, Object id, int status, Object json, Optional<String> key) {
    var limits = key.map(orders::orderLimits).orElseGet(JsonArray::new).add(meter.weightLimit());
    connection.send(new JsonObject()
        .put("id", id)
        .put("status", status)
        .put(status == 200 ? "result" : "error", json)
        .put("rateLimits", limits)
        .encode());
  }

  private static JsonObject failure(int code, String message) {
    return new JsonObject().put("code", code).put("msg", message);
  }
}
