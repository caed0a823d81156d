package dev.verticker.price.book;

import dev.verticker.bus.Bus;
import dev.verticker.exchange.MarketStream;
import dev.verticker.exchange.OrderBook;
import dev.verticker.message.Books;
import dev.verticker.message.Books.Book;
import dev.verticker.price.feed.FeedLeader;
import dev.verticker.price.feed.Throttle;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/** Publishes the order books of the leader's stream: the newest of each symbol, at most one message in 50 ms. */
final class BookFeed implements MarketStream.Listener, FeedLeader.Listener {
  private static final Duration INTERVAL = Duration.ofMillis(50);

  /** Keeps a message of the event bus below half a megabyte. */
  private static final int MAX_BATCH = 200;

  private final Bus bus;
  private final String venue;
  private final LongSupplier epoch;
  private final Throttle publication;
  private final Map<String, Book> newest = new HashMap<>();
  private final Map<String, Book> changed = new LinkedHashMap<>();

  /** @param epoch of this node's leadership */
  BookFeed(Vertx vertx, Bus bus, String venue, LongSupplier epoch) {
    this.bus = bus;
    this.venue = venue;
    this.epoch = epoch;
    this.publication = new Throttle(vertx, INTERVAL, this::publish);
  }

  static Book book(OrderBook book, String venue) {
    return new Book(
        book.symbol(), venue, book.updateId(), book.bids(), book.asks(), book.receivedAt());
  }

  @Override
  public void onDepth(OrderBook sent) {
    var book = book(sent, venue);
    var current = newest.get(book.symbol());
    if (current == null || book.supersedes(current)) {
      newest.put(book.symbol(), book);
      changed.put(book.symbol(), book);
      publication.schedule();
    }
  }

  @Override
  public void onUnsubscribed(Set<MarketStream.Stream> streams) {
    streams.stream()
        .filter(stream -> stream.kind() == MarketStream.Kind.DEPTH)
        .forEach(stream -> newest.remove(stream.symbol()));
  }

  @Override
  public void onElected(long newEpoch) {
    clear();
  }

  @Override
  public void onResigned() {
    clear();
  }

  private void clear() {
    newest.clear();
    changed.clear();
  }

  private void publish() {
    var books = List.copyOf(changed.values());
    changed.clear();
    for (var first = 0; first < books.size(); first += MAX_BATCH) {
      var batch = books.subList(first, Math.min(books.size(), first + MAX_BATCH));
      bus.publish(Books.UPDATES, new Books.Update(venue, epoch.getAsLong(), batch));
    }
  }
}
