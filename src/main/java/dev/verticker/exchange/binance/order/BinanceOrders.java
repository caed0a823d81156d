package dev.verticker.exchange.binance.order;

import com.fasterxml.jackson.databind.JsonNode;
import dev.verticker.exchange.ExchangeException;
import dev.verticker.exchange.ExchangeException.RejectedException;
import dev.verticker.exchange.OrderGateway;
import dev.verticker.exchange.RateLimits.Priority;
import dev.verticker.exchange.binance.order.SignedRequests.Command;
import dev.verticker.exchange.binance.order.SignedRequests.Query;
import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.message.trading.Orders.TimeInForce;
import dev.verticker.message.trading.Orders.Type;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Orders of one account on Binance Spot over signed REST requests. Weights, parameters and codes: "Trading endpoints" and
 * "Account endpoints" of binance-spot-api-docs.
 */
final class BinanceOrders implements OrderGateway {
  private static final String ORDER = "/api/v3/order";
  private static final int NO_SUCH_ORDER = -2013;
  private static final int TOO_MANY_ORDERS = -1015;
  private static final int PAGE = 1000;
  private static final int MAX_PAGES = 5;
  private static final int KILOBYTE = 1024;
  private static final int MAX_ORDER_BYTES = 16 * KILOBYTE;
  private static final int MAX_LIST_BYTES = 4 * KILOBYTE * KILOBYTE;

  private final SignedRequests requests;
  private final RequestSigner signer;
  private final OrderBudget budget;

  BinanceOrders(SignedRequests requests, RequestSigner signer, OrderBudget budget) {
    this.requests = requests;
    this.signer = signer;
    this.budget = budget;
  }

  @Override
  public Instant time() {
    return requests.clock().now();
  }

  @Override
  public Future<Outcome> place(NewOrder order) {
    if (budget.isPaused()) {
      return Future.succeededFuture(new Outcome.Refused(
          0, "the account has placed too many orders: try again after " + budget.pausedUntil()));
    }
    return command(
        new Command(HttpMethod.POST, ORDER, parameters(order), order.at()), order.clientOrderId());
  }

  @Override
  public Future<Outcome> cancel(OrderReference order) {
    return command(
        new Command(HttpMethod.DELETE, ORDER, parameters(order), time()), order.clientOrderId());
  }

  @Override
  public Future<Optional<VenueOrder>> find(OrderReference order) {
    return get(new Query(ORDER, parameters(order), 4, MAX_ORDER_BYTES))
        .map(json -> Optional.of(OrderParser.order(json)))
        .recover(failure ->
            failure instanceof RejectedException rejected && rejected.code() == NO_SUCH_ORDER
                ? Future.succeededFuture(Optional.empty())
                : Future.failedFuture(failure));
  }

  @Override
  public Future<List<VenueOrder>> openOrders() {
    return get(new Query("/api/v3/openOrders", Map.of(), 80, MAX_LIST_BYTES))
        .map(OrderParser::orders);
  }

  @Override
  public Future<List<VenueOrder>> orders(String symbol, Instant from) {
    var start = Map.of("startTime", Long.toString(from.toEpochMilli()));
    return orders(symbol, start, MAX_PAGES, List.of());
  }

  private Future<List<VenueOrder>> orders(
      String symbol, Map<String, String> start, int pages, List<VenueOrder> before) {
    if (pages == 0) {
      return Future.failedFuture(new ExchangeException.ExchangeUnavailableException(
          "the exchange lists more than " + before.size() + " orders"));
    }
    var parameters = new LinkedHashMap<>(start);
    parameters.put("symbol", symbol);
    parameters.put("limit", Integer.toString(PAGE));
    return get(new Query("/api/v3/allOrders", parameters, 20, MAX_LIST_BYTES)).compose(json -> {
      var page = OrderParser.orders(json);
      var all = new ArrayList<>(before);
      all.addAll(page);
      if (page.size() < PAGE) {
        return Future.succeededFuture(List.copyOf(all));
      }
      var last = Long.parseLong(page.get(page.size() - 1).exchangeOrderId());
      return orders(symbol, Map.of("orderId", Long.toString(last + 1)), pages - 1, all);
    });
  }

  @Override
  public Future<List<VenueTrade>> trades(OrderReference order) {
    if (order.exchangeOrderId() == null) {
      return find(order)
          .compose(found -> found.isEmpty()
              ? Future.succeededFuture(List.of())
              : trades(new OrderReference(
                  order.symbol(), found.get().exchangeOrderId(), order.clientOrderId())));
    }
    var start = new LinkedHashMap<String, String>();
    start.put("symbol", order.symbol());
    start.put("orderId", order.exchangeOrderId());
    return trades(start, MAX_PAGES, List.of());
  }

  private Future<List<VenueTrade>> trades(
      Map<String, String> start, int pages, List<VenueTrade> before) {
    if (pages == 0) {
      return Future.failedFuture(new ExchangeException.ExchangeUnavailableException(
          "the exchange lists more than " + before.size() + " trades of one order"));
    }
    var parameters = new LinkedHashMap<>(start);
    parameters.put("limit", Integer.toString(PAGE));
    return get(new Query("/api/v3/myTrades", parameters, 5, MAX_LIST_BYTES)).compose(json -> {
      var page = OrderParser.trades(json);
      var all = new ArrayList<>(before);
      all.addAll(page);
      if (page.size() < PAGE) {
        return Future.succeededFuture(List.copyOf(all));
      }
      var last = Long.parseLong(page.get(page.size() - 1).exchangeTradeId());
      var next = new LinkedHashMap<>(start);
      next.put("fromId", Long.toString(last + 1));
      return trades(next, pages - 1, all);
    });
  }

  @Override
  public Future<Balances> balances() {
    var asOf = time();
    return get(new Query("/api/v3/account", Map.of("omitZeroBalances", "true"), 20, MAX_LIST_BYTES))
        .map(json -> OrderParser.balances(json, asOf));
  }

  private Future<JsonNode> get(Query query) {
    // The parsers throw an ExchangeException, which fails the future.
    return requests.get(signer, query, Priority.USER);
  }

  private Future<Outcome> command(Command command, String clientOrderId) {
    return requests
        .send(signer, command)
        .map(response -> {
          budget.onResponse(response.headers());
          if (CommandOutcomes.code(response) == TOO_MANY_ORDERS) {
            budget.pause(response.retryAfter());
          }
          return CommandOutcomes.of(response, clientOrderId);
        })
        .recover(failure -> Future.succeededFuture(CommandOutcomes.of(failure)));
  }

  private static Map<String, String> parameters(NewOrder order) {
    var ticket = order.ticket();
    var parameters = new LinkedHashMap<String, String>();
    parameters.put("symbol", ticket.symbol());
    parameters.put("side", ticket.side().name());
    parameters.put("type", type(ticket));
    put(parameters, "timeInForce", timeInForce(ticket));
    put(parameters, "quantity", text(ticket.qty()));
    put(parameters, "quoteOrderQty", text(ticket.quoteQty()));
    put(parameters, "price", text(ticket.price()));
    put(parameters, "stopPrice", text(ticket.stopPrice()));
    put(parameters, "selfTradePreventionMode", ticket.selfTradePrevention());
    parameters.put("newClientOrderId", order.clientOrderId());
    parameters.put("newOrderRespType", "FULL");
    return parameters;
  }

  /** The exchange finds an order faster by its own id than by the client order id. */
  private static Map<String, String> parameters(OrderReference order) {
    return order.exchangeOrderId() == null
        ? Map.of("symbol", order.symbol(), "origClientOrderId", order.clientOrderId())
        : Map.of("symbol", order.symbol(), "orderId", order.exchangeOrderId());
  }

  private static String type(Ticket ticket) {
    return ticket.type() == Type.STOP_LIMIT ? "STOP_LOSS_LIMIT" : ticket.type().name();
  }

  private static String timeInForce(Ticket ticket) {
    if (ticket.type() == Type.MARKET || ticket.type() == Type.LIMIT_MAKER) {
      return null;
    }
    return ticket.timeInForce() == null
        ? TimeInForce.GTC.name()
        : ticket.timeInForce().name();
  }

  private static String text(BigDecimal value) {
    return value == null ? null : value.stripTrailingZeros().toPlainString();
  }

  private static void put(Map<String, String> parameters, String name, String value) {
    if (value != null) {
      parameters.put(name, value);
    }
  }
}
