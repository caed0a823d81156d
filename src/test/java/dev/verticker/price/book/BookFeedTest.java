package dev.verticker.price.book;

import static dev.verticker.price.book.FakeTrades.NOON;
import static dev.verticker.price.book.FakeTrades.book;
import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Bus;
import dev.verticker.exchange.MarketStream.Kind;
import dev.verticker.exchange.MarketStream.Stream;
import dev.verticker.exchange.OrderBook;
import dev.verticker.message.Books;
import dev.verticker.message.Books.Book;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BookFeedTest {
  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final Bus bus = new Bus(vertx, Clock.systemUTC(), new SimpleMeterRegistry());
  private final List<Books.Update> updates = new CopyOnWriteArrayList<>();
  private final BookFeed feed = new BookFeed(vertx, bus, "simulated", () -> 42);

  @BeforeEach
  void start() {
    await(bus.subscribe(Books.UPDATES, updates::add));
  }

  @AfterEach
  void stop() {
    await(vertx.close());
  }

  @Test
  void the_newest_book_of_each_symbol_is_published_in_one_message() {
    run(() -> {
      feed.onDepth(book("BTCUSDT", 7));
      feed.onDepth(book("ETHUSDT", 3));
      feed.onDepth(book("BTCUSDT", 9));
      feed.onDepth(book("BTCUSDT", 8));
    });
    until("the books are published", () -> !updates.isEmpty());
    assertEquals(
        List.of(new Books.Update(
            "simulated", 42, List.of(expected("BTCUSDT", 9), expected("ETHUSDT", 3)))),
        updates);
  }

  @Test
  void books_are_published_at_most_every_50_ms() {
    var since = System.nanoTime();
    var sender = vertx.setPeriodic(
        5, id -> context.runOnContext(send -> feed.onDepth(book("BTCUSDT", System.nanoTime()))));
    until("ten messages", () -> updates.size() >= 10);
    var count = updates.size();
    var seconds = (System.nanoTime() - since) / 1e9;
    vertx.cancelTimer(sender);
    assertTrue(count <= 20 * seconds + 2, count + " in " + seconds + " s");
  }

  @Test
  void a_symbol_that_is_streamed_again_and_a_new_leadership_start_with_any_book() {
    run(() -> feed.onDepth(book("BTCUSDT", 9)));
    run(() -> feed.onUnsubscribed(Set.of(new Stream("BTCUSDT", Kind.DEPTH))));
    run(() -> feed.onDepth(book("BTCUSDT", 4)));
    until("the later book is published", () -> published(4));
    run(() -> feed.onElected(43));
    run(() -> feed.onDepth(book("BTCUSDT", 2)));
    until("the book of the new leadership is published", () -> published(2));
  }

  @Test
  void ids_that_the_exchange_restarted_replace_higher_ones() {
    run(() -> feed.onDepth(book("BTCUSDT", 9)));
    run(() ->
        feed.onDepth(new OrderBook("BTCUSDT", 1, List.of(), List.of(), NOON.plusSeconds(60))));
    until("the book is published", () -> published(1));
  }

  @Test
  void a_resigned_node_publishes_nothing_more() {
    run(() -> {
      feed.onDepth(book("BTCUSDT", 9));
      feed.onResigned();
    });
    await(vertx.timer(100).mapEmpty());
    assertEquals(List.of(), updates);
  }

  private boolean published(long updateId) {
    return updates.stream()
        .flatMap(update -> update.books().stream())
        .anyMatch(book -> book.updateId() == updateId);
  }

  private static Book expected(String symbol, long updateId) {
    return BookFeed.book(book(symbol, updateId), "simulated");
  }

  private void run(Runnable work) {
    await(context, () -> {
      work.run();
      return Future.succeededFuture();
    });
  }
}
