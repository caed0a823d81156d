package dev.verticker.api.market;

import dev.verticker.message.Books.Book;
import dev.verticker.message.Books.Level;
import dev.verticker.message.Timestamps;
import io.vertx.core.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Encodes order books. */
public final class BookJson {
  private static final int BOOK_LENGTH = 2048;

  private BookJson() {}

  /** Encodes the JSON object of a book: each level is a price and a quantity, both exact decimals. */
  static String of(Book book, Instant now, boolean stale) {
    return append(new StringBuilder(BOOK_LENGTH).append('{'), book, now, stale)
        .append('}')
        .toString();
  }

  /** Appends the members of the JSON object of a book. */
  public static StringBuilder append(StringBuilder json, Book book, Instant now, boolean stale) {
    json.append("\"symbol\":").append(Json.encode(book.symbol()));
    json.append(",\"venue\":").append(Json.encode(book.venue()));
    json.append(",\"update_id\":").append(book.updateId());
    append(json.append(",\"bids\":"), book.bids());
    append(json.append(",\"asks\":"), book.asks());
    var age = Math.max(0, Duration.between(book.receivedAt(), now).toMillis());
    return json.append(",\"received_at\":\"")
        .append(Timestamps.write(book.receivedAt()))
        .append("\",\"age_ms\":")
        .append(age)
        .append(",\"stale\":")
        .append(stale);
  }

  private static void append(StringBuilder json, List<Level> levels) {
    var separator = "[";
    for (var level : levels) {
      json.append(separator)
          .append("[\"")
          .append(level.price().toPlainString())
          .append("\",\"")
          .append(level.quantity().toPlainString())
          .append("\"]");
      separator = ",";
    }
    json.append(levels.isEmpty() ? "[]" : "]");
  }
}
