package dev.verticker.price.candle;

import dev.verticker.bus.Bus;
import dev.verticker.data.PendingRows;
import dev.verticker.exchange.Kline;
import dev.verticker.exchange.MarketStream;
import dev.verticker.message.Candles;
import dev.verticker.message.Candles.Candle;
import dev.verticker.message.Candles.State;
import dev.verticker.message.Candles.SymbolCandle;
import dev.verticker.message.Interval;
import dev.verticker.price.feed.Throttle;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Publishes the candles of the current minutes, on the node that leads the feed: each change at most once in 50 ms, together
 * with those of other symbols. Closed candles of configured symbols are stored after they were published.
 */
final class CandleFeed implements MarketStream.Listener {
  private static final Duration INTERVAL = Duration.ofMillis(50);

  private final Bus bus;
  private final String venue;
  private final LongSupplier epoch;
  private final Throttle publication;
  private final Set<String> stored;
  private final PendingRows<StoredCandle> pending;
  private final MeterRegistry metrics;
  private final Map<String, Candle> newest = new LinkedHashMap<>(16, 0.75f, true) {
    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Candle> eldest) {
      return size() > LiveCandles.MAX_SYMBOLS;
    }
  };
  private final Map<Key, Candle> changes = new LinkedHashMap<>();

  private record Key(String symbol, Instant openTime) {}

  /**
   * The exchange's candles, as published.
   *
   * @param venue of the quotes
   * @param stored symbols whose candles are stored
   */
  record Source(String venue, Set<String> stored) {
    Source {
      stored = Set.copyOf(stored);
    }
  }

  /** @param epoch of this node's leadership */
  CandleFeed(
      Vertx vertx,
      Bus bus,
      Source source,
      LongSupplier epoch,
      PendingRows<StoredCandle> pending,
      MeterRegistry metrics) {
    this.bus = bus;
    this.venue = source.venue();
    this.stored = source.stored();
    this.epoch = epoch;
    this.publication = new Throttle(vertx, INTERVAL, this::publishChanges);
    this.pending = pending;
    this.metrics = metrics;
  }

  /** Accepts a candle of one minute, closed or not, from a stream or a request; older and repeated ones are ignored. */
  @Override
  public void onKline(Kline kline) {
    if (kline.interval() != Interval.ONE_MINUTE) {
      return;
    }
    var current = newest.get(kline.symbol());
    if (current == null || kline.openTime().isAfter(current.openTime())) {
      if (current != null && current.state() == State.FORMING) {
        publish(kline.symbol(), current.in(State.PENDING));
      }
      accept(kline);
    } else if (kline.openTime().equals(current.openTime())) {
      if (current.state() == State.FORMING
          && (kline.closed() || kline.trades() > current.trades())) {
        accept(kline);
      }
    } else if (kline.closed()) {
      close(kline);
    }
  }

  /** Publishes candles that a comparison with the exchange found: missing, amended and absent ones. */
  void onChange(String symbol, Candle candle) {
    newest.computeIfPresent(
        symbol, (key, current) -> current.openTime().equals(candle.openTime()) ? candle : current);
    publish(symbol, candle);
  }

  /** Removes the current minutes, because this node no longer leads. */
  void reset() {
    newest.clear();
  }

  private void accept(Kline kline) {
    newest.put(
        kline.symbol(), StoredCandle.candle(kline, kline.closed() ? State.FINAL : State.FORMING));
    if (kline.closed()) {
      close(kline);
    } else {
      publish(kline.symbol(), StoredCandle.candle(kline, State.FORMING));
    }
  }

  private void close(Kline kline) {
    publish(kline.symbol(), StoredCandle.candle(kline, State.FINAL));
    if (stored.contains(kline.symbol())) {
      pending.add(List.of(StoredCandle.of(kline, BaseSeries.MINUTES, State.FINAL, false)));
    }
  }

  private void publish(String symbol, Candle candle) {
    changes.merge(
        new Key(symbol, candle.openTime()),
        candle,
        (current, later) -> LiveCandles.supersedes(later, current) ? later : current);
    publication.schedule();
  }

  private void publishChanges() {
    var candles = new ArrayList<SymbolCandle>(changes.size());
    changes.forEach((key, candle) -> {
      candles.add(new SymbolCandle(key.symbol(), Interval.ONE_MINUTE, candle));
      if (candle.state() != State.FORMING) {
        metrics
            .counter("candles_total", "state", candle.state().name().toLowerCase(Locale.ROOT))
            .increment();
      }
    });
    changes.clear();
    bus.publish(Candles.UPDATES, new Candles.Update(venue, epoch.getAsLong(), candles));
    pending.flushUnlessFailing();
  }
}
