package dev.verticker.exchange.binance;

import static dev.verticker.exchange.JsonFields.decimal;
import static dev.verticker.exchange.JsonFields.number;
import static dev.verticker.exchange.JsonFields.time;

import com.fasterxml.jackson.databind.JsonNode;
import dev.verticker.message.Trades.Trade;

/** Parses aggregate trades, which have the same field names over REST and in streams. */
final class AggregateTradeParser {
  private AggregateTradeParser() {}

  /** Returns null if a field is missing or not positive. */
  static Trade parse(JsonNode fields) {
    var id = number(fields.get("a"));
    var price = decimal(fields.get("p"));
    var quantity = decimal(fields.get("q"));
    var firstTradeId = number(fields.get("f"));
    var lastTradeId = number(fields.get("l"));
    var time = time(fields.get("T"));
    var buyerIsMaker = fields.path("m");
    if (id < 0
        || price == null
        || price.signum() <= 0
        || quantity == null
        || quantity.signum() <= 0
        || firstTradeId < 0
        || lastTradeId < 0
        || time == null
        || !buyerIsMaker.isBoolean()) {
      return null;
    }
    return new Trade(
        id, price, quantity, time, buyerIsMaker.booleanValue(), firstTradeId, lastTradeId);
  }
}
