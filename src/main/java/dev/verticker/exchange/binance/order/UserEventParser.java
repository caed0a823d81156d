package dev.verticker.exchange.binance.order;

import static dev.verticker.exchange.JsonFields.decimal;
import static dev.verticker.exchange.JsonFields.number;
import static dev.verticker.exchange.JsonFields.time;
import static dev.verticker.exchange.binance.order.OrderParser.id;
import static dev.verticker.exchange.binance.order.OrderParser.orZero;
import static dev.verticker.exchange.binance.order.OrderParser.positive;
import static dev.verticker.exchange.binance.order.OrderParser.quantity;
import static dev.verticker.exchange.binance.order.OrderParser.required;
import static dev.verticker.exchange.binance.order.OrderParser.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.verticker.exchange.ExchangeException;
import dev.verticker.exchange.OrderGateway.Balance;
import dev.verticker.exchange.OrderGateway.Balances;
import dev.verticker.exchange.OrderGateway.ExecutionReport;
import dev.verticker.exchange.OrderGateway.VenueOrder;
import dev.verticker.exchange.OrderGateway.VenueTrade;
import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.message.trading.Orders.Type;
import java.util.ArrayList;

/**
 * Parses events of the user data stream. An event without an identity or quantity fails with
 * {@link ExchangeException.ExchangeUnavailableException}.
 */
final class UserEventParser {
  private UserEventParser() {}

  static ExecutionReport report(JsonNode event) {
    var order = order(event);
    var execution = number(event.get("I"));
    return new ExecutionReport(
        order,
        execution < 0 ? null : Long.toString(execution),
        isTrade(event) ? trade(event, order) : null);
  }

  static Balances balances(JsonNode event) {
    var balances = new ArrayList<Balance>();
    event
        .path("B")
        .forEach(balance -> balances.add(new Balance(
            required(text(balance, "a"), "asset"),
            quantity(balance, "f"),
            quantity(balance, "l"))));
    return new Balances(required(time(event.get("u")), "time of the balances"), balances);
  }

  /** A report without the asset of the fee is completed by the list of trades. */
  private static boolean isTrade(JsonNode event) {
    return "TRADE".equals(event.path("x").asText()) && text(event, "N") != null;
  }

  private static VenueOrder order(JsonNode event) {
    // In the report of a cancellation, "c" is the id of the cancellation.
    var original = text(event, "C");
    var rejection = text(event, "r");
    var expiry = text(event, "eR");
    return new VenueOrder(
        id(event, "i"),
        original == null ? text(event, "c") : original,
        ticket(event),
        OrderParser.status(event.path("X").asText()),
        quantity(event, "z"),
        quantity(event, "Z"),
        orZero(decimal(event.get("A"))),
        expiry == null && !"NONE".equals(rejection) ? rejection : expiry,
        required(time(event.get("T")), "time of an execution"));
  }

  private static Ticket ticket(JsonNode event) {
    var type = OrderParser.type(event.path("o").asText());
    var quoteQty = positive(decimal(event.get("Q")));
    var market = type == Type.MARKET;
    return new Ticket(
        required(text(event, "s"), "symbol"),
        OrderParser.side(event.path("S").asText()),
        type,
        OrderParser.timeInForce(type, event.path("f").asText()),
        market && quoteQty != null ? null : quantity(event, "q"),
        market ? quoteQty : null,
        market ? null : positive(decimal(event.get("p"))),
        positive(decimal(event.get("P"))),
        text(event, "V"));
  }

  private static VenueTrade trade(JsonNode event, VenueOrder order) {
    return new VenueTrade(
        id(event, "t"),
        order.exchangeOrderId(),
        order.ticket().symbol(),
        order.ticket().side(),
        quantity(event, "L"),
        quantity(event, "l"),
        quantity(event, "Y"),
        text(event, "N"),
        quantity(event, "n"),
        event.path("m").asBoolean(),
        order.updatedAt());
  }
}
