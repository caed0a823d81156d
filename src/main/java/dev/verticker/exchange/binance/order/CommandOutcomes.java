package dev.verticker.exchange.binance.order;

import com.fasterxml.jackson.databind.JsonNode;
import dev.verticker.exchange.ExchangeException;
import dev.verticker.exchange.ExchangeException.NotSentException;
import dev.verticker.exchange.ExchangeResponse;
import dev.verticker.exchange.JsonFields;
import dev.verticker.exchange.OrderGateway.Outcome;
import dev.verticker.exchange.OrderGateway.VenueOrder;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/**
 * Decides what the response to a command proves. Only error codes that the exchange sends before an order reaches its book, or
 * with which its matching engine refuses one, prove that there is no order; after every other response the order may exist.
 */
final class CommandOutcomes {
  /**
   * Errors of binance-spot-api-docs, "errors.md", except -1000, -1001, -1006, -1007 and -1008, after which the outcome is
   * unknown.
   */
  private static final Set<Integer> REFUSALS = Set.of(
      -1002, -1003, -1010, -1013, -1014, -1015, -1016, -1020, -1021, -1022, -1100, -1101, -1102,
      -1103, -1104, -1105, -1106, -1108, -1111, -1112, -1114, -1115, -1116, -1117, -1118, -1121,
      -1128, -1130, -1135, -2010, -2011, -2014, -2015, -2016);

  private static final Set<Integer> REFUSALS_OF_THE_ENGINE = Set.of(-1010, -2010);
  private static final int OK = 200;

  private CommandOutcomes() {}

  /** @param clientOrderId of the order */
  static Outcome of(ExchangeResponse response, String clientOrderId) {
    var json = JsonFields.tree(response.body());
    return response.status() == OK ? accepted(json, clientOrderId) : refused(response, json);
  }

  /** @param failure an {@link ExchangeException} */
  static Outcome of(Throwable failure) {
    return failure instanceof NotSentException
        ? new Outcome.Refused(0, failure.getMessage())
        : new Outcome.Ambiguous(Objects.toString(failure.getMessage()));
  }

  /** Returns the error code of a response; 0 if it has none. */
  static int code(ExchangeResponse response) {
    return JsonFields.tree(response.body()).path("code").asInt();
  }

  private static Outcome accepted(JsonNode json, String clientOrderId) {
    VenueOrder order;
    try {
      order = OrderParser.order(json);
      if (order.clientOrderId() != null && !order.clientOrderId().equals(clientOrderId)) {
        return new Outcome.Ambiguous("the exchange responded with another order");
      }
      return new Outcome.Accepted(order, OrderParser.fills(json));
    } catch (ExchangeException e) {
      return new Outcome.Ambiguous(e.getMessage());
    }
  }

  private static Outcome refused(ExchangeResponse response, JsonNode json) {
    var code = json.path("code").asInt();
    var message = json.path("msg").asText();
    var definite = response.status() >= 400
        && response.status() < 500
        && REFUSALS.contains(code)
        && !(REFUSALS_OF_THE_ENGINE.contains(code) && isDuplicate(message));
    return definite
        ? new Outcome.Refused(code, message)
        : new Outcome.Ambiguous("the exchange responded with status " + response.status()
            + (code == 0 ? "" : " and " + code + " " + message));
  }

  /** Another open order has the same client order id, which is this order itself. */
  private static boolean isDuplicate(String message) {
    return message.toLowerCase(Locale.ROOT).contains("duplicate");
  }
}
