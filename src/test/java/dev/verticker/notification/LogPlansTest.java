package dev.verticker.notification;

import static dev.verticker.notification.LogNode.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.FindUnread;
import dev.verticker.message.Notifications.MarkRead;
import dev.verticker.message.Notifications.ReadBefore;
import dev.verticker.message.Notifications.ReadLog;
import dev.verticker.message.Notifications.ReadTopic;
import dev.verticker.message.Notifications.ReplayFrom;
import dev.verticker.message.Notifications.ReplayTopics;
import dev.verticker.testing.SequentialScans;
import dev.verticker.testing.TestDatabase;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs every query of the schema {@code notification} on a million events in several partitions. */
@Tag("faults")
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class LogPlansTest {
  private static final long PARTITION = 250_000;
  private static final int EVENTS = 1_000_000;
  private static final int USERS = 100_000;
  private static final int REPETITIONS = 8;

  private static final TestDatabase postgres = TestDatabase.create();

  @BeforeAll
  static void insert_a_million_events() {
    // Creates the first partitions.
    open().close();
    postgres.execute(
        """
        DO $$
        BEGIN
          FOR number IN 2..4 LOOP
            EXECUTE format('CREATE TABLE notification.events_%%s (LIKE notification.events INCLUDING CONSTRAINTS)', number);
            EXECUTE format('ALTER TABLE notification.events ATTACH PARTITION notification.events_%%s FOR VALUES FROM (%%s) TO (%%s)',
                           number, number * %1$d, (number + 1) * %1$d);
          END LOOP;
        END
        $$;
        INSERT INTO notification.events (position, topic, seq, at, logged_at, event, user_id, actor_id, audience_permission,
                                         audience_user, payload)
        SELECT n, topic, row_number() OVER (PARTITION BY topic ORDER BY n), now(), now(), 'user_updated', user_id, n / 2 %% 5000 + 1,
               CASE WHEN topic = 'users' THEN 'users.read' END, CASE WHEN topic <> 'users' THEN user_id END,
               jsonb_build_object('event', 'user_updated', 'user_id', user_id, 'by', jsonb_build_object('username', 'ada'))
          FROM generate_series(1, %2$d - 1) AS n,
               LATERAL (SELECT n / 2 %% %3$d + 1 AS user_id) AS subject,
               LATERAL (SELECT CASE n %% 2 WHEN 0 THEN 'user.' || user_id ELSE 'users' END AS topic) AS event;
        INSERT INTO notification.topics (name, seq, partitions, first_seqs)
        SELECT topic, max(newest), array_agg(number ORDER BY number), array_agg(first_seq ORDER BY number)
          FROM (
                 SELECT topic, position / %1$d AS number, min(seq) AS first_seq, max(seq) AS newest
                   FROM notification.events
                  GROUP BY topic, number
               ) AS counted
         GROUP BY topic;
        INSERT INTO notification.log (head) VALUES (%2$d - 1);
        INSERT INTO notification.received (source, entry, received_at)
        SELECT 'account', n, now() - CASE WHEN n <= 1000 THEN interval '20 days' ELSE interval '0' END
          FROM generate_series(1, %2$d) AS n;
        INSERT INTO notification.read_marks (topic, up_to) SELECT 'user.' || n, 1 FROM generate_series(1, %3$d) AS n;
        INSERT INTO notification.erased_users (user_id, erased_at, up_to, rewritten_to)
        SELECT 10 * %3$d + n, now(), 10, 10 FROM generate_series(1, %3$d) AS n;
        """
            .formatted(PARTITION, EVENTS, USERS));
    postgres.execute("VACUUM ANALYZE");
  }

  @Test
  void no_request_scans_a_large_table() {
    var scans = SequentialScans.of(postgres, "notification");
    var node = open();
    try {
      var log = node.ask(Notifications.READ_LOG, new ReadLog(null, 0));
      assertEquals(EVENTS - 1, log.head());
      repeat(run -> {
        append(node, run);
        readLog(node, log.epoch());
        readTopics(node, run);
        mark(node, run + 1);
      });
      node.retain(Duration.ofDays(30));
      node.clock.step(Duration.ofDays(2));
      node.retain(Duration.ofDays(30));
    } finally {
      node.close();
    }
    scans.assertNone(
        "erased_users",
        "events_0",
        "events_1",
        "events_2",
        "events_3",
        "read_marks",
        "received",
        "topics");
  }

  /** Appends new entries and known ones, of known and of new users, and erases a user. */
  private static void append(LogNode node, int run) {
    var id = 10L * EVENTS + 10 * run;
    var known = entry(id, 7);
    assertEquals(2, node.append(known, entry(id + 1, 20L * USERS + run)));
    assertEquals(0, node.append(known));
    assertEquals(1, node.append(entry(id + 2, 500 + run, "user_erased", 1L, true)));
    assertEquals(1, node.append(entry(id + 3, 500 + run)));
  }

  private static void readLog(LogNode node, String epoch) {
    for (var position : new long[] {0, EVENTS / 2, EVENTS - 100}) {
      var page = node.ask(Notifications.READ_LOG, new ReadLog(epoch, position));
      assertTrue(page.events().size() >= 99, page::toString);
    }
  }

  private static void readTopics(LogNode node, int run) {
    for (var topic : new String[] {Notifications.USERS, Notifications.ownTopic(7)}) {
      var page = node.ask(Notifications.READ_TOPIC, new ReadTopic(topic, null, null, 500));
      node.ask(
          Notifications.READ_TOPIC, new ReadTopic(topic, page.epoch(), page.newest() - 1, 500));
      node.ask(Notifications.READ_BEFORE, new ReadBefore(topic, null, null, 100));
      node.ask(Notifications.READ_BEFORE, new ReadBefore(topic, page.epoch(), page.newest(), 100));
      node.ask(Notifications.UNREAD, new FindUnread(topic));
    }
    var topics = LongStream.range(1000, 1200)
        .mapToObj(id -> new ReplayFrom(Notifications.ownTopic(id), id % 2 == 0 ? null : 0L))
        .toList();
    assertEquals(
        topics.size(),
        node.ask(Notifications.REPLAY, new ReplayTopics(topics, 100)).topics().size());
    node.page(Notifications.ownTopic(30L * USERS + run));
  }

  private static void mark(LogNode node, long upTo) {
    var topic = Notifications.ownTopic(8);
    var epoch = node.page(topic).epoch();
    node.ask(Notifications.MARK, new MarkRead(topic, epoch, Math.min(upTo, 4)));
  }

  private static LogNode open() {
    return new LogNode(postgres, PARTITION, 100_000);
  }

  private static void repeat(IntConsumer work) {
    for (var run = 0; run < REPETITIONS; run++) {
      work.accept(run);
    }
  }
}
