package dev.verticker.api.socket.topic;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.socket.protocol.Command;
import dev.verticker.api.socket.protocol.Frame;
import dev.verticker.api.socket.topic.ConflatedTopic.Changes;
import dev.verticker.api.socket.topic.ConflatedTopic.TopicResources;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConflatedTopicTest {
  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final Numbers numbers = new Numbers();
  private final ConflatedTopic<Integer> topic = new ConflatedTopic<>(
      new TopicResources(vertx, metrics.counter("conflated")), numbers, () -> numbers.used = false);

  @AfterEach
  void close() {
    await(vertx.close());
  }

  @Test
  void changes_within_the_interval_of_a_subscriber_are_one_frame() {
    var often = add(500);
    var seldom = add(3_600_000);
    // In one task: the interval may end between two tasks.
    publish(1, 2, 3);

    until("all changes", () -> often.texts().equals(List.of("snapshot 0", "1", "2,3")));
    assertEquals(List.of("snapshot 0", "1"), seldom.texts());
  }

  @Test
  void subscribers_with_the_same_changes_share_a_frame() {
    var first = add(100);
    var second = add(100);
    publish(1);

    assertSame(first.frames.get(0), second.frames.get(0));
    assertSame(first.frames.get(1), second.frames.get(1));
  }

  @Test
  void a_subscriber_that_is_not_writable_receives_its_snapshot_when_it_is() {
    var slow = new RecordingSubscriber();
    slow.writable = false;
    add(slow, 100);
    publish(1);
    assertEquals(List.of(), slow.texts());

    slow.writable = true;
    run(() -> slow.subscription.onWritable());
    publish(2);

    until("the change", () -> slow.texts().equals(List.of("snapshot 1", "2")));
  }

  @Test
  void a_slow_subscriber_receives_one_frame_with_all_changes_and_is_counted() {
    var slow = add(100);
    var healthy = add(100);
    slow.writable = false;
    publish(1);
    publish(2);
    until("both changes", () -> healthy.texts().equals(List.of("snapshot 0", "1", "2")));
    assertEquals(2, metrics.counter("conflated").count());

    slow.writable = true;
    run(() -> slow.subscription.onWritable());

    until("the missed changes", () -> slow.texts().equals(List.of("snapshot 0", "1,2")));
  }

  @Test
  void a_slow_subscriber_receives_a_snapshot_that_it_missed_instead_of_its_changes() {
    var slow = add(100);
    slow.writable = false;
    publish(1);
    run(topic::sendSnapshot);

    slow.writable = true;
    run(() -> slow.subscription.onWritable());

    assertEquals(List.of("snapshot 0", "snapshot 1"), slow.texts());
  }

  @Test
  void an_urgent_change_is_sent_immediately() {
    var subscriber = add(3_600_000);
    publish(1);
    publish(2);
    run(() -> topic.onChange(3, true));
    assertEquals(List.of("snapshot 0", "1", "2,3"), subscriber.texts());
  }

  @Test
  void the_last_subscriber_ends_the_topic() {
    var first = add(100);
    var second = add(250);
    run(() -> first.subscription.cancel());
    assertTrue(numbers.used);
    run(() -> second.subscription.cancel());
    assertTrue(topic.isEmpty() && !numbers.used);
  }

  @ParameterizedTest
  @CsvSource({
    "100, 100",
    "101, 150",
    "250, 250",
    "1000, 1000",
    "1001, 1250",
    "10000, 10000",
    "10001, 11000",
    "60000, 60000",
    "60001, 120000",
    "3600000, 3600000"
  })
  void a_requested_interval_is_rounded_up_to_a_step(int requested, int everyMs) {
    assertEquals(everyMs, ConflatedTopic.roundUp(requested));
  }

  @Test
  void all_intervals_of_a_topic_share_at_most_170_groups() {
    var intervals = IntStream.rangeClosed(
            Command.Subscribe.MIN_EVERY_MS, Command.Subscribe.MAX_EVERY_MS)
        .map(ConflatedTopic::roundUp)
        .distinct()
        .count();
    assertTrue(intervals <= 170, intervals + " groups");
  }

  private RecordingSubscriber add(int everyMs) {
    return add(new RecordingSubscriber(), everyMs);
  }

  private RecordingSubscriber add(RecordingSubscriber subscriber, int everyMs) {
    run(() -> subscriber.subscription = topic.add(subscriber, everyMs));
    return subscriber;
  }

  private void publish(int... further) {
    run(() -> {
      for (var number : further) {
        numbers.newest = number;
        topic.onChange(number);
      }
    });
  }

  private void run(Runnable task) {
    await(context, () -> {
      task.run();
      return Future.succeededFuture();
    });
  }

  /** A topic of numbers, whose state is the newest one. */
  private static final class Numbers implements ConflatedTopic.Source<Integer> {
    private int newest;
    private volatile boolean used = true;

    @Override
    public List<Frame> snapshot() {
      return List.of(frame("snapshot " + newest));
    }

    @Override
    public Changes<Integer> noChanges() {
      return new Changes<>() {
        private final List<String> changes = new ArrayList<>();

        @Override
        public void add(Integer change) {
          changes.add(change.toString());
        }

        @Override
        public boolean isEmpty() {
          return changes.isEmpty();
        }

        @Override
        public List<Frame> encode() {
          return List.of(frame(String.join(",", changes)));
        }
      };
    }

    private static Frame frame(String text) {
      return Frame.of("numbers", new JsonObject().put("text", text));
    }
  }
}
