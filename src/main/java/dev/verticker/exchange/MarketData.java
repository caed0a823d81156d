package dev.verticker.exchange;

import io.vertx.core.Future;
import java.util.List;

/**
 * Market data of an exchange. Calls complete within their timeout; a failed call fails with an {@link ExchangeException}.
 */
public interface MarketData {
  /** Up to this number of symbols a ticker has all figures; beyond it only the price. */
  int MAX_FULL_TICKERS = 100;

  int MAX_TRADES = 1000;

  /**
   * Returns the current tickers of the symbols with one request. Tickers that are malformed, not positive or of another
   * symbol are left out.
   *
   * @param symbols at least one, no duplicates
   */
  Future<List<Ticker>> tickers(List<String> symbols);

  /**
   * Returns aggregate trades of the symbol, oldest first.
   *
   * @param fromId id of the first one
   * @param limit 1 to {@link #MAX_TRADES}
   */
  Future<List<AggregateTrade>> trades(String symbol, long fromId, int limit);

  /** Every symbol the exchange lists, with its limits. */
  Future<ExchangeInfo> exchangeInfo();
}
