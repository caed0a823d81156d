package dev.verticker.price.book;

import dev.verticker.exchange.MarketData;
import dev.verticker.exchange.OrderBook;
import dev.verticker.exchange.RateLimits.Priority;
import dev.verticker.message.Books;
import dev.verticker.message.Books.Book;
import dev.verticker.message.Books.FindBook;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** Handles {@link Books#FIND}: from the newest books in memory, and from the exchange if a symbol is not streamed. */
final class BookFinder {
  /** More than all streamed symbols; of more, the least recently used is removed. */
  private static final int MAX_SYMBOLS = 300;

  /** A book is current for this time after it arrived; then the symbol may not be streamed any more. */
  private static final Duration FRESH = Duration.ofSeconds(2);

  private final String venue;
  private final MarketData exchange;
  private final MarketReads<String, OrderBook> reads;
  private final LongSupplier nanoTime;
  private final Map<String, Held> books = new LinkedHashMap<>(16, 0.75f, true) {
    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Held> eldest) {
      return size() > MAX_SYMBOLS;
    }
  };
  private long epoch;

  private record Held(Book book, long arrivedAt) {}

  /** @param nanoTime monotonic */
  BookFinder(
      String venue,
      MarketData exchange,
      MarketReads<String, OrderBook> reads,
      LongSupplier nanoTime) {
    this.venue = venue;
    this.exchange = exchange;
    this.reads = reads;
    this.nanoTime = nanoTime;
  }

  /** Accepts what the leader published; a higher epoch replaces everything. */
  void onUpdate(Books.Update update) {
    if (update.epoch() > epoch) {
      epoch = update.epoch();
      books.clear();
    }
    if (update.epoch() == epoch) {
      update.books().forEach(this::accept);
    }
  }

  Future<Book> find(FindBook request) {
    var held = books.get(request.symbol());
    if (request.held()) {
      // Of any age: the book has the time of its receipt.
      return held == null ? reads.refuse(request.symbol()) : Future.succeededFuture(held.book());
    }
    return held != null && isFresh(held)
        ? Future.succeededFuture(held.book())
        : reads
            .read(
                request.symbol(),
                request.symbol(),
                () -> exchange.book(request.symbol(), Priority.USER))
            .map(book -> accept(BookFeed.book(book, venue)));
  }

  /** Keeps the book unless a current one with a higher update id is in memory; returns the one that is kept. */
  private Book accept(Book book) {
    var held = books.get(book.symbol());
    if (held != null && isFresh(held) && book.updateId() < held.book().updateId()) {
      return held.book();
    }
    books.put(book.symbol(), new Held(book, nanoTime.getAsLong()));
    return book;
  }

  private boolean isFresh(Held held) {
    return nanoTime.getAsLong() - held.arrivedAt() < FRESH.toNanos();
  }
}
