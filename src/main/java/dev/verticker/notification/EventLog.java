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
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.IntFunction;

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

  /** All positions of an append are in one partition: they start in the next one if there is not enough room. */
  private static final String ADVANCE =
      """
      WITH advanced AS (
             INSERT INTO notification.log AS log (head)
             VALUES ($1::bigint)
             ON CONFLICT (only_one) DO UPDATE
                SET head = CASE
                           WHEN (log.head + 1) / $2 = (log.head + $1) / $2 THEN log.head + $1
                           ELSE (log.head + $1) / $2 * $2 + $1 - 1
                           END
             RETURNING epoch, head, oldest, head / $2 AS partition
           ),
           counted AS (
             INSERT INTO notification.topics AS topic (name, seq, partitions, first_seqs)
             SELECT name, more, ARRAY[partition], ARRAY[1::bigint]
               FROM ROWS FROM (pg_catalog.unnest($3::text[]), pg_catalog.unnest($4::bigint[])) AS appended (name, more)
              CROSS JOIN advanced
             ON CONFLICT (name) DO UPDATE
                SET seq = topic.seq + excluded.seq,
                    partitions = CASE topic.partitions[pg_catalog.cardinality(topic.partitions)]
                                 WHEN excluded.partitions[1] THEN topic.partitions
                                 ELSE topic.partitions[%1$s :] || excluded.partitions
                                 END,
                    first_seqs = CASE topic.partitions[pg_catalog.cardinality(topic.partitions)]
                                 WHEN excluded.partitions[1] THEN topic.first_seqs
                                 ELSE topic.first_seqs[%1$s :] || %2$s
                                 END
             RETURNING name, epoch, seq
           )
      SELECT advanced.epoch::text AS log_epoch, head, oldest, name, counted.epoch::text AS epoch, seq
        FROM advanced
       CROSS JOIN counted
      """
          .formatted(
              // The first entry whose partition is retained.
              """
              1 + (SELECT count(*)
                     FROM pg_catalog.unnest(topic.partitions) AS number
                    WHERE number < (SELECT oldest / $2 FROM advanced))""",
              // Version 1.0.0 appends to a new topic without an entry, to the partition that is
              // current at the upgrade.
              "CASE topic.partitions WHEN '{}' THEN 1 ELSE topic.seq + 1 END");

  /** Functions in the select list return their rows together, without a copy of each array. */
  private static final String INSERT =
      """
      INSERT INTO notification.events
             (position, topic, seq, at, logged_at, event, user_id, actor_id, audience_permission, audience_user, payload)
      SELECT pg_catalog.unnest($1::bigint[]), pg_catalog.unnest($2::text[]), pg_catalog.unnest($3::bigint[]),
             pg_catalog.unnest($4::timestamptz[]), $5::timestamptz, pg_catalog.unnest($6::text[]),
             pg_catalog.unnest($7::bigint[]), pg_catalog.unnest($8::bigint[]), pg_catalog.unnest($9::text[]),
             pg_catalog.unnest($10::bigint[]), pg_catalog.unnest($11::text[])::jsonb
      """;

  /**
   * One statement, so that head, oldest and events are consistent. Reads up to a position ($4), so that the planner leaves out
   * other partitions; the head is not beyond it.
   */
  static final String FIND_AFTER =
      """
      SELECT log.epoch::text AS log_epoch, log.oldest,
             CASE log.epoch::text WHEN $2 THEN LEAST(log.head, $4) ELSE log.head END AS head,
             event.*
        FROM (SELECT epoch, head, oldest FROM notification.log LIMIT 1) AS log
        LEFT JOIN LATERAL (
               SELECT events.position, events.topic, topics.epoch::text, events.seq, events.at,
                      events.audience_permission, events.audience_user, %s AS payload
                 FROM notification.events
                 JOIN notification.topics ON topics.name = events.topic
                 %s
                WHERE events.position > $1
                  AND events.position <= $4
                  AND log.epoch::text = $2
                ORDER BY events.position
                LIMIT $3
             ) AS event ON true
       ORDER BY event.position
      """
          .formatted(EventErasure.REDACTED_PAYLOAD, EventErasure.TOMBSTONES);

  private static final String CREATE =
      "INSERT INTO notification.log (head) VALUES (0) ON CONFLICT (only_one) DO NOTHING";

  /** No partition contains the position. */
  private static final String CHECK_VIOLATION = "23514";

  private final Database database;
  private final LogPartitions partitions;
  private final EventErasure erasure;
  private final Bus bus;
  private final Clock clock;
  private final MeterRegistry metrics;
  private Future<?> last = Future.succeededFuture();

  /** @param seq of the last event before the append */
  private record TopicHead(String epoch, long seq) {}

  /** @param before the position before the first event of the append */
  private record LogHead(String epoch, long before, long oldest, Map<String, TopicHead> topics) {}

  EventLog(
      Database database,
      LogPartitions partitions,
      EventErasure erasure,
      Bus bus,
      Clock clock,
      MeterRegistry metrics) {
    this.database = database;
    this.partitions = partitions;
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
        publish(result.page());
      }
      return new Appended(result.entries());
    });
  }

  /** Publishes the events in messages of limited size, each directly after the one before. */
  private void publish(LogPage page) {
    var events = page.events();
    for (var from = 0; from < events.size(); from += Notifications.MAX_EVENTS) {
      var to = Math.min(from + Notifications.MAX_EVENTS, events.size());
      bus.publish(
          Notifications.APPENDED,
          new LogPage(page.epoch(), page.head(), page.oldest(), events.subList(from, to)));
    }
  }

  /** Creates the partition if housekeeping has not done so in time. */
  private Future<Written> appendNow(Append append) {
    return appendOnce(append)
        .recover(
            failure -> failure instanceof PgException pg && CHECK_VIOLATION.equals(pg.getSqlState())
                ? partitions.create().compose(created -> appendOnce(append))
                : Future.failedFuture(failure));
  }

  private Future<Written> appendOnce(Append append) {
    var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    return database.transaction(
        tx -> NotificationLocks.APPEND.acquire(tx).compose(locked -> append(tx, append, now)));
  }

  private Future<Written> append(SqlConnection tx, Append append, Instant now) {
    var entries = append.entries();
    // Both statements are sent at once, and the server executes them while the events are encoded.
    var added = insertReceived(tx, append, now);
    var erased = erasure.erased(tx, entries);
    var expected = TopicEvent.of(entries, Collections.emptySet());
    return Future.all(added, erased).compose(ready -> {
      if (added.result().isEmpty()) {
        return Future.succeededFuture(new Written(0, null));
      }
      var allNew = added.result().size() == entries.size();
      return write(
          tx,
          added.result(),
          allNew && erased.result().isEmpty()
              ? expected
              : TopicEvent.of(added.result(), erased.result()),
          now);
    });
  }

  Future<LogPage> read(ReadLog read) {
    var parameters = Tuple.of(
        read.position(),
        read.epoch(),
        Notifications.MAX_EVENTS,
        partitions.endOfNext(read.position() + 1));
    return database.query(FIND_AFTER, parameters).compose(rows -> {
      if (rows.size() == 0) {
        return database.query(CREATE, Tuple.tuple()).compose(created -> read(read));
      }
      var log = rows.iterator().next();
      var events = new ArrayList<Event>();
      if (log.getLong("position") != null) {
        rows.forEach(row -> events.add(event(row, row.getString("epoch"))));
      }
      return Future.succeededFuture(new LogPage(
          log.getString("log_epoch"), log.getLong("head"), log.getLong("oldest"), events));
    });
  }

  /** @param epoch of the topic */
  static Event event(Row row, String epoch) {
    return new Event(
        row.getLong("position"),
        row.getString("topic"),
        epoch,
        row.getLong("seq"),
        instant(row, "at"),
        new Audience(row.getString("audience_permission"), row.getLong("audience_user")),
        row.get(JsonObject.class, "payload").encode());
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

  private Future<Written> write(
      SqlConnection tx, List<OutboxEntry> entries, List<TopicEvent> topicEvents, Instant now) {
    return erasure
        .erase(tx, entries, now)
        .compose(done -> topicEvents.isEmpty()
            ? Future.succeededFuture(new Written(entries.size(), null))
            : write(tx, topicEvents, now).map(page -> new Written(entries.size(), page)));
  }

  private Future<LogPage> write(SqlConnection tx, List<TopicEvent> topicEvents, Instant now) {
    return advance(tx, topicEvents).compose(log -> {
      var events = events(topicEvents, log);
      var page = new LogPage(log.epoch(), log.before() + topicEvents.size(), log.oldest(), events);
      return tx.preparedQuery(INSERT).execute(columns(topicEvents, events, now)).map(page);
    });
  }

  private Future<LogHead> advance(SqlConnection tx, List<TopicEvent> topicEvents) {
    // Sorted, so that transactions lock the rows in the same order.
    var more = new TreeMap<String, Long>();
    topicEvents.forEach(event -> more.merge(event.topic(), 1L, Long::sum));
    var names = more.keySet().toArray(String[]::new);
    var counts = more.values().toArray(Long[]::new);
    return tx.preparedQuery(ADVANCE)
        .execute(Tuple.of((long) topicEvents.size(), partitions.size())
            .addArrayOfString(names)
            .addArrayOfLong(counts))
        .map(rows -> {
          var topics = new HashMap<String, TopicHead>();
          rows.forEach(row -> {
            var name = row.getString("name");
            topics.put(
                name, new TopicHead(row.getString("epoch"), row.getLong("seq") - more.get(name)));
          });
          var log = rows.iterator().next();
          return new LogHead(
              log.getString("log_epoch"),
              log.getLong("head") - topicEvents.size(),
              log.getLong("oldest"),
              topics);
        });
  }

  private static List<Event> events(List<TopicEvent> topicEvents, LogHead log) {
    var events = new ArrayList<Event>(topicEvents.size());
    for (var topicEvent : topicEvents) {
      var head = log.topics()
          .compute(topicEvent.topic(), (name, last) -> new TopicHead(last.epoch(), last.seq() + 1));
      events.add(new Event(
          log.before() + events.size() + 1,
          topicEvent.topic(),
          head.epoch(),
          head.seq(),
          topicEvent.entry().at(),
          topicEvent.audience(),
          topicEvent.payload()));
    }
    return events;
  }

  private static Tuple columns(List<TopicEvent> topicEvents, List<Event> events, Instant now) {
    return Tuple.tuple()
        .addArrayOfLong(column(events, Event::position, Long[]::new))
        .addArrayOfString(column(events, Event::topic, String[]::new))
        .addArrayOfLong(column(events, Event::seq, Long[]::new))
        .addArrayOfOffsetDateTime(column(events, event -> utc(event.at()), OffsetDateTime[]::new))
        .addOffsetDateTime(utc(now))
        .addArrayOfString(column(topicEvents, event -> event.entry().event(), String[]::new))
        .addArrayOfLong(column(topicEvents, event -> event.entry().userId(), Long[]::new))
        .addArrayOfLong(column(topicEvents, TopicEvent::actorId, Long[]::new))
        .addArrayOfString(column(events, event -> event.audience().permission(), String[]::new))
        .addArrayOfLong(column(events, event -> event.audience().userId(), Long[]::new))
        .addArrayOfString(column(events, Event::payload, String[]::new));
  }

  private static <T, C> C[] column(List<T> rows, Function<T, C> value, IntFunction<C[]> array) {
    return rows.stream().map(value).toArray(array);
  }
}
