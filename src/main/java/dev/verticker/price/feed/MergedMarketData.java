package dev.verticker.price.feed;

import dev.verticker.exchange.ExchangeInfo;
import dev.verticker.exchange.Kline;
import dev.verticker.exchange.MarketData;
import dev.verticker.exchange.OrderBook;
import dev.verticker.exchange.RateLimits.Priority;
import dev.verticker.exchange.Ticker;
import dev.verticker.message.Interval;
import dev.verticker.message.Trades.FindTrades;
import dev.verticker.message.Trades.Trade;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;

/** Market data whose tickers are merged with the newest figures of streams, so that a late response does not replace newer data. */
public final class MergedMarketData implements MarketData {
  private final MarketData exchange;
  private final NewestTickers newest;

  public MergedMarketData(MarketData exchange, NewestTickers newest) {
    this.exchange = exchange;
    this.newest = newest;
  }

  @Override
  public Future<List<Ticker>> tickers(List<String> symbols, Priority priority) {
    return exchange
        .tickers(symbols, priority)
        .map(tickers -> tickers.stream().map(newest::accept).toList());
  }

  @Override
  public Future<List<Trade>> trades(FindTrades request, Priority priority) {
    return exchange.trades(request, priority);
  }

  @Override
  public Future<OrderBook> book(String symbol, Priority priority) {
    return exchange.book(symbol, priority);
  }

  @Override
  public Future<List<Kline>> klines(
      String symbol, Interval interval, Instant from, Instant to, int limit, Priority priority) {
    return exchange.klines(symbol, interval, from, to, limit, priority);
  }

  @Override
  public Future<ExchangeInfo> exchangeInfo() {
    return exchange.exchangeInfo();
  }
}
