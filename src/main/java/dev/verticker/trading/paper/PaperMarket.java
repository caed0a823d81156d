package dev.verticker.trading.paper;

import dev.verticker.message.Books.Level;
import dev.verticker.message.trading.Orders.Side;
import java.math.BigDecimal;
import java.util.List;

/**
 * The market of one symbol at one moment.
 *
 * @param bids best price first; empty if unknown
 * @param asks best price first; empty if unknown
 * @param last price of the newest trade; null if unknown
 * @param at the newest trade
 */
record PaperMarket(List<Level> bids, List<Level> asks, BigDecimal last, MarketPosition at) {
  PaperMarket {
    bids = List.copyOf(bids);
    asks = List.copyOf(asks);
  }

  /** A market whose prices at that moment are not known. */
  static PaperMarket unknown(MarketPosition at) {
    return new PaperMarket(List.of(), List.of(), null, at);
  }

  /** Returns the levels with which an order of this side trades. */
  List<Level> opposite(Side side) {
    return side == Side.BUY ? asks : bids;
  }
}
