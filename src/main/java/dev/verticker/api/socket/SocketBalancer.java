package dev.verticker.api.socket;

import dev.verticker.bus.Bus;
import dev.verticker.message.Sockets;
import dev.verticker.message.Sockets.Load;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves sockets to nodes with fewer sockets: after a rolling restart most clients are connected to the node that restarted
 * first. The nodes publish their numbers of sockets. A node above the average closes the surplus in small groups, and the
 * clients reconnect through the proxy. If they come back to this node, it waits longer before each further group.
 *
 * <p>Not thread-safe: runs on the context of {@link #start}.
 */
final class SocketBalancer {
  private static final Logger log = LoggerFactory.getLogger(SocketBalancer.class);

  /** Moving a smaller surplus costs more than it saves. */
  private static final long MIN_SURPLUS = 20;

  /** A surplus up to this part of the average is normal. */
  private static final double TOLERANCE = 0.2;

  /** The clients of one group reconnect within seconds. */
  private static final long MAX_GROUP = 500;

  private static final int REPORTS_PER_SETTLE_TIME = 6;
  private static final int REPORTS_UNTIL_STALE = 3;

  /** A group has reconnected after this number of reports. */
  private static final int REPORTS_PER_GROUP = 2;

  private static final int MAX_PAUSE_FACTOR = 512;

  private final Vertx vertx;
  private final Bus bus;
  private final Duration settleTime;
  private final LongSupplier open;
  private final LongConsumer move;
  private final String node = UUID.randomUUID().toString();
  private final Map<String, Peer> peers = new HashMap<>();
  private long settledAt;
  private long nextGroupAt;
  private long openBefore;
  private long moved;
  private int pauseFactor = 1;
  private volatile boolean left;
  private volatile MessageConsumer<?> consumer;

  private record Peer(long open, long reportedAt) {}

  /**
   * @param settleTime time after a node has started or stopped before numbers of sockets are compared; zero turns the
   *     balancer off
   * @param open returns the number of open sockets of this node
   * @param move closes this many sockets of this node
   */
  SocketBalancer(Vertx vertx, Bus bus, Duration settleTime, LongSupplier open, LongConsumer move) {
    this.vertx = vertx;
    this.bus = bus;
    this.settleTime = settleTime;
    this.open = open;
    this.move = move;
  }

  Future<Void> start() {
    if (settleTime.isZero()) {
      return Future.succeededFuture();
    }
    return bus.subscribe(Sockets.LOAD, this::onLoad).map(subscribed -> {
      consumer = subscribed;
      settle();
      vertx.setPeriodic(interval().toMillis(), timer -> {
        if (left) {
          vertx.cancelTimer(timer);
          return;
        }
        bus.publish(Sockets.LOAD, new Load(node, open.getAsLong(), false));
        balance();
      });
      return null;
    });
  }

  /** Reports that this node accepts no more sockets. Thread-safe. */
  void leave() {
    if (!settleTime.isZero()) {
      left = true;
      consumer
          .unregister()
          .onComplete(done -> bus.publish(Sockets.LOAD, new Load(node, open.getAsLong(), true)));
    }
  }

  private Duration interval() {
    return settleTime.dividedBy(REPORTS_PER_SETTLE_TIME);
  }

  private void onLoad(Load load) {
    if (load.node().equals(node)) {
      return;
    }
    var known = load.leaving()
        ? peers.remove(load.node())
        : peers.put(load.node(), new Peer(load.open(), System.nanoTime()));
    var changed = load.leaving() ? known != null : known == null;
    if (changed) {
      settle();
    }
  }

  /** The set of nodes has changed: clients are reconnecting. */
  private void settle() {
    settledAt = System.nanoTime() + settleTime.toNanos();
    pauseFactor = 1;
    moved = 0;
  }

  private void balance() {
    var now = System.nanoTime();
    var stale = now - REPORTS_UNTIL_STALE * interval().toNanos();
    if (peers.values().removeIf(peer -> peer.reportedAt - stale < 0)) {
      settle();
    }
    if (now - settledAt < 0 || now - nextGroupAt < 0) {
      return;
    }
    var own = open.getAsLong();
    if (moved > 0) {
      // Less than a quarter of the group went to other nodes.
      var ineffective = own > openBefore - moved / 4;
      pauseFactor = ineffective ? Math.min(MAX_PAUSE_FACTOR, pauseFactor * 2) : 1;
      moved = 0;
      if (ineffective) {
        nextGroupAt = now + pauseFactor * interval().toNanos();
        return;
      }
    }
    var others = peers.values().stream().mapToLong(Peer::open).sum();
    var average = (own + others) / (peers.size() + 1);
    var surplus = own - average;
    if (surplus < MIN_SURPLUS || surplus < average * TOLERANCE) {
      return;
    }
    openBefore = own;
    moved = Math.min(surplus, MAX_GROUP);
    nextGroupAt = now + REPORTS_PER_GROUP * interval().toNanos();
    log.info("moving {} of {} sockets: the nodes have {} on average", moved, own, average);
    move.accept(moved);
  }
}
