package dev.verticker.price;

import dev.verticker.message.Prices.Quote;
import dev.verticker.message.Prices.Source;
import java.math.BigDecimal;
import java.time.Instant;

/** Builds quotes from the fields that a test needs. */
public final class QuoteFixture {
  public static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  private QuoteFixture() {}

  public static Quote quote(String symbol) {
    return quote(symbol, "binance:run", NOON, NOON);
  }

  public static Quote quote(String symbol, String feed, Instant eventTime, Instant receivedAt) {
    return new Quote(
        1,
        symbol,
        new BigDecimal("43250.10"),
        null,
        null,
        null,
        null,
        null,
        "{\"symbol\":\"" + symbol + "\",\"price\":\"43250.10\"}",
        feed,
        0,
        0,
        "binance",
        Source.POLL,
        eventTime,
        receivedAt,
        receivedAt.plusSeconds(70));
  }
}
