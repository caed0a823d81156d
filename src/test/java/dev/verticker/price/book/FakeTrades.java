package dev.verticker.price.book;

import dev.verticker.exchange.ExchangeException.ExchangeUnavailableException;
import dev.verticker.exchange.ExchangeException.UnknownSymbolException;
import dev.verticker.exchange.ExchangeInfo;
import dev.verticker.exchange.MarketData;
import dev.verticker.exchange.OrderBook;
import dev.verticker.exchange.RateLimits.Priority;
import dev.verticker.exchange.Ticker;
import dev.verticker.message.Books.Level;
import dev.verticker.message.Trades.FindTrades;
import dev.verticker.message.Trades.Trade;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.LongStream;

/** An exchange whose symbols have trades with the ids 1 to {@code newest}, and one book each. */
final class FakeTrades implements MarketData {
  static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  final List<FindTrades> requests = new ArrayList<>();
  final List<String> bookRequests = new ArrayList<>();
  final List<Priority> priorities = new ArrayList<>();
  long newest;
  RuntimeException failure;

  /** Responses are sent by {@link #respond}. */
  boolean paused;

  private final Deque<Runnable> responses = new ArrayDeque<>();

  /** A trade a millisecond after the one before it. */
  static Trade trade(long id) {
    return trade(id, NOON.plusMillis(id));
  }

  static Trade trade(long id, Instant time) {
    return new Trade(id, BigDecimal.TEN, BigDecimal.ONE, time, true, 2 * id, 2 * id + 1);
  }

  static List<Trade> trades(long first, long last) {
    return LongStream.rangeClosed(first, last).mapToObj(FakeTrades::trade).toList();
  }

  static OrderBook book(String symbol, long updateId) {
    return new OrderBook(
        symbol,
        updateId,
        List.of(new Level(BigDecimal.ONE, BigDecimal.TEN)),
        List.of(new Level(BigDecimal.TEN, BigDecimal.ONE)),
        NOON);
  }

  void respond() {
    paused = false;
    while (!responses.isEmpty()) {
      responses.poll().run();
    }
  }

  @Override
  public Future<List<Trade>> trades(FindTrades request, Priority priority) {
    requests.add(request);
    priorities.add(priority);
    var first = request.fromId() == null ? newest - request.limit() + 1 : request.fromId();
    return response(
        request.symbol(),
        trades(Math.max(1, first), Math.min(newest, first + request.limit() - 1)));
  }

  @Override
  public Future<OrderBook> book(String symbol, Priority priority) {
    bookRequests.add(symbol);
    priorities.add(priority);
    return response(symbol, book(symbol, newest));
  }

  private <T> Future<T> response(String symbol, T result) {
    var response = Promise.<T>promise();
    responses.add(() -> {
      if (symbol.startsWith("NOSUCH")) {
        response.fail(new UnknownSymbolException());
      } else if (failure != null) {
        response.fail(failure);
      } else {
        response.complete(result);
      }
    });
    if (!paused) {
      respond();
    }
    return response.future();
  }

  @Override
  public Future<List<Ticker>> tickers(List<String> symbols, Priority priority) {
    return Future.failedFuture(new ExchangeUnavailableException("no tickers"));
  }

  @Override
  public Future<ExchangeInfo> exchangeInfo() {
    return Future.failedFuture(new ExchangeUnavailableException("no symbols"));
  }
}
