package dev.verticker.dev.exchange.order;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A new order as a client sends it, complete for its type.
 *
 * @param timeInForce GTC for types without one
 * @param quantity null for a market order by {@code quoteQuantity}
 * @param quoteQuantity null for other orders
 * @param price null for orders at the market price
 * @param stopPrice null for orders without one
 * @param selfTradePrevention null = the default of the symbol
 */
record OrderRequest(
    String symbol,
    boolean isBuy,
    Type type,
    String timeInForce,
    BigDecimal quantity,
    BigDecimal quoteQuantity,
    BigDecimal price,
    BigDecimal stopPrice,
    BigDecimal icebergQuantity,
    String selfTradePrevention,
    String clientOrderId,
    String responseType) {
  private static final Pattern CLIENT_ID = Pattern.compile("[\\.A-Z\\:/a-z0-9_-]{1,36}");
  private static final List<String> MODES =
      List.of("NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT", "TRANSFER");

  enum Type {
    LIMIT,
    MARKET,
    LIMIT_MAKER,
    STOP_LOSS,
    STOP_LOSS_LIMIT,
    TAKE_PROFIT,
    TAKE_PROFIT_LIMIT;

    boolean hasTimeInForce() {
      return this == LIMIT || this == STOP_LOSS_LIMIT || this == TAKE_PROFIT_LIMIT;
    }

    boolean hasPrice() {
      return hasTimeInForce() || this == LIMIT_MAKER;
    }

    boolean hasStopPrice() {
      return name().startsWith("STOP") || name().startsWith("TAKE");
    }
  }

  /** @throws OrderException if a parameter is missing, malformed or not one of the type */
  static OrderRequest of(Parameters parameters) {
    var symbol = parameters.required("symbol");
    var side = parameters
        .choice("side", List.of("BUY", "SELL"), OrderException.invalid(-1117, "Invalid side."))
        .orElseThrow(() -> OrderException.missing("side"));
    var type = type(parameters);
    var timeInForce = timeInForce(parameters, type);
    var quantity = parameters.amount("quantity");
    var quoteQuantity = parameters.amount("quoteOrderQty");
    checkQuantities(type, quantity, quoteQuantity);
    var request = new OrderRequest(
        symbol,
        side.equals("BUY"),
        type,
        timeInForce,
        quantity.orElse(null),
        quoteQuantity.orElse(null),
        price(parameters, "price", type.hasPrice()),
        price(parameters, "stopPrice", type.hasStopPrice()),
        parameters.amount("icebergQty").orElse(null),
        parameters
            .choice(
                "selfTradePreventionMode",
                MODES,
                OrderException.invalid(-1130, "Invalid selfTradePreventionMode."))
            .orElse(null),
        clientOrderId(parameters, "newClientOrderId"),
        responseType(parameters, type));
    parameters.number("strategyId");
    parameters.number("strategyType");
    return request;
  }

  /** The id of an order or a cancellation, generated if it was not sent. */
  static String clientOrderId(Parameters parameters, String name) {
    return parameters
        .text(name, CLIENT_ID, "^[\\.A-Z\\:/a-z0-9_-]{1,36}$")
        .orElseGet(() -> UUID.randomUUID().toString().replace("-", "").substring(0, 22));
  }

  boolean isByQuote() {
    return quoteQuantity != null;
  }

  private static Type type(Parameters parameters) {
    var name = parameters.required("type");
    for (var type : Type.values()) {
      if (type.name().equals(name)) {
        return type;
      }
    }
    throw OrderException.invalid(-1116, "Invalid orderType.");
  }

  private static String timeInForce(Parameters parameters, Type type) {
    var sent = parameters.choice(
        "timeInForce",
        List.of("GTC", "IOC", "FOK"),
        OrderException.invalid(-1115, "Invalid timeInForce."));
    if (sent.isPresent() && !type.hasTimeInForce()) {
      throw OrderException.invalid(-1114, "TimeInForce parameter sent when not required.");
    }
    if (sent.isEmpty() && type.hasTimeInForce()) {
      throw OrderException.missing("timeInForce");
    }
    return sent.orElse("GTC");
  }

  private static void checkQuantities(
      Type type, Optional<BigDecimal> quantity, Optional<BigDecimal> quoteQuantity) {
    if (quoteQuantity.isPresent() && (type != Type.MARKET || quantity.isPresent())) {
      throw notRequired("quoteOrderQty");
    }
    if (quantity.isEmpty() && quoteQuantity.isEmpty()) {
      throw type == Type.MARKET
          ? OrderException.invalid(
              -1102, "Param 'quantity' or 'quoteOrderQty' must be sent, but both were empty/null!")
          : OrderException.missing("quantity");
    }
  }

  private static BigDecimal price(Parameters parameters, String name, boolean required) {
    var price = parameters.amount(name);
    if (price.isPresent() && !required) {
      throw notRequired(name);
    }
    if (price.isEmpty() && required) {
      throw OrderException.missing(name);
    }
    return price.orElse(null);
  }

  private static String responseType(Parameters parameters, Type type) {
    return parameters
        .choice(
            "newOrderRespType",
            List.of("ACK", "RESULT", "FULL"),
            OrderException.invalid(
                -1130, "Data sent for parameter 'newOrderRespType' is not valid."))
        .orElse(type == Type.MARKET || type == Type.LIMIT ? "FULL" : "ACK");
  }

  private static OrderException notRequired(String name) {
    return OrderException.invalid(-1106, "Parameter '" + name + "' sent when not required.");
  }
}
