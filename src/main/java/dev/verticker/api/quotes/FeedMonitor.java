package dev.verticker.api.quotes;

import dev.verticker.bus.Bus;
import dev.verticker.message.Feed;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Follows the leader of the market data feed for the front doors of a node: of several leaders the one with the highest
 * epoch. Without a status for four seconds the state is {@code down}. Thread-safe.
 */
public final class FeedMonitor {
  private static final Duration DOWN_AFTER = Duration.ofSeconds(4);
  private static final Duration STALE_AFTER = Duration.ofSeconds(10);
  private static final int CHECKS_PER_TIMEOUT = 8;

  private final Vertx vertx;
  private final Bus bus;
  private final Clock clock;
  private final Duration downAfter;
  private final List<FeedListener> listeners = new CopyOnWriteArrayList<>();
  private volatile FeedState current;

  /** The state that the listeners know. */
  private FeedState published;

  /** The newest status of the leader; null while there is none. */
  private Feed.Status leader;

  private String lastLeader;
  private long lastStatusAt = System.nanoTime();

  FeedMonitor(Vertx vertx, Bus bus, Clock clock) {
    this(vertx, bus, clock, DOWN_AFTER);
  }

  FeedMonitor(Vertx vertx, Bus bus, Clock clock, Duration downAfter) {
    this.vertx = vertx;
    this.bus = bus;
    this.clock = clock;
    this.downAfter = downAfter;
    var now = clock.instant();
    current = new FeedState(withoutLeader(null, Feed.State.UNKNOWN, now), now);
    published = current;
  }

  /** Subscribes on the calling context, which also calls the listeners. */
  Future<Void> start() {
    vertx.setPeriodic(downAfter.toMillis() / CHECKS_PER_TIMEOUT, timer -> check());
    return Future.all(
            bus.subscribe(Feed.STATUS, this::onStatus),
            bus.subscribe(Feed.GAP, gap -> publish(listener -> listener.onGap(gap))))
        .mapEmpty();
  }

  /** Returns the current state; {@code unknown} before the first status, for at most four seconds after the start. */
  public FeedState state() {
    return current;
  }

  /**
   * Returns whether trades or a book of this time may be outdated: it was ten seconds ago and no stream delivers them. While
   * one does, a quiet market is not stale.
   *
   * @param streamed whether the leader streams the symbol while the feed is live
   */
  public boolean isStale(Instant time, Instant now, boolean streamed) {
    var live = streamed && current.status().state() == Feed.State.LIVE;
    return !live && !now.isBefore(time.plus(STALE_AFTER));
  }

  public void addListener(FeedListener listener) {
    listeners.add(listener);
  }

  public void removeListener(FeedListener listener) {
    listeners.remove(listener);
  }

  private void onStatus(Feed.Status status) {
    if (!status.supersedes(leader)) {
      return;
    }
    leader = status;
    lastStatusAt = System.nanoTime();
    change(status);
    var name = status.epoch() + " " + status.leader();
    if (lastLeader != null && !lastLeader.equals(name)) {
      publish(FeedListener::onNewLeader);
    }
    lastLeader = name;
  }

  private void check() {
    if (System.nanoTime() - lastStatusAt < downAfter.toNanos()) {
      return;
    }
    // Any node may lead from now on, also one whose clock is behind.
    leader = null;
    if (current.status().state() != Feed.State.DOWN) {
      change(withoutLeader(current.status().venue(), Feed.State.DOWN, current.at()));
    }
  }

  private void change(Feed.Status status) {
    var state = new FeedState(status, clock.instant());
    current = state;
    if (!state.followsFrom(published)) {
      published = state;
      publish(listener -> listener.onState(state));
    }
  }

  private void publish(Consumer<FeedListener> event) {
    listeners.forEach(event);
  }

  private static Feed.Status withoutLeader(String venue, Feed.State state, Instant since) {
    return new Feed.Status(venue, 0, "", state, since, null, 1);
  }
}
