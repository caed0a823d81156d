package dev.verticker.node.cluster;

import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Bus;
import dev.verticker.testing.Provokes;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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
  private final ClusterHeartbeat heartbeat = heartbeat(peers, FAST);

  /** Reports one other node; the heartbeats of both nodes use one bus. */
  private static final class FakePeers implements ClusterView {
    private final AtomicInteger beats = new AtomicInteger();
    private final AtomicInteger registrations = new AtomicInteger();
    private volatile int count = 1;
    private volatile Runnable merged;

    @Override
    public int otherMembers() {
      return count;
    }

    @Override
    public Instant time() {
      beats.incrementAndGet();
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
  void a_node_without_peers_is_ready() {
    peers.count = 0;
    heartbeat.start().await();
    until("many beats", () -> peers.beats.get() > 30);
    // A busy machine may suspend the test for a moment.
    until("ready", () -> heartbeat.reason().isEmpty());
    assertEquals(0, gaveUp.get());
  }

  @Test
  void two_nodes_that_receive_each_others_heartbeats_stay_ready() {
    heartbeat.start().await();
    heartbeat(new FakePeers(), FAST).start().await();
    until("many beats", () -> peers.beats.get() > 30);
    // A busy machine may suspend the test for a moment.
    until("ready", () -> heartbeat.reason().isEmpty());
    assertEquals(0, gaveUp.get());
  }

  @Test
  @Provokes(13)
  void a_node_without_responses_is_not_ready_then_registers_again_then_gives_up() {
    heartbeat.start().await();
    until("not ready", () -> heartbeat.reason().isPresent());
    until("registered again", () -> peers.registrations.get() > 0);
    until("gave up", () -> gaveUp.get() > 0);
    assertTrue(heartbeat.reason().isPresent());
  }

  @Test
  void a_node_among_ten_that_only_one_other_node_answers_is_not_ready_and_gives_up() {
    peers.count = 9;
    heartbeat(new FakePeers(), FAST).start().await();
    heartbeat.start().await();
    until("not ready", () -> heartbeat.reason().isPresent());
    until("registered again", () -> peers.registrations.get() > 0);
    until("gave up", () -> gaveUp.get() > 0);
  }

  @Test
  void a_node_among_ten_that_four_other_nodes_answer_stays_ready() {
    peers.count = 9;
    for (var i = 0; i < 4; i++) {
      heartbeat(new FakePeers(), FAST).start().await();
    }
    heartbeat.start().await();
    until("many beats", () -> peers.beats.get() > 30);
    // A busy machine may suspend the test for a moment.
    until("ready", () -> heartbeat.reason().isEmpty());
    assertEquals(0, gaveUp.get());
  }

  @Test
  void a_node_is_ready_again_when_enough_nodes_answer_or_the_others_have_left() {
    peers.count = 9;
    var patient = heartbeat(
        peers,
        new HeartbeatSettings(Duration.ofMillis(20), 5, Duration.ofHours(1), Duration.ofHours(1)));
    heartbeat(new FakePeers(), FAST).start().await();
    patient.start().await();
    until("not ready", () -> patient.reason().isPresent());
    peers.count = 2;
    until("ready", () -> patient.reason().isEmpty());
    peers.count = 9;
    until("not ready", () -> patient.reason().isPresent());
    for (var i = 0; i < 3; i++) {
      heartbeat(new FakePeers(), FAST).start().await();
    }
    until("ready", () -> patient.reason().isEmpty());
  }

  @Test
  void half_of_the_members_including_the_node_itself_must_respond() {
    var required = new ArrayList<Integer>();
    for (var others = 0; others < 10; others++) {
      required.add(ClusterHeartbeat.requiredResponses(others));
    }
    assertEquals(List.of(0, 1, 1, 1, 2, 2, 3, 3, 4, 4), required);
  }

  @Test
  void a_node_that_receives_responses_again_is_ready_and_calls_the_reconnect_handler() {
    var patient = heartbeat(
        peers,
        new HeartbeatSettings(Duration.ofMillis(20), 5, Duration.ofHours(1), Duration.ofHours(1)));
    var returned = Promise.<Void>promise();
    patient.onReconnect(returned::tryComplete);
    patient.start().await();
    until("not ready", () -> patient.reason().isPresent());
    heartbeat(new FakePeers(), FAST).start().await();
    returned.future().await();
    until("ready", () -> patient.reason().isEmpty());
  }

  @Test
  void a_cluster_merge_calls_the_reconnect_handler_on_the_context_that_registered_it() {
    heartbeat.start().await();
    var onContext = Promise.<Boolean>promise();
    var context = vertx.getOrCreateContext();
    context.runOnContext(here ->
        heartbeat.onReconnect(() -> onContext.tryComplete(Vertx.currentContext() == context)));
    until("merge handler registered", () -> peers.merged != null);
    context.runOnContext(later -> peers.merged.run());
    assertEquals(true, onContext.future().await());
  }

  @Test
  @Provokes(11)
  void a_process_that_was_suspended_is_not_ready_until_a_peer_responds() {
    peers.count = 0;
    var heartbeat = heartbeat(peers, givingUpAfter(Duration.ofHours(1)));
    heartbeat.start().await();
    until("beats", () -> peers.beats.get() > 2);
    freeze(Duration.ofMillis(700));
    until("noticed", () -> heartbeat.reason().isPresent());
    peers.count = 1;
    heartbeat(new FakePeers(), FAST).start().await();
    until("ready again", () -> heartbeat.reason().isEmpty());
  }

  @Test
  void a_process_that_was_suspended_and_has_no_peers_becomes_ready() {
    peers.count = 0;
    var heartbeat = heartbeat(peers, givingUpAfter(Duration.ofSeconds(3)));
    heartbeat.start().await();
    until("beats", () -> peers.beats.get() > 2);
    freeze(Duration.ofMillis(700));
    until("noticed", () -> heartbeat.reason().isPresent());
    until("ready", () -> heartbeat.reason().isEmpty());
    assertEquals(0, gaveUp.get());
  }

  private static HeartbeatSettings givingUpAfter(Duration time) {
    return new HeartbeatSettings(
        FAST.interval(), FAST.maxMisses(), time, FAST.suspensionThreshold());
  }

  /** Blocks every event loop, as in a stopped process. */
  private void freeze(Duration time) {
    var end = System.nanoTime() + time.toNanos();
    var loops = 2 * Runtime.getRuntime().availableProcessors();
    var held = new CountDownLatch(loops);
    for (var loop : ((io.vertx.core.internal.VertxInternal) vertx).nettyEventLoopGroup()) {
      loop.execute(() -> {
        held.countDown();
        until("end of the freeze", () -> System.nanoTime() > end);
      });
    }
    until("frozen", () -> held.getCount() == 0);
  }

  private ClusterHeartbeat heartbeat(ClusterView peers, HeartbeatSettings settings) {
    return new ClusterHeartbeat(
        vertx,
        bus,
        peers,
        new ClusterClock(Instant.now(), System::nanoTime),
        settings,
        gaveUp::incrementAndGet);
  }
}
