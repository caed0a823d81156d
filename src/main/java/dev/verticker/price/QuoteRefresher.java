package dev.verticker.price;

import dev.verticker.exchange.ExchangeException;
import dev.verticker.exchange.MarketData;
import dev.verticker.exchange.Ticker;
import dev.verticker.message.Prices.Quote;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the exchange once per slot for all symbols, on the node that holds the lease. A failed call is tried again within
 * the slot, with growing pauses of at most ten seconds and never longer than the interval.
 */
final class QuoteRefresher {
  private static final Logger log = LoggerFactory.getLogger(QuoteRefresher.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration MAX_PAUSE = Duration.ofSeconds(10);
  private static final int MAX_DOUBLINGS = 5;

  private final Vertx vertx;
  private final Clock clock;
  private final TimeSlots slots;
  private final Lease lease;
  private final MarketData exchange;
  private final ListedSymbols symbols;
  private final LatestQuotes latest;
  private final OnDemandSymbols demand;
  private final QuoteRecorder recorder;
  private final Duration longestPause;
  private long doneSlot = Long.MIN_VALUE;
  private Future<Void> polling = Future.succeededFuture();
  private boolean stopped;
  private int failures;
  private long pausedUntil = System.nanoTime();

  /** Read by the health check on a thread of its own. */
  private volatile String trouble;

  QuoteRefresher(
      Vertx vertx,
      Clock clock,
      TimeSlots slots,
      Lease lease,
      MarketData exchange,
      ListedSymbols symbols,
      LatestQuotes latest,
      OnDemandSymbols demand,
      QuoteRecorder recorder) {
    this.vertx = vertx;
    this.clock = clock;
    this.slots = slots;
    this.lease = lease;
    this.exchange = exchange;
    this.symbols = symbols;
    this.latest = latest;
    this.demand = demand;
    this.recorder = recorder;
    this.longestPause = slots.interval().compareTo(MAX_PAUSE) < 0 ? slots.interval() : MAX_PAUSE;
  }

  void start() {
    vertx.setPeriodic(Lease.RENEWAL.toMillis(), id -> refreshIfDue());
    everySlot();
  }

  /** Completes when what was asked last is recorded and another node may ask. */
  Future<Void> stop() {
    stopped = true;
    return polling.eventually(lease::giveBack);
  }

  /** Asks now when nobody did in this slot and it is this node's turn. */
  void refreshIfDue() {
    lease.take().onSuccess(held -> {
      var slot = slots.of(clock.instant());
      if (held && !stopped && polling.isComplete() && slot > doneSlot && !pausing()) {
        polling = poll(slot);
      }
    });
  }

  /** Another node asked for this slot. */
  void heard(List<Quote> quotes) {
    quotes.stream()
        .filter(quote -> latest.isConfigured(quote.symbol()))
        .mapToLong(quote -> slots.of(quote.receivedAt()))
        .forEach(slot -> doneSlot = Math.max(doneSlot, slot));
  }

  /** Why the last call failed; empty after one that worked. */
  Optional<String> trouble() {
    return Optional.ofNullable(trouble);
  }

  private void everySlot() {
    refreshIfDue();
    vertx.setTimer(slots.millisToNext(clock.instant()), id -> {
      if (!stopped) {
        everySlot();
      }
    });
  }

  private Future<Void> poll(long slot) {
    var asked = Stream.concat(
            latest.configured().stream(), demand.symbols(clock.instant()).stream())
        .filter(symbols::mayExist)
        .distinct()
        .toList();
    if (asked.isEmpty()) {
      return Future.succeededFuture();
    }
    return exchange
        .tickers(asked)
        .compose(tickers -> recorded(tickers, slot))
        .onSuccess(quotes -> succeeded(slot))
        .recover(failure -> failed(failure, asked))
        .mapEmpty();
  }

  private Future<List<Quote>> recorded(List<Ticker> tickers, long slot) {
    return tickers.isEmpty()
        ? Future.failedFuture(
            new ExchangeException.ExchangeUnavailable("the exchange sent no usable price"))
        : recorder.record(tickers, slot);
  }

  private void succeeded(long slot) {
    doneSlot = Math.max(doneSlot, slot);
    failures = 0;
    if (trouble != null) {
      log.info("the exchange answers again");
      trouble = null;
    }
  }

  private <T> Future<T> failed(Throwable failure, List<String> asked) {
    if (!failure.getMessage().equals(trouble)) {
      log.warn("prices were not refreshed: {}", failure.getMessage());
    }
    trouble = failure.getMessage();
    var pause = pause();
    pausedUntil = System.nanoTime() + pause.toNanos();
    vertx.setTimer(pause.toMillis() + 1, id -> refreshIfDue());
    return failure instanceof ExchangeException.UnknownSymbol
        ? dropUnlisted(asked).mapEmpty()
        : Future.succeededFuture();
  }

  /** After this the next try leaves out what the exchange does not list. */
  private Future<Void> dropUnlisted(List<String> asked) {
    return symbols
        .refresh()
        .onSuccess(known -> symbols.missing(asked).forEach(demand::forget))
        .otherwiseEmpty();
  }

  private boolean pausing() {
    return pausedUntil - System.nanoTime() > 0;
  }

  private Duration pause() {
    var pause = FIRST_PAUSE.multipliedBy(1L << Math.min(failures++, MAX_DOUBLINGS));
    return pause.compareTo(longestPause) < 0 ? pause : longestPause;
  }
}
