package dev.verticker.price.candle;

import dev.verticker.exchange.Kline;
import dev.verticker.exchange.MarketData;
import dev.verticker.exchange.RateLimits.Priority;
import dev.verticker.message.Candles.State;
import dev.verticker.price.candle.CandleRepository.Range;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Compares stored candles with those of the exchange and stores the difference: missing candles at once, other figures after
 * two equal reads at least ten seconds apart (amended), and candles that the exchange does not have after two reads at least
 * a minute apart (absent).
 */
final class CandleReconciler {
  private static final Duration AMENDED_AFTER = Duration.ofSeconds(10);
  private static final Duration ABSENT_AFTER = Duration.ofMinutes(1);
  private static final int MAX_DIFFERENCES = 100_000;

  private final MarketData exchange;
  private final CandleRepository repository;
  private final MarketTime time;
  private final LongSupplier nanos;

  /** A difference that a second read must confirm: what the exchange sent (null = no candle), and when it was first read. */
  private record Difference(Kline sent, long readAt) {}

  private record Key(String symbol, BaseSeries series, Instant openTime) {}

  private final Map<Key, Difference> differences = new LinkedHashMap<>() {
    @Override
    protected boolean removeEldestEntry(Map.Entry<Key, Difference> eldest) {
      return size() > MAX_DIFFERENCES;
    }
  };

  /**
   * The result of a comparison.
   *
   * @param changes candles that were stored with new figures or as absent
   * @param confirmedUntil all candles of the range that open earlier are confirmed
   * @param forming the exchange's newest candle; null if it sent none or the candle has ended
   */
  record Reconciled(List<StoredCandle> changes, Instant confirmedUntil, Kline forming) {}

  /** @param nanos monotonic time */
  CandleReconciler(
      MarketData exchange, CandleRepository repository, MarketTime time, LongSupplier nanos) {
    this.exchange = exchange;
    this.repository = repository;
    this.time = time;
    this.nanos = nanos;
  }

  /** @param range of fewer than {@link MarketData#MAX_KLINES} candles, otherwise the first of them are compared */
  Future<Reconciled> reconcile(Range range, Priority priority) {
    var series = range.series();
    // A candle that ends while the response is on its way may have more trades than the response.
    var requestedAt = time.latest();
    // The candle after the range proves that those in it have ended.
    var sent = exchange.klines(
        range.symbol(),
        series.interval(),
        range.first(),
        range.until(),
        MarketData.MAX_KLINES,
        priority);
    var stored = repository.find(List.of(range));
    return Future.all(sent, stored).compose(both -> {
      var klines = sent.result();
      if (series == BaseSeries.MINUTES && !klines.isEmpty()) {
        time.observe(klines.get(klines.size() - 1).openTime());
      }
      return store(compare(range, klines, stored.result(), requestedAt));
    });
  }

  private record Comparison(
      List<StoredCandle> confirmations,
      List<StoredCandle> changes,
      Instant confirmedUntil,
      Kline forming) {}

  private Comparison compare(
      Range range, List<Kline> klines, List<StoredCandle> stored, Instant requestedAt) {
    var newest = klines.isEmpty() ? null : klines.get(klines.size() - 1);
    var sentByTime = new HashMap<Instant, Kline>();
    klines.forEach(kline -> sentByTime.put(kline.openTime(), kline));
    var storedByTime = new HashMap<Instant, StoredCandle>();
    stored.forEach(candle -> storedByTime.put(candle.openTime(), candle));
    var interval = range.series().interval();
    var confirmations = new ArrayList<StoredCandle>();
    var changes = new ArrayList<StoredCandle>();
    Instant firstUnconfirmed = null;
    var openTime = range.first();
    for (; openTime.isBefore(range.until()); openTime = interval.next(openTime)) {
      var kline = sentByTime.get(openTime);
      var ended = newest != null && openTime.isBefore(newest.openTime())
          || kline != null && !interval.next(openTime).isAfter(requestedAt);
      if (!ended) {
        break;
      }
      var current = storedByTime.get(openTime);
      var next = next(range, openTime, kline, current);
      if (next == null || !next.confirmed()) {
        firstUnconfirmed = firstUnconfirmed == null ? openTime : firstUnconfirmed;
      } else if (!next.equals(current)) {
        confirmations.add(next);
        if (current == null || !next.candle().equals(current.candle())) {
          changes.add(next);
        }
      }
    }
    var forming = newest != null && !newest.openTime().isBefore(openTime) ? newest : null;
    return new Comparison(
        confirmations, changes, firstUnconfirmed == null ? openTime : firstUnconfirmed, forming);
  }

  /** Returns the confirmed candle; null or an unconfirmed one if another read must decide. */
  private StoredCandle next(Range range, Instant openTime, Kline sent, StoredCandle current) {
    var key = new Key(range.symbol(), range.series(), openTime);
    if (sent == null) {
      return current != null || !isRepeated(key, null, ABSENT_AFTER)
          ? current
          : StoredCandle.absent(range.symbol(), range.series(), openTime);
    }
    if (current == null || current.isAbsent()) {
      differences.remove(key);
      return StoredCandle.of(sent, range.series(), State.FINAL, true);
    }
    if (current.hasSameValues(sent)) {
      differences.remove(key);
      return current.asConfirmed();
    }
    return isRepeated(key, sent, AMENDED_AFTER)
        ? StoredCandle.of(sent, range.series(), State.AMENDED, true)
        : null;
  }

  /** Returns whether a read at least this long ago had the same result; otherwise keeps the first read. */
  private boolean isRepeated(Key key, Kline sent, Duration apart) {
    var first = differences.get(key);
    if (first == null || !same(first.sent(), sent)) {
      differences.put(key, new Difference(sent, nanos.getAsLong()));
      return false;
    }
    if (nanos.getAsLong() - first.readAt() < apart.toNanos()) {
      return false;
    }
    differences.remove(key);
    return true;
  }

  private static boolean same(Kline one, Kline other) {
    return one == null || other == null
        ? one == other
        : StoredCandle.of(one, BaseSeries.MINUTES, State.FINAL, false).hasSameValues(other);
  }

  private Future<Reconciled> store(Comparison comparison) {
    return repository
        .replace(comparison.confirmations())
        .map(replaced -> new Reconciled(
            comparison.changes(), comparison.confirmedUntil(), comparison.forming()));
  }
}
