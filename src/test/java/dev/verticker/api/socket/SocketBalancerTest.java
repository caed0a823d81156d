package dev.verticker.api.socket;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Bus;
import dev.verticker.message.Sockets;
import dev.verticker.message.Sockets.Load;
import dev.verticker.testing.Await;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Tests when a node moves sockets, with reports of other nodes. */
@Execution(ExecutionMode.CONCURRENT)
class SocketBalancerTest {
  private static final Duration SETTLE_TIME = Duration.ofMillis(600);
  private static final long REPORT_MS = 50;

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final Bus bus = new Bus(vertx, Clock.systemUTC(), new SimpleMeterRegistry());
  private final AtomicLong open = new AtomicLong();
  private final List<Long> moved = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void a_node_moves_its_surplus_over_the_average_in_groups() {
    open.set(1000);
    peer("a", 100);
    peer("b", 100);
    start(count -> open.addAndGet(-count));
    // The average is 400; the reports of the others do not change, so that it is 233 for the second
    // group.
    until("two groups have moved", () -> moved.size() == 2);
    assertEquals(List.of(500L, 267L), moved);
  }

  @Test
  void a_node_that_is_alone_or_close_to_the_average_moves_nothing() {
    open.set(1000);
    start(count -> {});
    pause(2 * SETTLE_TIME.toMillis());
    peer("a", 800);
    peer("b", 900);
    pause(3 * SETTLE_TIME.toMillis());
    assertEquals(List.of(), moved);
  }

  @Test
  void a_node_does_not_count_nodes_that_stop() {
    open.set(1000);
    var stopping = peer("a", 0);
    start(count -> {});
    vertx.cancelTimer(stopping);
    // A report may be on its way.
    Await.eventLoops(vertx);
    bus.publish(Sockets.LOAD, new Load("a", 0, true));
    pause(3 * SETTLE_TIME.toMillis());
    assertEquals(List.of(), moved);
  }

  @Test
  void a_node_whose_clients_come_back_moves_them_less_and_less_often() {
    open.set(1000);
    peer("a", 0);
    start(count -> {});
    until("moved twice", () -> moved.size() == 2);
    pause(5000);
    assertTrue(moved.size() <= 7, moved::toString);
  }

  private void start(LongConsumer move) {
    var balancer = new SocketBalancer(vertx, bus, SETTLE_TIME, open::get, count -> {
      moved.add(count);
      move.accept(count);
    });
    await(context, balancer::start);
  }

  private long peer(String node, long sockets) {
    return vertx.setPeriodic(
        REPORT_MS, timer -> bus.publish(Sockets.LOAD, new Load(node, sockets, false)));
  }

  private void pause(long milliseconds) {
    await(vertx.timer(milliseconds));
  }
}
