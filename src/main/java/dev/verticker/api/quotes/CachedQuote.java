package dev.verticker.api.quotes;

import dev.verticker.message.Prices.Day;
import dev.verticker.message.Prices.Quote;
import dev.verticker.message.Timestamps;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/**
 * A quote with its JSON in both APIs, each encoded at its first use: most quotes of a live feed are replaced before a client
 * reads them. Each read copies the bytes and appends {@code age_ms} and {@code stale}, the only fields that change.
 * Thread-safe.
 */
public final class CachedQuote {
  private static final byte[] FRESH = ",\"stale\":false}".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] STALE = ",\"stale\":true}".getBytes(StandardCharsets.US_ASCII);

  private final Quote quote;
  private volatile byte[] content;
  private volatile UUID hash;
  private volatile byte[] confirmation;
  private volatile byte[] internal;

  CachedQuote(Quote quote) {
    this.quote = quote;
  }

  public Quote quote() {
    return quote;
  }

  /** Appends the JSON object of the User API. */
  void appendTo(Buffer buffer, Instant now) {
    appendMembers(buffer.appendByte((byte) '{'), now);
  }

  /** Appends the JSON object of the User API after further members, each with a comma at its end. */
  public void appendTo(Buffer buffer, String furtherMembers, Instant now) {
    appendMembers(buffer.appendString("{" + furtherMembers), now);
  }

  /** Appends the JSON object of the Price API. */
  void appendInternalTo(Buffer buffer, Instant now) {
    if (internal == null) {
      internal = encodeInternal().getBytes(StandardCharsets.UTF_8);
    }
    appendAge(buffer.appendBytes(internal), now);
  }

  private void appendMembers(Buffer buffer, Instant now) {
    if (confirmation == null) {
      confirmation = encodeConfirmation().getBytes(StandardCharsets.US_ASCII);
    }
    appendAge(buffer.appendBytes(content()).appendBytes(confirmation), now);
  }

  /** Returns a hash of all members of the User API that do not change when the exchange confirms the quote. */
  UUID hash() {
    if (hash == null) {
      hash = UUID.nameUUIDFromBytes(content());
    }
    return hash;
  }

  private byte[] content() {
    if (content == null) {
      content = encodeContent().getBytes(StandardCharsets.UTF_8);
    }
    return content;
  }

  private void appendAge(Buffer buffer, Instant now) {
    buffer
        .appendString(Long.toString(quote.age(now).toMillis()))
        .appendBytes(quote.stale(now) ? STALE : FRESH);
  }

  private String encodeContent() {
    var day = Optional.ofNullable(quote.day());
    return "\"symbol\":" + Json.encode(quote.symbol())
        + ",\"price\":" + decimal(quote.price())
        + ",\"bid\":" + decimal(quote.bid())
        + ",\"ask\":" + decimal(quote.ask())
        + ",\"change\":" + decimal(day, Day::change)
        + ",\"change_percent\":" + decimal(quote.changePercent())
        + ",\"open_24h\":" + decimal(day, Day::open)
        + ",\"high_24h\":" + decimal(day, Day::high)
        + ",\"low_24h\":" + decimal(day, Day::low)
        + ",\"volume\":" + decimal(quote.volume())
        + ",\"quote_volume\":" + decimal(day, Day::quoteVolume)
        + ",\"venue\":" + Json.encode(quote.venue())
        + ",\"source\":\"" + source()
        + "\",\"event_time\":\"" + Timestamps.write(quote.eventTime()) + "\"";
  }

  private String encodeConfirmation() {
    return ",\"received_at\":\"" + Timestamps.write(quote.receivedAt())
        + "\",\"fresh_until\":\"" + Timestamps.write(quote.staleAt())
        + "\",\"age_ms\":";
  }

  /**
   * Inserts the exchange's object unchanged: parsing and encoding it again could change a decimal. Clients of the earlier
   * system read {@code called_at}, which equals {@code received_at}.
   */
  private String encodeInternal() {
    var receivedAt = Timestamps.write(quote.receivedAt());
    return "{\"id\":" + quote.id()
        + ",\"symbol\":" + Json.encode(quote.symbol())
        + ",\"called_at\":\"" + receivedAt
        + "\",\"exchange_info\":" + quote.exchangeInfo()
        + ",\"venue\":" + Json.encode(quote.venue())
        + ",\"source\":\"" + source()
        + "\",\"event_time\":\"" + Timestamps.write(quote.eventTime())
        + "\",\"received_at\":\"" + receivedAt
        + "\",\"age_ms\":";
  }

  private String source() {
    return quote.source().name().toLowerCase(Locale.ROOT);
  }

  private static String decimal(Optional<Day> day, Function<Day, BigDecimal> figure) {
    return decimal(day.map(figure).orElse(null));
  }

  private static String decimal(BigDecimal value) {
    return value == null ? "null" : "\"" + value.toPlainString() + "\"";
  }
}
