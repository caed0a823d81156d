package dev.verticker.exchange.binance.order;

import static dev.verticker.exchange.JsonFields.decimal;
import static dev.verticker.exchange.JsonFields.number;
import static dev.verticker.exchange.JsonFields.time;

import com.fasterxml.jackson.databind.JsonNode;
import dev.verticker.exchange.ExchangeException;
import dev.verticker.exchange.OrderGateway.Balance;
import dev.verticker.exchange.OrderGateway.Balances;
import dev.verticker.exchange.OrderGateway.VenueOrder;
import dev.verticker.exchange.OrderGateway.VenueTrade;
import dev.verticker.message.trading.Orders.Side;
import dev.verticker.message.trading.Orders.Status;
import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.message.trading.Orders.TimeInForce;
import dev.verticker.message.trading.Orders.Type;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Parses orders, trades and balances of REST responses. A value that this version does not know, such as a new status, is
 * parsed as unknown; a missing identity or quantity fails with {@link ExchangeException.ExchangeUnavailableException}.
 */
final class OrderParser {
  private static final int MAX_LENGTH = 128;

  private OrderParser() {}

  static VenueOrder order(JsonNode json) {
    var originalId = text(json, "origClientOrderId");
    return new VenueOrder(
        id(json, "orderId"),
        // The response to a cancellation has the id of the cancellation in the other field.
        originalId == null ? text(json, "clientOrderId") : originalId,
        ticket(json),
        status(json.path("status").asText()),
        quantity(json, "executedQty"),
        known(decimal(json.get("cummulativeQuoteQty"))),
        orZero(decimal(json.get("preventedQuantity"))),
        text(json, "expiryReason"),
        required(
            Stream.of("transactTime", "updateTime", "time")
                .map(field -> time(json.get(field)))
                .filter(found -> found != null)
                .findFirst()
                .orElse(null),
            "time of an order"));
  }

  static List<VenueOrder> orders(JsonNode array) {
    return all(array, OrderParser::order);
  }

  /** The trades in the response to a new order, in which the order was the taker. */
  static List<VenueTrade> fills(JsonNode json) {
    var order = order(json);
    var array = json.path("fills");
    return array.isMissingNode()
        ? List.of()
        : all(array, fill -> {
          var price = quantity(fill, "price");
          var qty = quantity(fill, "qty");
          return new VenueTrade(
              id(fill, "tradeId"),
              order.exchangeOrderId(),
              order.ticket().symbol(),
              order.ticket().side(),
              price,
              qty,
              price.multiply(qty),
              required(text(fill, "commissionAsset"), "asset of a fee"),
              quantity(fill, "commission"),
              false,
              order.updatedAt());
        });
  }

  static List<VenueTrade> trades(JsonNode array) {
    return all(
        array,
        trade -> new VenueTrade(
            id(trade, "id"),
            id(trade, "orderId"),
            required(text(trade, "symbol"), "symbol"),
            flag(trade, "isBuyer") ? Side.BUY : Side.SELL,
            quantity(trade, "price"),
            quantity(trade, "qty"),
            quantity(trade, "quoteQty"),
            required(text(trade, "commissionAsset"), "asset of a fee"),
            quantity(trade, "commission"),
            flag(trade, "isMaker"),
            required(time(trade.get("time")), "time of a trade")));
  }

  static Balances balances(JsonNode json, Instant asOf) {
    return new Balances(
        asOf,
        all(
            json.path("balances"),
            balance -> new Balance(
                required(text(balance, "asset"), "asset"),
                quantity(balance, "free"),
                quantity(balance, "locked"))));
  }

  private static Ticket ticket(JsonNode json) {
    var type = type(json.path("type").asText());
    var quoteQty = positive(decimal(json.get("origQuoteOrderQty")));
    var market = type == Type.MARKET;
    return new Ticket(
        required(text(json, "symbol"), "symbol"),
        side(json.path("side").asText()),
        type,
        timeInForce(type, json.path("timeInForce").asText()),
        market && quoteQty != null ? null : quantity(json, "origQty"),
        market ? quoteQty : null,
        market ? null : positive(decimal(json.get("price"))),
        positive(decimal(json.get("stopPrice"))),
        text(json, "selfTradePreventionMode"));
  }

  static Side side(String name) {
    return switch (name) {
      case "BUY" -> Side.BUY;
      case "SELL" -> Side.SELL;
      default -> Side.UNKNOWN;
    };
  }

  static Type type(String name) {
    return switch (name) {
      case "MARKET" -> Type.MARKET;
      case "LIMIT" -> Type.LIMIT;
      case "LIMIT_MAKER" -> Type.LIMIT_MAKER;
      case "STOP_LOSS_LIMIT" -> Type.STOP_LIMIT;
      default -> Type.UNKNOWN;
    };
  }

  /** The exchange reports GTC for types that have none. */
  static TimeInForce timeInForce(Type type, String name) {
    if (type == Type.MARKET || type == Type.LIMIT_MAKER) {
      return null;
    }
    return switch (name) {
      case "GTC" -> TimeInForce.GTC;
      case "IOC" -> TimeInForce.IOC;
      case "FOK" -> TimeInForce.FOK;
      default -> TimeInForce.UNKNOWN;
    };
  }

  static Status status(String name) {
    return switch (name) {
      case "NEW", "PENDING_NEW", "PENDING_CANCEL" -> Status.OPEN;
      case "PARTIALLY_FILLED" -> Status.PARTIALLY_FILLED;
      case "FILLED" -> Status.FILLED;
      case "CANCELED" -> Status.CANCELED;
      case "REJECTED" -> Status.REJECTED;
      case "EXPIRED" -> Status.EXPIRED;
      case "EXPIRED_IN_MATCH" -> Status.EXPIRED_IN_MATCH;
      default -> Status.UNKNOWN;
    };
  }

  /** Returns the text; null if it is missing, empty or too long for an id. */
  static String text(JsonNode json, String field) {
    var value = json.path(field);
    return value.isTextual()
            && !value.textValue().isEmpty()
            && value.textValue().length() <= MAX_LENGTH
        ? value.textValue()
        : null;
  }

  static String id(JsonNode json, String field) {
    var number = number(json.get(field));
    return required(number < 0 ? null : Long.toString(number), field);
  }

  static BigDecimal quantity(JsonNode json, String field) {
    var value = decimal(json.get(field));
    return required(value == null || value.signum() < 0 ? null : value, field);
  }

  static BigDecimal positive(BigDecimal value) {
    return value == null || value.signum() <= 0 ? null : value;
  }

  static BigDecimal orZero(BigDecimal value) {
    return value == null ? BigDecimal.ZERO : value;
  }

  static <T> T required(T value, String name) {
    if (value == null) {
      throw malformed("without " + name);
    }
    return value;
  }

  /** The exchange sends a negative amount if it does not know that of an old order. */
  private static BigDecimal known(BigDecimal value) {
    return value == null || value.signum() < 0 ? null : value;
  }

  private static boolean flag(JsonNode json, String field) {
    var value = json.path(field);
    return required(value.isBoolean() ? value.booleanValue() : null, field);
  }

  private static <T> List<T> all(JsonNode array, Function<JsonNode, T> parser) {
    if (!array.isArray()) {
      throw malformed("without a list");
    }
    var all = new ArrayList<T>(array.size());
    array.forEach(each -> all.add(parser.apply(each)));
    return all;
  }

  private static ExchangeException malformed(String reason) {
    return new ExchangeException.ExchangeUnavailableException(
        "the exchange sent a malformed response " + reason);
  }
}
