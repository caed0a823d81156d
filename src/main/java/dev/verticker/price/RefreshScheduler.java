package dev.verticker.price;

import dev.verticker.exchange.RateLimits;
import dev.verticker.exchange.TickerBatches.Outcome;
import dev.verticker.price.feed.FeedLeader;
import dev.verticker.price.observation.TimeSlots;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;

/**
 * Runs one refresh per slot on the node that leads, and one immediately after its election. A failed refresh is retried within
 * the slot, with exponential back-off of at most ten seconds and at most the interval. If all fail, the quotes that
 * streams delivered in the slot are stored.
 */
final class RefreshScheduler implements FeedLeader.Listener {
  private static final Duration MIN_BACK_OFF = Duration.ofMillis(500);
  private static final Duration MAX_BACK_OFF = Duration.ofSeconds(10);
  private static final int MAX_DOUBLINGS = 5;

  private final Vertx vertx;
  private final Clock clock;
  private final TimeSlots slots;
  private final FeedLeader leader;
  private final QuoteRefresher refresher;
  private final RateLimits limits;
  private final Duration maxBackOff;
  private long refreshedSlot = Long.MIN_VALUE;
  private Future<Void> running = Future.succeededFuture();
  private boolean stopped;
  private int failures;
  private long backOffUntil = System.nanoTime();

  RefreshScheduler(
      Vertx vertx,
      Clock clock,
      TimeSlots slots,
      FeedLeader leader,
      QuoteRefresher refresher,
      RateLimits limits) {
    this.vertx = vertx;
    this.clock = clock;
    this.slots = slots;
    this.leader = leader;
    this.refresher = refresher;
    this.limits = limits;
    this.maxBackOff =
        slots.interval().compareTo(MAX_BACK_OFF) < 0 ? slots.interval() : MAX_BACK_OFF;
  }

  void start() {
    var ended = slots.of(clock.instant()) - 1;
    if (leader.isLeading() && refreshedSlot < ended) {
      refresher.storeStreamed(ended, running);
    }
    refreshIfDue();
    vertx.setTimer(slots.millisToNext(clock.instant()), id -> {
      if (!stopped) {
        start();
      }
    });
  }

  /** Completes when the running refresh has ended. */
  Future<Void> stop() {
    stopped = true;
    return running;
  }

  @Override
  public void onElected(long epoch) {
    refreshedSlot = Long.MIN_VALUE;
    failures = 0;
    backOffUntil = System.nanoTime();
    refreshIfDue();
  }

  @Override
  public void onResigned() {
    // The running refresh may end: its quotes are current, and the slot needs a row.
  }

  /** Starts a refresh if this node leads and has not refreshed in this slot. */
  void refreshIfDue() {
    var slot = slots.of(clock.instant());
    var backingOff = backOffUntil - System.nanoTime() > 0;
    if (leader.isLeading()
        && !stopped
        && running.isComplete()
        && slot > refreshedSlot
        && !backingOff) {
      running = refresher.refresh(slot).map(outcome -> {
        onRefreshed(slot, outcome);
        return null;
      });
    }
  }

  private void onRefreshed(long slot, Outcome outcome) {
    if (outcome.received() > 0) {
      leader.onUpstreamResponse();
    } else if (outcome.failure() != null && limits.maySucceedElsewhere(outcome.failure())) {
      leader.onUpstreamFailure(Duration.ZERO);
    }
    if (outcome.failure() != null) {
      retryAfterBackOff();
    } else if (outcome.received() > 0) {
      failures = 0;
      refreshedSlot = slot;
    }
  }

  private void retryAfterBackOff() {
    var doubled = MIN_BACK_OFF.multipliedBy(1L << Math.min(failures++, MAX_DOUBLINGS));
    var backOff = doubled.compareTo(maxBackOff) < 0 ? doubled : maxBackOff;
    backOffUntil = System.nanoTime() + backOff.toNanos();
    vertx.setTimer(backOff.toMillis() + 1, id -> refreshIfDue());
  }
}
