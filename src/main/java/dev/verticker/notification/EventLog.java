package dev.verticker.notification;

import static dev.verticker.data.Rows.all;
import static dev.verticker.data.Rows.instant;
import static dev.verticker.data.Rows.utc;

import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.data.Database;
import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.Append;
import dev.verticker.message.Notifications.Appended;
import dev.verticker.message.Notifications.Audience;
import dev.verticker.message.Notifications.Event;
import dev.verticker.message.Notifications.LogPage;
import dev.verticker.message.Notifications.OutboxEntry;
import dev.verticker.message.Notifications.ReadLog;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * {@code notification.log} and {@code notification.events}: the log of all events. One transaction at a time appends to
 * it, on all nodes, so that positions are in the order of the commits.
 */
final class EventLog {
  private static final String RECEIVE =
      """
      INSERT INTO notification.received (source, entry, received_at)
      SELECT $1::text, entry, $3::timestamptz
        FROM pg_catalog.unnest($2::bigint[]) AS entry
      ON CONFLICT (source, entry) DO NOTHING
      RETURNING entry
      """;

  private static final String ADVANCE_LOG =
      """
      INSERT INTO notification.log AS log (head)
      VALUES ($1::bigint)
      ON CONFLICT (only_one) DO UPDATE SET head = log.head + excluded.head
      RETURNING epoch::text, head,
                COALESCE((SELECT min(position) FROM notification.events), log.head - $1 + 1) AS oldest
      """;

  private static final String ADVANCE_TOPICS =
      """
      INSERT INTO notification.topics AS topic (name, seq)
      SELECT name, more
        FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::bigint[])) AS appended (name, more)
      ON CONFLICT (name) DO UPDATE SET seq = topic.seq + excluded.seq
      RETURNING name, epoch::text, seq
      """;

  private static final String INSERT =
      """
      INSERT INTO notification.events
             (position, topic, seq, at, logged_at, event, user_id, actor_id, audience_permission, audience_user, payload)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
      """;

  /** One statement, so that head, oldest and events are consistent. */
  private static final String FIND_AFTER =
      """
      SELECT log.epoch::text AS log_epoch, log.head,
             COALESCE((SELECT min(position) FROM notification.events), log.head + 1) AS oldest,
             event.*
        FROM notification.log
        LEFT JOIN LATERAL (
               SELECT events.position, events.topic, topics.epoch::text, events.seq, events.at,
                      events.audience_permission, events.audience_user, events.payload
                 FROM notification.events
                 JOIN notification.topics ON topics.name = events.topic
                WHERE events.position > $1
                  AND log.epoch::text = $2
                ORDER BY events.position
                LIMIT $3
             ) AS event ON true
       ORDER BY event.position
      """;

  private static final String CREATE =
      "INSERT INTO notification.log (head) VALUES (0) ON CONFLICT (only_one) DO NOTHING";

  private final Database database;
  private final EventErasure erasure;
  private final Bus bus;
  private final Clock clock;
  private final MeterRegistry metrics;
  private Future<?> last = Future.succeededFuture();

  private record TopicHead(String epoch, long seq) {}

  EventLog(Database database, EventErasure erasure, Bus bus, Clock clock, MeterRegistry metrics) {
    this.database = database;
    this.erasure = erasure;
    this.bus = bus;
    this.clock = clock;
    this.metrics = metrics;
  }

  /**
   * @param entries number of entries that were not in the log before
   * @param page their events; null if there are none
   */
  private record Written(int entries, LogPage page) {}

  /** Serializes appends on this node, so that only one occupies a connection while it waits for the lock. */
  Future<Appended> append(Append append) {
    if (append.entries().size() > Notifications.MAX_EVENTS) {
      return Future.failedFuture(Failure.Invalid.of(
          "/entries",
          "range",
          "At most " + Notifications.MAX_EVENTS + " entries can be appended at once."));
    }
    var written = last.transform(previous -> appendNow(append));
    last = written;
    return written.map(result -> {
      var duplicates = append.entries().size() - result.entries();
      if (duplicates > 0) {
        metrics
            .counter("notification_known_total", "source", append.source())
            .increment(duplicates);
      }
      if (result.page() != null) {
        bus.publish(Notifications.APPENDED, bounded(result.page()));
      }
      return new Appended(result.entries());
    });
  }

  /** Removes the events if they are too many for one message: subscribers then read them from the log. */
  private static LogPage bounded(LogPage page) {
    return page.events().size() <= Notifications.MAX_EVENTS
        ? page
        : new LogPage(page.epoch(), page.head(), page.oldest(), List.of());
  }

  private Future<Written> appendNow(Append append) {
    var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    return database.transaction(tx -> NotificationLocks.APPEND
        .acquire(tx)
        .compose(locked -> insertReceived(tx, append, now))
        .compose(added -> added.isEmpty()
            ? Future.succeededFuture(new Written(0, null))
            : write(tx, added, now)));
  }

  Future<LogPage> read(ReadLog read) {
    var parameters = Tuple.of(read.position(), read.epoch(), Notifications.MAX_EVENTS);
    return database.query(FIND_AFTER, parameters).compose(rows -> {
      if (rows.size() == 0) {
        return database.query(CREATE, Tuple.tuple()).compose(created -> read(read));
      }
      var log = rows.iterator().next();
      var events = new ArrayList<Event>();
      rows.forEach(row -> event(row).ifPresent(events::add));
      return Future.succeededFuture(new LogPage(
          log.getString("log_epoch"), log.getLong("head"), log.getLong("oldest"), events));
    });
  }

  /** The event of a row; empty if its columns are null. */
  static Optional<Event> event(Row row) {
    return Optional.ofNullable(row.getLong("position"))
        .map(position -> new Event(
            position,
            row.getString("topic"),
            row.getString("epoch"),
            row.getLong("seq"),
            instant(row, "at"),
            new Audience(row.getString("audience_permission"), row.getLong("audience_user")),
            row.get(JsonObject.class, "payload").encode()));
  }

  /** Returns the entries that are not in the log yet. */
  private Future<List<OutboxEntry>> insertReceived(SqlConnection tx, Append append, Instant now) {
    var ids = append.entries().stream().map(OutboxEntry::id).toArray(Long[]::new);
    return tx.preparedQuery(RECEIVE)
        .execute(Tuple.of(append.source(), ids, utc(now)))
        .map(rows -> {
          var added = Set.copyOf(all(rows, row -> row.getLong("entry")));
          return append.entries().stream()
              .filter(entry -> added.contains(entry.id()))
              .toList();
        });
  }

  private Future<Written> write(SqlConnection tx, List<OutboxEntry> entries, Instant now) {
    return erasure.erased(tx, entries).compose(erased -> erasure
        .erase(tx, entries, now)
        .compose(done -> write(tx, entries.size(), TopicEvent.of(entries, erased), now)));
  }

  private Future<Written> write(
      SqlConnection tx, int entries, List<TopicEvent> topicEvents, Instant now) {
    if (topicEvents.isEmpty()) {
      return Future.succeededFuture(new Written(entries, null));
    }
    return advanceTopics(tx, topicEvents).compose(topics -> tx.preparedQuery(ADVANCE_LOG)
        .execute(Tuple.of(topicEvents.size()))
        .compose(log -> {
          var row = log.iterator().next();
          var head = row.getLong("head");
          var oldest = row.getLong("oldest");
          var events = events(topicEvents, topics, head - topicEvents.size());
          return tx.preparedQuery(INSERT)
              .executeBatch(tuples(topicEvents, events, now))
              .map(written ->
                  new Written(entries, new LogPage(row.getString("epoch"), head, oldest, events)));
        }));
  }

  /** The head of each topic before the first of these events. */
  private static Future<Map<String, TopicHead>> advanceTopics(
      SqlConnection tx, List<TopicEvent> topicEvents) {
    // Sorted, so that transactions lock the rows in the same order.
    var more = new TreeMap<String, Long>();
    topicEvents.forEach(event -> more.merge(event.topic(), 1L, Long::sum));
    var names = more.keySet().toArray(String[]::new);
    var counts = more.values().toArray(Long[]::new);
    return tx.preparedQuery(ADVANCE_TOPICS)
        .execute(Tuple.tuple().addArrayOfString(names).addArrayOfLong(counts))
        .map(rows -> {
          var topics = new HashMap<String, TopicHead>();
          rows.forEach(row -> {
            var name = row.getString("name");
            topics.put(
                name, new TopicHead(row.getString("epoch"), row.getLong("seq") - more.get(name)));
          });
          return topics;
        });
  }

  private static List<Event> events(
      List<TopicEvent> topicEvents, Map<String, TopicHead> topics, long before) {
    var events = new ArrayList<Event>();
    for (var topicEvent : topicEvents) {
      var head = topics.compute(
          topicEvent.topic(), (name, last) -> new TopicHead(last.epoch(), last.seq() + 1));
      events.add(new Event(
          before + events.size() + 1,
          topicEvent.topic(),
          head.epoch(),
          head.seq(),
          topicEvent.entry().at(),
          topicEvent.audience(),
          topicEvent.payload().encode()));
    }
    return events;
  }

  private static List<Tuple> tuples(List<TopicEvent> topicEvents, List<Event> events, Instant now) {
    var tuples = new ArrayList<Tuple>();
    for (var i = 0; i < topicEvents.size(); i++) {
      var event = events.get(i);
      tuples.add(Tuple.of(
              event.position(),
              event.topic(),
              event.seq(),
              utc(event.at()),
              utc(now),
              topicEvents.get(i).entry().event())
          .addLong(topicEvents.get(i).entry().userId())
          .addLong(topicEvents.get(i).actorId())
          .addString(event.audience().permission())
          .addLong(event.audience().userId())
          .addValue(topicEvents.get(i).payload()));
    }
    return tuples;
  }
}
