package dev.verticker.node.cluster;

import dev.verticker.bus.Address;
import dev.verticker.bus.Bus;
import dev.verticker.bus.Topic;
import dev.verticker.context.ClusterConnectivity;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tests over the event bus whether messages of the other nodes reach this one. The member list is not sufficient: after a
 * partition, other nodes can have lost the registrations of a node that is still a member. This class publishes a ping to
 * all nodes and expects replies of half of the members at an address that only this node serves. After several pings with
 * too few replies the node becomes not ready and re-registers its addresses; if that does not help, the process exits and
 * the service manager restarts it.
 */
public final class ClusterHeartbeat implements ClusterConnectivity {
  private static final Logger log = LoggerFactory.getLogger(ClusterHeartbeat.class);

  record Ping(String from) {}

  private static final Topic<Ping> PING = new Topic<>("node.ping", Ping.class);

  private final Vertx vertx;
  private final Context context;
  private final Bus bus;
  private final ClusterView cluster;
  private final ClusterClock clock;
  private final HeartbeatSettings settings;
  private final Runnable giveUp;
  private final String id = UUID.randomUUID().toString();
  private final List<Runnable> reconnectHandlers = new CopyOnWriteArrayList<>();

  // Used on the context only, except for volatile and atomic fields, which health checks read.
  private long beats;
  private long lastBeat;
  private long silentSince;
  private int lastOtherMembers;
  private final Set<String> responders = new HashSet<>();
  private int required;
  private boolean connectivityLost;
  private final AtomicInteger misses = new AtomicInteger();
  private volatile boolean suspended;

  public ClusterHeartbeat(
      Vertx vertx,
      Bus bus,
      ClusterView cluster,
      ClusterClock clock,
      HeartbeatSettings settings,
      Runnable giveUp) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.bus = bus;
    this.cluster = cluster;
    this.clock = clock;
    this.settings = settings;
    this.giveUp = giveUp;
  }

  public Future<Void> start() {
    cluster.onMerged(
        () -> context.runOnContext(merged -> reconnected("cluster partitions merged")));
    var started = Promise.<Void>promise();
    context.runOnContext(here -> listen()
        .onSuccess(registered -> {
          lastBeat = System.nanoTime();
          silentSince = lastBeat;
          beats = vertx.setPeriodic(settings.interval().toMillis(), beat -> beat());
        })
        .onComplete(started));
    return started.future();
  }

  /** Stops pinging: the node is about to leave the cluster. */
  public void stop() {
    context.runOnContext(here -> vertx.cancelTimer(beats));
  }

  /** Returns why this node must receive no requests; empty if it is reachable. */
  public Optional<String> reason() {
    if (suspended) {
      return Optional.of("the process was suspended and has not rejoined the cluster yet");
    }
    var missed = misses.get();
    return missed >= settings.maxMisses()
        ? Optional.of("too few other nodes answered the last " + missed + " pings")
        : Optional.empty();
  }

  /**
   * Half of the members, this node included, so that both sides of a partition that merges remain ready while the member
   * list still has all nodes.
   */
  static int requiredResponses(int otherMembers) {
    return otherMembers == 0 ? 0 : Math.max(1, otherMembers / 2);
  }

  @Override
  public void onReconnect(Runnable handler) {
    var caller = vertx.getOrCreateContext();
    reconnectHandlers.add(() -> caller.runOnContext(returned -> handler.run()));
  }

  private Future<Void> listen() {
    return Future.all(
            bus.subscribe(PING, ping -> {
              if (!ping.from().equals(id)) {
                bus.send(pong(ping.from()), new Ping(id));
              }
            }),
            bus.serve(pong(id), pong -> {
              onPong(pong.from());
              return Future.succeededFuture();
            }))
        .mapEmpty();
  }

  private void beat() {
    var now = System.nanoTime();
    if (now - lastBeat < settings.interval().toNanos() / 2) {
      // After a suspension Vert.x fires every timer event it missed.
      return;
    }
    if (now - lastBeat
        > settings.interval().plus(settings.suspensionThreshold()).toNanos()) {
      log.warn("process was suspended for {} s", (now - lastBeat) / 1_000_000_000);
      suspended = true;
      connectivityLost = true;
      silentSince = now;
    }
    lastBeat = now;
    clock.follow(cluster.time());
    logMembers();
    if (responders.size() < required) {
      miss(now);
    }
    responders.clear();
    required = requiredResponses(cluster.otherMembers());
    if (required == 0) {
      onNoOtherMembers(now);
      return;
    }
    bus.publish(PING, new Ping(id));
  }

  private void logMembers() {
    var others = cluster.otherMembers();
    if (others != lastOtherMembers) {
      log.info("this node sees {} other cluster members, previously {}", others, lastOtherMembers);
      lastOtherMembers = others;
    }
  }

  private void miss(long now) {
    connectivityLost = true;
    var missed = misses.incrementAndGet();
    var silent = Duration.ofNanos(now - silentSince);
    if (missed % settings.maxMisses() == 0) {
      log.warn(
          "{} of {} other nodes respond, {} required, for {} s: re-registering addresses",
          responders.size(),
          lastOtherMembers,
          required,
          silent.toSeconds());
      vertx
          .executeBlocking(() -> {
            cluster.registerAgain();
            return null;
          })
          .onFailure(failure -> log.warn("re-registration failed", failure));
    }
    // A busy host may run few timers within giveUp: require maxMisses too, so that the node becomes
    // not ready and re-registers first.
    if (missed >= settings.maxMisses() && silent.compareTo(settings.giveUp()) >= 0) {
      stop();
      giveUp.run();
    }
  }

  /** Without other members no response can arrive, which is an error only if this node was just suspended. */
  private void onNoOtherMembers(long now) {
    misses.set(0);
    if (suspended && now - silentSince < settings.giveUp().toNanos()) {
      return;
    }
    suspended = false;
    silentSince = now;
  }

  private void onPong(String from) {
    responders.add(from);
    if (responders.size() < required) {
      return;
    }
    misses.set(0);
    silentSince = System.nanoTime();
    if (connectivityLost) {
      reconnected("other nodes respond again");
    }
  }

  private void reconnected(String cause) {
    log.info("{}", cause);
    connectivityLost = false;
    suspended = false;
    reconnectHandlers.forEach(Runnable::run);
  }

  private static Address<Ping, Void> pong(String id) {
    return new Address<>("node.pong." + id, Ping.class, Void.class);
  }
}
