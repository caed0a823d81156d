package dev.verticker.api.quotes;

import dev.verticker.api.web.EntityTags;
import dev.verticker.message.Prices.Quote;
import dev.verticker.message.Timestamps;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Encodes quotes for the User API and the price topics, with their age at a given time. */
public final class QuoteJson {
  private final List<Quote> quotes;
  private final Instant now;

  public QuoteJson(List<CachedQuote> quotes, Instant now) {
    this.quotes = quotes.stream().map(CachedQuote::quote).toList();
    this.now = now;
  }

  public JsonArray array() {
    var array = new JsonArray();
    quotes.forEach(quote -> array.add(of(quote, now)));
    return array;
  }

  /** Returns the JSON object of the single quote. */
  public JsonObject single() {
    return of(quotes.get(0), now);
  }

  public boolean anyStale() {
    return quotes.stream().anyMatch(quote -> quote.stale(now));
  }

  /** Returns the age of the oldest quote in seconds, for the {@code Age} header; 0 without quotes. */
  public String age() {
    return Long.toString(quotes.stream()
        .map(quote -> quote.age(now))
        .max(Duration::compareTo)
        .orElse(Duration.ZERO)
        .toSeconds());
  }

  /** Returns a weak entity tag that covers {@code variant} and all fields except {@code age_ms} and {@code received_at}. */
  public String tag(String variant) {
    var content = quotes.stream()
        .map(quote -> String.join(
            " ",
            quote.symbol(),
            quote.price().toPlainString(),
            decimal(quote.bid()),
            decimal(quote.ask()),
            decimal(quote.changePercent()),
            decimal(quote.volume()),
            quote.venue(),
            source(quote),
            quote.eventTime().toString(),
            Boolean.toString(quote.stale(now))))
        .collect(Collectors.joining("\n", variant + "\n", ""));
    return "W/" + EntityTags.of(content.getBytes(StandardCharsets.UTF_8));
  }

  /** Encodes one quote. */
  public static JsonObject of(Quote quote, Instant now) {
    return new JsonObject()
        .put("symbol", quote.symbol())
        .put("price", quote.price().toPlainString())
        .put("bid", decimal(quote.bid()))
        .put("ask", decimal(quote.ask()))
        .put("change_percent", decimal(quote.changePercent()))
        .put("volume", decimal(quote.volume()))
        .put("venue", quote.venue())
        .put("source", source(quote))
        .put("event_time", Timestamps.write(quote.eventTime()))
        .put("received_at", Timestamps.write(quote.receivedAt()))
        .put("age_ms", quote.age(now).toMillis())
        .put("stale", quote.stale(now));
  }

  private static String source(Quote quote) {
    return quote.source().name().toLowerCase(Locale.ROOT);
  }

  private static String decimal(BigDecimal value) {
    return value == null ? null : value.toPlainString();
  }
}
