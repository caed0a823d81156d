package dev.verticker.api.quotes;

import dev.verticker.message.Prices.Quote;
import dev.verticker.message.Timestamps;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;

/**
 * A quote with its JSON, encoded once. Each read copies the bytes and appends {@code age_ms} and {@code stale}, the only
 * fields that change.
 */
public final class CachedQuote {
  private static final byte[] FRESH = ",\"stale\":false}".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] STALE = ",\"stale\":true}".getBytes(StandardCharsets.US_ASCII);

  private final Quote quote;
  private final byte[] json;

  CachedQuote(Quote quote) {
    this.quote = quote;
    this.json = encodeWithoutAge(quote).getBytes(StandardCharsets.UTF_8);
  }

  public Quote quote() {
    return quote;
  }

  /** Appends the JSON object with the age at {@code now}. */
  public void appendTo(Buffer buffer, Instant now) {
    buffer
        .appendBytes(json)
        .appendString(Long.toString(quote.age(now).toMillis()))
        .appendBytes(quote.stale(now) ? STALE : FRESH);
  }

  /**
   * Inserts the exchange's object unchanged: parsing and encoding it again could change a decimal. Clients of the earlier
   * system read {@code called_at}, which equals {@code received_at}.
   */
  private static String encodeWithoutAge(Quote quote) {
    var receivedAt = Timestamps.write(quote.receivedAt());
    return "{\"id\":" + quote.id()
        + ",\"symbol\":" + Json.encode(quote.symbol())
        + ",\"called_at\":\"" + receivedAt
        + "\",\"exchange_info\":" + quote.exchangeInfo()
        + ",\"venue\":" + Json.encode(quote.venue())
        + ",\"source\":\"" + quote.source().name().toLowerCase(Locale.ROOT)
        + "\",\"event_time\":\"" + Timestamps.write(quote.eventTime())
        + "\",\"received_at\":\"" + receivedAt
        + "\",\"age_ms\":";
  }
}
