package dev.verticker.node.cluster;

import dev.verticker.bus.Address;
import dev.verticker.bus.Bus;
import dev.verticker.bus.Topic;
import dev.verticker.context.Liveness;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether messages of the others reach this node. A member list proves nothing: after a cut a node can be a member to whom
 * nobody sends. So it pings everyone and waits for any of them to send back to an address only it serves. After a few misses
 * it is not ready and registers again; when that does not help it gives up, to be started anew.
 */
public final class ClusterHeartbeat implements Liveness {
  private static final Logger log = LoggerFactory.getLogger(ClusterHeartbeat.class);

  /**
   * @param interval between two pings
   * @param misses so many unanswered pings in a row: not ready
   * @param giveUp unanswered for so long: stop
   * @param frozen a beat this late means the process stood still and the others have dropped it
   */
  public record HeartbeatSettings(Duration interval, int misses, Duration giveUp, Duration frozen) {
    public static final HeartbeatSettings STANDARD = new HeartbeatSettings(
        Duration.ofSeconds(2), 5, Duration.ofSeconds(30), Duration.ofSeconds(8));
  }

  record Ping(String from) {}

  private static final Topic<Ping> PING = new Topic<>("node.ping", Ping.class);

  private final Vertx vertx;
  private final Context context;
  private final Bus bus;
  private final ClusterView peers;
  private final ClusterClock clock;
  private final HeartbeatSettings rhythm;
  private final Runnable giveUp;
  private final String id = UUID.randomUUID().toString();
  private final List<Runnable> returns = new CopyOnWriteArrayList<>();

  // Touched on the context only, except that the checks read what is volatile.
  private long beats;
  private long lastBeat;
  private long silentSince;
  private int othersTold;
  private boolean answered = true;
  private boolean disturbed;
  private final AtomicInteger misses = new AtomicInteger();
  private volatile boolean frozen;

  public ClusterHeartbeat(
      Vertx vertx,
      Bus bus,
      ClusterView peers,
      ClusterClock clock,
      HeartbeatSettings rhythm,
      Runnable giveUp) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.bus = bus;
    this.peers = peers;
    this.clock = clock;
    this.rhythm = rhythm;
    this.giveUp = giveUp;
  }

  public Future<Void> start() {
    peers.onMerged(() -> context.runOnContext(merged -> returned("the cluster is whole again")));
    var started = Promise.<Void>promise();
    context.runOnContext(here -> listen()
        .onSuccess(heard -> {
          lastBeat = System.nanoTime();
          silentSince = lastBeat;
          beats = vertx.setPeriodic(rhythm.interval().toMillis(), beat -> beat());
        })
        .onComplete(started));
    return started.future();
  }

  /** Asks nobody any more: the node leaves. */
  public void stop() {
    context.runOnContext(here -> vertx.cancelTimer(beats));
  }

  /** Why this node should get no work now. */
  public Optional<String> reason() {
    if (frozen) {
      return Optional.of("the process stood still and is not yet back in the cluster");
    }
    var missed = misses.get();
    return missed >= rhythm.misses()
        ? Optional.of("no other node has answered " + missed + " pings")
        : Optional.empty();
  }

  @Override
  public void onReturn(Runnable handler) {
    var caller = vertx.getOrCreateContext();
    returns.add(() -> caller.runOnContext(returned -> handler.run()));
  }

  private Future<Void> listen() {
    return Future.all(
            bus.subscribe(PING, ping -> {
              if (!ping.from().equals(id)) {
                bus.send(pong(ping.from()), new Ping(id));
              }
            }),
            bus.serve(pong(id), pong -> {
              answered();
              return Future.succeededFuture();
            }))
        .mapEmpty();
  }

  private void beat() {
    var now = System.nanoTime();
    if (now - lastBeat < rhythm.interval().toNanos() / 2) {
      // After a standstill Vert.x makes up for every beat that was left out.
      return;
    }
    if (now - lastBeat > rhythm.interval().plus(rhythm.frozen()).toNanos()) {
      log.warn("this process stood still for {} s", (now - lastBeat) / 1_000_000_000);
      frozen = true;
      disturbed = true;
      silentSince = now;
    }
    lastBeat = now;
    clock.follow(peers.time());
    tellWhoIsThere();
    if (!answered) {
      miss(now);
    }
    if (peers.count() == 0) {
      alone(now);
      return;
    }
    answered = false;
    bus.publish(PING, new Ping(id));
  }

  private void tellWhoIsThere() {
    var others = peers.count();
    if (others != othersTold) {
      log.info("{} other nodes in the cluster, there were {}", others, othersTold);
      othersTold = others;
    }
  }

  private void miss(long now) {
    disturbed = true;
    var missed = misses.incrementAndGet();
    var silent = Duration.ofNanos(now - silentSince);
    if (missed % rhythm.misses() == 0) {
      log.warn("no other node answers since {} s, registering again", silent.toSeconds());
      vertx
          .executeBlocking(() -> {
            peers.registerAgain();
            return null;
          })
          .onFailure(failure -> log.warn("this node could not register again", failure));
    }
    if (silent.compareTo(rhythm.giveUp()) >= 0) {
      stop();
      giveUp.run();
    }
  }

  /** Nobody is there to answer: nothing is wrong with this node, unless it has only just woken up. */
  private void alone(long now) {
    answered = true;
    misses.set(0);
    if (frozen && now - silentSince < rhythm.giveUp().toNanos()) {
      return;
    }
    frozen = false;
    silentSince = now;
  }

  private void answered() {
    answered = true;
    misses.set(0);
    silentSince = System.nanoTime();
    if (disturbed) {
      returned("other nodes answer again");
    }
  }

  private void returned(String how) {
    log.info("{}", how);
    disturbed = false;
    frozen = false;
    returns.forEach(Runnable::run);
  }

  private static Address<Ping, Void> pong(String id) {
    return new Address<>("node.pong." + id, Ping.class, Void.class);
  }
}
