package dev.verticker.trading.paper;

import java.time.Duration;
import java.time.Instant;

/**
 * The last trade or minute of a market that an order was matched with.
 *
 * @param market venue of the market data; positions in two markets are not comparable
 * @param tradeId id of the last trade at the exchange; 0 = unknown
 * @param time at the exchange
 */
record MarketPosition(String market, long tradeId, Instant time) {
  /** If a trade with a lower id is later by more than this, the exchange has restarted its trade ids. */
  private static final Duration MAX_DELAY = Duration.ofSeconds(10);

  /** Returns whether the print is later than this position. */
  boolean isBefore(MarketPrint print) {
    if (tradeId == 0 || print.firstTradeId() == 0) {
      return print.from().isAfter(time);
    }
    return print.firstTradeId() > tradeId || print.from().isAfter(time.plus(MAX_DELAY));
  }

  /** Returns the later position of the same market; this one if the other is of another market or null. */
  MarketPosition max(MarketPosition other) {
    if (other == null || !market.equals(other.market)) {
      return this;
    }
    var later = tradeId == 0 || other.tradeId == 0 || other.time.isAfter(time.plus(MAX_DELAY))
        ? other.time.isAfter(time)
        : other.tradeId > tradeId;
    return later ? other : this;
  }
}
