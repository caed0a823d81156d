package dev.verticker.notification;

import static dev.verticker.data.Rows.instant;
import static dev.verticker.data.Rows.utc;

import dev.verticker.data.Database;
import dev.verticker.message.Notifications.Append;
import dev.verticker.message.Notifications.Audience;
import dev.verticker.message.Notifications.Event;
import dev.verticker.message.Notifications.LogPage;
import dev.verticker.message.Notifications.OutboxEntry;
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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Appends to the log, one transaction at a time on all nodes, so that positions are in the order of the commits. */
final class EventLog {
  private static final String RECEIVE =
      """
      INSERT INTO notification.received (source, entry, received_at)
      SELECT $1::text, entry, $3::timestamptz
        FROM pg_catalog.unnest($2::bigint[]) AS entry
      ON CONFLICT (source, entry) DO NOTHING
      RETURNING entry
      """;

  private static final String ADVANCE =
      """
      INSERT INTO notification.log AS log (head)
      VALUES ($1::bigint)
      ON CONFLICT (only_one) DO UPDATE SET head = log.head + excluded.head
      RETURNING epoch::text, head,
                COALESCE((SELECT min(position) FROM notification.events), log.head - $1 + 1) AS oldest
      """;

  private static final String COUNT_ON =
      """
      INSERT INTO notification.topics AS topic (name, seq)
      SELECT name, more
        FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::bigint[])) AS told (name, more)
      ON CONFLICT (name) DO UPDATE SET seq = topic.seq + excluded.seq
      RETURNING name, epoch::text, seq
      """;

  private static final String INSERT =
      """
      INSERT INTO notification.events
             (position, topic, seq, at, logged_at, event, user_id, actor_id, audience_permission, audience_user, payload)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
      """;

  /** One statement, so one moment: head, oldest and events belong together. */
  private static final String AFTER =
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

  private static final String BEGIN =
      """
      INSERT INTO notification.log (head)
      VALUES (0)
      ON CONFLICT (only_one) DO NOTHING
      """;

  private final Database database;
  private final EventErasure erasure;
  private final Clock clock;
  private Future<?> last = Future.succeededFuture();

  private record Counted(String epoch, long seq) {}

  EventLog(Database database, EventErasure erasure, Clock clock) {
    this.database = database;
    this.erasure = erasure;
    this.clock = clock;
  }

  /**
   * What was written.
   *
   * @param entries how many of them were new
   * @param news their events; null when there is none
   */
  record Written(int entries, LogPage news) {}

  /** One after the other on this node already: whoever waits for the lock must not hold a connection readers need. */
  Future<Written> append(Append append) {
    var written = last.transform(before -> appendNow(append));
    last = written;
    return written;
  }

  private Future<Written> appendNow(Append append) {
    var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    return database.transaction(tx -> NotificationLocks.APPEND
        .acquire(tx)
        .compose(alone -> receive(tx, append, now))
        .compose(fresh -> fresh.isEmpty()
            ? Future.succeededFuture(new Written(0, null))
            : write(tx, fresh, now)));
  }

  /** @param epoch null = no events, only where the log is */
  Future<LogPage> after(String epoch, long position, int limit) {
    return database.query(AFTER, Tuple.of(position, epoch, limit)).compose(rows -> {
      if (rows.size() == 0) {
        return database.query(BEGIN, Tuple.tuple()).compose(begun -> after(epoch, position, limit));
      }
      var log = rows.iterator().next();
      var events = new ArrayList<Event>();
      rows.forEach(row -> event(row).ifPresent(events::add));
      return Future.succeededFuture(new LogPage(
          log.getString("log_epoch"), log.getLong("head"), log.getLong("oldest"), events));
    });
  }

  /** The event in a row that may have none. */
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

  /** Those of the entries that the log does not have. */
  private Future<List<OutboxEntry>> receive(SqlConnection tx, Append append, Instant now) {
    var ids = append.entries().stream().map(OutboxEntry::id).toArray(Long[]::new);
    return tx.preparedQuery(RECEIVE)
        .execute(Tuple.of(append.source(), ids, utc(now)))
        .map(rows -> {
          var fresh = new HashSet<Long>();
          rows.forEach(row -> fresh.add(row.getLong("entry")));
          return append.entries().stream()
              .filter(entry -> fresh.contains(entry.id()))
              .toList();
        });
  }

  private Future<Written> write(SqlConnection tx, List<OutboxEntry> entries, Instant now) {
    return erasure.erased(tx, entries).compose(erased -> erasure
        .erase(tx, entries, now)
        .compose(done -> write(tx, entries.size(), TopicEvent.of(entries, erased), now)));
  }

  private Future<Written> write(SqlConnection tx, int entries, List<TopicEvent> told, Instant now) {
    if (told.isEmpty()) {
      return Future.succeededFuture(new Written(entries, null));
    }
    return countOn(tx, told)
        .compose(
            topics -> tx.preparedQuery(ADVANCE).execute(Tuple.of(told.size())).compose(log -> {
              var row = log.iterator().next();
              var head = row.getLong("head");
              var oldest = row.getLong("oldest");
              var events = events(told, topics, head - told.size());
              return tx.preparedQuery(INSERT)
                  .executeBatch(tuples(told, events, now))
                  .map(written -> new Written(
                      entries, new LogPage(row.getString("epoch"), head, oldest, events)));
            }));
  }

  /** The sequence before the first of these events, by topic. */
  private static Future<Map<String, Counted>> countOn(SqlConnection tx, List<TopicEvent> told) {
    // Always in the same order: nobody else holds these rows, but a reader of the code need not
    // prove it.
    var more = new TreeMap<String, Long>();
    told.forEach(each -> more.merge(each.topic(), 1L, Long::sum));
    var names = more.keySet().toArray(String[]::new);
    var counts = more.values().toArray(Long[]::new);
    return tx.preparedQuery(COUNT_ON)
        .execute(Tuple.tuple().addArrayOfString(names).addArrayOfLong(counts))
        .map(rows -> {
          var topics = new HashMap<String, Counted>();
          rows.forEach(row -> {
            var name = row.getString("name");
            topics.put(
                name, new Counted(row.getString("epoch"), row.getLong("seq") - more.get(name)));
          });
          return topics;
        });
  }

  private static List<Event> events(
      List<TopicEvent> told, Map<String, Counted> topics, long before) {
    var events = new ArrayList<Event>();
    for (var each : told) {
      var counted =
          topics.compute(each.topic(), (name, last) -> new Counted(last.epoch(), last.seq() + 1));
      events.add(new Event(
          before + events.size() + 1,
          each.topic(),
          counted.epoch(),
          counted.seq(),
          each.entry().at(),
          each.audience(),
          each.payload().encode()));
    }
    return events;
  }

  private static List<Tuple> tuples(List<TopicEvent> told, List<Event> events, Instant now) {
    var tuples = new ArrayList<Tuple>();
    for (var i = 0; i < told.size(); i++) {
      var event = events.get(i);
      tuples.add(Tuple.of(
              event.position(),
              event.topic(),
              event.seq(),
              utc(event.at()),
              utc(now),
              told.get(i).entry().event())
          .addLong(told.get(i).entry().userId())
          .addLong(told.get(i).actorId())
          .addString(event.audience().permission())
          .addLong(event.audience().userId())
          .addValue(told.get(i).payload()));
    }
    return tuples;
  }
}
