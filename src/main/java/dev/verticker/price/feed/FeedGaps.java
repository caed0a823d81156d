package dev.verticker.price.feed;

import dev.verticker.bus.Bus;
import dev.verticker.exchange.MarketStream;
import dev.verticker.exchange.MarketStream.Kind;
import dev.verticker.exchange.MarketStream.Stream;
import dev.verticker.message.Feed;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Fetches what one kind of stream missed during an interruption, then publishes one gap. */
public final class FeedGaps implements MarketStream.Listener {
  private final GapSource source;
  private final String venue;
  private final Bus bus;
  private final Clock clock;
  private final Counter filled;
  private final Counter incomplete;

  /** When the stream of a symbol was interrupted. */
  private final Map<String, Instant> interrupted = new HashMap<>();

  /**
   * What an interruption affects.
   *
   * @param stream whose interruptions count
   * @param fetch requests what the symbols missed; returns whether it is complete, never fails
   */
  public record GapSource(
      Kind stream, Feed.Kind kind, Function<List<String>, Future<Boolean>> fetch) {}

  public FeedGaps(GapSource source, String venue, Bus bus, Clock clock, MeterRegistry metrics) {
    this.source = source;
    this.venue = venue;
    this.bus = bus;
    this.clock = clock;
    this.filled = counter(true, metrics);
    this.incomplete = counter(false, metrics);
  }

  /** Registered from the start, because Prometheus does not see the first increment of a new counter. */
  private Counter counter(boolean complete, MeterRegistry metrics) {
    return metrics.counter(
        "price_feed_gaps_total",
        "kind",
        source.kind().name().toLowerCase(Locale.ROOT),
        "filled",
        Boolean.toString(complete));
  }

  @Override
  public void onDisconnected(Instant since, Set<Stream> streams, String reason) {
    symbols(streams).forEach(symbol -> interrupted.putIfAbsent(symbol, since));
  }

  @Override
  public void onConnected(Instant since, Set<Stream> streams) {
    var symbols = symbols(streams).stream().filter(interrupted::containsKey).toList();
    var from = symbols.stream().map(interrupted::remove).min(Instant::compareTo);
    from.ifPresent(start ->
        source.fetch().apply(symbols).onSuccess(complete -> publish(symbols, start, complete)));
  }

  @Override
  public void onUnsubscribed(Set<Stream> streams) {
    symbols(streams).forEach(interrupted::remove);
  }

  private void publish(List<String> symbols, Instant from, boolean complete) {
    (complete ? filled : incomplete).increment();
    bus.publish(
        Feed.GAP, new Feed.Gap(venue, source.kind(), symbols, from, clock.instant(), complete));
  }

  private List<String> symbols(Set<Stream> streams) {
    return streams.stream()
        .filter(stream -> stream.kind() == source.stream())
        .map(Stream::symbol)
        .sorted()
        .toList();
  }
}
