package dev.verticker.exchange;

import io.vertx.core.Future;
import java.util.List;

/** Where prices come from. Every call fails with an {@link ExchangeException} and nothing else, within its time limit. */
public interface MarketData {
  /** Of so many symbols at once the exchange tells every figure; of more only the price. */
  int MAX_NAMED = 100;

  /**
   * The present figures of the symbols in one call. What is malformed, not positive or for another symbol is left out.
   *
   * @param symbols at least one, none twice
   */
  Future<List<Ticker>> tickers(List<String> symbols);

  /** Every symbol the exchange lists, with its limits. */
  Future<ExchangeInfo> listing();
}
