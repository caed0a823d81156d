package dev.verticker.price.feed;

import dev.verticker.bus.Bus;
import dev.verticker.exchange.MarketStream;
import dev.verticker.exchange.MarketStream.Kind;
import dev.verticker.exchange.MarketStream.Stream;
import dev.verticker.message.Feed;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Requests current quotes after an interruption of their streams, then publishes one gap. */
public final class FeedGaps implements MarketStream.Listener {
  private final FeedQuotes quotes;
  private final String venue;
  private final Bus bus;
  private final Clock clock;
  private final MeterRegistry metrics;

  /** When the quotes of a symbol were interrupted. */
  private final Map<String, Instant> interrupted = new HashMap<>();

  public FeedGaps(
      FeedQuotes quotes, String venue, Bus bus, Clock clock, MeterRegistry metrics) {
    this.quotes = quotes;
    this.venue = venue;
    this.bus = bus;
    this.clock = clock;
    this.metrics = metrics;
  }

  @Override
  public void onDisconnected(Instant since, Set<Stream> streams, String reason) {
    symbols(streams).forEach(symbol -> interrupted.putIfAbsent(symbol, since));
  }

  @Override
  public void onConnected(Instant since, Set<Stream> streams) {
    var symbols = symbols(streams).stream().filter(interrupted::containsKey).toList();
    var from = symbols.stream().map(interrupted::remove).min(Instant::compareTo);
    from.ifPresent(start -> quotes.fetch(symbols).onSuccess(filled -> {
      metrics
          .counter("price_feed_gaps_total", "kind", "quotes", "filled", filled.toString())
          .increment();
      bus.publish(
          Feed.GAP,
          new Feed.Gap(venue, Feed.Kind.QUOTES, symbols, start, clock.instant(), filled));
    }));
  }

  private static List<String> symbols(Set<Stream> streams) {
    return streams.stream()
        .filter(stream -> stream.kind() == Kind.TICKER)
        .map(Stream::symbol)
        .sorted()
        .toList();
  }
}
