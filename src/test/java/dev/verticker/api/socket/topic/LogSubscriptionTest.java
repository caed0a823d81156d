package dev.verticker.api.socket.topic;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.socket.log.LogReader;
import dev.verticker.api.socket.protocol.Command;
import dev.verticker.api.socket.protocol.Frame;
import dev.verticker.api.socket.protocol.ResumePoint;
import dev.verticker.api.user.UserFrontDoor;
import dev.verticker.context.NodeContext;
import dev.verticker.message.Notifications.Audience;
import dev.verticker.testing.RecordedHealth;
import dev.verticker.testing.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests replays to subscribers that read slowly, and to very many subscribers, on a real event log. */
class LogSubscriptionTest {
  private static final long LIMIT_OF_NODE = 1024 * 1024;
  private static final long MAX_HELD = 256 * 1024;
  private static final long USER = 4711;
  private static final String TOPIC = "user." + USER;
  private static final int EVENTS = 1500;
  private static final int EVENT_BYTES = 2000;

  private final TestDatabase database = TestDatabase.create();
  private final UserFrontDoor door = UserFrontDoor.open(database, Map.of());
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final Context context = door.vertx.getOrCreateContext();
  private final AtomicLong held = new AtomicLong();
  private final AtomicLong maxHeld = new AtomicLong();
  private EventLogChannel channel;

  @AfterEach
  void close() {
    door.close();
  }

  @Test
  void a_subscriber_without_room_holds_a_bounded_part_of_its_replay_and_loses_nothing() {
    append(USER, EVENTS);
    open();
    var subscribers =
        IntStream.range(0, 20).mapToObj(i -> subscribe(TOPIC, epoch(TOPIC), 40)).toList();
    until("all are confirmed", () -> subscribers.stream().allMatch(Recorder::isConfirmed));
    for (var subscriber : subscribers) {
      assertTrue(subscriber.held <= MAX_HELD, "held: " + subscriber.held);
    }
    assertTrue(held.get() > 0);
    assertTrue(maxHeld.get() <= LIMIT_OF_NODE, "all: " + maxHeld);

    subscribers.forEach(subscriber -> subscriber.read(Integer.MAX_VALUE));
    until(Duration.ofSeconds(30), "all events", () -> subscribers.stream()
        .allMatch(subscriber -> subscriber.count() == EVENTS));
    for (var subscriber : subscribers) {
      assertEquals(LongStream.rangeClosed(1, EVENTS).boxed().toList(), subscriber.sequences());
    }
    assertEquals(0, held.get());
    // Live again.
    append(USER, 1);
    until("the next event", () -> subscribers.get(0).count() == EVENTS + 1);
  }

  @Test
  void a_cancelled_subscription_holds_nothing() {
    append(USER, EVENTS);
    open();
    var subscriber = subscribe(TOPIC, epoch(TOPIC), 40);
    until("it holds events", () -> held.get() > 0);
    await(context, () -> Future.succeededFuture(subscriber.subscription.cancel()));
    assertEquals(0, held.get());
  }

  @Test
  @Tag("faults")
  @Tag("alone")
  @Timeout(300)
  void twenty_thousand_subscribers_of_distinct_topics_resume_within_thirty_seconds() {
    var count = 20_000;
    appendToEach(count, 3);
    open();
    var epochs = database.rows(
        "SELECT name, epoch::text FROM notification.topics WHERE name LIKE 'user.10_____'");
    var began = System.nanoTime();
    var subscribers = new ArrayList<Recorder>();
    for (var topic : epochs) {
      var subscriber = new Recorder(Integer.MAX_VALUE);
      subscribers.add(subscriber);
      subscriber.subscribe(topic.get(0), topic.get(1));
    }
    assertEquals(count, subscribers.size());
    until(Duration.ofSeconds(30), "all have resumed", () -> subscribers.stream()
        .allMatch(s -> s.isConfirmed() && s.count() == 3));
    var seconds = (System.nanoTime() - began) / 1e9;
    var queries = metrics.get("socket_replay_queries_total").counter().count();
    System.out.printf(
        "%d subscribers of distinct topics resumed after %.1f s with %.0f queries%n",
        count, seconds, queries);
    assertTrue(queries <= seconds + 1, queries + " queries");
    for (var subscriber : subscribers) {
      assertTrue(subscriber.recovered);
      assertEquals(List.of(1L, 2L, 3L), subscriber.sequences());
    }
  }

  private void open() {
    var node = new NodeContext(door.bus, door.clock, new RecordedHealth(), handler -> {}, metrics);
    channel = await(context, () -> {
      var log = new LogReader(door.vertx, node);
      return log.start().map(started -> new EventLogChannel(context, log, metrics));
    });
  }

  private Recorder subscribe(String topic, String epoch, int room) {
    var subscriber = new Recorder(room);
    subscriber.subscribe(topic, epoch);
    return subscriber;
  }

  private String epoch(String topic) {
    return database.value(
        "SELECT epoch::text FROM notification.topics WHERE name = '" + topic + "'");
  }

  private void append(long user, int events) {
    var before = logged();
    database.execute(
        """
        INSERT INTO account.outbox (at, event, user_id, topics, payload)
        SELECT now(), 'user_updated', %d, ARRAY['user.%d'],
               jsonb_build_object('event', 'user_updated', 'user_id', %d, 'data', jsonb_build_object('x', repeat('x', %d)))
          FROM generate_series(1, %d)"""
            .formatted(user, user, user, EVENT_BYTES, events));
    until(Duration.ofSeconds(30), "in the log", () -> logged() == before + events);
  }

  private void appendToEach(int users, int events) {
    database.execute(
        """
        INSERT INTO account.outbox (at, event, user_id, topics, payload)
        SELECT now(), 'user_updated', 1000000 + n, ARRAY['user.' || 1000000 + n],
               jsonb_build_object('event', 'user_updated', 'user_id', 1000000 + n, 'data', '{}'::jsonb)
          FROM generate_series(1, %d) AS n, generate_series(1, %d)"""
            .formatted(users, events));
    until(Duration.ofSeconds(200), "in the log", () -> logged() == (long) users * events);
  }

  private long logged() {
    return database.number("SELECT count(*) FROM notification.events WHERE event = 'user_updated'");
  }

  /** A subscriber that has room for some frames. */
  private final class Recorder implements Subscriber {
    private final List<JsonObject> frames = new ArrayList<>();
    private final AtomicInteger room;
    private volatile long held;
    private volatile boolean confirmed;
    private volatile boolean recovered;
    private Subscription subscription;

    Recorder(int room) {
      this.room = new AtomicInteger(room);
    }

    void subscribe(String topic, String epoch) {
      var since = new ResumePoint(epoch, 0);
      context.runOnContext(here -> subscription = channel.subscribe(
          this, new Command.Subscribe(topic, null, since, Command.Subscribe.MIN_EVERY_MS), since));
    }

    void read(int frames) {
      room.set(frames);
      context.runOnContext(here -> subscription.onWritable());
    }

    boolean isConfirmed() {
      return confirmed;
    }

    synchronized long count() {
      return frames.size();
    }

    synchronized List<Long> sequences() {
      return frames.stream().map(frame -> frame.getLong("seq")).toList();
    }

    @Override
    public boolean canReceive(Audience audience) {
      return true;
    }

    @Override
    public synchronized void send(Frame frame) {
      var json = new JsonObject(frame.json());
      if ("subscribed".equals(json.getString("event"))) {
        confirmed = true;
        recovered = json.getBoolean("recovered");
      } else {
        room.decrementAndGet();
        frames.add(json);
      }
    }

    @Override
    public void sendNow(Frame frame) {
      send(frame);
    }

    @Override
    public boolean isWritable() {
      return room.get() > 0;
    }

    @Override
    public boolean hold(int bytes) {
      if (LogSubscriptionTest.this.held.get() + bytes > LIMIT_OF_NODE) {
        return false;
      }
      held += bytes;
      maxHeld.accumulateAndGet(LogSubscriptionTest.this.held.addAndGet(bytes), Math::max);
      return true;
    }

    @Override
    public void release(int bytes) {
      held -= bytes;
      LogSubscriptionTest.this.held.addAndGet(-bytes);
    }

    @Override
    public void unsubscribe(String topic, Throwable reason) {
      throw new AssertionError(topic, reason);
    }
  }
}
