package dev.verticker.exchange;

import dev.verticker.exchange.RateLimits.Priority;
import dev.verticker.message.Books;
import dev.verticker.message.Interval;
import dev.verticker.message.Trades.FindTrades;
import dev.verticker.message.Trades.Trade;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;

/**
 * Market data of an exchange. Calls complete within their timeout and fail only with an {@link ExchangeException}.
 */
public interface MarketData {
  /** Max number of symbols of one request for tickers; {@link TickerBatches} splits longer lists. */
  int MAX_TICKERS = 20;

  /** Max number of trades of one request. */
  int MAX_TRADES = 1000;

  /** Max number of candles of one request. */
  int MAX_KLINES = 1000;

  /**
   * Returns the current tickers of the symbols, with all figures, from one request. Tickers that are malformed, not positive
   * or of another symbol are left out. Fails with {@link ExchangeException.UnknownSymbolException} if the exchange does not
   * list one of the symbols.
   *
   * @param symbols 1 to {@link #MAX_TICKERS}, no duplicates
   */
  Future<List<Ticker>> tickers(List<String> symbols, Priority priority);

  /** Returns aggregate trades of a symbol, oldest first; fails if the exchange has none. */
  default Future<List<Trade>> trades(FindTrades request, Priority priority) {
    return Future.failedFuture(
        new ExchangeException.ExchangeUnavailableException("the exchange has no trades"));
  }

  /** Returns the order book of the symbol, at most {@link Books#MAX_LEVELS} levels on each side; fails if there is none. */
  default Future<OrderBook> book(String symbol, Priority priority) {
    return Future.failedFuture(
        new ExchangeException.ExchangeUnavailableException("the exchange has no order books"));
  }

  /** Every symbol the exchange lists, with its limits. */
  Future<ExchangeInfo> exchangeInfo();

  /**
   * Returns candles of a symbol, oldest first. The newest one is not {@code closed}, because only a later candle proves
   * that the exchange will not change it. Intervals without a candle are left out. A response with an invalid candle fails as
   * a whole, because a candle that was left out would look like one that the exchange does not have. Fails if the exchange
   * has no candles.
   *
   * @param from first open time, inclusive; null = the newest {@code limit} candles up to {@code to}
   * @param to last open time, inclusive; null = up to the newest
   * @param limit 1 to {@link #MAX_KLINES}
   */
  default Future<List<Kline>> klines(
      String symbol, Interval interval, Instant from, Instant to, int limit, Priority priority) {
    return Future.failedFuture(
        new ExchangeException.ExchangeUnavailableException("the exchange has no candles"));
  }
}
