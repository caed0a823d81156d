package dev.verticker.price.feed;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Bus;
import dev.verticker.data.RedisClient;
import dev.verticker.dev.TestServers;
import dev.verticker.message.Feed;
import dev.verticker.message.Feed.State;
import dev.verticker.message.Feed.Status;
import dev.verticker.settings.RedisSettings;
import dev.verticker.settings.SettingsFiles;
import dev.verticker.settings.SettingsReader;
import dev.verticker.testing.Await;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.ResourceLockTarget;

/** Elections with durations divided by five, and a lease that a busy machine does not lose. */
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock(value = "redis", mode = ResourceAccessMode.READ, target = ResourceLockTarget.CHILDREN)
class FeedLeaderTest {
  private static final FeedLeader.ElectionTiming TIMING = new FeedLeader.ElectionTiming(
      Duration.ofMillis(1500),
      Duration.ofMillis(200),
      Duration.ofMillis(3000),
      Duration.ofMillis(12000),
      Duration.ofMillis(1000),
      Duration.ofMillis(800),
      Duration.ofMillis(600));

  private static final Instant MARKET_TIME = Instant.parse("2021-05-19T12:00:00Z");

  private final Vertx vertx = Vertx.vertx();
  private final Bus bus = new Bus(vertx, Clock.systemUTC(), new SimpleMeterRegistry());
  private final String keys = "verticker:" + UUID.randomUUID() + ":";
  private final RedisSettings redis = SettingsReader.read(
      SettingsFiles.load(
          Map.of(
              "VERTICKER_ENV", "development", "REDIS_URL", TestServers.redis().url()),
          Path.of("target")),
      RedisSettings::read);
  private final List<Status> statuses = new CopyOnWriteArrayList<>();

  @AfterEach
  void stop() {
    await(vertx.close());
  }

  @Test
  void one_node_leads_and_another_one_follows_when_it_is_killed() {
    var first = elected("a");
    var second = candidate("b");
    var third = candidate("c");
    await(vertx.timer(1000));
    assertFalse(second.leads() || third.leads());
    until("followers know the epoch", () -> second.epoch() == first.epoch());

    first.kill();

    until("another node leads", () -> second.leads() || third.leads());
    await(vertx.timer(1000));
    assertFalse(second.leads() && third.leads());
    var next = second.leads() ? second : third;
    assertTrue(next.epoch() > first.epoch());
    assertEquals(List.of("elected " + next.epoch()), next.events);
    assertTrue(next.holdsLease());
  }

  @Test
  void the_status_has_the_time_and_the_speed_of_the_market() {
    listen();
    elected("a");
    until("a status is published", () -> !statuses.isEmpty());
    assertEquals(MARKET_TIME, statuses.get(0).marketTime());
    assertEquals(60, statuses.get(0).speed());
  }

  @Test
  void a_leader_that_stops_hands_over_at_once() {
    var first = elected("a");
    var second = candidate("b");
    listen();
    await(vertx.timer(600));

    await(first.handOver());

    until("the other node leads", second::leads);
    assertEquals(List.of("elected " + first.epoch(), "resigned"), first.events);
    assertTrue(statuses.stream().anyMatch(s -> s.leader().equals("a") && s.state() == State.DOWN));
  }

  @Test
  void a_leader_whose_upstream_fails_releases_the_lease_and_does_not_request_it_again() {
    var first = elected("a");
    var second = candidate("b");

    first.onUpstreamFailure(Duration.ZERO);

    await(vertx.timer(1000));
    assertTrue(first.leads(), "not yet");
    until("the other node leads", second::leads);
    assertFalse(first.leads());
    await(vertx.timer(2000));
    assertTrue(second.leads());
    assertFalse(first.leads());
    assertEquals(List.of("elected " + first.firstEpoch(), "resigned"), first.events);
  }

  @Test
  void a_leader_without_a_successor_leads_again_when_the_lease_was_free_for_a_while() {
    var only = elected("a");
    only.onUpstreamFailure(Duration.ofSeconds(2));

    until("it gives the lease up and leads again", () -> only.eventTimes.size() == 3);

    var free = Duration.ofNanos(only.eventTimes.get(2) - only.eventTimes.get(1));
    assertTrue(free.compareTo(TIMING.free()) >= 0, free::toString);
    assertTrue(free.compareTo(TIMING.pause()) < 0, free::toString);
    assertTrue(only.epoch() > only.firstEpoch());
  }

  @Test
  void a_leader_whose_upstream_responds_in_time_keeps_the_lease() {
    var first = elected("a");
    candidate("b");
    // Together longer than a leader without a response keeps the lease.
    for (var i = 0; i < 3; i++) {
      first.onUpstreamFailure(Duration.ZERO);
      await(vertx.timer(1200));
      first.onUpstreamResponse();
    }
    assertTrue(first.leads());
    assertEquals(1, first.events.size());
  }

  @Test
  void a_leader_that_receives_a_higher_epoch_stops() {
    var first = elected("a");
    listen();

    bus.publish(Feed.STATUS, status("z", first.epoch() + 1_000));

    until(
        "it stops, and leads again with a higher epoch after the other node was silent",
        () -> first.events.size() == 3);
    assertEquals(first.firstEpoch() + 1_001, first.epoch());
    assertTrue(statuses.stream().noneMatch(s -> s.leader().equals("a") && s.state() == State.DOWN));
  }

  @Test
  void the_higher_node_id_wins_between_equal_epochs() {
    var first = elected("m");
    bus.publish(Feed.STATUS, status("b", first.epoch()));
    await(vertx.timer(600));
    assertTrue(first.leads());
    bus.publish(Feed.STATUS, status("z", first.epoch()));
    until("it stops", () -> first.events.contains("resigned"));
  }

  @Test
  void a_leader_with_a_lower_epoch_learns_the_highest_one_from_other_nodes() {
    candidate("follower");
    var epoch = System.currentTimeMillis() + 60_000;
    bus.publish(Feed.STATUS, status("highest", epoch));
    await(vertx.timer(200));
    listen();
    bus.publish(Feed.STATUS, status("suspended", epoch - 1));
    until("the highest is published", () -> statuses.stream()
        .anyMatch(s -> s.leader().equals("highest")));
  }

  @Test
  void the_status_of_a_dead_leader_is_not_repeated_as_if_it_led() {
    holdLeaseElsewhere();
    var follower = candidate("follower");
    var epoch = System.currentTimeMillis() + 60_000;
    bus.publish(Feed.STATUS, status("dead", epoch));
    until("it is known", () -> follower.epoch() == epoch);
    await(vertx.timer(TIMING.silence().toMillis() + 100));
    listen();

    bus.publish(Feed.STATUS, status("new", epoch - 1));

    until("the epoch is answered", () -> statuses.stream()
        .anyMatch(s -> s.leader().equals("dead")));
    assertEquals(
        Set.of(State.DOWN),
        statuses.stream()
            .filter(s -> s.leader().equals("dead"))
            .map(Status::state)
            .collect(Collectors.toSet()));
  }

  @Test
  void a_leader_exceeds_the_epoch_of_a_leader_that_is_down_and_leads_on() {
    var leader = elected("a");
    var down = leader.epoch() + 60_000;
    bus.publish(Feed.STATUS, status("dead", down).in(State.DOWN, Instant.EPOCH));

    until("it has a higher epoch", () -> leader.epoch() == down + 1);

    assertTrue(leader.leads() && leader.holdsLease());
    assertEquals(
        List.of("elected " + leader.firstEpoch(), "resigned", "elected " + (down + 1)),
        leader.events);
  }

  @Test
  @ResourceLock("redis")
  void without_redis_the_leader_stays_and_after_its_end_another_node_leads_without_the_lease() {
    var first = elected("a");
    var second = candidate("b");
    TestServers.redis().kill();
    try {
      until("it has no lease", () -> !first.holdsLease());
      await(vertx.timer(2000));
      assertTrue(first.leads());
      assertFalse(second.leads());

      first.kill();

      until("the other node leads", second::leads);
      assertFalse(second.holdsLease());
      assertTrue(second.epoch() > first.epoch());
    } finally {
      TestServers.redis().start();
    }
    var epoch = second.epoch();
    until("it acquires the lease", second::holdsLease);
    assertEquals(epoch, second.epoch(), "it leads without an interruption");
  }

  @Test
  @ResourceLock("redis")
  void a_flushed_redis_does_not_change_the_leader() {
    var first = elected("a");
    var second = candidate("b");
    await(vertx.timer(600));
    for (var i = 0; i < 10; i++) {
      flush();
      await(vertx.timer(140));
    }
    assertTrue(first.leads() && !second.leads());
    assertEquals(1, first.events.size());
  }

  @Test
  void each_venue_and_each_cluster_has_its_own_leader() {
    elected("a");
    var other = candidate("b", "testnet", keys + "testnet:lease");
    until("it leads, too", other::leads);
  }

  @Test
  void the_leader_publishes_its_state_on_every_change_and_regularly() {
    listen();
    var first = elected("a");
    first.onUpstreamFailure(Duration.ZERO);
    until("stale", () -> last().state() == State.STALE);
    var since = last().since();
    until(
        "repeated", () -> statuses.stream().filter(s -> s.since().equals(since)).count() >= 3);
    first.onUpstreamResponse();
    until("polling", () -> last().state() == State.POLLING);
    first.setLive(true);
    until("live", () -> last().state() == State.LIVE);
    assertEquals(
        List.of(State.POLLING, State.STALE, State.POLLING, State.LIVE),
        statuses.stream()
            .map(Status::state)
            .reduce(
                List.<State>of(),
                (states, state) -> states.isEmpty() || states.get(states.size() - 1) != state
                    ? concat(states, state)
                    : states,
                (a, b) -> b));
    assertTrue(statuses.stream()
        .allMatch(s -> s.venue().equals("simulated") && s.epoch() == first.epoch()));
  }

  private static List<State> concat(List<State> states, State state) {
    var all = new ArrayList<>(states);
    all.add(state);
    return List.copyOf(all);
  }

  private Status last() {
    return statuses.isEmpty() ? status("none", 0) : statuses.get(statuses.size() - 1);
  }

  private void listen() {
    await(bus.subscribe(Feed.STATUS, statuses::add));
  }

  private static Status status(String leader, long epoch) {
    return new Status("simulated", epoch, leader, State.POLLING, Instant.EPOCH, Instant.EPOCH, 1);
  }

  private void flush() {
    send(Request.cmd(Command.FLUSHALL));
  }

  /** No candidate becomes the leader. */
  private void holdLeaseElsewhere() {
    send(Request.cmd(Command.SET).arg(keys + "simulated:lease").arg("another node"));
  }

  private void send(Request request) {
    var client = await(RedisClient.open(vertx, redis));
    await(client.send(request, RedisClient.MAX_TIMEOUT));
    await(client.close());
  }

  private Node elected(String name) {
    var node = candidate(name);
    until("node " + name + " leads", () -> node.leads() && node.holdsLease());
    return node;
  }

  private Node candidate(String name) {
    return candidate(name, "simulated", keys + "simulated:lease");
  }

  private Node candidate(String name, String venue, String key) {
    var node = new Node(
        new FeedLeader.Candidate(new FeedLeader.Market(venue, 60, () -> MARKET_TIME), name, key));
    node.deployment = await(vertx.deployVerticle(node));
    return node;
  }

  /** A node with a candidate alone. All calls run on its context. */
  private final class Node extends VerticleBase implements FeedLeader.Listener {
    final List<String> events = new CopyOnWriteArrayList<>();
    final List<Long> eventTimes = new CopyOnWriteArrayList<>();
    private final FeedLeader.Candidate self;
    private FeedLeader leader;
    private Context on;
    private String deployment;

    Node(FeedLeader.Candidate self) {
      this.self = self;
    }

    @Override
    public Future<?> start() {
      on = context;
      return RedisClient.open(vertx, redis).compose(client -> {
        leader =
            new FeedLeader(FeedLeaderTest.this.vertx, client, bus, Clock.systemUTC(), self, TIMING);
        leader.addListener(this);
        return leader.start();
      });
    }

    @Override
    public void onElected(long epoch) {
      events.add("elected " + epoch);
      eventTimes.add(System.nanoTime());
    }

    @Override
    public void onResigned() {
      events.add("resigned");
      eventTimes.add(System.nanoTime());
    }

    boolean leads() {
      return leader.isLeading();
    }

    long epoch() {
      return await(on, () -> Future.succeededFuture(leader.epoch()));
    }

    long firstEpoch() {
      return Long.parseLong(events.get(0).substring("elected ".length()));
    }

    boolean holdsLease() {
      return await(on, () -> Future.succeededFuture(leader.holdsLease()));
    }

    void onUpstreamFailure(Duration since) {
      on.runOnContext(now -> leader.onUpstreamFailure(since));
    }

    void onUpstreamResponse() {
      on.runOnContext(now -> leader.onUpstreamResponse());
    }

    void setLive(boolean live) {
      on.runOnContext(now -> leader.setLive(live));
    }

    Future<Void> handOver() {
      return Await.run(on, leader::stop);
    }

    /** Ends its timers and consumers, as the end of the process would. */
    void kill() {
      await(FeedLeaderTest.this.vertx.undeploy(deployment));
    }
  }
}
