package dev.verticker.exchange;

import dev.verticker.message.Books;
import dev.verticker.message.Trades.Trade;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.Set;

/**
 * Live market data of an exchange over WebSocket. It keeps its connections until it is closed: it reconnects indefinitely,
 * compares the exchange's subscriptions with the expected ones after each connect, and replaces a connection before the
 * exchange ends it. All methods and all calls of the {@link Listener} run on the Vert.x context that created it.
 */
public interface MarketStream {
  /** A stream that a symbol can be subscribed to. */
  enum Kind {
    TICKER,
    KLINE_1M,
    AGGREGATE_TRADE,
    /** The best bid and ask. */
    BOOK_TICKER,
    /** The best levels of the order book. */
    DEPTH;

    /** Returns whether its events show the order book, each replacing the one before, and no trades. */
    public boolean isBook() {
      return this == BOOK_TICKER || this == DEPTH;
    }
  }

  /** One stream of one symbol. */
  record Stream(String symbol, Kind kind) {}

  /**
   * Receives what the exchange sends. The events of one stream arrive in order and once, also while a connection is being
   * replaced; after an interruption events are missing.
   */
  interface Listener {
    default void onTicker(Ticker ticker) {}

    default void onKline(Kline kline) {}

    default void onTrade(String symbol, Trade trade) {}

    /** @param best at most one level on each side */
    default void onBookTicker(OrderBook best) {}

    /** @param book at most {@link Books#MAX_LEVELS} levels on each side */
    default void onDepth(OrderBook book) {}

    /** These streams are subscribed and deliver from {@code since} on: after an interruption, or for the first time. */
    default void onConnected(Instant since, Set<Stream> streams) {}

    /** Data of these streams may be missing from {@code since} until {@link #onConnected}. */
    default void onDisconnected(Instant since, Set<Stream> streams, String reason) {}

    /** These streams are no longer expected. */
    default void onUnsubscribed(Set<Stream> streams) {}
  }

  /** Sets the listener; call it once, before {@link #expect}. */
  void open(Listener listener);

  /** Replaces the set of expected streams. */
  void expect(Set<Stream> streams);

  /** Subscribes the streams of the symbol again, because no data arrived although there are newer trades. */
  void resubscribe(String symbol);

  /** Replaces the connections of the symbol's streams, because resubscribing did not help. */
  void reconnect(String symbol);

  /** Closes the connections; no listener is called afterwards. */
  Future<Void> close();
}
