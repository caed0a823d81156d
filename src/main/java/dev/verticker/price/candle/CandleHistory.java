package dev.verticker.price.candle;

import dev.verticker.exchange.ExchangeException.ExchangeUnavailableException;
import dev.verticker.exchange.ExchangeException.UnknownSymbolException;
import dev.verticker.exchange.MarketData;
import dev.verticker.exchange.RateLimits.Priority;
import dev.verticker.message.Interval;
import dev.verticker.price.candle.CandleTasks.Task;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Keeps the stored candles of the configured symbols complete and equal to those of the exchange, on the node that leads the
 * feed, with one request at a time: first after interruptions, then the regular comparison of new candles, then the backfill
 * of history.
 */
final class CandleHistory {
  private static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);
  private static final Duration ABSENT_INTERVAL = Duration.ofHours(1);
  private static final int SYMBOLS_PER_MINUTE = 100;

  /** Rolled-up candles are compared with the exchange once in this time, each round those of a part of the symbols. */
  private static final int ROLLED_UP_MINUTES = 30;

  private final Vertx vertx;
  private final MarketData exchange;
  private final MarketTime time;
  private final ReconcileOptions options;
  private final CandleConfirmation confirmation;
  private final CandleBackfill backfill;
  private final CandleTasks tasks;
  private final Map<String, Promise<Boolean>> gaps = new LinkedHashMap<>();
  private final Deque<Supplier<Future<?>>> regular = new ArrayDeque<>();
  private boolean active;
  private boolean activated;
  private boolean stopped;
  private int probes;
  private long round;
  private Instant nextRound;
  private Instant nextAbsentCheck;

  /** Work that remains, or null. The health check reads it on another thread. */
  private volatile String progress;

  /** Stored candles and their comparison with the exchange. */
  record Store(CandleRepository repository, CandleReconciler reconciler) {}

  /**
   * What is kept, and when this node keeps it.
   *
   * @param symbols configured symbols
   * @param leads whether this node leads the feed
   * @param backfills whether it requests history, too: not while another node may do so
   * @param round between two comparisons of a hundred symbols; a minute, except in tests
   */
  record ReconcileOptions(
      List<String> symbols,
      BooleanSupplier leads,
      BooleanSupplier backfills,
      Duration round,
      Clock clock,
      MeterRegistry metrics) {
    ReconcileOptions {
      symbols = List.copyOf(symbols);
    }
  }

  CandleHistory(
      Vertx vertx,
      Store store,
      MarketData exchange,
      MarketTime time,
      CandleFeed feed,
      ReconcileOptions options) {
    this.vertx = vertx;
    this.exchange = exchange;
    this.time = time;
    this.options = options;
    this.confirmation = new CandleConfirmation(store, feed);
    this.backfill = new CandleBackfill(vertx, store, exchange);
    this.tasks = new CandleTasks(vertx, options.clock(), this::next);
    options
        .metrics()
        .gauge("candle_backfill_requests_waiting", backfill, CandleBackfill::remaining);
  }

  void start() {
    vertx.setPeriodic(CHECK_INTERVAL.toMillis(), timer -> check());
    check();
  }

  /** Starts no further request. */
  void stop() {
    stopped = true;
    active = false;
    deactivate();
  }

  /** Reports the progress of the backfill; empty when the history is complete. */
  Optional<String> progress() {
    return Optional.ofNullable(progress);
  }

  /**
   * Requests the minutes that these symbols missed, before anything else. Completes with false if some of them could not be
   * requested yet; they are requested later.
   */
  Future<Boolean> fillGap(Collection<String> symbols) {
    if (!active) {
      return Future.succeededFuture(false);
    }
    var filled = symbols.stream()
        .filter(options.symbols()::contains)
        .map(
            symbol -> gaps.computeIfAbsent(symbol, missing -> Promise.promise()).future())
        .toList();
    tasks.run();
    return Future.all(filled).map(all -> filled.stream().allMatch(Future::result));
  }

  /** Returns whether this node does not lead. */
  boolean isIdle() {
    return !active;
  }

  /** Returns whether no request is running or waiting, apart from history. */
  boolean isSettled() {
    return activated && gaps.isEmpty() && regular.isEmpty() && !tasks.isRunning();
  }

  /** Called once a second. */
  void check() {
    var leads = options.leads().getAsBoolean() && !stopped;
    if (active && !leads) {
      deactivate();
    }
    active = leads;
    if (activated) {
      scheduleRound();
    }
    tasks.run();
  }

  private void deactivate() {
    activated = false;
    gaps.values().forEach(gap -> gap.tryComplete(false));
    gaps.clear();
    regular.clear();
    confirmation.stop();
    backfill.stop();
    progress = null;
  }

  /** The history up to the current minute is backfilled, later candles are compared regularly. */
  private Future<Void> activate() {
    return currentMinute().map(now -> {
      if (active) {
        confirmation.start(options.symbols(), now);
        backfill.start(options.symbols(), now);
        nextRound = options.clock().instant();
        nextAbsentCheck = nextRound.plus(ABSENT_INTERVAL);
        activated = true;
        scheduleRound();
      }
      return null;
    });
  }

  /** The exchange may not list a symbol any more, so each attempt requests the next one. */
  private Future<Instant> currentMinute() {
    return time.minute().map(Future::succeededFuture).orElseGet(() -> {
      var symbol = options.symbols().get(probes++ % options.symbols().size());
      return exchange
          .klines(symbol, Interval.ONE_MINUTE, null, null, 1, Priority.CONFIRMATION)
          .onSuccess(klines -> klines.forEach(kline -> time.observe(kline.openTime())))
          .compose(klines ->
              time.minute().map(Future::succeededFuture).orElseGet(() -> noCandle(symbol)))
          .recover(failure -> failure instanceof UnknownSymbolException
              ? noCandle(symbol)
              : Future.failedFuture(failure));
    });
  }

  private static Future<Instant> noCandle(String symbol) {
    return Future.failedFuture(
        new ExchangeUnavailableException("the exchange sent no candle of " + symbol));
  }

  private void scheduleRound() {
    var now = options.clock().instant();
    if (now.isBefore(nextRound)) {
      return;
    }
    var size = options.symbols().size();
    var minutes = Math.max(1, (size + SYMBOLS_PER_MINUTE - 1) / SYMBOLS_PER_MINUTE);
    nextRound = now.plus(options.round().multipliedBy(minutes));
    round++;
    var rounds = Math.max(1, ROLLED_UP_MINUTES / minutes);
    if (regular.isEmpty()) {
      for (var i = 0; i < size; i++) {
        var symbol = options.symbols().get(i);
        regular.add(() -> confirmation.confirmMinutes(symbol, Priority.CONFIRMATION));
        if (i % rounds == round % rounds) {
          BaseSeries.ROLLED_UP.forEach(series ->
              regular.add(() -> confirmation.confirm(symbol, series, Priority.CONFIRMATION)));
        }
      }
    }
    if (!now.isBefore(nextAbsentCheck)) {
      nextAbsentCheck = now.plus(ABSENT_INTERVAL);
      regular.add(this::checkAbsent);
    }
  }

  private Future<?> checkAbsent() {
    return currentMinute()
        .compose(confirmation::findAbsent)
        .onSuccess(absent ->
            absent.forEach(candle -> regular.add(() -> confirmation.confirmAbsent(candle))));
  }

  /** Returns the next task; null if there is none. */
  private Task next() {
    var task = !active ? null : !activated ? Task.once(this::activate) : nextOfQueues();
    reportProgress();
    return task;
  }

  private Task nextOfQueues() {
    if (!gaps.isEmpty()) {
      var symbol = gaps.keySet().iterator().next();
      return new Task(() -> fill(symbol), Duration.ZERO, () -> fillLater(symbol));
    }
    if (!regular.isEmpty()) {
      return Task.once(regular.poll());
    }
    return options.backfills().getAsBoolean() ? backfill.next() : null;
  }

  private Future<Void> fill(String symbol) {
    return Future.succeededFuture()
        .compose(start -> confirmation.confirmMinutes(symbol, Priority.GAPS))
        .onComplete(done -> {
          var gap = gaps.remove(symbol);
          if (gap != null) {
            gap.tryComplete(done.succeeded());
          }
        });
  }

  private void fillLater(String symbol) {
    if (active) {
      gaps.putIfAbsent(symbol, Promise.promise());
    }
  }

  private void reportProgress() {
    var requests = backfill.remaining();
    progress = requests == 0
        ? null
        : "candles: about " + requests
            + " requests for history remain; charts read it from the exchange";
  }
}
