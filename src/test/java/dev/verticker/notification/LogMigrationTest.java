package dev.verticker.notification;

import static dev.verticker.notification.LogNode.entry;
import static dev.verticker.notification.LogNode.payloads;
import static dev.verticker.notification.LogNode.sequences;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.verticker.bus.Failure;
import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.FindUnread;
import dev.verticker.message.Notifications.LogPage;
import dev.verticker.message.Notifications.ReadLog;
import dev.verticker.message.Notifications.ReadTopic;
import dev.verticker.node.Migrations;
import dev.verticker.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Migrates a filled log of version 1.0.0. */
class LogMigrationTest {
  private static final Duration RETENTION = Duration.ofDays(30);

  private final TestDatabase database = TestDatabase.createEmpty();
  private LogNode node;

  /** Retention has deleted the first 20 of 100 entries, which alternate between two users; user 3 is erased. */
  @BeforeEach
  void a_filled_log_of_version_1() {
    Flyway.configure()
        .dataSource(
            database.login().jdbcUrl(),
            database.login().user(),
            database.login().password())
        .schemas("notification")
        .table("migrations")
        .locations("classpath:db/migration/notification")
        .target("1")
        .load()
        .migrate();
    database.execute(
        """
        INSERT INTO notification.log (head) VALUES (200);
        INSERT INTO notification.topics (name, seq) VALUES ('users', 100), ('user.1', 50), ('user.2', 50), ('user.9', 0);
        INSERT INTO notification.events
               (position, topic, seq, at, logged_at, event, user_id, actor_id, audience_permission, audience_user, payload)
        SELECT 2 * n - own, CASE own WHEN 1 THEN 'users' ELSE 'user.' || 1 + n % 2 END,
               CASE own WHEN 1 THEN n ELSE (n + 1) / 2 END, now(), now(), 'user_updated', 1 + n % 2, 5,
               CASE own WHEN 1 THEN 'users.read' END, CASE own WHEN 0 THEN 1 + n % 2 END,
               jsonb_build_object('event', 'user_updated', 'user_id', 1 + n % 2, 'by', jsonb_build_object('id', 5), 'n', n)
          FROM generate_series(21, 100) AS n, (VALUES (0), (1)) AS topic (own);
        INSERT INTO notification.received (source, entry, received_at)
        SELECT 'account', n, now() FROM generate_series(1, 100) AS n;
        INSERT INTO notification.erased_users (user_id, erased_at) VALUES (3, now());
        INSERT INTO notification.read_marks (topic, up_to) VALUES ('user.1', 40);
        """);
  }

  @AfterEach
  void close() {
    if (node != null) {
      node.close();
    }
  }

  private void migrate() {
    Migrations.packaged(Duration.ofSeconds(5)).migrate(database.settings("notification"));
    node = new LogNode(database);
  }

  @Test
  void clients_resume_with_their_tokens_and_sequences_continue() {
    var epoch = database.value("SELECT epoch FROM notification.topics WHERE name = 'users'");
    var logEpoch = database.value("SELECT epoch FROM notification.log");
    migrate();
    assertEquals(0, node.append(entry(100, 1)), "an entry that version 1.0.0 appended");
    assertEquals(1, node.append(entry(101, 1)));

    var resumed = node.after("users", epoch, 90);
    assertEquals(LongStream.rangeClosed(91, 101).boxed().toList(), sequences(resumed.events()));
    assertEquals(91, payloads(resumed.events()).get(0).getInteger("n"));
    assertEquals(List.of(21L, 101L), List.of(resumed.oldest(), resumed.newest()));
    assertEquals(81, node.after("users", epoch, 20).events().size());
    assertInstanceOf(
        Failure.Gone.class,
        node.failure(Notifications.READ_TOPIC, new ReadTopic("users", epoch, 19L, 10)));
    assertEquals(11, node.ask(Notifications.UNREAD, new FindUnread("user.1")).count());
    var page = node.ask(Notifications.READ_LOG, new ReadLog(logEpoch, 190));
    assertEquals(
        new LogPage(logEpoch, 202, 41, page.events()), page, "the log continues for front doors");
    assertEquals(LongStream.rangeClosed(191, 202).boxed().toList(), positions(page));
    node.append(entry(102, 9));
    assertEquals(List.of(1L), sequences(node.page("user.9").events()));
    assertEquals(
        List.of(), node.column("SELECT name FROM notification.topics WHERE name = 'user.3'"));
  }

  @Test
  void the_former_table_is_closed_after_a_day_and_dropped_with_its_last_event() {
    migrate();
    node.retain(RETENTION);
    node.append(entry(101, 1));
    assertEquals(202, node.ask(Notifications.READ_LOG, new ReadLog(null, 0)).head());
    node.clock.step(Duration.ofHours(25));
    node.retain(RETENTION);
    node.append(entry(102, 1));

    var users = node.page("users");
    assertEquals(LongStream.rangeClosed(21, 102).boxed().toList(), sequences(users.events()));
    assertEquals(
        List.of(LogPartitions.SIZE + 1),
        positions(node.ask(
            Notifications.READ_LOG,
            new ReadLog(
                node.ask(Notifications.READ_LOG, new ReadLog(null, 0)).epoch(),
                LogPartitions.SIZE))));
    node.clock.step(Duration.ofDays(30));
    node.retain(RETENTION);
    assertEquals(List.of(102L), sequences(node.page("users").events()));
    assertEquals(
        List.of("events_1", "events_2", "events_3"),
        node.column("SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid"
            + " WHERE inhparent = 'notification.events'::regclass ORDER BY 1"));
  }

  @Test
  void a_log_with_more_positions_than_a_partition_is_migrated() {
    database.execute(
        """
        UPDATE notification.events SET position = position + 9999900;
        UPDATE notification.log SET head = head + 9999900;
        """);
    var epoch = database.value("SELECT epoch FROM notification.topics WHERE name = 'users'");
    migrate();
    node.append(entry(101, 1));

    assertEquals(
        LongStream.rangeClosed(21, 101).boxed().toList(),
        sequences(node.after("users", epoch, 20).events()));
    assertEquals(
        LongStream.rangeClosed(49, 60).boxed().toList(),
        sequences(node.after("users", epoch, 48).events().subList(0, 12)));
  }

  /** The statements of version 1.0.0, which runs on other nodes during the upgrade. */
  @Test
  void nodes_of_version_1_append_read_and_clean_up_during_the_upgrade() {
    migrate();
    database.execute(
        """
        INSERT INTO notification.topics AS topic (name, seq)
        SELECT name, more
          FROM ROWS FROM (unnest('{user.1,user.8,users}'::text[]), unnest('{1,1,2}'::bigint[])) AS appended (name, more)
        ON CONFLICT (name) DO UPDATE SET seq = topic.seq + excluded.seq;
        INSERT INTO notification.log AS log (head) VALUES (4)
        ON CONFLICT (only_one) DO UPDATE SET head = log.head + excluded.head;
        INSERT INTO notification.events
               (position, topic, seq, at, logged_at, event, user_id, audience_permission, audience_user, payload)
        VALUES (201, 'users', 101, now(), now(), 'e', 1, 'users.read', NULL, '{}'),
               (202, 'user.1', 51, now(), now(), 'e', 1, NULL, 1, '{}'),
               (203, 'users', 102, now(), now(), 'e', 8, 'users.read', NULL, '{}'),
               (204, 'user.8', 1, now(), now(), 'e', 8, NULL, 8, '{}');
        DELETE FROM notification.events
         WHERE position IN (SELECT position FROM notification.events ORDER BY position LIMIT 1000);
        """);
    assertEquals("41", database.value("SELECT min(position) FROM notification.events"));
    assertEquals(List.of(1L), sequences(node.page("user.8").events()), "before another append");
    node.append(entry(101, 1), entry(102, 8));

    assertEquals(
        LongStream.rangeClosed(21, 104).boxed().toList(),
        sequences(node.page("users").events()));
    assertEquals(List.of(1L, 2L), sequences(node.page("user.8").events()));
    assertEquals(52, node.page("user.1").newest());
  }

  @Test
  void an_empty_log_is_migrated() {
    database.execute(
        "TRUNCATE notification.log, notification.topics, notification.events, notification.received,"
            + " notification.erased_users, notification.read_marks");
    migrate();
    node.append(entry(1, 1));

    assertEquals(List.of(1L), sequences(node.page("users").events()));
  }

  private static List<Long> positions(LogPage page) {
    return page.events().stream().map(Notifications.Event::position).toList();
  }
}
