package dev.verticker.node.cluster;

import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.bus.Bus;
import dev.verticker.node.cluster.ClusterHeartbeat.HeartbeatSettings;
import dev.verticker.testing.Provokes;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClusterHeartbeatTest {
  private static final HeartbeatSettings FAST = new HeartbeatSettings(
      Duration.ofMillis(20), 5, Duration.ofMillis(300), Duration.ofMillis(500));

  private final Vertx vertx = Vertx.vertx();
  private final Bus bus = new Bus(vertx, Clock.systemUTC(), new SimpleMeterRegistry());
  private final FakePeers peers = new FakePeers();
  private final AtomicInteger gaveUp = new AtomicInteger();
  private final ClusterHeartbeat pulse = pulse(peers, FAST);

  /** Another node as far as this one believes; the pulses of both meet on one bus. */
  private static final class FakePeers implements ClusterView {
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger registrations = new AtomicInteger();
    private volatile int count = 1;
    private volatile Runnable merged;

    @Override
    public int count() {
      return count;
    }

    @Override
    public Instant time() {
      asked.incrementAndGet();
      return Instant.now();
    }

    @Override
    public void onMerged(Runnable handler) {
      merged = handler;
    }

    @Override
    public void registerAgain() {
      registrations.incrementAndGet();
    }
  }

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void a_node_that_is_alone_misses_nobody() {
    peers.count = 0;
    pulse.start().await();
    until("many beats", () -> peers.asked.get() > 30);
    assertEquals(Optional.empty(), pulse.reason());
    assertEquals(0, gaveUp.get());
  }

  @Test
  void two_nodes_that_hear_each_other_stay_ready() {
    pulse.start().await();
    pulse(new FakePeers(), FAST).start().await();
    until("many beats", () -> peers.asked.get() > 30);
    assertEquals(Optional.empty(), pulse.reason());
    assertEquals(0, gaveUp.get());
  }

  @Test
  @Provokes(13)
  void a_node_that_nobody_answers_is_not_ready_registers_again_and_gives_up_in_the_end() {
    pulse.start().await();
    until("not ready", () -> pulse.reason().isPresent());
    assertEquals(0, gaveUp.get());
    until("registered again", () -> peers.registrations.get() > 0);
    until("gave up", () -> gaveUp.get() > 0);
  }

  @Test
  void a_node_that_is_answered_again_is_ready_and_says_that_it_may_have_missed_something() {
    var patient = pulse(
        peers,
        new HeartbeatSettings(Duration.ofMillis(20), 5, Duration.ofHours(1), Duration.ofHours(1)));
    var returned = Promise.<Void>promise();
    patient.onReturn(returned::tryComplete);
    patient.start().await();
    until("not ready", () -> patient.reason().isPresent());
    pulse(new FakePeers(), FAST).start().await();
    returned.future().await();
    until("ready", () -> patient.reason().isEmpty());
  }

  @Test
  void a_merge_of_the_cluster_is_a_return_on_the_context_of_whoever_asked() {
    pulse.start().await();
    var on = Promise.<Boolean>promise();
    var context = vertx.getOrCreateContext();
    context.runOnContext(
        here -> pulse.onReturn(() -> on.tryComplete(Vertx.currentContext() == context)));
    until("asked for merges", () -> peers.merged != null);
    context.runOnContext(later -> peers.merged.run());
    assertEquals(true, on.future().await());
  }

  @Test
  @Provokes(11)
  void a_process_that_stood_still_is_not_ready_until_it_is_heard_again() {
    peers.count = 0;
    pulse.start().await();
    until("beats", () -> peers.asked.get() > 2);
    freeze(Duration.ofMillis(700));
    until("noticed", () -> pulse.reason().isPresent());
    peers.count = 1;
    pulse(new FakePeers(), FAST).start().await();
    until("heard", () -> pulse.reason().isEmpty());
  }

  @Test
  void a_process_that_stood_still_and_finds_nobody_is_alone_and_ready() {
    peers.count = 0;
    pulse.start().await();
    until("beats", () -> peers.asked.get() > 2);
    freeze(Duration.ofMillis(700));
    until("noticed", () -> pulse.reason().isPresent());
    until("ready", () -> pulse.reason().isEmpty());
    assertEquals(0, gaveUp.get());
  }

  /** Holds every event loop, as a stopped process would. */
  private void freeze(Duration time) {
    var end = System.nanoTime() + time.toNanos();
    var loops = 2 * Runtime.getRuntime().availableProcessors();
    var held = new CountDownLatch(loops);
    for (var loop : ((io.vertx.core.internal.VertxInternal) vertx).nettyEventLoopGroup()) {
      loop.execute(() -> {
        held.countDown();
        until("thawed", () -> System.nanoTime() > end);
      });
    }
    until("frozen", () -> held.getCount() == 0);
  }

  private ClusterHeartbeat pulse(ClusterView peers, HeartbeatSettings rhythm) {
    return new ClusterHeartbeat(
        vertx,
        bus,
        peers,
        new ClusterClock(Instant.now(), System::nanoTime),
        rhythm,
        gaveUp::incrementAndGet);
  }
}
