package dev.verticker.price.candle;

import dev.verticker.data.MonthlyPartitions;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Queue of closed candles to store, at most 50,000, the minutes of 1,000 symbols during almost an hour without PostgreSQL.
 * Above that, the oldest is dropped and counted; the comparison with the exchange stores it later.
 */
final class PendingCandles {
  private static final Logger log = LoggerFactory.getLogger(PendingCandles.class);
  private static final int MAX_PENDING = 50_000;
  private static final int BATCH = 1000;

  private final CandleRepository repository;
  private final MeterRegistry metrics;
  private final Deque<StoredCandle> pending = new ArrayDeque<>();
  private final Counter dropped;
  private Future<Void> running = Future.succeededFuture();
  private boolean failing;

  PendingCandles(CandleRepository repository, MeterRegistry metrics) {
    this.repository = repository;
    this.metrics = metrics;
    this.dropped = metrics.counter("candle_writes_dropped_total");
    metrics.gauge("candle_writes_waiting", pending, Deque::size);
  }

  void add(StoredCandle candle) {
    pending.add(candle);
    if (pending.size() > MAX_PENDING) {
      pending.removeFirst();
      dropped.increment();
    }
  }

  /** Stores batch after batch until the queue is empty or PostgreSQL is unavailable; concurrent calls share one flush. */
  public Future<Void> flush() {
    if (running.isComplete()) {
      running = storeNext();
    }
    return running;
  }

  /** Stores new candles without delay; after a failure the next {@link #flush} stores them. */
  void flushUnlessFailing() {
    if (!failing) {
      flush();
    }
  }

  private Future<Void> storeNext() {
    if (pending.isEmpty()) {
      return Future.succeededFuture();
    }
    var batch = new ArrayList<StoredCandle>(BATCH);
    while (batch.size() < BATCH && !pending.isEmpty()) {
      batch.add(pending.removeFirst());
    }
    return store(batch).onFailure(failure -> putBack(batch, failure)).compose(stored -> {
      if (failing) {
        failing = false;
        log.info("candles are stored again");
      }
      return storeNext();
    });
  }

  private void putBack(List<StoredCandle> batch, Throwable failure) {
    for (var i = batch.size() - 1; i >= 0; i--) {
      pending.addFirst(batch.get(i));
    }
    while (pending.size() > MAX_PENDING) {
      pending.removeFirst();
      dropped.increment();
    }
    if (!failing) {
      failing = true;
      log.warn(
          "{} candles queued until they can be stored: {}", pending.size(), failure.getMessage());
    }
  }

  /** A row that PostgreSQL rejects for its content is left out, so that it does not block the others. */
  private Future<Void> store(List<StoredCandle> candles) {
    return repository.insert(candles).recover(failure -> {
      if (!isRejection(failure)) {
        return Future.failedFuture(failure);
      }
      if (candles.size() == 1) {
        reject(candles.get(0), failure);
        return Future.succeededFuture();
      }
      var half = candles.size() / 2;
      return store(candles.subList(0, half))
          .compose(stored -> store(candles.subList(half, candles.size())));
    });
  }

  /**
   * Class 22: the data cannot be represented; class 23: it violates a constraint. A missing partition is reported in that
   * class, too, but it is an outage: the candle can be stored when the partition exists.
   */
  private static boolean isRejection(Throwable failure) {
    return failure instanceof PgException rejection
        && rejection.getSqlState() != null
        && (rejection.getSqlState().startsWith("22") || rejection.getSqlState().startsWith("23"))
        && !MonthlyPartitions.isMissing(rejection);
  }

  private void reject(StoredCandle candle, Throwable failure) {
    log.warn(
        "candle of {} at {} rejected by PostgreSQL and dropped: {}",
        candle.symbol(),
        candle.openTime(),
        failure.getMessage());
    metrics.counter("price_rejected_total", "reason", "refused-by-postgres").increment();
  }
}
