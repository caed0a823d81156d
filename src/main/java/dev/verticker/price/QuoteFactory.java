package dev.verticker.price;

import com.fasterxml.jackson.databind.JsonNode;
import dev.verticker.exchange.Ticker;
import dev.verticker.message.Prices.Observation;
import dev.verticker.message.Prices.Quote;
import dev.verticker.message.Prices.Source;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;

/** Makes quotes of what the exchange said, of what is stored, and of other quotes. */
final class QuoteFactory {
  private static final String STORED_FEED = "stored";

  private final String venue;
  private final String feed;
  private final Duration staleAfter;

  /** @param run what tells this run of the refresher from an earlier one */
  QuoteFactory(String venue, String run, Duration staleAfter) {
    this.venue = venue;
    this.feed = venue + ":" + run;
    this.staleAfter = staleAfter;
  }

  Quote polled(long id, Ticker ticker, Instant receivedAt) {
    return new Quote(
        id,
        ticker.symbol(),
        ticker.price(),
        ticker.bid(),
        ticker.ask(),
        ticker.changePercent(),
        ticker.volume(),
        ticker.json(),
        feed,
        venue,
        Source.POLL,
        ticker.eventTime() == null ? receivedAt : ticker.eventTime(),
        receivedAt,
        receivedAt.plus(staleAfter));
  }

  /** @param upstream the stored object, parsed */
  Quote stored(Observation row, JsonNode upstream, Instant eventTime) {
    return new Quote(
        row.id(),
        row.symbol(),
        row.price(),
        decimal(upstream, "bidPrice"),
        decimal(upstream, "askPrice"),
        decimal(upstream, "priceChangePercent"),
        decimal(upstream, "volume"),
        row.exchangeInfo(),
        STORED_FEED,
        row.venue(),
        Source.STORED,
        eventTime,
        row.calledAt(),
        row.calledAt().plus(staleAfter));
  }

  static Quote from(Source source, Quote quote) {
    return new Quote(
        quote.id(),
        quote.symbol(),
        quote.price(),
        quote.bid(),
        quote.ask(),
        quote.changePercent(),
        quote.volume(),
        quote.exchangeInfo(),
        quote.feed(),
        quote.venue(),
        source,
        quote.eventTime(),
        quote.receivedAt(),
        quote.staleAt());
  }

  private static BigDecimal decimal(JsonNode upstream, String field) {
    var value = upstream.path(field);
    try {
      return value.isTextual() ? new BigDecimal(value.textValue()) : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
