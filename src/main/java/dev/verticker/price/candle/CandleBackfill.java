package dev.verticker.price.candle;

import dev.verticker.exchange.MarketData;
import dev.verticker.exchange.RateLimits.Priority;
import dev.verticker.message.Interval;
import dev.verticker.price.candle.CandleHistory.Store;
import dev.verticker.price.candle.CandleRepository.ChunkCount;
import dev.verticker.price.candle.CandleRepository.Range;
import dev.verticker.price.candle.CandleTasks.Task;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The chunks of history that are not stored completely, the newest of each series first. */
final class CandleBackfill {
  /** One request returns a chunk and the candle after it. */
  private static final int CHUNK = 960;

  /** At most 600 requests of weight 2 a minute. */
  private static final Duration PAUSE = Duration.ofMillis(100);

  /** The second read that decides whether the exchange has no candle is a minute after the first. */
  private static final Duration SECOND_READ = Duration.ofSeconds(61);

  private final Vertx vertx;
  private final Store store;
  private final MarketData exchange;
  private final Map<String, Instant> firstMinutes = new HashMap<>();
  private final Deque<Supplier<Future<?>>> plans = new ArrayDeque<>();
  private final Queue<Chunk> chunks = new PriorityQueue<>(Comparator.comparingLong(Chunk::number)
      .thenComparing(chunk -> chunk.range().series()));

  private int stops;

  /** @param number 0 = the newest of its symbol and series */
  private record Chunk(long number, Range range) {}

  CandleBackfill(Vertx vertx, Store store, MarketData exchange) {
    this.vertx = vertx;
    this.store = store;
    this.exchange = exchange;
  }

  /** @param now open time of the current minute */
  void start(List<String> symbols, Instant now) {
    for (var series : BaseSeries.values()) {
      symbols.forEach(symbol -> plans.add(() -> plan(symbol, series, now)));
    }
  }

  void stop() {
    plans.clear();
    chunks.clear();
    stops++;
  }

  /** Returns the next request; null if history is complete. */
  Task next() {
    var plan = plans.poll();
    if (plan != null) {
      return new Task(plan, Duration.ZERO, unlessStopped(() -> plans.add(plan)));
    }
    var chunk = chunks.poll();
    return chunk == null
        ? null
        : new Task(
            () -> reconcile(chunk.range()),
            PAUSE,
            unlessStopped(() -> chunks.add(new Chunk(Long.MAX_VALUE, chunk.range()))));
  }

  /** Returns about how many requests remain. */
  int remaining() {
    return plans.size() + chunks.size();
  }

  private Future<?> reconcile(Range range) {
    return store.reconciler().reconcile(range, Priority.BACKFILL).onSuccess(done -> {
      if (done.confirmedUntil().isBefore(range.until())) {
        readAgain(range);
      }
    });
  }

  /** Candles may be missing at the exchange. */
  private void readAgain(Range range) {
    var plan = unlessStopped(
        () -> plans.add(() -> store.reconciler().reconcile(range, Priority.BACKFILL)));
    vertx.timer(SECOND_READ.toSeconds(), TimeUnit.SECONDS).onSuccess(due -> plan.run());
  }

  /** The task has no effect after the next {@link #stop}. */
  private Runnable unlessStopped(Runnable task) {
    var before = stops;
    return () -> {
      if (stops == before) {
        task.run();
      }
    };
  }

  /** Adds the incomplete chunks of the symbol's series. */
  private Future<Void> plan(String symbol, BaseSeries series, Instant now) {
    var before = stops;
    return firstMinute(symbol).compose(first -> {
      var end = series.interval().openTime(now);
      var oldest = series.interval().openTime(now.minus(series.backfill()));
      var listed = first.equals(Instant.MAX) ? end : series.interval().openTime(first);
      var range = new Range(symbol, series, listed.isAfter(oldest) ? listed : oldest, end);
      return store
          .repository()
          .countConfirmed(range, series.length().multipliedBy(CHUNK))
          .onSuccess(counts -> {
            if (stops == before) {
              add(range, counts);
            }
          })
          .mapEmpty();
    });
  }

  /** The exchange has no candles before its first minute; {@link Instant#MAX} if the symbol was never traded. */
  private Future<Instant> firstMinute(String symbol) {
    var known = firstMinutes.get(symbol);
    return known != null
        ? Future.succeededFuture(known)
        : exchange
            .klines(symbol, Interval.ONE_MINUTE, Instant.EPOCH, null, 1, Priority.BACKFILL)
            .map(klines -> klines.isEmpty() ? Instant.MAX : klines.get(0).openTime())
            .onSuccess(first -> firstMinutes.put(symbol, first));
  }

  private void add(Range range, List<ChunkCount> counts) {
    var confirmed =
        counts.stream().collect(Collectors.toMap(ChunkCount::first, ChunkCount::candles));
    var length = range.series().length().multipliedBy(CHUNK);
    var missing = new ArrayList<Range>();
    for (var start = chunkStart(range.first(), length);
        start.isBefore(range.until());
        start = start.plus(length)) {
      var first = start.isBefore(range.first()) ? range.first() : start;
      var until = start.plus(length).isAfter(range.until()) ? range.until() : start.plus(length);
      var expected = Duration.between(first, until).dividedBy(range.series().length());
      if (confirmed.getOrDefault(start, 0L) < expected) {
        missing.add(new Range(range.symbol(), range.series(), first, until));
      }
    }
    for (var i = 0; i < missing.size(); i++) {
      chunks.add(new Chunk(missing.size() - 1 - i, missing.get(i)));
    }
  }

  private static Instant chunkStart(Instant time, Duration length) {
    var seconds = length.toSeconds();
    return Instant.ofEpochSecond(Math.floorDiv(time.getEpochSecond(), seconds) * seconds);
  }
}
