package dev.verticker.exchange.binance;

import static dev.verticker.exchange.JsonFields.decimal;
import static dev.verticker.exchange.JsonFields.number;

import com.fasterxml.jackson.databind.JsonNode;
import dev.verticker.exchange.OrderBook;
import dev.verticker.message.Books;
import dev.verticker.message.Books.Level;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Parses order books, which have the same form over REST and in streams. It is strict: prices and quantities are positive
 * decimal strings, bids descend, asks ascend, and the best bid is below the best ask.
 */
final class OrderBookParser {
  private static final int PRICE = 0;
  private static final int QUANTITY = 1;

  private OrderBookParser() {}

  /** Returns at most {@link Books#MAX_LEVELS} levels of each side; null if the book breaks a rule. */
  static OrderBook parse(JsonNode fields, String symbol, Instant receivedAt) {
    var updateId = number(fields.get("lastUpdateId"));
    var bids = levels(fields.path("bids"), -1);
    var asks = levels(fields.path("asks"), 1);
    return updateId < 0 || bids == null || asks == null
        ? null
        : book(symbol, updateId, bids, asks, receivedAt);
  }

  /** Parses the best bid and ask of a stream; a price of 0 means that the side has no level. */
  static OrderBook parseBest(JsonNode fields, String symbol, Instant receivedAt) {
    var updateId = number(fields.get("u"));
    var bids = best(decimal(fields.get("b")), decimal(fields.get("B")));
    var asks = best(decimal(fields.get("a")), decimal(fields.get("A")));
    return updateId < 0 || bids == null || asks == null
        ? null
        : book(symbol, updateId, bids, asks, receivedAt);
  }

  private static OrderBook book(
      String symbol, long updateId, List<Level> bids, List<Level> asks, Instant receivedAt) {
    var crossed = !bids.isEmpty()
        && !asks.isEmpty()
        && bids.get(0).price().compareTo(asks.get(0).price()) >= 0;
    return crossed ? null : new OrderBook(symbol, updateId, bids, asks, receivedAt);
  }

  private static List<Level> best(BigDecimal price, BigDecimal quantity) {
    if (price == null || price.signum() < 0 || quantity == null || quantity.signum() < 0) {
      return null;
    }
    return price.signum() == 0 ? List.of() : List.of(new Level(price, quantity));
  }

  /** @param direction of the prices: 1 = ascending, -1 = descending */
  private static List<Level> levels(JsonNode array, int direction) {
    if (!array.isArray()) {
      return null;
    }
    var levels = new ArrayList<Level>();
    for (var i = 0; i < Math.min(array.size(), Books.MAX_LEVELS); i++) {
      var price = decimal(array.get(i).get(PRICE));
      var quantity = decimal(array.get(i).get(QUANTITY));
      if (price == null || price.signum() <= 0 || quantity == null || quantity.signum() <= 0) {
        return null;
      }
      if (i > 0 && Integer.signum(price.compareTo(levels.get(i - 1).price())) != direction) {
        return null;
      }
      levels.add(new Level(price, quantity));
    }
    return levels;
  }
}
