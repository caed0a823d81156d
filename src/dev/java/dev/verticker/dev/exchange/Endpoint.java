package dev.verticker.dev.exchange;

import dev.verticker.dev.exchange.order.SimulatedOrders.Operation;
import io.vertx.core.http.HttpMethod;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The endpoints under {@code /api/v3/}; the signed ones are also methods of the WebSocket API. */
public enum Endpoint {
  PING("ping", List.of(), List.of()),
  TIME("time", List.of(), List.of()),
  TICKER_PRICE("ticker/price", List.of(), List.of("symbol", "symbols", "symbolStatus")),
  TICKER_24HR("ticker/24hr", List.of(), List.of("symbol", "symbols", "type", "symbolStatus")),
  BOOK_TICKER("ticker/bookTicker", List.of(), List.of("symbol", "symbols", "symbolStatus")),
  AVERAGE_PRICE("avgPrice", List.of("symbol"), List.of()),
  KLINES("klines", List.of("symbol", "interval"), List.of("startTime", "endTime", "limit")),
  UI_KLINES("uiKlines", List.of("symbol", "interval"), List.of("startTime", "endTime", "limit")),
  DEPTH("depth", List.of("symbol"), List.of("limit", "symbolStatus")),
  TRADES("trades", List.of("symbol"), List.of("limit")),
  AGGREGATE_TRADES(
      "aggTrades", List.of("symbol"), List.of("fromId", "startTime", "endTime", "limit")),
  EXCHANGE_INFO(
      "exchangeInfo",
      List.of(),
      List.of("symbol", "symbols", "symbolStatus", "showPermissionSets")),
  PLACE_ORDER("POST order", Operation.PLACE, "order.place"),
  TEST_ORDER("POST order/test", Operation.TEST, "order.test"),
  QUERY_ORDER("GET order", Operation.QUERY, "order.status"),
  CANCEL_ORDER("DELETE order", Operation.CANCEL, "order.cancel"),
  OPEN_ORDERS("GET openOrders", Operation.OPEN, "openOrders.status"),
  CANCEL_OPEN_ORDERS("DELETE openOrders", Operation.CANCEL_OPEN, "openOrders.cancelAll"),
  ALL_ORDERS("GET allOrders", Operation.ALL, "allOrders"),
  MY_TRADES("GET myTrades", Operation.TRADES, "myTrades"),
  ACCOUNT("GET account", Operation.ACCOUNT, "account.status"),
  ORDER_LIMITS("GET rateLimit/order", Operation.ORDER_LIMITS, "account.rateLimits.orders"),
  COMMISSION("GET account/commission", Operation.COMMISSION, "account.commission"),
  KEY_RESTRICTIONS("GET /sapi/v1/account/apiRestrictions", Operation.RESTRICTIONS, "");

  private static final String ROOT = "/api/v3/";
  private final String name;
  private final HttpMethod method;
  private final String path;
  private final List<String> mandatory;
  private final List<String> optional;
  private final Optional<Operation> operation;
  private final String socketMethod;

  Endpoint(String path, List<String> mandatory, List<String> optional) {
    this.name = path;
    this.method = HttpMethod.GET;
    this.path = path;
    this.mandatory = mandatory;
    this.optional = optional;
    this.operation = Optional.empty();
    this.socketMethod = path;
  }

  /** @param name method and path */
  Endpoint(String name, Operation operation, String socketMethod) {
    this.name = name;
    this.method = HttpMethod.valueOf(name.substring(0, name.indexOf(' ')));
    this.path = name.substring(name.indexOf(' ') + 1);
    this.mandatory = List.of();
    this.optional = List.of();
    this.operation = Optional.of(operation);
    this.socketMethod = socketMethod;
  }

  /** The name in {@code /control/}: the path below {@code /api/v3/}, with the method in front of it if the endpoint is signed. */
  public String wireName() {
    return name;
  }

  /** Finds by name; a path may start with {@code /api/v3/}. */
  static Optional<Endpoint> named(String name) {
    return Arrays.stream(values())
        .filter(endpoint -> name.equals(endpoint.name) || name.equals(ROOT + endpoint.name))
        .findFirst();
  }

  /** Finds a signed endpoint, or {@code ping} or {@code time}, by its method in the WebSocket API. */
  static Optional<Endpoint> ofSocketMethod(String method) {
    return Arrays.stream(values())
        .filter(endpoint -> endpoint.operation.isPresent() || endpoint == PING || endpoint == TIME)
        .filter(endpoint -> !method.isEmpty() && method.equals(endpoint.socketMethod))
        .findFirst();
  }

  /** Empty for public endpoints. */
  Optional<Operation> operation() {
    return operation;
  }

  HttpMethod method() {
    return method;
  }

  String route() {
    return path.startsWith("/") ? path : ROOT + path;
  }

  List<String> mandatory() {
    return mandatory;
  }

  boolean accepts(String parameter) {
    return mandatory.contains(parameter) || optional.contains(parameter);
  }

  int parameters() {
    return mandatory.size() + optional.size();
  }

  /** Request weight as documented by the exchange; that of tickers depends on the symbols, that of a book on the limit. */
  int weight(SimulatorRequest request, Query query) {
    return switch (this) {
      case PING, TIME -> 1;
      case TICKER_PRICE, BOOK_TICKER -> request.form() == SimulatorRequest.Form.ONE ? 2 : 4;
      case TICKER_24HR -> dayWeight(request);
      case KLINES, UI_KLINES, AVERAGE_PRICE -> 2;
      case AGGREGATE_TRADES -> 4;
      case DEPTH -> Depth.weight(query);
      case TRADES -> 25;
      case EXCHANGE_INFO, ALL_ORDERS, ACCOUNT, COMMISSION -> 20;
      case PLACE_ORDER, CANCEL_ORDER, CANCEL_OPEN_ORDERS, KEY_RESTRICTIONS -> 1;
      case TEST_ORDER -> query.text("computeCommissionRates").isPresent() ? 20 : 1;
      case QUERY_ORDER -> 4;
      case OPEN_ORDERS -> request.form() == SimulatorRequest.Form.ALL ? 80 : 6;
      case MY_TRADES -> query.text("orderId").isPresent() ? 5 : 20;
      case ORDER_LIMITS -> 40;
    };
  }

  /** Orders and cancellations that succeed have no weight. */
  boolean isFreeOnSuccess() {
    return this == PLACE_ORDER || this == CANCEL_ORDER || this == CANCEL_OPEN_ORDERS;
  }

  private static int dayWeight(SimulatorRequest request) {
    if (request.form() == SimulatorRequest.Form.ALL || request.symbols().size() > 100) {
      return 80;
    }
    return request.symbols().size() > 20 ? 40 : 2;
  }
}
