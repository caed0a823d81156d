package dev.verticker.price.candle;

import dev.verticker.exchange.MarketData;
import dev.verticker.exchange.RateLimits.Priority;
import dev.verticker.message.Interval;
import dev.verticker.price.candle.CandleHistory.Store;
import dev.verticker.price.candle.CandleReconciler.Reconciled;
import dev.verticker.price.candle.CandleRepository.AbsentCandle;
import dev.verticker.price.candle.CandleRepository.Range;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Compares new candles with those of the exchange, publishes changes, and stores the longer candles that become complete. */
final class CandleConfirmation {
  /** The minutes before this node took the lead are compared first: the former leader may have missed them. */
  private static final Duration RECENT = Duration.ofMinutes(15);

  private static final Duration ABSENT_RETENTION = Duration.ofDays(1);
  private static final int MAX_ABSENT = 1000;

  private final Store store;
  private final CandleFeed feed;
  private final Map<Key, Instant> confirmedUntil = new HashMap<>();
  private final Map<Key, Instant> rolledUpUntil = new HashMap<>();

  private record Key(String symbol, BaseSeries series) {}

  CandleConfirmation(Store store, CandleFeed feed) {
    this.store = store;
    this.feed = feed;
  }

  /** @param now open time of the current minute */
  void start(List<String> symbols, Instant now) {
    for (var series : BaseSeries.values()) {
      var first = series == BaseSeries.MINUTES ? now.minus(RECENT) : now;
      symbols.forEach(symbol -> {
        confirmedUntil.put(new Key(symbol, series), series.interval().openTime(first));
        rolledUpUntil.put(new Key(symbol, series), series.interval().openTime(now));
      });
    }
  }

  void stop() {
    confirmedUntil.clear();
    rolledUpUntil.clear();
    feed.reset();
  }

  Future<Void> confirmMinutes(String symbol, Priority priority) {
    return confirm(symbol, BaseSeries.MINUTES, priority)
        .onSuccess(done -> {
          publish(symbol, done);
          if (done.forming() != null) {
            feed.onKline(done.forming());
          }
        })
        .compose(done -> rollUp(symbol, 0));
  }

  /** Compares the candles that were not confirmed yet, up to the newest one. */
  Future<Reconciled> confirm(String symbol, BaseSeries series, Priority priority) {
    var key = new Key(symbol, series);
    var first = confirmedUntil.get(key);
    if (first == null) {
      return Future.failedFuture(new IllegalStateException("this node does not lead the feed"));
    }
    var max = first.plus(series.length().multipliedBy(MarketData.MAX_KLINES - 1));
    return store
        .reconciler()
        .reconcile(new Range(symbol, series, first, max), priority)
        .onSuccess(
            done -> confirmedUntil.computeIfPresent(key, (same, before) -> done.confirmedUntil()));
  }

  /** Returns the absent minutes of the last day. */
  Future<List<AbsentCandle>> findAbsent(Instant now) {
    return store
        .repository()
        .findAbsent(BaseSeries.MINUTES, now.minus(ABSENT_RETENTION), MAX_ABSENT);
  }

  Future<Reconciled> confirmAbsent(AbsentCandle candle) {
    var next = Interval.ONE_MINUTE.next(candle.openTime());
    var range = new Range(candle.symbol(), BaseSeries.MINUTES, candle.openTime(), next);
    return store
        .reconciler()
        .reconcile(range, Priority.CONFIRMATION)
        .onSuccess(done -> publish(candle.symbol(), done));
  }

  private void publish(String symbol, Reconciled done) {
    done.changes().forEach(candle -> feed.onChange(symbol, candle.candle()));
  }

  /** Stores the candles of the longer series that have become complete. */
  private Future<Void> rollUp(String symbol, int index) {
    if (index == BaseSeries.ROLLED_UP.size()) {
      return Future.succeededFuture();
    }
    var series = BaseSeries.ROLLED_UP.get(index);
    var key = new Key(symbol, series);
    var finer = series.finer() == BaseSeries.MINUTES ? confirmedUntil : rolledUpUntil;
    var first = rolledUpUntil.get(key);
    var complete = finer.get(new Key(symbol, series.finer()));
    if (first == null || complete == null) {
      return Future.succeededFuture();
    }
    var until = series.interval().openTime(complete);
    var stored = first.isBefore(until)
        ? storeRolledUp(new Range(symbol, series, first, until))
            .onSuccess(done -> rolledUpUntil.computeIfPresent(key, (same, before) -> until))
        : Future.<Void>succeededFuture();
    return stored.compose(done -> rollUp(symbol, index + 1));
  }

  private Future<Void> storeRolledUp(Range range) {
    var parts = new Range(range.symbol(), range.series().finer(), range.first(), range.until());
    return store.repository().find(List.of(parts)).compose(found -> store
        .repository()
        .insert(StoredCandle.rollUp(range, found)));
  }
}
