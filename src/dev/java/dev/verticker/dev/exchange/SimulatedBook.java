package dev.verticker.dev.exchange;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The order book of one symbol at the time of a trade. Bid and ask are one tick apart, and the trade is at one of them: at
 * the bid if the taker sold. Each trade changes the book twice: it moves to the price of the trade shortly before it, and
 * the trade takes its quantity away.
 *
 * @param updateId grows by 1 with each change
 * @param bid in ticks
 * @param bidQuantity in steps
 * @param askQuantity in steps
 */
record SimulatedBook(BookShape shape, long updateId, long bid, long bidQuantity, long askQuantity) {
  static final int MAX_LEVELS = 5_000;
  /** The book moves at most so long before a trade. */
  static final Duration MAX_LEAD = Duration.ofMillis(250);

  /**
   * @param price in ticks
   * @param quantity in steps
   */
  record Level(long price, long quantity) {}

  static SimulatedBook before(SimulatedTrade trade, BookShape shape) {
    return around(trade, shape, shape.units().steps(trade.quantity()), 1);
  }

  static SimulatedBook after(SimulatedTrade trade, BookShape shape) {
    return around(trade, shape, 0, 0);
  }

  /** When the book moves to the price of a trade. */
  static Instant movesAt(Instant lastTrade, Instant nextTrade) {
    var half = Duration.between(lastTrade, nextTrade).dividedBy(2);
    return nextTrade.minus(half.compareTo(MAX_LEAD) < 0 ? half : MAX_LEAD);
  }

  private static SimulatedBook around(
      SimulatedTrade trade, BookShape shape, long untraded, int missingChanges) {
    var price = shape.units().ticks(trade.price());
    var isAtBid = trade.buyerIsMaker() || price == 1;
    return new SimulatedBook(
        shape,
        2 * trade.id() - missingChanges,
        isAtBid ? price : price - 1,
        shape.bestQuantity(trade.id(), false) + (isAtBid ? untraded : 0),
        shape.bestQuantity(trade.id(), true) + (isAtBid ? 0 : untraded));
  }

  long ask() {
    return bid + 1;
  }

  BigDecimal bidPrice() {
    return shape.units().price(bid);
  }

  BigDecimal bidAmount() {
    return shape.units().quantity(bidQuantity);
  }

  BigDecimal askPrice() {
    return shape.units().price(ask());
  }

  BigDecimal askAmount() {
    return shape.units().quantity(askQuantity);
  }

  /** Best first. */
  List<Level> bids(int limit) {
    return levels(new Level(bid, bidQuantity), -1, limit);
  }

  /** Best first. */
  List<Level> asks(int limit) {
    return levels(new Level(ask(), askQuantity), 1, limit);
  }

  /** @param direction -1 = towards lower prices, 1 = towards higher prices */
  private List<Level> levels(Level best, int direction, int limit) {
    var trade = (updateId + 1) / 2;
    var levels = new ArrayList<Level>(limit);
    levels.add(best);
    var bestCell = best.price / shape.cell();
    for (var cell = bestCell; cell >= 0 && levels.size() < limit; cell += direction) {
      var price = shape.price(cell);
      if (price > 0 && (price - best.price) * direction > 0) {
        levels.add(new Level(price, shape.quantity(cell, Math.abs(cell - bestCell), trade)));
      }
    }
    return levels;
  }
}
