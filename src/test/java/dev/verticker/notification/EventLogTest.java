package dev.verticker.notification;

import static dev.verticker.notification.LogNode.entry;
import static dev.verticker.notification.LogNode.payloads;
import static dev.verticker.notification.LogNode.sequences;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Failure;
import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.Append;
import dev.verticker.message.Notifications.Audience;
import dev.verticker.message.Notifications.Event;
import dev.verticker.message.Notifications.FindUnread;
import dev.verticker.message.Notifications.LogPage;
import dev.verticker.message.Notifications.MarkRead;
import dev.verticker.message.Notifications.OutboxEntry;
import dev.verticker.message.Notifications.ReadLog;
import dev.verticker.message.Notifications.ReadTopic;
import dev.verticker.testing.Await;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EventLogTest {
  private static LogNode node;

  @BeforeAll
  static void open() {
    node = new LogNode();
  }

  @AfterAll
  static void close() {
    node.close();
  }

  @BeforeEach
  void truncate() {
    node.column(
        """
        TRUNCATE notification.log, notification.topics, notification.events, notification.received,
                 notification.erased_users, notification.read_marks""");
  }

  @Test
  void an_entry_becomes_one_event_for_each_of_its_topics_with_its_audience() {
    node.append(entry(10, 7));

    var users = node.page("users");
    var own = node.page("user.7");

    assertEquals(
        List.of(new Event(
            1,
            "users",
            users.epoch(),
            1,
            entry(10, 7).at(),
            Audience.permission("users.read"),
            users.events().get(0).payload())),
        users.events());
    assertEquals(Audience.user(7), own.events().get(0).audience());
    assertEquals(List.of(1L), sequences(own.events()));
    assertEquals(1, own.oldest());
    assertEquals(1, own.newest());
    assertEquals(1, own.unread());
  }

  @Test
  void an_event_shows_its_user_whether_an_administrator_caused_it_but_not_which() {
    node.append(
        entry(1, 7, "user_updated", 3L, false),
        entry(2, 7, "user_updated", 7L, false),
        entry(3, 7, "user_updated", null, false));

    assertEquals(
        new JsonObject().put("id", 3).put("username", "name-of-3"),
        payloads(node.page("users").events()).get(0).getJsonObject("by"));
    assertEquals(
        List.of(false, true, false),
        payloads(node.page("user.7").events()).stream()
            .map(payload -> payload.getJsonObject("by"))
            .map(by -> {
              assertEquals(1, by.size(), "only self");
              return by.getBoolean("self");
            })
            .toList());
    assertEquals(
        List.of(),
        node.column("SELECT payload FROM notification.events WHERE topic = 'user.7'"
            + " AND (payload::text LIKE '%name-of%' OR actor_id IS NOT NULL)"));
  }

  @Test
  void a_batch_appended_twice_is_in_the_log_once() {
    var duplicates = node.metrics.counter("notification_known_total", "source", "account");
    var before = duplicates.count();
    assertEquals(2, node.append(entry(1, 7), entry(2, 8)));
    assertEquals(0, node.append(entry(1, 7), entry(2, 8)));
    assertEquals(1, node.append(entry(2, 8), entry(3, 9)), "one of them is a duplicate");

    assertEquals(List.of(1L, 2L, 3L), sequences(node.page("users").events()));
    assertEquals(
        List.of(7, 8, 9),
        payloads(node.page("users").events()).stream()
            .map(payload -> payload.getInteger("user_id"))
            .toList());
    assertEquals(3, duplicates.count() - before);
  }

  @Test
  void equal_ids_of_another_outbox_are_different_entries() {
    node.append(entry(1, 7));

    assertEquals(
        1,
        node.ask(Notifications.APPEND, new Append("trading", List.of(entry(1, 7))))
            .added());
  }

  @Test
  void concurrent_appends_on_two_nodes_leave_no_gap_and_no_duplicate() {
    try (var other = new LogNode(node.postgres)) {
      var appends = new ArrayList<Future<?>>();
      for (var batch = 0; batch < 40; batch++) {
        var first = batch / 2 * 10L;
        var entries = LongStream.range(first, first + 10)
            .mapToObj(id -> entry(id, 100 + id % 3))
            .toArray(OutboxEntry[]::new);
        var to = batch % 2 == 0 ? node : other;
        appends.add(
            to.bus.request(Notifications.APPEND, new Append(LogNode.SOURCE, List.of(entries))));
      }
      Future.all(appends).await();
    }

    var events = node.page("users").events();
    assertEquals(LongStream.rangeClosed(1, 200).boxed().toList(), sequences(events));
    for (var user = 100; user < 103; user++) {
      var own = node.page("user." + user);
      assertEquals(
          LongStream.rangeClosed(1, own.newest()).boxed().toList(), sequences(own.events()));
    }
    assertEquals(
        LongStream.rangeClosed(1, 400).mapToObj(Long::toString).toList(),
        node.column("SELECT position FROM notification.events ORDER BY position"));
  }

  @Test
  void reading_by_position_during_concurrent_appends_misses_no_event() {
    var start = node.ask(Notifications.READ_LOG, new ReadLog(null, 0));
    assertEquals(new LogPage(start.epoch(), 0, 1, List.of()), start);
    var appends = IntStream.range(0, 20)
        .mapToObj(id -> node.bus.request(
            Notifications.APPEND, new Append(LogNode.SOURCE, List.of(entry(id, 7)))))
        .toList();
    var seen = new ArrayList<Long>();
    for (var reads = 0; seen.size() < 40 && reads < 10_000; reads++) {
      var position = seen.isEmpty() ? 0 : seen.get(seen.size() - 1);
      node.ask(Notifications.READ_LOG, new ReadLog(start.epoch(), position))
          .events()
          .forEach(event -> seen.add(event.position()));
    }
    Future.all(appends).await();

    assertEquals(LongStream.rangeClosed(1, 40).boxed().toList(), seen);
    assertEquals(
        40, node.ask(Notifications.READ_LOG, new ReadLog(start.epoch(), 40)).head());
  }

  @Test
  void appended_events_are_published_once_with_their_positions() {
    var pages = new CopyOnWriteArrayList<LogPage>();
    var subscription = node.bus.subscribe(Notifications.APPENDED, pages::add).await();
    node.append(entry(1, 7));
    node.append(entry(1, 7));
    node.append(entry(2, 8));
    Await.until("both pages are received", () -> pages.size() == 2);
    subscription.unregister().await();

    assertEquals(
        List.of(1L, 2L, 3L, 4L),
        pages.stream()
            .flatMap(page -> page.events().stream())
            .map(Event::position)
            .toList());
    assertEquals(
        payloads(node.ask(Notifications.READ_LOG, new ReadLog(pages.get(0).epoch(), 0))
            .events()),
        payloads(pages.stream().flatMap(page -> page.events().stream()).toList()));
    Await.until("the gauge shows it", () -> head(node, "user") >= 4);
  }

  @Test
  void the_events_of_a_large_append_are_published_in_pages_that_follow_each_other() {
    var pages = new CopyOnWriteArrayList<LogPage>();
    var subscription = node.bus.subscribe(Notifications.APPENDED, pages::add).await();
    node.append(
        LongStream.rangeClosed(1, 500).mapToObj(id -> entry(id, id)).toArray(OutboxEntry[]::new));
    Await.until("both pages are received", () -> pages.size() == 2);
    subscription.unregister().await();

    assertEquals(
        List.of(500, 500), pages.stream().map(page -> page.events().size()).toList());
    assertEquals(
        LongStream.rangeClosed(1, 1000).boxed().toList(),
        pages.stream()
            .flatMap(page -> page.events().stream())
            .map(Event::position)
            .toList());
  }

  @Test
  void the_head_of_the_log_is_reported_at_start_and_after_an_append_too_large_for_a_message() {
    node.append(
        LongStream.rangeClosed(1, 300).mapToObj(id -> entry(id, id)).toArray(OutboxEntry[]::new));
    try (var another = new LogNode(node.postgres)) {
      assertEquals("599 600", heads(another), "before it receives an event");
      another.append(LongStream.rangeClosed(301, 800)
          .mapToObj(id -> entry(id, id))
          .toArray(OutboxEntry[]::new));
      Await.until("the gauge shows it", () -> heads(another).equals("1599 1600"));
    }
  }

  private static String heads(LogNode node) {
    return head(node, "users") + " " + head(node, "user");
  }

  private static long head(LogNode node, String family) {
    return (long)
        node.metrics.get("notification_log_head").tag("family", family).gauge().value();
  }

  @Test
  void a_client_resumes_after_a_sequence_and_a_page_is_limited() {
    LongStream.rangeClosed(1, 5).forEach(id -> node.append(entry(id, 7)));
    var epoch = node.page("users").epoch();

    assertEquals(List.of(4L, 5L), sequences(node.after("users", epoch, 3).events()));
    assertEquals(List.of(), node.after("users", epoch, 5).events());
    assertEquals(
        List.of(2L, 3L),
        sequences(node.ask(Notifications.READ_TOPIC, new ReadTopic("users", epoch, 1L, 2))
            .events()));
  }

  @Test
  void a_topic_without_events_has_the_epoch_that_its_first_event_will_have() {
    var before = node.page("user.7");
    assertEquals(List.of(0L, 1L, 0L), List.of(before.newest(), before.oldest(), before.unread()));
    node.append(entry(1, 7));

    assertEquals(List.of(1L), sequences(node.after("user.7", before.epoch(), 0).events()));
  }

  @Test
  void after_a_reset_the_epoch_differs_and_a_resume_fails_with_epoch_changed() {
    node.append(entry(1, 7), entry(2, 7));
    var old = node.page("users").epoch();
    var log = node.ask(Notifications.READ_LOG, new ReadLog(null, 0)).epoch();
    truncate();
    node.append(entry(3, 7));

    var gone = assertInstanceOf(
        Failure.Gone.class,
        node.failure(Notifications.READ_TOPIC, new ReadTopic("users", old, 2L, 10)));
    var now = node.page("users");
    assertEquals("epoch-changed", gone.code());
    assertEquals(new Failure.Gone.ResumeFrom(now.epoch(), 1), gone.resumeFrom().orElseThrow());
    assertNotEquals(old, now.epoch());
    var page = node.ask(Notifications.READ_LOG, new ReadLog(log, 2));
    assertNotEquals(log, page.epoch());
    assertEquals(List.of(), page.events());
  }

  @Test
  void a_sequence_that_was_never_reached_fails_with_a_code_of_its_own() {
    node.append(entry(1, 7));
    var epoch = node.page("users").epoch();

    assertEquals(
        "sequence-not-reached",
        node.failure(Notifications.READ_TOPIC, new ReadTopic("users", epoch, 2L, 10))
            .code());
  }

  @Test
  void the_newest_events_of_a_topic_are_retained_without_a_gap() {
    LongStream.rangeClosed(1, 10).forEach(id -> node.append(entry(id, 7 + id % 2)));
    try (var reader = new LogNode(node.postgres, LogPartitions.SIZE, 4)) {
      var users = reader.page("users");
      assertEquals(List.of(7L, 8L, 9L, 10L), sequences(users.events()));
      assertEquals(7, users.oldest());
      assertEquals(4, users.unread());
      assertEquals(List.of(2L, 3L, 4L, 5L), sequences(reader.page("user.7").events()));
      assertEquals(
          List.of(7L, 8L),
          sequences(reader.after("users", users.epoch(), 6).events()).subList(0, 2));
      var gone = assertInstanceOf(
          Failure.Gone.class,
          reader.failure(Notifications.READ_TOPIC, new ReadTopic("users", users.epoch(), 5L, 10)));
      assertEquals("events-expired", gone.code());
      assertEquals(
          new Failure.Gone.ResumeFrom(users.epoch(), 7), gone.resumeFrom().orElseThrow());
    }
  }

  @Test
  void events_of_an_erased_user_keep_only_numbers_and_times() {
    node.append(
        entry(1, 7, "user_created", 3L, false),
        entry(2, 8, "user_updated", 7L, false),
        entry(3, 7, "user_updated", 7L, false));
    var before = node.page("users").epoch();
    node.append(erasing(4, 7));

    var users = node.page("users");
    assertEquals(before, users.epoch());
    assertEquals(List.of(1L, 2L, 3L, 4L), sequences(users.events()));
    var payloads = payloads(users.events());
    assertEquals(redacted("user_created", 7), payloads.get(0));
    assertEquals(redacted("user_updated", 7), payloads.get(2));
    assertEquals(
        new JsonObject().put("id", 7).putNull("username"), payloads.get(1).getJsonObject("by"));
    assertEquals("user_deleted", payloads.get(3).getString("event"));
    assertFalse(payloads.get(3).containsKey("redacted"), "it contains no personal data");
    var events = node.ask(Notifications.READ_LOG, new ReadLog(logEpoch(), 0)).events();
    assertEquals(
        users.events(),
        events.stream().filter(event -> event.topic().equals("users")).toList());
    assertEquals(
        0, events.stream().filter(event -> event.topic().equals("user.7")).count());
    node.retain(Duration.ofDays(30));
    assertEquals(
        List.of(),
        node.column("SELECT payload FROM notification.events"
            + " WHERE payload::text LIKE '%user-7@%' OR payload::text LIKE '%name-of-7%'"));
    assertEquals(users, node.page("users"), "rewriting the rows changes no response");
    assertEquals(
        List.of(), node.column("SELECT name FROM notification.topics WHERE name = 'user.7'"));
    assertEquals(
        "topic-not-found",
        node.failure(Notifications.READ_TOPIC, new ReadTopic("user.7", null, null, 10))
            .code());
    assertEquals(
        "topic-not-found",
        node.failure(Notifications.MARK, new MarkRead("user.7", before, 1)).code());
  }

  @Test
  void entries_about_an_erased_user_that_arrive_late_are_redacted() {
    node.append(erasing(5, 7));
    node.append(entry(4, 7, "user_updated", 3L, false), entry(6, 8, "user_updated", 7L, false));

    var payloads = payloads(node.page("users").events());
    assertEquals(redacted("user_updated", 7), payloads.get(1));
    assertNull(payloads.get(2).getJsonObject("by").getString("username"));
    assertEquals(
        List.of(), node.column("SELECT name FROM notification.topics WHERE name = 'user.7'"));
  }

  @Test
  void a_user_created_and_erased_in_one_batch_is_redacted() {
    node.append(entry(1, 7, "user_created", 3L, false), erasing(2, 7));

    assertEquals(
        List.of(redacted("user_created", 7)),
        payloads(node.page("users").events()).subList(0, 1));
    assertEquals(List.of("users"), node.column("SELECT name FROM notification.topics"));
    assertEquals(0, node.append(entry(1, 7, "user_created", 3L, false), erasing(2, 7)));
  }

  @Test
  void events_up_to_the_mark_are_read_and_a_mark_never_moves_back() {
    node.append(entry(1, 7), entry(2, 7), entry(3, 7));
    var epoch = node.page("user.7").epoch();
    assertEquals(3, node.ask(Notifications.UNREAD, new FindUnread("user.7")).count());

    assertEquals(
        1, node.ask(Notifications.MARK, new MarkRead("user.7", epoch, 2)).count());
    assertEquals(
        new Notifications.Unread(epoch, 2, 1),
        node.ask(Notifications.MARK, new MarkRead("user.7", epoch, 1)));
    var page = node.page("user.7");
    assertEquals(List.of(2L, 1L), List.of(page.readUpTo(), page.unread()));
    var beyond = node.failure(Notifications.MARK, new MarkRead("user.7", epoch, 4));
    assertEquals("/up_to", beyond.errors().get(0).pointer());
    assertEquals(
        "epoch-changed",
        node.failure(Notifications.MARK, new MarkRead("user.7", "another", 1)).code());
    assertEquals(0, node.ask(Notifications.UNREAD, new FindUnread("user.99")).count());
  }

  @Test
  void a_mark_of_a_topic_that_is_being_deleted_is_not_stored_and_does_not_fail()
      throws SQLException {
    node.append(entry(1, 7));
    var epoch = node.page("user.7").epoch();
    try (var other = node.postgres.connect();
        var statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("DELETE FROM notification.topics WHERE name = 'user.7'");
      var marked = node.bus.request(Notifications.MARK, new MarkRead("user.7", epoch, 1));
      Await.until(
          "the statement waits for the transaction",
          () -> node.postgres.number("SELECT count(*) FROM pg_locks WHERE NOT granted") > 0);
      other.commit();

      assertEquals(0, Await.await(marked).count());
    }
    assertEquals(List.of(), node.column("SELECT topic FROM notification.read_marks"));
  }

  @Test
  void an_append_above_the_limit_is_rejected() {
    var entries =
        LongStream.rangeClosed(1, 501).mapToObj(id -> entry(id, 7)).toArray(OutboxEntry[]::new);

    assertTrue(
        node.failure(Notifications.APPEND, new Append(LogNode.SOURCE, List.of(entries)))
            instanceof Failure.Invalid);
  }

  private static String logEpoch() {
    return node.ask(Notifications.READ_LOG, new ReadLog(null, 0)).epoch();
  }

  private static OutboxEntry erasing(long id, long userId) {
    return entry(id, userId, "user_deleted", 3L, true);
  }

  private static JsonObject redacted(String event, long userId) {
    return new JsonObject().put("event", event).put("redacted", true).put("user_id", (int) userId);
  }
}
