package dev.verticker.api.price;

import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.message.Books;
import dev.verticker.message.Books.Book;
import dev.verticker.message.Books.FindBook;
import dev.verticker.message.Books.Level;
import dev.verticker.message.Feed;
import dev.verticker.message.Trades;
import dev.verticker.message.Trades.FindTrades;
import dev.verticker.message.Trades.SymbolTrades;
import dev.verticker.message.Trades.Trade;
import io.vertx.core.Future;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A price verticle for front door tests that serves and publishes the trades and books that a test sets. */
public final class FakeMarket {
  private final Bus bus;
  private final Map<String, List<Trade>> trades = new ConcurrentHashMap<>();
  private final Map<String, Book> books = new ConcurrentHashMap<>();
  public final List<Object> requests = new CopyOnWriteArrayList<>();
  public final List<Feed.Demand> demands = new CopyOnWriteArrayList<>();
  public volatile Failure failure;

  public FakeMarket(Bus bus) {
    this.bus = bus;
  }

  public Future<?> serve() {
    return Future.all(
        bus.serve(Trades.FIND, this::findTrades),
        bus.serve(Books.FIND, this::findBook),
        bus.subscribe(Feed.DEMAND, demands::add));
  }

  public void holdsTrades(String symbol, Trade... held) {
    trades.put(symbol, List.of(held));
  }

  public void holds(Book book) {
    books.put(book.symbol(), book);
  }

  public void publishTrades(long epoch, String symbol, Trade... further) {
    var update = new SymbolTrades(symbol, 0, List.of(further));
    bus.publish(Trades.UPDATES, new Trades.Update("simulated", epoch, List.of(update)));
  }

  public void publish(long epoch, Book... further) {
    bus.publish(Books.UPDATES, new Books.Update("simulated", epoch, List.of(further)));
  }

  /** A trade of 2 units at noon plus its id in milliseconds; the taker sold if the id is odd. */
  public static Trade trade(long id, String price) {
    var time = Instant.parse("2026-03-01T12:00:00Z").plusMillis(id);
    return new Trade(id, new BigDecimal(price), new BigDecimal("2.0"), time, id % 2 == 1, id, id);
  }

  /** A book with one level on each side. */
  public static Book book(
      String symbol, long updateId, String bid, String ask, Instant receivedAt) {
    return new Book(
        symbol, "simulated", updateId, List.of(level(bid)), List.of(level(ask)), receivedAt);
  }

  private static Level level(String price) {
    return new Level(new BigDecimal(price), new BigDecimal("1.50"));
  }

  private Future<Trades.Found> findTrades(FindTrades request) {
    requests.add(request);
    var known = trades.get(request.symbol());
    return failure == null && known != null
        ? Future.succeededFuture(new Trades.Found(request.symbol(), "simulated", known))
        : failed(request.symbol());
  }

  private Future<Book> findBook(FindBook request) {
    requests.add(request);
    var known = books.get(request.symbol());
    return failure == null && known != null
        ? Future.succeededFuture(known)
        : failed(request.symbol());
  }

  private <T> Future<T> failed(String symbol) {
    var detail = symbol + " is unknown.";
    var error = new Failure.Error("symbol", "symbol-unknown", detail);
    return Future.failedFuture(
        failure != null ? failure : new Failure.NotFound("symbol-unknown", detail, List.of(error)));
  }
}
