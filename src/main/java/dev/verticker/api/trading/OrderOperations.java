package dev.verticker.api.trading;

import static dev.verticker.api.trading.TradingRequest.accountId;
import static dev.verticker.api.trading.TradingRequest.actor;
import static dev.verticker.api.trading.TradingRequest.ageMs;
import static dev.verticker.api.trading.TradingRequest.caller;
import static dev.verticker.api.trading.TradingRequest.decimal;

import dev.verticker.api.openapi.ApiResponse;
import dev.verticker.api.openapi.ContractRouter;
import dev.verticker.api.request.ApiRequest;
import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.message.Timestamps;
import dev.verticker.message.trading.OrderJson;
import dev.verticker.message.trading.Orders;
import dev.verticker.message.trading.Orders.Cancel;
import dev.verticker.message.trading.Orders.CancelAll;
import dev.verticker.message.trading.Orders.FindOrder;
import dev.verticker.message.trading.Orders.ListOrders;
import dev.verticker.message.trading.Orders.Order;
import dev.verticker.message.trading.Orders.OrderPage;
import dev.verticker.message.trading.Orders.Place;
import dev.verticker.message.trading.Orders.Side;
import dev.verticker.message.trading.Orders.Status;
import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.message.trading.Orders.TimeInForce;
import dev.verticker.message.trading.Orders.Type;
import dev.verticker.message.trading.Orders.Verdict;
import dev.verticker.message.trading.Orders.Violation;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Handles the operations on the caller's orders. */
public final class OrderOperations {
  private final Bus bus;
  private final Clock clock;

  public OrderOperations(Bus bus, Clock clock) {
    this.bus = bus;
    this.clock = clock;
  }

  public void addTo(ContractRouter routes) {
    routes
        .operation("placeOrder", this::placeOrder)
        .operation("checkOrder", this::checkOrder)
        .operation("listOrders", this::listOrders)
        .operation("getOrder", this::getOrder)
        .operation("cancelOrder", this::cancelOrder)
        .operation("cancelOrders", this::cancelOrders);
  }

  private Future<ApiResponse> placeOrder(ApiRequest request) {
    return bus.request(Orders.PLACE, place(request)).map(order -> TradingRequest.json(
            isUndecided(order.status()) ? 202 : 201, OrderJson.of(order))
        .with("Location", "/orders/" + order.id()));
  }

  private Future<ApiResponse> checkOrder(ApiRequest request) {
    return bus.request(Orders.CHECK, place(request))
        .map(verdict -> TradingRequest.json(
            200, json(verdict, isAcceptable(verdict, request.body()), clock.instant())));
  }

  private Future<ApiResponse> listOrders(ApiRequest request) {
    var clientOrderId = request.query("client_order_id");
    if (clientOrderId.isPresent()) {
      return findOrder(request, clientOrderId.get());
    }
    var find = new ListOrders(
        caller(request).userId(),
        accountId(request),
        request.query("symbol").orElse(null),
        request.queryFlag("open").orElse(false),
        request.queryNumber("before").orElse(null),
        request.pageLimit());
    return bus.request(Orders.LIST, find).map(page -> {
      var response = list(200, page);
      return page.next() == null
          ? response
          : response.with(
              "Link", request.nextPage("before", page.next(), "symbol", "open", "account_id"));
    });
  }

  private Future<ApiResponse> findOrder(ApiRequest request, String clientOrderId) {
    var conflicting = Stream.of("symbol")
        .filter(name -> request.query(name).isPresent())
        .findFirst()
        .or(() -> request.queryFlag("open").map(open -> "open"))
        .or(() -> request.queryNumber("before").map(before -> "before"));
    if (conflicting.isPresent()) {
      throw Failure.Invalid.of(
          "query/" + conflicting.get(), "conflict", "Must not be sent with \"client_order_id\".");
    }
    var find = new FindOrder(caller(request).userId(), null, accountId(request), clientOrderId);
    return bus.request(Orders.FIND, find)
        .map(order -> list(200, new OrderPage(List.of(order), null)))
        .recover(failure -> failure instanceof Failure.NotFound notFound
                && notFound.code().equals("order-not-found")
            ? Future.succeededFuture(list(200, new OrderPage(List.of(), null)))
            : Future.failedFuture(failure));
  }

  private Future<ApiResponse> getOrder(ApiRequest request) {
    var find = new FindOrder(caller(request).userId(), request.pathNumber("id"), null, null);
    return bus.request(Orders.FIND, find)
        .map(order -> TradingRequest.json(200, OrderJson.of(order)));
  }

  private Future<ApiResponse> cancelOrder(ApiRequest request) {
    return bus.request(Orders.CANCEL, new Cancel(actor(request), request.pathNumber("id")))
        .map(order -> TradingRequest.json(isFinal(order) ? 200 : 202, OrderJson.of(order)));
  }

  private Future<ApiResponse> cancelOrders(ApiRequest request) {
    var cancel = new CancelAll(
        actor(request), accountId(request), request.query("symbol").orElse(null));
    return bus.request(Orders.CANCEL_ALL, cancel)
        .map(page ->
            list(page.orders().stream().allMatch(OrderOperations::isFinal) ? 200 : 202, page));
  }

  /** The enums of the contract are the constants in lower case, except for the time in force. */
  private static Place place(ApiRequest request) {
    var body = request.body();
    var type = Type.valueOf(body.getString("type").toUpperCase(Locale.ROOT));
    var sent = body.getString("time_in_force");
    var timeInForce = sent != null
        ? TimeInForce.valueOf(sent)
        : type == Type.LIMIT || type == Type.STOP_LIMIT ? TimeInForce.GTC : null;
    var ticket = new Ticket(
        body.getString("symbol"),
        Side.valueOf(body.getString("side").toUpperCase(Locale.ROOT)),
        type,
        timeInForce,
        decimal(body, "qty"),
        decimal(body, "quote_qty"),
        decimal(body, "price"),
        decimal(body, "stop_price"),
        body.getString("self_trade_prevention"));
    return new Place(
        actor(request),
        body.getLong("account_id"),
        request.header("Idempotency-Key").orElse(null),
        ticket);
  }

  private static boolean isUndecided(Status status) {
    return status == Status.PENDING || status == Status.OUTCOME_UNKNOWN;
  }

  private static boolean isFinal(Order order) {
    return order.status().isFinal();
  }

  private static ApiResponse list(int status, OrderPage page) {
    return TradingRequest.list(status, page.orders().stream().map(OrderJson::of));
  }

  private static boolean isAcceptable(Verdict verdict, JsonObject order) {
    return verdict.violations().isEmpty()
        && !(verdict.priceStale() && order.getString("type").equals("market"));
  }

  private static JsonObject json(Verdict verdict, boolean accepted, Instant now) {
    var violations = new JsonArray();
    verdict.violations().forEach(violation -> violations.add(json(violation)));
    return new JsonObject()
        .put("accepted", accepted)
        .put("violations", violations)
        .put("only_exchange_knows", new JsonArray(verdict.onlyExchangeKnows()))
        .put("price", decimal(verdict.price()))
        .put("price_at", verdict.priceAt() == null ? null : Timestamps.write(verdict.priceAt()))
        .put("price_age_ms", ageMs(verdict.priceAt(), now))
        .put("price_stale", verdict.priceStale())
        .put("estimated_qty", decimal(verdict.estimatedQty()))
        .put("estimated_notional", decimal(verdict.estimatedNotional()))
        .put("estimated_fee", decimal(verdict.estimatedFee()))
        .put("fee_asset", verdict.feeAsset());
  }

  private static JsonObject json(Violation violation) {
    return new JsonObject()
        .put("pointer", violation.pointer())
        .put("code", violation.code())
        .put("detail", violation.detail())
        .put("value", decimal(violation.value()))
        .put("rule", decimal(violation.rule()))
        .put("nearest", decimal(violation.nearest()));
  }
}
