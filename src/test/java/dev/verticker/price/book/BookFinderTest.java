package dev.verticker.price.book;

import static dev.verticker.price.book.FakeTrades.NOON;
import static dev.verticker.price.book.FakeTrades.book;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.verticker.bus.Failure;
import dev.verticker.exchange.ExchangeException.ExchangeUnavailableException;
import dev.verticker.exchange.RateLimits.Priority;
import dev.verticker.message.Books;
import dev.verticker.message.Books.Book;
import dev.verticker.message.Books.FindBook;
import dev.verticker.testing.SteppedClock;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class BookFinderTest {
  private static final String BTC = "BTCUSDT";

  private final SteppedClock clock = new SteppedClock(NOON);
  private final FakeTrades exchange = new FakeTrades();
  private final BookFinder finder = new BookFinder(
      "simulated",
      exchange,
      new MarketReads<>("book-not-available", symbol -> !symbol.equals("UNLISTED"), clock),
      () -> clock.millis() * 1_000_000);

  @Test
  void a_streamed_book_is_returned_for_two_seconds_without_a_request() {
    update(1, 7);
    update(1, 8);
    update(1, 6);
    assertEquals(expected(8), find(BTC).result());
    clock.step(Duration.ofMillis(1999));
    assertEquals(expected(8), find(BTC).result());
    assertEquals(List.of(), exchange.bookRequests);

    clock.step(Duration.ofMillis(1));
    exchange.newest = 20;
    assertEquals(expected(20), find(BTC).result());
    assertEquals(List.of(BTC), exchange.bookRequests);
    assertEquals(List.of(Priority.USER), exchange.priorities);
  }

  @Test
  void concurrent_requests_of_a_symbol_share_one_request() {
    exchange.paused = true;
    exchange.newest = 20;
    var first = find(BTC);
    var second = find(BTC);
    exchange.respond();
    assertEquals(expected(20), first.result());
    assertEquals(expected(20), second.result());
    assertEquals(expected(20), find(BTC).result());
    assertEquals(List.of(BTC), exchange.bookRequests);
  }

  @Test
  void a_newer_book_that_is_published_during_the_request_is_returned() {
    exchange.paused = true;
    exchange.newest = 20;
    var found = find(BTC);
    update(1, 25);
    exchange.respond();
    assertEquals(expected(25), found.result());
  }

  @Test
  void a_higher_epoch_replaces_the_books_and_a_lower_one_is_ignored() {
    update(5, 100);
    update(6, 3);
    update(5, 101);
    assertEquals(expected(3), find(BTC).result());
    finder.onUpdate(new Books.Update("simulated", 7, List.of()));
    exchange.newest = 2;
    assertEquals(expected(2), find(BTC).result());
  }

  @Test
  void a_held_book_is_returned_at_any_age_and_others_are_not_requested() {
    update(1, 7);
    clock.step(Duration.ofHours(1));

    assertEquals(expected(7), finder.find(new FindBook(BTC, true)).result());
    assertEquals(
        "book-not-available",
        assertInstanceOf(
                Failure.Unavailable.class,
                finder.find(new FindBook("ETHUSDT", true)).cause())
            .code());
    assertInstanceOf(
        Failure.NotFound.class, finder.find(new FindBook("UNLISTED", true)).cause());
    assertEquals(List.of(), exchange.bookRequests);
  }

  @Test
  void a_book_that_cannot_be_read_fails_with_its_kind() {
    assertEquals(
        "symbol-unknown",
        assertInstanceOf(Failure.NotFound.class, find("UNLISTED").cause()).code());
    assertEquals(List.of(), exchange.bookRequests);
    assertInstanceOf(Failure.NotFound.class, find("NOSUCH").cause());

    exchange.failure = new ExchangeUnavailableException("blocked");
    assertEquals(
        "book-not-available",
        assertInstanceOf(Failure.Unavailable.class, find(BTC).cause()).code());
  }

  private void update(long epoch, long updateId) {
    finder.onUpdate(new Books.Update("simulated", epoch, List.of(expected(updateId))));
  }

  private static Book expected(long updateId) {
    return BookFeed.book(book(BTC, updateId), "simulated");
  }

  private Future<Book> find(String symbol) {
    return finder.find(new FindBook(symbol));
  }
}
