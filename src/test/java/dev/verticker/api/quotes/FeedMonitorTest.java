package dev.verticker.api.quotes;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.bus.Bus;
import dev.verticker.message.Feed;
import dev.verticker.message.Feed.State;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FeedMonitorTest {
  private static final Instant EIGHT = Instant.parse("2026-03-01T08:00:00Z");
  private static final Duration NEVER = Duration.ofHours(1);

  private final Vertx vertx = Vertx.vertx();
  private final Bus bus = new Bus(vertx, Clock.systemUTC(), new SimpleMeterRegistry());
  private final List<String> events = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    await(vertx.close());
  }

  @Test
  void the_leader_with_the_highest_epoch_decides_and_a_new_one_is_announced() {
    open(NEVER);
    publish(5, "b", State.LIVE, EIGHT);
    publish(4, "c", State.STALE, EIGHT);
    publish(5, "a", State.STALE, EIGHT);
    publish(5, "b", State.POLLING, EIGHT);
    publish(6, "a", State.LIVE, EIGHT);
    publish(6, "a", State.LIVE, EIGHT);
    publish(6, "a", State.STALE, EIGHT);

    until("the last state", () -> events.contains("STALE"));

    assertEquals(List.of("LIVE", "POLLING", "LIVE", "new leader", "STALE"), events);
  }

  @Test
  void the_feed_is_down_without_a_status_and_any_node_may_lead_next() {
    var monitor = open(Duration.ofMillis(200));
    assertEquals(State.UNKNOWN, monitor.state().status().state());
    until("down", () -> events.contains("DOWN"));
    publish(5, "a", State.LIVE, EIGHT);
    until("down again", () -> events.size() == 3);
    var down = monitor.state().status();
    publish(4, "b", State.LIVE, EIGHT);
    until("live again", () -> events.size() == 5);

    assertEquals(List.of("DOWN", "LIVE", "DOWN", "LIVE", "new leader"), events.subList(0, 5));
    assertEquals("simulated", down.venue());
  }

  @Test
  void a_jump_of_the_market_clock_is_announced() {
    open(NEVER);
    publish(5, "a", State.LIVE, EIGHT);
    publish(5, "a", State.LIVE, EIGHT.plusSeconds(30));
    publish(5, "a", State.LIVE, EIGHT.plusSeconds(600));
    publish(5, "a", State.STALE, EIGHT.plusSeconds(600));

    until("the last state", () -> events.contains("STALE"));

    assertEquals(List.of("LIVE", "LIVE", "STALE"), events);
  }

  private FeedMonitor open(Duration downAfter) {
    var monitor = new FeedMonitor(vertx, bus, Clock.systemUTC(), downAfter);
    monitor.addListener(new FeedListener() {
      @Override
      public void onState(FeedState state) {
        events.add(state.status().state().name());
      }

      @Override
      public void onNewLeader() {
        events.add("new leader");
      }
    });
    await(vertx.getOrCreateContext(), monitor::start);
    return monitor;
  }

  /** The market runs at 60 times the speed of the clock. */
  private void publish(long epoch, String leader, State state, Instant marketTime) {
    bus.publish(
        Feed.STATUS, new Feed.Status("simulated", epoch, leader, state, EIGHT, marketTime, 60));
  }
}
