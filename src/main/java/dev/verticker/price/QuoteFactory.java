package dev.verticker.price;

import dev.verticker.exchange.Ticker;
import dev.verticker.message.Prices.Quote;
import dev.verticker.message.Prices.Source;
import dev.verticker.price.observation.QuoteIds;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.LongSupplier;

/** Creates quotes from tickers. */
final class QuoteFactory {
  private final String venue;
  private final String feed;
  private final Duration staleAfter;
  private final QuoteIds ids;
  private final LongSupplier epoch;
  private final Clock clock;

  /**
   * @param run identifies this run of the verticle
   * @param epoch of the current leader; 0 = unknown
   */
  QuoteFactory(
      String venue,
      String run,
      Duration staleAfter,
      QuoteIds ids,
      LongSupplier epoch,
      Clock clock) {
    this.venue = venue;
    this.feed = venue + ":" + run;
    this.staleAfter = staleAfter;
    this.ids = ids;
    this.epoch = epoch;
    this.clock = clock;
  }

  List<Quote> quotes(List<Ticker> tickers) {
    var receivedAt = now();
    return tickers.stream()
        .map(ticker -> quote(ticker, Source.POLL, receivedAt))
        .toList();
  }

  /** Returns the current time in microseconds: the time of receipt of a response that has just arrived. */
  Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  /** Returns whether a quote id is available; false only after a start without PostgreSQL, until it is available. */
  boolean hasIds() {
    return ids.isAvailable();
  }

  Quote quote(Ticker ticker, Source source) {
    return quote(ticker, source, now());
  }

  private Quote quote(Ticker ticker, Source source, Instant receivedAt) {
    return new Quote(
        ids.next(),
        ticker.symbol(),
        ticker.price(),
        ticker.bid(),
        ticker.ask(),
        ticker.changePercent(),
        ticker.volume(),
        ticker.day(),
        ticker.json(),
        feed,
        epoch.getAsLong(),
        ticker.tradeId(),
        venue,
        source,
        ticker.eventTime() == null ? receivedAt : ticker.eventTime(),
        receivedAt,
        receivedAt.plus(staleAfter));
  }
}
