package dev.verticker.notification;

import static dev.verticker.notification.LogNode.entry;
import static dev.verticker.notification.LogNode.sequences;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Failure;
import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.Event;
import dev.verticker.message.Notifications.LogPage;
import dev.verticker.message.Notifications.OutboxEntry;
import dev.verticker.message.Notifications.ReadLog;
import dev.verticker.message.Notifications.ReadTopic;
import dev.verticker.message.Notifications.ReplayFrom;
import dev.verticker.message.Notifications.ReplayTopics;
import dev.verticker.testing.Provokes;
import dev.verticker.testing.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the log with partitions of 50 positions. */
class LogPartitionsTest {
  private static final long SIZE = 50;
  private static final Duration RETENTION = Duration.ofDays(30);

  private final LogNode node = new LogNode(TestDatabase.create(), SIZE, 100_000);
  private long lastId;

  @AfterEach
  void close() {
    node.close();
  }

  @Test
  void the_events_of_an_append_are_in_one_partition() {
    append(20, 7);
    append(20, 7);

    assertEquals(
        List.of("events_0 1 40", "events_1 50 89"),
        node.column("SELECT relname || ' ' || min(position) || ' ' || max(position)"
            + " FROM notification.events JOIN pg_class ON pg_class.oid = events.tableoid"
            + " GROUP BY relname ORDER BY relname"));
    assertEquals(
        LongStream.rangeClosed(1, 40).boxed().toList(),
        sequences(node.page("users").events()));
  }

  @Test
  void an_append_creates_the_partition_that_housekeeping_has_not_created() {
    for (var batch = 0; batch < 5; batch++) {
      append(20, 7);
    }
    assertEquals(100, node.page("users").newest());
    node.retain(RETENTION);
    assertEquals(
        List.of("0", "1", "2", "3", "4", "5"), partitions(), "one more than the current one");
  }

  @Test
  void a_partition_is_dropped_when_its_newest_event_is_older_than_the_retention() {
    append(20, 7);
    append(20, 8);
    node.clock.step(Duration.ofDays(31));
    append(20, 9);
    var before = node.page("users");
    var log = log();
    node.retain(RETENTION);

    var users = node.page("users");
    assertEquals(LongStream.rangeClosed(41, 60).boxed().toList(), sequences(users.events()));
    assertEquals(41, users.oldest());
    assertEquals(20, users.unread());
    assertEquals(before.epoch(), users.epoch());
    assertEquals(20, node.after("users", before.epoch(), 40).events().size());
    var gone = assertInstanceOf(
        Failure.Gone.class,
        node.failure(Notifications.READ_TOPIC, new ReadTopic("users", before.epoch(), 39L, 10)));
    assertEquals(
        new Failure.Gone.ResumeFrom(before.epoch(), 41), gone.resumeFrom().orElseThrow());
    var quiet = node.page("user.7");
    assertEquals(List.of(20L, 21L), List.of(quiet.newest(), quiet.oldest()));
    assertEquals(log.epoch(), log().epoch());
    assertEquals(2 * SIZE, log().oldest());
    append(1, 7);
    assertEquals(List.of(21L), sequences(node.page("user.7").events()), "the sequence continues");
  }

  @Test
  void a_topic_keeps_its_events_when_other_topics_have_many() {
    append(1, 7);
    for (var batch = 0; batch < 10; batch++) {
      append(20, 8);
    }
    node.retain(RETENTION);

    assertEquals(List.of(1L), sequences(node.page("user.7").events()));
  }

  @Test
  void a_partition_that_is_not_full_is_closed_after_a_day() {
    append(1, 7);
    node.retain(RETENTION);
    append(1, 7);
    assertEquals(4, log().head());
    node.clock.step(Duration.ofHours(25));
    node.retain(RETENTION);
    append(1, 7);
    node.clock.step(Duration.ofHours(25));

    assertEquals(SIZE + 1, log().head());
    assertEquals(List.of(1L, 2L, 3L), sequences(node.page("user.7").events()));
    node.retain(RETENTION);
    node.clock.step(Duration.ofHours(25));
    node.retain(RETENTION);
    append(1, 7);
    assertEquals(2 * SIZE + 1, log().head(), "an empty partition is not closed");
  }

  @Test
  void received_entries_are_deleted_after_two_weeks_and_recent_ones_are_kept() {
    node.postgres.execute(
        """
        INSERT INTO notification.received (source, entry, received_at)
        SELECT 'account', n, now() - interval '15 days' FROM generate_series(1000001, 1025000) AS n""");
    append(3, 7);
    node.retain(RETENTION);

    assertEquals(List.of("3"), node.column("SELECT count(*) FROM notification.received"));
  }

  @Test
  @Provokes(17)
  void clocks_that_differ_cause_no_gap() {
    append(20, 7);
    node.clock.step(Duration.ofDays(-40));
    append(20, 7);
    node.clock.step(Duration.ofDays(40));
    append(20, 7);
    for (var run = 0; run < 3; run++) {
      node.retain(RETENTION);
    }

    assertEquals(
        LongStream.rangeClosed(1, 60).boxed().toList(),
        sequences(node.page("users").events()));
  }

  @Test
  void a_backup_delays_the_drop_but_no_append_and_no_read() throws SQLException {
    append(20, 7);
    append(20, 7);
    node.clock.step(Duration.ofDays(31));
    append(20, 7);
    try (var backup = node.postgres.connect();
        var statement = backup.createStatement()) {
      backup.setAutoCommit(false);
      statement.execute("LOCK TABLE notification.events IN ACCESS SHARE MODE");
      node.retain(RETENTION);
      append(20, 7);
      assertEquals(80, node.page("users").newest());
      assertEquals(1, node.page("users").oldest());
    }
    node.retain(RETENTION);
    assertEquals(41, node.page("users").oldest());
  }

  @Test
  void a_replay_of_recent_events_reads_one_partition() {
    for (var batch = 0; batch < 8; batch++) {
      append(20, 7);
    }
    node.retain(RETENTION);
    var topic = new TopicState(
        "users",
        "epoch",
        1,
        160,
        0,
        LongStream.range(0, 8).boxed().toList(),
        LongStream.range(0, 8).map(batch -> batch * 20 + 1).boxed().toList());

    assertEquals(new TopicState.Range("users", 145, 160, 7, 7), topic.range(145, 500));
    assertEquals(new TopicState.Range("users", 139, 149, 6, 7), topic.range(139, 10));
    assertEquals(null, topic.range(160, 500));
  }

  /** Two nodes append and clean up in random order; every reader receives every retained event once and in order. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void readers_miss_no_event_across_partitions(long seed) {
    var random = new Random(seed);
    var expected = new TreeMap<Long, Event>();
    var followed = new ArrayList<Event>();
    try (var other = new LogNode(node.postgres, SIZE, 100_000)) {
      var nodes = List.of(node, other);
      var epoch = log().epoch();
      for (var step = 0; step < 120; step++) {
        var used = nodes.get(random.nextInt(2));
        switch (random.nextInt(8)) {
          case 0 -> nodes.forEach(each -> each.clock.step(Duration.ofHours(random.nextInt(80))));
          case 1 -> used.retain(RETENTION);
          case 2 -> follow(used, epoch, followed);
          default -> {
            var entries = new OutboxEntry[1 + random.nextInt(20)];
            for (var i = 0; i < entries.length; i++) {
              entries[i] = entry(++lastId, 1 + random.nextInt(4));
            }
            used.append(entries);
          }
        }
      }
      follow(node, epoch, followed);
      followed.forEach(event -> expected.put(event.position(), event));
      assertEquals(new ArrayList<>(expected.values()), followed, "in order, each once");
      assertEquals(2 * lastId, followed.size(), "none is missed");
      for (var topic : List.of("users", "user.1", "user.2", "user.3", "user.4")) {
        var events =
            followed.stream().filter(event -> event.topic().equals(topic)).toList();
        assertEquals(LongStream.rangeClosed(1, events.size()).boxed().toList(), sequences(events));
        assertReplays(random, topic, events);
      }
    }
  }

  /** Resumes after a retained sequence, with a limit. */
  private void assertReplays(Random random, String topic, List<Event> events) {
    var state = node.page(topic);
    assertEquals(events.size(), state.newest());
    assertTrue(state.oldest() >= 1 && state.oldest() <= state.newest() + 1);
    for (var attempt = 0; attempt < 20; attempt++) {
      var after = state.oldest() - 1 + random.nextInt((int) (state.newest() - state.oldest() + 2));
      var limit = 1 + random.nextInt(100);
      var last = (int) Math.min(after + limit, state.newest());
      var replayed = node
          .ask(
              Notifications.REPLAY,
              new ReplayTopics(
                  List.of(new ReplayFrom(topic, after), new ReplayFrom("users", null)), limit))
          .topics()
          .stream()
          .filter(found -> found.topic().equals(topic) && !found.events().isEmpty()
              || found.topic().equals(topic) && after == state.newest())
          .findFirst()
          .orElseThrow();
      assertEquals(events.subList((int) after, last), replayed.events());
    }
  }

  private static void follow(LogNode node, String epoch, List<Event> followed) {
    var position = followed.isEmpty() ? 0 : followed.get(followed.size() - 1).position();
    while (true) {
      var page = node.ask(Notifications.READ_LOG, new ReadLog(epoch, position));
      followed.addAll(page.events());
      position = page.events().size() < Notifications.MAX_EVENTS
          ? Math.max(position, page.head())
          : page.events().get(page.events().size() - 1).position();
      if (position >= node.ask(Notifications.READ_LOG, new ReadLog(null, 0)).head()) {
        return;
      }
    }
  }

  private void append(int entries, long userId) {
    var batch = new OutboxEntry[entries];
    for (var i = 0; i < entries; i++) {
      batch[i] = entry(++lastId, userId);
    }
    assertEquals(entries, node.append(batch));
  }

  private LogPage log() {
    return node.ask(Notifications.READ_LOG, new ReadLog(null, 0));
  }

  private List<String> partitions() {
    return node.column(
        "SELECT substr(relname, 8) FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid"
            + " WHERE inhparent = 'notification.events'::regclass ORDER BY substr(relname, 8)::bigint");
  }
}
