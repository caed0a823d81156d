package dev.verticker.price.candle;

import dev.verticker.bus.Failure;
import dev.verticker.exchange.ExchangeException;
import dev.verticker.exchange.MarketData;
import dev.verticker.exchange.RateLimits.Priority;
import dev.verticker.message.Interval;
import dev.verticker.price.candle.CandleReconciler.Reconciled;
import dev.verticker.price.candle.CandleRepository.Range;
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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the stored candles of the configured symbols complete and equal to those of the exchange, on the node that leads the
 * feed, with one request at a time: first after interruptions, then the regular comparison of new candles, then the backfill
 * of history.
 */
final class CandleHistory {
  private static final Logger log = LoggerFactory.getLogger(CandleHistory.class);
  private static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);
  private static final Duration ABSENT_INTERVAL = Duration.ofHours(1);
  private static final Duration ABSENT_RETENTION = Duration.ofDays(1);

  /** At most 600 requests of weight 2 a minute. */
  private static final Duration BACKFILL_PAUSE = Duration.ofMillis(100);

  /** The minutes before this node took the lead are compared first: the former leader may have missed them. */
  private static final Duration RECENT = Duration.ofMinutes(15);

  private static final Duration MIN_BACK_OFF = Duration.ofMillis(500);
  private static final Duration MAX_BACK_OFF = Duration.ofSeconds(30);
  private static final int MAX_DOUBLINGS = 6;
  private static final int SYMBOLS_PER_MINUTE = 100;
  private static final int MAX_ABSENT = 1000;

  /** Rolled-up candles are compared with the exchange once in this time, each round those of a part of the symbols. */
  private static final int ROLLED_UP_MINUTES = 30;

  private final Vertx vertx;
  private final Store store;
  private final MarketData exchange;
  private final MarketTime time;
  private final CandleFeed feed;
  private final Setup setup;
  private final CandleBackfill backfill;
  private final Map<Key, Instant> confirmedUntil = new HashMap<>();
  private final Map<Key, Instant> rolledUpUntil = new HashMap<>();
  private final Map<String, Promise<Boolean>> gaps = new LinkedHashMap<>();
  private final Deque<Supplier<Future<?>>> regular = new ArrayDeque<>();
  private final Deque<Supplier<Future<?>>> plans = new ArrayDeque<>();
  private boolean active;
  private boolean activated;
  private boolean running;
  private boolean stopped;
  private int failures;
  private long round;
  private Instant nextRound;
  private Instant nextAbsentCheck;

  /** Work that remains, or null. The health check reads it on another thread. */
  private volatile String progress;

  private record Key(String symbol, BaseSeries series) {}

  /** Stored candles and their comparison with the exchange. */
  public record Store(CandleRepository repository, CandleReconciler reconciler) {}

  /**
   * What is kept, and when this node keeps it.
   *
   * @param symbols configured symbols
   * @param leads whether this node leads the feed
   * @param backfills whether it requests history, too: not while another node may do so
   * @param round between two comparisons of a hundred symbols; a minute, except in tests
   */
  public record Setup(
      List<String> symbols,
      BooleanSupplier leads,
      BooleanSupplier backfills,
      Duration round,
      Clock clock,
      MeterRegistry metrics) {
    public Setup {
      symbols = List.copyOf(symbols);
    }
  }

  CandleHistory(
      Vertx vertx,
      Store store,
      MarketData exchange,
      MarketTime time,
      CandleFeed feed,
      Setup setup) {
    this.vertx = vertx;
    this.store = store;
    this.exchange = exchange;
    this.time = time;
    this.feed = feed;
    this.setup = setup;
    this.backfill = new CandleBackfill(store.repository(), exchange);
    setup.metrics().gauge("candle_backfill_requests_waiting", backfill, CandleBackfill::remaining);
  }

  public void start() {
    vertx.setPeriodic(CHECK_INTERVAL.toMillis(), timer -> check());
    check();
  }

  /** Starts no further request. */
  public void stop() {
    stopped = true;
    active = false;
    deactivate();
  }

  /** Reports the progress of the backfill; empty when the history is complete. */
  public Optional<String> progress() {
    return Optional.ofNullable(progress);
  }

  /**
   * Requests the minutes that these symbols missed, before anything else. Completes with false if some of them could not be
   * requested yet; they are requested later.
   */
  public Future<Boolean> fillGap(Collection<String> symbols) {
    if (!active) {
      return Future.succeededFuture(false);
    }
    var filled = symbols.stream()
        .filter(setup.symbols()::contains)
        .map(
            symbol -> gaps.computeIfAbsent(symbol, missing -> Promise.promise()).future())
        .toList();
    run();
    return Future.all(filled).map(all -> filled.stream().allMatch(Future::result));
  }

  /** Returns whether this node does not lead. */
  boolean isIdle() {
    return !active;
  }

  /** Returns whether no request is running or waiting, apart from history. */
  boolean isSettled() {
    return activated && gaps.isEmpty() && regular.isEmpty() && !running;
  }

  /** Called once a second. */
  void check() {
    var leads = setup.leads().getAsBoolean() && !stopped;
    if (active && !leads) {
      deactivate();
    }
    active = leads;
    if (activated) {
      scheduleRound();
    }
    run();
  }

  private void deactivate() {
    activated = false;
    gaps.values().forEach(gap -> gap.tryComplete(false));
    gaps.clear();
    regular.clear();
    plans.clear();
    confirmedUntil.clear();
    rolledUpUntil.clear();
    backfill.clear();
    feed.reset();
    progress = null;
  }

  /** The history up to the current minute is backfilled, later candles are compared regularly. */
  private Future<Void> activate() {
    return currentMinute().map(now -> {
      if (!active) {
        return null;
      }
      for (var series : BaseSeries.values()) {
        for (var symbol : setup.symbols()) {
          var key = new Key(symbol, series);
          var recent = series == BaseSeries.MINUTES ? now.minus(RECENT) : now;
          confirmedUntil.put(key, series.interval().openTime(recent));
          rolledUpUntil.put(key, series.interval().openTime(now));
          plans.add(() -> backfill.plan(symbol, series, now));
        }
      }
      nextRound = setup.clock().instant();
      nextAbsentCheck = nextRound.plus(ABSENT_INTERVAL);
      activated = true;
      scheduleRound();
      return null;
    });
  }

  private Future<Instant> currentMinute() {
    return time.minute().map(Future::succeededFuture).orElseGet(() -> exchange
        .klines(setup.symbols().get(0), Interval.ONE_MINUTE, null, null, 1, Priority.CONFIRMATION)
        .map(klines -> {
          klines.forEach(kline -> time.observe(kline.openTime()));
          return time.minute()
              .orElseThrow(() -> new ExchangeException.ExchangeUnavailableException(
                  "the exchange sent no candle"));
        }));
  }

  private void scheduleRound() {
    var now = setup.clock().instant();
    if (now.isBefore(nextRound)) {
      return;
    }
    var size = setup.symbols().size();
    var minutes = Math.max(1, (size + SYMBOLS_PER_MINUTE - 1) / SYMBOLS_PER_MINUTE);
    nextRound = now.plus(setup.round().multipliedBy(minutes));
    round++;
    var rounds = Math.max(1, ROLLED_UP_MINUTES / minutes);
    if (regular.isEmpty()) {
      for (var i = 0; i < size; i++) {
        var symbol = setup.symbols().get(i);
        regular.add(() -> confirmMinutes(symbol, Priority.CONFIRMATION));
        if (i % rounds == round % rounds) {
          BaseSeries.ROLLED_UP.forEach(series ->
              regular.add(() -> confirm(symbol, series, Priority.CONFIRMATION).mapEmpty()));
        }
      }
    }
    if (!now.isBefore(nextAbsentCheck)) {
      nextAbsentCheck = now.plus(ABSENT_INTERVAL);
      regular.add(this::checkAbsent);
    }
  }

  private Future<Void> confirmMinutes(String symbol, Priority priority) {
    return confirm(symbol, BaseSeries.MINUTES, priority)
        .onSuccess(done -> {
          publish(symbol, done);
          if (done.forming() != null) {
            feed.onKline(done.forming());
          }
        })
        .compose(done -> rollUp(symbol, 0));
  }

  private void publish(String symbol, Reconciled done) {
    done.changes().forEach(candle -> feed.onChange(symbol, candle.candle()));
  }

  /** Compares the candles that were not confirmed yet, up to the newest one. */
  private Future<Reconciled> confirm(String symbol, BaseSeries series, Priority priority) {
    var key = new Key(symbol, series);
    var first = confirmedUntil.get(key);
    if (first == null) {
      return Future.failedFuture(new IllegalStateException("this node does not lead the feed"));
    }
    var max = first.plus(series.length().multipliedBy(MarketData.MAX_KLINES - 1));
    var range = new Range(symbol, series, first, max);
    return store
        .reconciler()
        .reconcile(range, priority)
        .onSuccess(
            done -> confirmedUntil.computeIfPresent(key, (same, before) -> done.confirmedUntil()));
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

  private Future<Void> checkAbsent() {
    return currentMinute().compose(now -> store
        .repository()
        .findAbsent(BaseSeries.MINUTES, now.minus(ABSENT_RETENTION), MAX_ABSENT)
        .map(absent -> {
          absent.forEach(candle -> {
            var range = new Range(
                candle.symbol(),
                BaseSeries.MINUTES,
                candle.openTime(),
                Interval.ONE_MINUTE.next(candle.openTime()));
            regular.add(() -> store
                .reconciler()
                .reconcile(range, Priority.CONFIRMATION)
                .onSuccess(done -> publish(candle.symbol(), done)));
          });
          return null;
        }));
  }

  /** Works through the queues, one task after another; one loop at a time. */
  private void run() {
    if (running || !active) {
      return;
    }
    running = true;
    if (!activated) {
      perform(this::activate)
          .onComplete(done -> continueAfter(done.cause(), Duration.ZERO, () -> {}));
    } else if (!gaps.isEmpty()) {
      fillNextGap();
    } else if (!regular.isEmpty()) {
      perform(regular.poll())
          .onComplete(done -> continueAfter(done.cause(), Duration.ZERO, () -> {}));
    } else if (!setup.backfills().getAsBoolean()) {
      running = false;
    } else if (!plans.isEmpty()) {
      var plan = plans.poll();
      perform(plan)
          .onComplete(done -> continueAfter(done.cause(), Duration.ZERO, () -> plans.add(plan)));
    } else {
      backfillNext();
    }
    reportProgress();
  }

  private void fillNextGap() {
    var symbol = gaps.keySet().iterator().next();
    perform(() -> confirmMinutes(symbol, Priority.GAPS)).onComplete(done -> {
      var gap = gaps.remove(symbol);
      if (gap != null) {
        gap.tryComplete(done.succeeded());
      }
      continueAfter(done.cause(), Duration.ZERO, () -> gaps.putIfAbsent(symbol, Promise.promise()));
    });
  }

  private void backfillNext() {
    var chunk = backfill.poll();
    if (chunk == null) {
      running = false;
      return;
    }
    store.reconciler().reconcile(chunk, Priority.BACKFILL).onComplete(done -> {
      if (done.succeeded() && done.result().confirmedUntil().isBefore(chunk.until())) {
        retryAfterAMinute(chunk);
      }
      continueAfter(done.cause(), BACKFILL_PAUSE, () -> backfill.retryLater(chunk));
    });
  }

  private void reportProgress() {
    var requests = plans.size() + backfill.remaining();
    progress = requests == 0
        ? null
        : "candles: about " + requests
            + " requests for history remain; charts read it from the exchange";
  }

  private static Future<?> perform(Supplier<Future<?>> task) {
    try {
      return task.get();
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }

  /** Candles may be missing at the exchange, which a second read a minute later decides. */
  private void retryAfterAMinute(Range chunk) {
    vertx.timer(61, TimeUnit.SECONDS).onSuccess(due -> {
      if (active) {
        plans.add(() -> store.reconciler().reconcile(chunk, Priority.BACKFILL));
        run();
      }
    });
  }

  /** @param retry adds the failed task to its queue again */
  private void continueAfter(Throwable failure, Duration pause, Runnable retry) {
    var delay = pause;
    if (failure == null) {
      failures = 0;
    } else if (failure instanceof ExchangeException.UnknownSymbolException) {
      log.debug("no candles: {}", failure.getMessage());
    } else {
      delay = backOff(failure);
      if (failures++ == 0) {
        log.warn(
            "candles not compared, retrying in {} ms: {}", delay.toMillis(), failure.getMessage());
      }
      if (active) {
        retry.run();
      }
    }
    if (delay.isZero()) {
      running = false;
      run();
    } else {
      vertx.timer(delay.toMillis(), TimeUnit.MILLISECONDS).onSuccess(due -> {
        running = false;
        run();
      });
    }
  }

  private Duration backOff(Throwable failure) {
    var doubled = MIN_BACK_OFF.multipliedBy(1L << Math.min(failures, MAX_DOUBLINGS));
    if (failure instanceof ExchangeException.RateLimitedException limited) {
      var wait = Duration.between(setup.clock().instant(), limited.until());
      doubled = wait.compareTo(doubled) > 0 ? wait : doubled;
    }
    var max = failure instanceof Failure ? CHECK_INTERVAL : MAX_BACK_OFF;
    return doubled.compareTo(max) < 0 ? doubled : max;
  }
}
