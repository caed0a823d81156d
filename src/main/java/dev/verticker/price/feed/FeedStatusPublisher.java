package dev.verticker.price.feed;

import dev.verticker.bus.Bus;
import dev.verticker.message.Feed;
import dev.verticker.message.Feed.State;
import dev.verticker.message.Feed.Status;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** Publishes the status of this node while it leads: on every change, and when it is called. */
final class FeedStatusPublisher implements FeedWatchdog.UpstreamListener {
  private final Bus bus;
  private final Clock clock;
  private final FeedLeader.Candidate self;
  private final FeedElection.Stopwatch sinceFailure = new FeedElection.Stopwatch();
  private long epoch;
  private boolean leading;

  /** Metrics read it on another thread. */
  private volatile boolean live;

  private State state = State.DOWN;
  private Instant since = Instant.EPOCH;

  FeedStatusPublisher(Bus bus, Clock clock, FeedLeader.Candidate self) {
    this.bus = bus;
    this.clock = clock;
    this.self = self;
  }

  void onElected(long newEpoch) {
    epoch = newEpoch;
    leading = true;
    live = false;
    sinceFailure.stop();
    change(State.POLLING);
  }

  /** @param announce whether other nodes should lead at once */
  void onResigned(boolean announce) {
    leading = false;
    if (announce) {
      change(State.DOWN);
    }
  }

  @Override
  public void onUpstreamResponse() {
    sinceFailure.stop();
    publishChange();
  }

  /** Failures reported earlier count, too, until the next response. */
  @Override
  public void onUpstreamFailure(Duration silence) {
    if (!sinceFailure.exceeds(silence)) {
      sinceFailure.startedBefore(silence);
    }
    publishChange();
  }

  @Override
  public void setLive(boolean live) {
    this.live = live;
    publishChange();
  }

  boolean isLive() {
    return live;
  }

  /** Returns whether neither streams nor requests have delivered for longer. */
  boolean fails(Duration limit) {
    return !live && sinceFailure.exceeds(limit);
  }

  void publish() {
    bus.publish(Feed.STATUS, status());
  }

  /** The current status, or the last one of this node. */
  Status status() {
    var market = self.market();
    return new Status(
        market.venue(), epoch, self.node(), state, since, market.time().get(), market.speed());
  }

  private void publishChange() {
    var current = live ? State.LIVE : sinceFailure.isRunning() ? State.STALE : State.POLLING;
    if (leading && current != state) {
      change(current);
    }
  }

  private void change(State changed) {
    state = changed;
    since = clock.instant();
    publish();
  }
}
