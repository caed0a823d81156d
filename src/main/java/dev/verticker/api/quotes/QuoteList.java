package dev.verticker.api.quotes;

import dev.verticker.api.web.EntityTags;
import dev.verticker.bus.Failure;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Quotes in the order of a response, with their JSON and their entity tag. Thread-safe. */
public final class QuoteList {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final int BYTES_PER_QUOTE = 1024;
  private static final int BYTES_PER_HASH = 17;

  private final List<CachedQuote> quotes;
  private volatile Tag tag;

  /** Quotes become stale in the order of their stale times, so the number of stale ones identifies them. */
  private record Tag(long stale, String value) {}

  private interface Encoder {
    void append(CachedQuote quote, Buffer buffer, Instant now);
  }

  QuoteList(List<CachedQuote> quotes) {
    this.quotes = quotes;
  }

  public List<CachedQuote> quotes() {
    return quotes;
  }

  boolean isEmpty() {
    return quotes.isEmpty();
  }

  /** Returns the first {@code limit} quotes. */
  public QuoteList limit(long limit) {
    return limit < quotes.size() ? new QuoteList(quotes.subList(0, (int) limit)) : this;
  }

  /** Returns the JSON array of the User API with the ages at {@code now}. */
  public Buffer json(Instant now) {
    return array(now, CachedQuote::appendTo);
  }

  /** Returns the JSON array of the Price API with the ages at {@code now}. */
  public Buffer internalJson(Instant now) {
    return array(now, CachedQuote::appendInternalTo);
  }

  /** Returns the JSON object of the single quote in the User API. */
  public Buffer singleJson(Instant now) {
    var json = Buffer.buffer(BYTES_PER_QUOTE);
    quotes.get(0).appendTo(json, now);
    return json;
  }

  private Buffer array(Instant now, Encoder encoder) {
    var json = Buffer.buffer(quotes.size() * BYTES_PER_QUOTE + 2).appendByte((byte) '[');
    for (var quote : quotes) {
      if (json.length() > 1) {
        json.appendByte((byte) ',');
      }
      encoder.append(quote, json, now);
    }
    return json.appendByte((byte) ']');
  }

  public boolean anyStale(Instant now) {
    return staleQuotes(now) > 0;
  }

  /** Returns the age of the oldest quote in seconds, for the {@code Age} header; 0 without quotes. */
  public String age(Instant now) {
    var oldest = Duration.ZERO;
    for (var quote : quotes) {
      var age = quote.quote().age(now);
      oldest = age.compareTo(oldest) > 0 ? age : oldest;
    }
    return Long.toString(oldest.toSeconds());
  }

  /** Returns a weak entity tag of all fields except {@code age_ms}, {@code received_at} and {@code fresh_until}. */
  public String tag(Instant now) {
    var stale = staleQuotes(now);
    var current = tag;
    if (current == null || current.stale() != stale) {
      current = new Tag(stale, weakTag(now));
      tag = current;
    }
    return current.value();
  }

  /** Returns a weak entity tag of this list and other content. */
  public String tagWith(String content, Instant now) {
    return "W/" + EntityTags.of((content + " " + tag(now)).getBytes(StandardCharsets.UTF_8));
  }

  private String weakTag(Instant now) {
    var hashes = Buffer.buffer(quotes.size() * BYTES_PER_HASH);
    for (var quote : quotes) {
      hashes
          .appendLong(quote.hash().getMostSignificantBits())
          .appendLong(quote.hash().getLeastSignificantBits())
          .appendByte((byte) (quote.quote().stale(now) ? 1 : 0));
    }
    return "W/" + EntityTags.of(hashes.getBytes());
  }

  private long staleQuotes(Instant now) {
    var stale = 0L;
    for (var quote : quotes) {
      stale += quote.quote().stale(now) ? 1 : 0;
    }
    return stale;
  }

  /**
   * Throws {@link Failure.Unavailable} with {@code price-too-old} if a quote is older than {@code maxAge}.
   *
   * @param maxAge in seconds; empty = any age
   * @param pointer the part of the HTTP request that the failure concerns
   */
  public void checkMaxAge(Optional<Long> maxAge, Instant now, String pointer) {
    if (maxAge.isEmpty()) {
      return;
    }
    var limit = Duration.ofSeconds(maxAge.get());
    var errors = quotes.stream()
        .map(CachedQuote::quote)
        .filter(quote -> quote.age(now).compareTo(limit) > 0)
        .map(quote -> new Failure.Error(
            pointer,
            "price-too-old",
            quote.symbol() + " was last confirmed " + quote.age(now).toSeconds() + " s ago."))
        .toList();
    if (!errors.isEmpty()) {
      throw new Failure.Unavailable(
          "price-too-old", "A requested price is older than max_age.", RETRY_AFTER, errors);
    }
  }
}
