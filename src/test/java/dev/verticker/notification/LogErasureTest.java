package dev.verticker.notification;

import static dev.verticker.notification.LogNode.entry;
import static dev.verticker.notification.LogNode.payloads;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.Append;
import dev.verticker.message.Notifications.OutboxEntry;
import dev.verticker.message.Notifications.ReadLog;
import dev.verticker.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class LogErasureTest {
  private static final Duration RETENTION = Duration.ofDays(30);
  private static final String PERSONAL_DATA =
      "SELECT count(*) FROM notification.events WHERE payload::text ~ 'user-7@|name-of-7\"'";

  private LogNode node = new LogNode(TestDatabase.create(), 1000, 100_000);

  @AfterEach
  void close() {
    node.close();
  }

  @Test
  void rows_are_rewritten_in_batches_and_the_tombstone_stays_until_then() {
    for (var batch = 0; batch < 5; batch++) {
      var first = batch * 400L;
      node.append(LongStream.range(first, first + 400)
          .mapToObj(id -> entry(id, id % 2 == 0 ? 7 : 8, "user_updated", 7L, false))
          .toArray(OutboxEntry[]::new));
    }
    node.append(entry(5000, 7, "user_deleted", 3L, true));
    var users = node.page("users");
    assertTrue(node.column(PERSONAL_DATA).get(0).compareTo("0") > 0);
    assertEquals(
        "500 false",
        payloads(users.events()).stream()
                .filter(payload -> payload.containsKey("redacted")
                    || payload.getJsonObject("by").getValue("username") == null)
                .count()
            + " " + users.events().toString().contains("name-of-7"));
    node.clock.step(Duration.ofDays(15));
    var unfinished = "SELECT count(*) FROM notification.erased_users";
    var rewritten = node.metrics.counter("housekeeping_removed_total", "what", "redacted-events");
    node.retain(RETENTION);

    assertEquals(List.of("0"), node.column(PERSONAL_DATA));
    assertEquals(3000, rewritten.count(), "1000 own, 1000 about the user, 1000 about another");
    assertEquals(users, node.page("users"));
    assertEquals(List.of("0"), node.column(unfinished), "after the rewriting and 14 days");
  }

  @Test
  void a_tombstone_outlives_events_that_are_not_rewritten() {
    node.close();
    node = new LogNode(TestDatabase.create());
    node.append(entry(1, 7));
    insertEvents(60_000);
    node.append(entry(2, 7, "user_deleted", 3L, true));
    node.clock.step(Duration.ofDays(20));
    node.retain(RETENTION);

    assertEquals(List.of("10002"), node.column(PERSONAL_DATA), "one run rewrites 50,000 events");
    assertEquals(
        0,
        node.page("users").events().stream()
            .filter(event -> event.payload().contains("user-7@"))
            .count());
    assertEquals(List.of("1"), node.column("SELECT count(*) FROM notification.erased_users"));
    node.retain(RETENTION);
    assertEquals(List.of("0"), node.column(PERSONAL_DATA));
    assertEquals(List.of("0"), node.column("SELECT count(*) FROM notification.erased_users"));
  }

  /** Inserts events about user 7, caused by user 7, after the first append. */
  private void insertEvents(int count) {
    node.postgres.execute(
        """
        INSERT INTO notification.events
               (position, topic, seq, at, logged_at, event, user_id, actor_id, audience_permission, payload)
        SELECT n + 2, 'users', n + 1, now(), now(), 'user_updated', 7, 7, 'users.read',
               jsonb_build_object('event', 'user_updated', 'user_id', 7, 'by', jsonb_build_object('id', 7,
               'username', 'name-of-7'), 'data', jsonb_build_object('email', 'user-7@example.org'))
          FROM generate_series(1, %1$d) AS n;
        UPDATE notification.log SET head = %1$d + 2;
        UPDATE notification.topics SET seq = %1$d + 1 WHERE name = 'users';
        ANALYZE notification.events;
        """
            .formatted(count));
  }

  @Test
  void users_with_few_events_are_rewritten_in_one_run() {
    for (var user = 100; user < 150; user++) {
      node.append(entry(user, user), entry(1000 + user, user, "user_deleted", 3L, true));
      node.append(entry(2000 + user, 3, "user_updated", (long) user, false));
    }
    node.retain(RETENTION);

    assertEquals(
        List.of("0"),
        node.column("SELECT count(*) FROM notification.erased_users WHERE rewritten_to < up_to"));
  }

  @Test
  @Tag("faults")
  void a_user_with_a_million_events_is_erased_within_two_seconds_and_no_append_waits() {
    node.close();
    node = new LogNode(TestDatabase.create());
    node.append(entry(1, 7));
    insertEvents(1_000_000);
    var epoch = node.page("users").epoch();
    var start = System.nanoTime();
    node.append(entry(2, 7, "user_deleted", 3L, true));
    assertTrue(millisSince(start) < 2000, "answered after " + millisSince(start) + " ms");

    assertReadsByIndex(
        "events_0_pkey", EventLog.FIND_AFTER, "500000", quoted(logEpoch()), "500", "19999999");
    assertReadsByIndex(
        "events_0_topic_seq_idx",
        TopicRepository.FIND_EVENTS.formatted(0, 9_999_999),
        "'{users,user.8}'",
        "'{999900,0}'",
        "'{1000400,500}'",
        "500");
    assertReadsByIndex(
        "events_0_actor_id_position_idx", EventErasure.REWRITE, "7", "500000", "1000002", "1000");
    var replayed = node.after("users", epoch, 999_900);
    assertEquals(102, replayed.events().size());
    assertTrue(payloads(replayed.events().subList(0, 101)).stream()
        .allMatch(payload -> payload.getBoolean("redacted")));
    var longest = 0L;
    var rewriting = CompletableFuture.runAsync(() -> node.retain(RETENTION));
    for (var id = 10L; !rewriting.isDone() || id < 50; id++) {
      var before = System.nanoTime();
      node.ask(Notifications.APPEND, new Append(LogNode.SOURCE, List.of(entry(id, 8))));
      longest = Math.max(longest, millisSince(before));
    }
    rewriting.join();
    assertTrue(longest < 1000, "an append waited for " + longest + " ms");
    assertEquals(
        List.of("50000"),
        node.column("SELECT count(*) FROM notification.events WHERE payload ? 'redacted'"));
    assertTrue(node.ask(Notifications.READ_LOG, new ReadLog(logEpoch(), 500_000)).events().stream()
        .allMatch(event -> event.payload().contains("\"redacted\":true")));
  }

  private String logEpoch() {
    return node.ask(Notifications.READ_LOG, new ReadLog(null, 0)).epoch();
  }

  private static String quoted(String text) {
    return "'" + text + "'";
  }

  private void assertReadsByIndex(String index, String sql, String... parameters) {
    var explained = sql;
    for (var i = parameters.length; i > 0; i--) {
      explained = explained.replace("$" + i, parameters[i - 1]);
    }
    var plan = String.join("\n", node.column("EXPLAIN " + explained));
    assertTrue(plan.contains(index), plan);
    assertFalse(plan.contains("Seq Scan on events_0"), plan);
  }

  private static long millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1_000_000;
  }
}
