package dev.verticker.price.feed;

import dev.verticker.exchange.MarketStream;
import dev.verticker.exchange.OrderBook;
import dev.verticker.exchange.RateLimits.Priority;
import dev.verticker.exchange.Ticker;
import dev.verticker.exchange.TickerBatches;
import dev.verticker.message.Prices.Source;
import dev.verticker.message.Trades.Trade;
import io.vertx.core.Future;
import java.util.List;

/** Merges the tickers, trades and books of streams and requests, and publishes the changed quotes. */
public final class FeedQuotes implements MarketStream.Listener {
  private final TickerBatches tickers;
  private final NewestTickers newest;
  private final QuoteSink sink;

  /** @param tickers of {@link MergedMarketData} */
  public FeedQuotes(TickerBatches tickers, NewestTickers newest, QuoteSink sink) {
    this.tickers = tickers;
    this.newest = newest;
    this.sink = sink;
  }

  /**
   * Requests the tickers of the symbols and publishes them.
   *
   * @return whether the exchange sent the ticker of each symbol that it lists; never fails
   */
  public Future<Boolean> fetch(List<String> symbols) {
    return tickers
        .fetch(
            symbols,
            Priority.QUOTES,
            batch -> batch.forEach(ticker -> sink.onChanged(ticker.symbol(), Source.POLL)))
        .map(outcome -> outcome.failure() == null
            && outcome.received() + outcome.unlisted().size() == symbols.size());
  }

  void expire(List<String> symbols) {
    sink.expire(symbols);
  }

  @Override
  public void onTicker(Ticker ticker) {
    newest.add(ticker);
    sink.onChanged(ticker.symbol(), Source.STREAM);
  }

  @Override
  public void onTrade(String symbol, Trade trade) {
    if (newest.accept(symbol, trade)) {
      sink.onChanged(symbol, Source.STREAM);
    }
  }

  @Override
  public void onBookTicker(OrderBook best) {
    onDepth(best);
  }

  @Override
  public void onDepth(OrderBook book) {
    if (newest.accept(book)) {
      sink.onChanged(book.symbol(), Source.STREAM);
    }
  }
}
