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

/** Creates quotes from tickers. */
final class QuoteFactory {
  private final String venue;
  private final String feed;
  private final Duration staleAfter;
  private final QuoteIds ids;
  private final Clock clock;

  /** @param run identifies this run of the verticle */
  QuoteFactory(String venue, String run, Duration staleAfter, QuoteIds ids, Clock clock) {
    this.venue = venue;
    this.feed = venue + ":" + run;
    this.staleAfter = staleAfter;
    this.ids = ids;
    this.clock = clock;
  }

  List<Quote> quotes(List<Ticker> tickers) {
    var receivedAt = clock.instant().truncatedTo(ChronoUnit.MICROS);
    return tickers.stream().map(ticker -> quote(ticker, receivedAt)).toList();
  }

  private Quote quote(Ticker ticker, Instant receivedAt) {
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
        0,
        ticker.tradeId(),
        venue,
        Source.POLL,
        ticker.eventTime() == null ? receivedAt : ticker.eventTime(),
        receivedAt,
        receivedAt.plus(staleAfter));
  }
}
