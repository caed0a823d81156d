package dev.verticker.price;

import dev.verticker.message.Prices.Quote;
import dev.verticker.price.observation.TimeSlots;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/**
 * Runs one refresh per slot on the node that holds the lease. A failed refresh is retried within the slot, with
 * exponential back-off of at most ten seconds and at most the interval.
 */
final class RefreshScheduler {
  private static final Duration MIN_BACK_OFF = Duration.ofMillis(500);
  private static final Duration MAX_BACK_OFF = Duration.ofSeconds(10);
  private static final int MAX_DOUBLINGS = 5;

  private final Vertx vertx;
  private final Clock clock;
  private final TimeSlots slots;
  private final Lease lease;
  private final QuoteRefresher refresher;
  private final Duration maxBackOff;
  private long refreshedSlot = Long.MIN_VALUE;
  private Future<Void> running = Future.succeededFuture();
  private boolean stopped;
  private int failures;
  private long backOffUntil = System.nanoTime();

  RefreshScheduler(
      Vertx vertx, Clock clock, TimeSlots slots, Lease lease, QuoteRefresher refresher) {
    this.vertx = vertx;
    this.clock = clock;
    this.slots = slots;
    this.lease = lease;
    this.refresher = refresher;
    this.maxBackOff =
        slots.interval().compareTo(MAX_BACK_OFF) < 0 ? slots.interval() : MAX_BACK_OFF;
  }

  void start() {
    vertx.setPeriodic(Lease.RENEWAL.toMillis(), id -> refreshIfDue());
    refreshEverySlot();
  }

  /** Completes when the running refresh has ended and the lease is released. */
  Future<Void> stop() {
    stopped = true;
    return running.eventually(lease::release);
  }

  /** Starts a refresh if this node holds the lease and no node has refreshed in this slot. */
  void refreshIfDue() {
    lease.acquire().onSuccess(held -> {
      var slot = slots.of(clock.instant());
      var backingOff = backOffUntil - System.nanoTime() > 0;
      if (held && !stopped && running.isComplete() && slot > refreshedSlot && !backingOff) {
        running = refresh(slot);
      }
    });
  }

  /** Marks the slots of these quotes as refreshed; another node may have refreshed them. */
  void onTick(List<Quote> configured) {
    configured.forEach(quote -> refreshed(slots.of(quote.receivedAt())));
  }

  private void refreshEverySlot() {
    refreshIfDue();
    vertx.setTimer(slots.millisToNext(clock.instant()), id -> {
      if (!stopped) {
        refreshEverySlot();
      }
    });
  }

  private Future<Void> refresh(long slot) {
    return refresher.refresh(slot).transform(done -> {
      if (done.failed()) {
        retryAfterBackOff();
      } else if (done.result()) {
        failures = 0;
        refreshed(slot);
      }
      return Future.succeededFuture();
    });
  }

  private void refreshed(long slot) {
    refreshedSlot = Math.max(refreshedSlot, slot);
  }

  private void retryAfterBackOff() {
    var doubled = MIN_BACK_OFF.multipliedBy(1L << Math.min(failures++, MAX_DOUBLINGS));
    var backOff = doubled.compareTo(maxBackOff) < 0 ? doubled : maxBackOff;
    backOffUntil = System.nanoTime() + backOff.toNanos();
    vertx.setTimer(backOff.toMillis() + 1, id -> refreshIfDue());
  }
}
