package dev.verticker.exchange;

import dev.verticker.message.Books.Level;
import java.time.Instant;
import java.util.List;

/**
 * The best levels of the order book of one symbol, whole: each book replaces the one before.
 *
 * @param updateId grows with each change of the book at the exchange; 0 = unknown
 * @param bids best (highest) price first
 * @param asks best (lowest) price first
 * @param receivedAt receipt; exchanges send no time
 */
public record OrderBook(
    String symbol, long updateId, List<Level> bids, List<Level> asks, Instant receivedAt) {
  public OrderBook {
    bids = List.copyOf(bids);
    asks = List.copyOf(asks);
  }
}
