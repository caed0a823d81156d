package dev.verticker.price.feed;

import dev.verticker.exchange.ExchangeException.ExchangeUnavailableException;
import dev.verticker.exchange.ExchangeInfo;
import dev.verticker.exchange.Kline;
import dev.verticker.exchange.MarketData;
import dev.verticker.exchange.MarketStream;
import dev.verticker.exchange.OrderBook;
import dev.verticker.exchange.RateLimits.Priority;
import dev.verticker.exchange.Ticker;
import dev.verticker.message.Books.Level;
import dev.verticker.message.Interval;
import dev.verticker.message.Trades.Trade;
import io.vertx.core.Future;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** An exchange whose tickers and stream a test controls. All calls are on one context. */
final class FakeMarket implements MarketData, MarketStream {
  final Map<String, Ticker> tickers = new HashMap<>();
  final List<List<String>> requests = new CopyOnWriteArrayList<>();
  final List<String> resubscribed = new CopyOnWriteArrayList<>();
  final List<String> reconnected = new CopyOnWriteArrayList<>();
  volatile Set<Stream> expected = Set.of();
  Listener listener;
  boolean unavailable;
  volatile boolean closed;

  static Ticker ticker(String symbol, String price, long tradeId, Instant eventTime) {
    return new Ticker(
        symbol,
        new BigDecimal(price),
        null,
        null,
        null,
        null,
        null,
        eventTime,
        tradeId,
        "{\"symbol\":\"" + symbol + "\",\"lastPrice\":\"" + price
            + "\",\"lastQty\":\"1\",\"lastId\":" + tradeId + ",\"price\":\"" + price + "\"}");
  }

  static Trade trade(String price, long id) {
    return new Trade(id, new BigDecimal(price), BigDecimal.TEN, Instant.now(), true, id, id);
  }

  static OrderBook book(String symbol, long updateId, String bid, String ask) {
    return new OrderBook(
        symbol,
        updateId,
        List.of(new Level(new BigDecimal(bid), BigDecimal.ONE)),
        List.of(new Level(new BigDecimal(ask), BigDecimal.TEN)),
        Instant.now());
  }

  static Kline kline(String symbol) {
    return new Kline(
        symbol,
        Interval.ONE_MINUTE,
        Instant.EPOCH,
        BigDecimal.ONE,
        BigDecimal.ONE,
        BigDecimal.ONE,
        BigDecimal.ONE,
        BigDecimal.ONE,
        BigDecimal.ONE,
        1,
        BigDecimal.ONE,
        BigDecimal.ONE,
        false,
        Instant.now());
  }

  void connect() {
    listener.onConnected(Instant.now(), expected);
  }

  @Override
  public Future<List<Ticker>> tickers(List<String> symbols, Priority priority) {
    requests.add(symbols);
    return unavailable
        ? Future.failedFuture(new ExchangeUnavailableException("blocked"))
        : Future.succeededFuture(
            symbols.stream().filter(tickers::containsKey).map(tickers::get).toList());
  }

  @Override
  public Future<List<Kline>> klines(
      String symbol, Interval interval, Instant from, Instant to, int limit, Priority priority) {
    return Future.succeededFuture(List.of());
  }

  @Override
  public Future<ExchangeInfo> exchangeInfo() {
    return Future.succeededFuture(
        ExchangeInfo.of(tickers.keySet().stream().map(ExchangeInfo::named).toList(), 6000));
  }

  @Override
  public void open(Listener newListener) {
    listener = newListener;
  }

  @Override
  public void expect(Set<Stream> streams) {
    expected = Set.copyOf(streams);
  }

  @Override
  public void resubscribe(String symbol) {
    resubscribed.add(symbol);
  }

  @Override
  public void reconnect(String symbol) {
    reconnected.add(symbol);
  }

  @Override
  public Future<Void> close() {
    closed = true;
    return Future.succeededFuture();
  }
}
