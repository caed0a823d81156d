package dev.verticker.price.feed;

import dev.verticker.bus.Bus;
import dev.verticker.data.RedisClient;
import dev.verticker.message.Feed;
import dev.verticker.message.Feed.State;
import dev.verticker.message.Feed.Status;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Elects the node that requests market data for the cluster. The leader holds a lease in Redis and publishes its epoch every
 * second; a leader that receives a higher epoch stops. A leader whose upstream fails gives the lease up, so that a node with
 * a working upstream can lead. While Redis is unavailable the leader stays; without a leader's message another node starts.
 * Two nodes may lead for a few seconds: readers follow the higher epoch, and a slot has one row. All methods run on the
 * context of the verticle, except {@link #isLeading}.
 */
public final class FeedLeader implements FeedWatchdog.Report {
  private static final Logger log = LoggerFactory.getLogger(FeedLeader.class);

  private static final int HELD_BY_OTHER = 0;
  private static final int HELD = 1;

  /** Returns 0 if another node holds the lease, 1 if this node does, 2 if it is free and was not requested (ARGV[3]). */
  private static final String ACQUIRE =
      """
      local holder = redis.call('GET', KEYS[1])
      if holder and holder ~= ARGV[1] then return 0 end
      if not holder and ARGV[3] == '0' then return 2 end
      redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
      return 1
      """;

  private static final String RELEASE =
      """
      if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
      return 0
      """;

  /** Reacts to a change of the leader; called on the context of the verticle. */
  public interface Listener {
    /** This node leads from now on. @param epoch of the quotes and candles that it publishes */
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
  public record Terms(
      Duration lease,
      Duration renewal,
      Duration failing,
      Duration pause,
      Duration free,
      Duration silence,
      Duration jitter) {
    public static final Terms DEFAULT = new Terms(
        Duration.ofSeconds(3),
        Duration.ofSeconds(1),
        Duration.ofSeconds(15),
        Duration.ofSeconds(60),
        Duration.ofSeconds(5),
        Duration.ofSeconds(4),
        Duration.ofSeconds(3));
  }

  private final Vertx vertx;
  private final RedisClient redis;
  private final Bus bus;
  private final Clock clock;
  private final Candidate self;
  private final Terms terms;
  private final List<Listener> listeners = new ArrayList<>();
  private final Stopwatch sinceMessage = new Stopwatch();

  /** Since a message of a leader, or since Redis reported that another node holds the lease. */
  private final Stopwatch sinceLeader = new Stopwatch();

  private final Stopwatch sinceFree = new Stopwatch();
  private final Stopwatch sinceFailure = new Stopwatch();
  private final Stopwatch sinceGivenUp = new Stopwatch();
  private final long silenceNanos;

  /** The highest epoch of other nodes; null = none. */
  private Status highest;

  /** The health check and metrics read it on another thread. */
  private volatile boolean leading;

  private boolean holdsLease;
  private boolean requesting;
  private boolean stopped;
  private long epoch;
  private boolean live;
  private State state = State.POLLING;
  private Instant stateSince = Instant.EPOCH;

  public FeedLeader(
      Vertx vertx, RedisClient redis, Bus bus, Clock clock, Candidate self, Terms terms) {
    this.vertx = vertx;
    this.redis = redis;
    this.bus = bus;
    this.clock = clock;
    this.self = self;
    this.terms = terms;
    this.silenceNanos = terms.silence().toNanos()
        + ThreadLocalRandom.current().nextLong(terms.jitter().toNanos() + 1);
  }

  /** Adds a listener; before {@link #start}. Listeners are called in this order. */
  public void addListener(Listener listener) {
    listeners.add(listener);
  }

  /** Completes when this node receives the messages of other leaders. */
  public Future<Void> start() {
    sinceLeader.start();
    return bus.subscribe(Feed.STATUS, this::onStatus)
        .onSuccess(subscribed -> {
          vertx.setPeriodic(terms.renewal().toMillis(), id -> renew());
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
    return release();
  }

  public boolean isLeading() {
    return leading;
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
    sinceFailure.stop();
    publishChange();
  }

  /**
   * The upstream fails: no connection, 403, 451, no data.
   *
   * @param since for how long; failures reported earlier count, too, until the next response
   */
  @Override
  public void onUpstreamFailure(Duration since) {
    if (!sinceFailure.exceeds(since.toNanos())) {
      sinceFailure.start(since.toNanos());
    }
    publishChange();
  }

  /** Reports whether streams deliver; otherwise quotes are polled. */
  @Override
  public void setLive(boolean live) {
    this.live = live;
    publishChange();
  }

  private void renew() {
    if (stopped) {
      return;
    }
    if (leading && !live && sinceFailure.exceeds(terms.failing().toNanos())) {
      sinceGivenUp.start();
      resign("requests to the exchange fail", true);
      release();
    }
    requestLease();
    if (leading) {
      publish();
    }
  }

  private void requestLease() {
    if (requesting) {
      return;
    }
    requesting = true;
    var epochBefore = epoch;
    var wasLeading = leading;
    redis
        .send(
            Request.cmd(Command.EVAL)
                .arg(ACQUIRE)
                .arg(1)
                .arg(self.key())
                .arg(self.node())
                .arg(terms.lease().toMillis())
                .arg(leading || mayAcquire() ? 1 : 0),
            // A longer timeout, because no caller waits.
            RedisClient.MAX_TIMEOUT)
        .onComplete(reply -> {
          requesting = false;
          var changed = stopped || wasLeading != leading || epochBefore != epoch;
          if (reply.failed()) {
            onRedisUnavailable();
          } else if (changed) {
            onLateReply(reply.result().toInteger());
          } else {
            onLease(reply.result().toInteger());
          }
        });
  }

  /** A paused node, and one that receives messages of a leader, leave a free lease to other nodes for a while. */
  private boolean mayAcquire() {
    var led =
        sinceMessage.isRunning() && !sinceMessage.exceeds(2 * terms.renewal().toNanos());
    return !isPaused() && !led || sinceFree.exceeds(terms.free().toNanos());
  }

  private boolean isPaused() {
    return sinceGivenUp.isRunning() && !sinceGivenUp.exceeds(terms.pause().toNanos());
  }

  private void onLease(int reply) {
    holdsLease = reply == HELD;
    if (reply == HELD) {
      sinceFree.stop();
      if (!leading) {
        elect();
      }
      return;
    }
    if (reply == HELD_BY_OTHER) {
      sinceFree.stop();
      sinceLeader.start();
      if (leading) {
        resign("another node holds the lease", false);
      }
    } else if (!sinceFree.isRunning()) {
      sinceFree.start();
    }
  }

  /** The reply to a request that was sent before the leader changed. */
  private void onLateReply(int reply) {
    holdsLease = leading && reply == HELD;
    if (reply == HELD && !leading) {
      release();
    }
  }

  private void onRedisUnavailable() {
    holdsLease = false;
    sinceFree.stop();
    var silence = silenceNanos + (isPaused() ? terms.jitter().plus(terms.free()).toNanos() : 0);
    if (!leading && !stopped && sinceLeader.exceeds(silence)) {
      elect();
    }
  }

  private void elect() {
    epoch = Math.max(clock.millis(), epoch() + 1);
    leading = true;
    live = false;
    sinceFailure.stop();
    sinceGivenUp.stop();
    state = State.POLLING;
    stateSince = clock.instant();
    log.info(
        "this node requests market data of {} for the cluster (epoch {}{})",
        self.market().venue(),
        epoch,
        holdsLease ? "" : ", without Redis");
    publish();
    listeners.forEach(listener -> listener.onElected(epoch));
  }

  private void resign(String reason, boolean announce) {
    leading = false;
    holdsLease = false;
    sinceLeader.start();
    log.info("this node no longer requests market data for the cluster: {}", reason);
    if (announce) {
      state = State.DOWN;
      stateSince = clock.instant();
      publish();
    }
    listeners.forEach(Listener::onResigned);
  }

  private Future<Void> release() {
    return redis
        .send(Request.cmd(Command.EVAL).arg(RELEASE).arg(1).arg(self.key()).arg(self.node()))
        .otherwiseEmpty()
        .mapEmpty();
  }

  private void onStatus(Status status) {
    if (stopped
        || status.leader().equals(self.node())
        || !status.venue().equals(self.market().venue())) {
      return;
    }
    if (!status.supersedes(highest)) {
      // A node that continues after it was suspended, or that has not received the higher epoch.
      if (status.state() != State.DOWN) {
        bus.publish(Feed.STATUS, highest);
      }
      return;
    }
    highest = status;
    if (leading && status.supersedes(status())) {
      resign("node " + status.leader() + " has the higher epoch " + status.epoch(), false);
      release();
    }
    if (status.state() == State.DOWN) {
      sinceMessage.stop();
      sinceLeader.start(terms.silence().toNanos());
      renew();
    } else {
      sinceMessage.start();
      sinceLeader.start();
    }
  }

  private void publishChange() {
    var current = live ? State.LIVE : sinceFailure.isRunning() ? State.STALE : State.POLLING;
    if (leading && current != state) {
      state = current;
      stateSince = clock.instant();
      publish();
    }
  }

  private void publish() {
    bus.publish(Feed.STATUS, status());
  }

  private Status status() {
    return new Status(
        self.market().venue(),
        epoch,
        self.node(),
        state,
        stateSince,
        self.market().time().get(),
        self.market().speed());
  }

  /** Measures monotonic time. */
  private static final class Stopwatch {
    private boolean running;
    private long startedAt;

    void start() {
      start(0);
    }

    void start(long elapsedNanos) {
      running = true;
      startedAt = System.nanoTime() - elapsedNanos;
    }

    void stop() {
      running = false;
    }

    boolean isRunning() {
      return running;
    }

    boolean exceeds(long nanos) {
      return running && System.nanoTime() - startedAt >= nanos;
    }
  }
}
