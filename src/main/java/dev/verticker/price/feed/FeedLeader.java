package dev.verticker.price.feed;

import dev.verticker.bus.Bus;
import dev.verticker.data.RedisClient;
import dev.verticker.message.Feed;
import dev.verticker.message.Feed.State;
import dev.verticker.message.Feed.Status;
import dev.verticker.price.feed.FeedLease.Holder;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Elects the node that requests market data for the cluster. The leader holds a lease in Redis and publishes its epoch every
 * second; a leader that receives a higher epoch stops. A leader whose upstream fails gives the lease up, so that a node with
 * a working upstream can lead. While Redis is unavailable the leader stays; without a leader's message another node starts.
 * Two nodes may lead for a few seconds: readers follow the higher epoch, and a slot has one row. All methods run on the
 * context of the verticle, except {@link #isLeading} and {@link #isLive}.
 */
public final class FeedLeader implements FeedWatchdog.UpstreamListener {
  private static final Logger log = LoggerFactory.getLogger(FeedLeader.class);

  /** Reacts to a change of the leader; called on the context of the verticle. */
  public interface Listener {
    /** This node leads from now on. @param epoch of the market data that it publishes */
    void onElected(long epoch);

    /** This node leads no longer. */
    void onResigned();
  }

  /**
   * @param node unique for each run of the verticle
   * @param key of the lease in Redis, with cluster and venue
   */
  public record Candidate(Market market, String node, String key) {}

  /**
   * @param speed seconds of the market's clock per second
   * @param time the market's clock
   */
  public record Market(String venue, double speed, Supplier<Instant> time) {}

  /**
   * @param lease duration of the lease
   * @param renewal interval of renewals and of published messages
   * @param failing a leader whose upstream fails for longer gives the lease up
   * @param pause after that; the node does not request the lease
   * @param free unless no node has held the lease for this long
   * @param silence without Redis a node leads after this time without a message of a leader
   * @param jitter max random addition to the silence
   */
  public record ElectionTiming(
      Duration lease,
      Duration renewal,
      Duration failing,
      Duration pause,
      Duration free,
      Duration silence,
      Duration jitter) {
    public static final ElectionTiming DEFAULT = new ElectionTiming(
        Duration.ofSeconds(3),
        Duration.ofSeconds(1),
        Duration.ofSeconds(15),
        Duration.ofSeconds(60),
        Duration.ofSeconds(5),
        Duration.ofSeconds(4),
        Duration.ofSeconds(3));
  }

  private final Vertx vertx;
  private final Bus bus;
  private final Clock clock;
  private final Candidate self;
  private final ElectionTiming timing;
  private final FeedLease lease;
  private final FeedElection election;
  private final FeedStatusPublisher publisher;
  private final List<Listener> listeners = new ArrayList<>();

  /** The highest epoch of other nodes; null = none. */
  private Status highest;

  /** The health check and metrics read it on another thread. */
  private volatile boolean leading;

  private boolean holdsLease;
  private boolean requesting;
  private boolean stopped;
  private long epoch;

  public FeedLeader(
      Vertx vertx, RedisClient redis, Bus bus, Clock clock, Candidate self, ElectionTiming timing) {
    this.vertx = vertx;
    this.bus = bus;
    this.clock = clock;
    this.self = self;
    this.timing = timing;
    this.lease = new FeedLease(redis, self, timing.lease());
    this.election = new FeedElection(timing);
    this.publisher = new FeedStatusPublisher(bus, clock, self);
  }

  /** Adds a listener; before {@link #start}. Listeners are called in this order. */
  public void addListener(Listener listener) {
    listeners.add(listener);
  }

  /** Completes when this node receives the messages of other leaders. */
  public Future<Void> start() {
    election.onFollowing();
    return bus.subscribe(Feed.STATUS, this::onStatus)
        .onSuccess(subscribed -> {
          vertx.setPeriodic(timing.renewal().toMillis(), id -> renew());
          renew();
        })
        .mapEmpty();
  }

  /** Resigns, and lets another node acquire the lease at once. */
  public Future<Void> stop() {
    stopped = true;
    if (!leading) {
      return Future.succeededFuture();
    }
    resign("the node stops", true);
    return lease.release();
  }

  public boolean isLeading() {
    return leading;
  }

  /** Returns whether this node leads and all streams deliver. */
  public boolean isLive() {
    return leading && publisher.isLive();
  }

  /**
   * Returns whether the leading node holds the lease. Without it another node may lead, too, so this node leaves out work
   * that must not be done twice, such as a backfill.
   */
  public boolean holdsLease() {
    return leading && holdsLease;
  }

  /** Returns the epoch of this node while it leads, else the highest one known; 0 = none. */
  public long epoch() {
    return leading || highest == null ? epoch : Math.max(epoch, highest.epoch());
  }

  @Override
  public void onUpstreamResponse() {
    publisher.onUpstreamResponse();
  }

  @Override
  public void onUpstreamFailure(Duration silence) {
    publisher.onUpstreamFailure(silence);
  }

  @Override
  public void setLive(boolean live) {
    publisher.setLive(live);
  }

  private void renew() {
    if (stopped) {
      return;
    }
    if (leading && publisher.fails(timing.failing())) {
      resign("requests to the exchange fail", true);
      election.onGivenUp();
      lease.release();
    }
    requestLease();
    if (leading) {
      publisher.publish();
    }
  }

  private void requestLease() {
    if (requesting) {
      return;
    }
    requesting = true;
    var epochBefore = epoch;
    var wasLeading = leading;
    lease.request(leading || election.mayAcquireLease()).onComplete(reply -> {
      requesting = false;
      if (reply.failed()) {
        onRedisUnavailable();
      } else if (stopped || wasLeading != leading || epochBefore != epoch) {
        onLateReply(reply.result());
      } else {
        onLease(reply.result());
      }
    });
  }

  private void onLease(Holder holder) {
    election.onLease(holder);
    holdsLease = holder == Holder.SELF;
    if (holdsLease && !leading) {
      elect();
    } else if (holder == Holder.OTHER && leading) {
      resign("another node holds the lease", false);
    }
  }

  /** The reply to a request that was sent before the leader changed. */
  private void onLateReply(Holder holder) {
    holdsLease = leading && holder == Holder.SELF;
    if (holder == Holder.SELF && !leading) {
      lease.release();
    }
  }

  private void onRedisUnavailable() {
    holdsLease = false;
    election.onRedisUnavailable();
    if (!leading && !stopped && election.mayLeadWithoutLease()) {
      elect();
    }
  }

  private void elect() {
    epoch = Math.max(clock.millis(), epoch() + 1);
    leading = true;
    election.onElected();
    log.info(
        "this node requests market data of {} for the cluster (epoch {}{})",
        self.market().venue(),
        epoch,
        holdsLease ? "" : ", without Redis");
    publisher.onElected(epoch);
    listeners.forEach(listener -> listener.onElected(epoch));
  }

  private void resign(String reason, boolean announce) {
    leading = false;
    holdsLease = false;
    election.onFollowing();
    log.info("this node no longer requests market data for the cluster: {}", reason);
    publisher.onResigned(announce);
    listeners.forEach(Listener::onResigned);
  }

  private void onStatus(Status status) {
    if (stopped
        || status.leader().equals(self.node())
        || !status.venue().equals(self.market().venue())) {
      return;
    }
    if (!status.supersedes(highest)) {
      if (status.state() != State.DOWN) {
        reportHighest();
      }
      return;
    }
    highest = status;
    if (status.state() == State.DOWN) {
      onLeaderDown(status);
    } else {
      election.onMessage();
      if (leading && status.supersedes(publisher.status())) {
        resign("node " + status.leader() + " has the higher epoch " + status.epoch(), false);
        lease.release();
      }
    }
  }

  /**
   * Another leader has a lower epoch: it continues after it was suspended, or has not received the higher one. If the leader
   * of the higher epoch has stopped, the other one must exceed it, because nodes keep the quotes of the highest epoch.
   */
  private void reportHighest() {
    bus.publish(Feed.STATUS, election.isLed() ? highest : highest.in(State.DOWN, clock.instant()));
  }

  private void onLeaderDown(Status status) {
    if (leading && status.supersedes(publisher.status())) {
      var held = holdsLease;
      resign("the epoch " + status.epoch() + " of node " + status.leader() + " is higher", false);
      holdsLease = held;
      elect();
    } else if (!leading) {
      election.onLeaderDown();
      renew();
    }
  }
}
