package dev.verticker.price.book;

import dev.verticker.exchange.MarketData;
import dev.verticker.message.Trades.SymbolTrades;
import dev.verticker.message.Trades.Trade;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The unpublished trades of one symbol in the order of their ids, each once. While a gap is filled, the trades after it are
 * held back.
 */
final class TradeSequence {
  /** A part fits into one message of the event bus. */
  private static final int MAX_PART = MarketData.MAX_TRADES;

  private static final int MAX_HELD = 10_000;

  private final String symbol;
  private final Deque<Trade> held = new ArrayDeque<>();
  private final List<SymbolTrades> parts = new ArrayList<>();
  private List<Trade> part = new ArrayList<>();
  private long missedBeforePart;
  private long missed;

  /** Null before the first one. */
  private Trade last;

  TradeSequence(String symbol) {
    this.symbol = symbol;
  }

  String symbol() {
    return symbol;
  }

  /** Returns whether trades between the last one and this one are missing; false before the first one. */
  boolean isGapBefore(Trade trade) {
    return last != null && trade.id() > last.id() + 1;
  }

  /** Adds a trade; those between the last one and this one are missed. An earlier or repeated one is ignored. */
  void add(Trade trade) {
    if (last != null && !trade.isAfter(last)) {
      return;
    }
    var gap = isGapBefore(trade) ? trade.id() - last.id() - 1 : 0;
    if (gap > 0 || part.size() == MAX_PART) {
      endPart();
      missedBeforePart = gap;
      missed += gap;
    }
    part.add(trade);
    last = trade;
  }

  /** Keeps the trade until {@link #release}; returns false if too many are held. */
  boolean hold(Trade trade) {
    held.add(trade);
    return held.size() < MAX_HELD;
  }

  /** Adds the trades that were held. */
  void release() {
    held.forEach(this::add);
    held.clear();
  }

  /**
   * Returns the id of the first trade to request, so that a number of trades reaches those that are held.
   *
   * @param max number of trades that can be requested
   */
  long firstMissing(int max) {
    var next = last == null ? 0 : last.id() + 1;
    return held.isEmpty() ? next : Math.max(next, held.peekFirst().id() - max);
  }

  /**
   * Returns whether trades after the last one are missing.
   *
   * @param more whether the exchange has more than were added; counts while none are held
   */
  boolean isIncomplete(boolean more) {
    return held.isEmpty() ? more : isGapBefore(held.peekFirst());
  }

  /** Returns the number of trades that were missed since the start. */
  long missed() {
    return missed;
  }

  /** Returns the unpublished trades, which are published then. */
  List<SymbolTrades> take() {
    endPart();
    var taken = List.copyOf(parts);
    parts.clear();
    return taken;
  }

  private void endPart() {
    if (!part.isEmpty()) {
      parts.add(new SymbolTrades(symbol, missedBeforePart, part));
      part = new ArrayList<>();
      missedBeforePart = 0;
    }
  }
}
