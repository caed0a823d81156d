package dev.verticker.price.candle;

import dev.verticker.bus.Bus;
import dev.verticker.exchange.Kline;
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

/** Passes the minutes of the stream on, and requests the minutes that an interruption of it missed. */
public final class StreamedCandles implements MarketStream.Listener {
  private final CandleFeed feed;
  private final CandleHistory history;
  private final String venue;
  private final Bus bus;
  private final Clock clock;
  private final MeterRegistry metrics;

  /** When the minutes of a symbol were interrupted. */
  private final Map<String, Instant> interrupted = new HashMap<>();

  public StreamedCandles(
      CandleFeed feed,
      CandleHistory history,
      String venue,
      Bus bus,
      Clock clock,
      MeterRegistry metrics) {
    this.feed = feed;
    this.history = history;
    this.venue = venue;
    this.bus = bus;
    this.clock = clock;
    this.metrics = metrics;
  }

  @Override
  public void onKline(Kline kline) {
    feed.onKline(kline);
  }

  @Override
  public void onDisconnected(Instant since, Set<Stream> streams, String reason) {
    symbols(streams).forEach(symbol -> interrupted.putIfAbsent(symbol, since));
  }

  @Override
  public void onConnected(Instant since, Set<Stream> streams) {
    var symbols = symbols(streams).stream().filter(interrupted::containsKey).toList();
    var from = symbols.stream().map(interrupted::remove).min(Instant::compareTo);
    from.ifPresent(start -> history.fillGap(symbols).onSuccess(filled -> {
      metrics
          .counter("price_feed_gaps_total", "kind", "candles", "filled", filled.toString())
          .increment();
      bus.publish(
          Feed.GAP,
          new Feed.Gap(venue, Feed.Kind.CANDLES, symbols, start, clock.instant(), filled));
    }));
  }

  /** Returns the symbols whose candles are streamed and stored. */
  private List<String> symbols(Set<Stream> streams) {
    return streams.stream()
        .filter(stream -> stream.kind() == Kind.KLINE_1M)
        .map(Stream::symbol)
        .filter(feed::stores)
        .sorted()
        .toList();
  }
}
