package dev.verticker.exchange.binance;

import dev.verticker.exchange.Kline;
import dev.verticker.exchange.MarketStream.Listener;
import dev.verticker.exchange.MarketStream.Stream;
import dev.verticker.exchange.OrderBook;
import dev.verticker.exchange.Ticker;
import dev.verticker.message.Trades.Trade;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

/** Records the events of a stream, and the contexts on which they arrive. */
final class RecordedEvents implements Listener {
  final List<Ticker> tickers = new CopyOnWriteArrayList<>();
  final List<Kline> klines = new CopyOnWriteArrayList<>();
  final List<Trade> trades = new CopyOnWriteArrayList<>();
  final List<String> tradeSymbols = new CopyOnWriteArrayList<>();
  final List<OrderBook> bookTickers = new CopyOnWriteArrayList<>();
  final List<OrderBook> books = new CopyOnWriteArrayList<>();
  final List<Connected> connected = new CopyOnWriteArrayList<>();
  final List<Disconnected> disconnected = new CopyOnWriteArrayList<>();
  final Set<Context> contexts = java.util.concurrent.ConcurrentHashMap.newKeySet();

  record Connected(Instant since, Set<Stream> streams) {}

  record Disconnected(Instant since, Set<Stream> streams, String reason) {}

  List<Trade> tradesOf(String symbol) {
    return IntStream.range(0, trades.size())
        .filter(i -> tradeSymbols.get(i).equals(symbol))
        .mapToObj(trades::get)
        .toList();
  }

  static List<Long> updateIds(List<OrderBook> books) {
    return books.stream().map(OrderBook::updateId).toList();
  }

  List<Long> tradeIds() {
    return trades.stream().map(Trade::id).toList();
  }

  @Override
  public void onTicker(Ticker ticker) {
    record();
    tickers.add(ticker);
  }

  @Override
  public void onKline(Kline kline) {
    record();
    klines.add(kline);
  }

  @Override
  public void onTrade(String symbol, Trade trade) {
    record();
    tradeSymbols.add(symbol);
    trades.add(trade);
  }

  @Override
  public void onBookTicker(OrderBook best) {
    record();
    bookTickers.add(best);
  }

  @Override
  public void onDepth(OrderBook book) {
    record();
    books.add(book);
  }

  @Override
  public void onConnected(Instant since, Set<Stream> streams) {
    record();
    connected.add(new Connected(since, streams));
  }

  @Override
  public void onDisconnected(Instant since, Set<Stream> streams, String reason) {
    record();
    disconnected.add(new Disconnected(since, streams, reason));
  }

  private void record() {
    // A parser without Vert.x has no context.
    Optional.ofNullable(Vertx.currentContext()).ifPresent(contexts::add);
  }
}
