package dev.verticker.message;

import dev.verticker.bus.Address;
import dev.verticker.bus.Topic;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Requests and events about order books, served and published by the price verticle. */
public final class Books {
  /** Levels of a book on each side. */
  public static final int MAX_LEVELS = 20;

  /** The book of one symbol. Fails with {@code symbol-unknown} (404) or {@code book-not-available} (503). */
  public static final Address<FindBook, Book> FIND =
      new Address<>("books.find", FindBook.class, Book.class).asRepeatable();

  /** The newest books that changed, of all symbols that are streamed, at most one message in 50 ms. */
  public static final Topic<Update> UPDATES = new Topic<>("books.updates", Update.class);

  /** Books received further apart have the order of their receipt. */
  private static final Duration MAX_DISORDER = Duration.ofSeconds(10);

  private Books() {}

  /**
   * @param price in units of the quote asset, exact
   * @param quantity in units of the base asset, exact
   */
  public record Level(BigDecimal price, BigDecimal quantity) {}

  /**
   * The best levels of an order book, whole: each book replaces the one before.
   *
   * @param updateId grows with each change of the book at the exchange
   * @param bids best (highest) price first, at most {@link #MAX_LEVELS}
   * @param asks best (lowest) price first, at most {@link #MAX_LEVELS}
   * @param receivedAt receipt from the exchange on the cluster's clock; the exchange sends no time
   */
  public record Book(
      String symbol,
      String venue,
      long updateId,
      List<Level> bids,
      List<Level> asks,
      Instant receivedAt) {
    public Book {
      bids = List.copyOf(bids);
      asks = List.copyOf(asks);
    }

    /**
     * Returns whether it replaces the other one: by update id, or by receipt if a test venue has restarted its ids. The same
     * book with a later receipt confirms it.
     */
    public boolean supersedes(Book other) {
      return updateId > other.updateId
          || updateId == other.updateId && receivedAt.isAfter(other.receivedAt)
          || receivedAt.isAfter(other.receivedAt.plus(MAX_DISORDER));
    }
  }

  /** @param held whether the request fails instead of causing one to the exchange */
  public record FindBook(String symbol, boolean held) {
    public FindBook(String symbol) {
      this(symbol, false);
    }
  }

  /** @param epoch as in {@link Feed.Status} */
  public record Update(String venue, long epoch, List<Book> books) {
    public Update {
      books = List.copyOf(books);
    }
  }
}
