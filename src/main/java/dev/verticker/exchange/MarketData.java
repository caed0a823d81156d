package dev.verticker.exchange;

import dev.verticker.exchange.RateLimits.Priority;
import io.vertx.core.Future;
import java.util.List;

/**
 * Market data of an exchange. Calls complete within their timeout; a failed call fails with an {@link ExchangeException}.
 */
public interface MarketData {
  /** The max number of symbols of one request for tickers; {@link TickerBatches} splits longer lists. */
  int MAX_TICKERS = 20;

  int MAX_TRADES = 1000;

  /**
   * Returns the current tickers of the symbols, with all figures, from one request. Tickers that are malformed, not positive
   * or of another symbol are left out. Fails with {@link ExchangeException.UnknownSymbolException} if the exchange does not
   * list one of the symbols.
   *
   * @param symbols 1 to {@link #MAX_TICKERS}, no duplicates
   */
  Future<List<Ticker>> tickers(List<String> symbols, Priority priority);

  /**
   * Returns aggregate trades of the symbol, oldest first.
   *
   * @param fromId id of the first one
   * @param limit 1 to {@link #MAX_TRADES}
   */
  Future<List<AggregateTrade>> trades(
      String symbol, long fromId, int limit, Priority priority);

  /** Every symbol the exchange lists, with its limits. */
  Future<ExchangeInfo> exchangeInfo();
}
