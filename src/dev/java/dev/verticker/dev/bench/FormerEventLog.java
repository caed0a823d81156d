package dev.verticker.dev.bench;

import dev.verticker.bus.Bus;
import dev.verticker.data.AdvisoryLock;
import dev.verticker.data.Database;
import dev.verticker.data.Rows;
import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.Append;
import dev.verticker.message.Notifications.Appended;
import dev.verticker.message.Notifications.Event;
import dev.verticker.message.Notifications.LogPage;
import dev.verticker.message.Notifications.OutboxEntry;
import dev.verticker.message.Notifications.Recipient;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/** The append of version 1.0.0, with one INSERT per event, for comparison. Runs on the tables of that version. */
final class FormerEventLog {
  private static final AdvisoryLock LOCK = new AdvisoryLock(0x6e6f7469, 1);

  private static final String RECEIVE =
      """
      INSERT INTO notification.received (source, entry, received_at)
      SELECT $1::text, entry, $3::timestamptz
        FROM pg_catalog.unnest($2::bigint[]) AS entry
      ON CONFLICT (source, entry) DO NOTHING
      RETURNING entry
      """;

  private static final String FIND_ERASED =
      "SELECT user_id FROM notification.erased_users WHERE user_id = ANY ($1)";

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

  private final Database database;
  private final Bus bus;

  private record TopicHead(String epoch, long seq) {}

  private record TopicEvent(
      OutboxEntry entry, Recipient recipient, Long actorId, JsonObject payload) {}

  FormerEventLog(Database database, Bus bus) {
    this.database = database;
    this.bus = bus;
  }

  Future<Appended> append(Append append) {
    var now = Instant.now();
    return database
        .transaction(tx -> LOCK.acquire(tx)
            .compose(locked -> receive(tx, append, now))
            .compose(added -> write(tx, added, now)))
        .map(page -> {
          bus.publish(Notifications.APPENDED, page);
          return new Appended(append.entries().size());
        });
  }

  private static Future<List<OutboxEntry>> receive(SqlConnection tx, Append append, Instant now) {
    var ids = append.entries().stream().map(OutboxEntry::id).toArray(Long[]::new);
    return tx.preparedQuery(RECEIVE)
        .execute(Tuple.of(append.source(), ids, Rows.utc(now)))
        .map(rows -> {
          var added = Set.copyOf(Rows.all(rows, row -> row.getLong("entry")));
          return append.entries().stream()
              .filter(entry -> added.contains(entry.id()))
              .toList();
        });
  }

  private static Future<LogPage> write(SqlConnection tx, List<OutboxEntry> entries, Instant now) {
    var users = entries.stream().map(OutboxEntry::userId).distinct().toArray(Long[]::new);
    return tx.preparedQuery(FIND_ERASED)
        .execute(Tuple.of(users))
        .compose(erased -> writeEvents(tx, topicEvents(entries), now));
  }

  private static List<TopicEvent> topicEvents(List<OutboxEntry> entries) {
    var events = new ArrayList<TopicEvent>();
    for (var entry : entries) {
      for (var recipient : entry.recipients()) {
        var payload = new JsonObject(entry.payload());
        var own = recipient.audience().userId() != null;
        if (own) {
          var self = entry.actorId() != null && entry.actorId() == entry.userId();
          payload.put("by", new JsonObject().put("self", self));
        }
        events.add(new TopicEvent(entry, recipient, own ? null : entry.actorId(), payload));
      }
    }
    return events;
  }

  private static Future<LogPage> writeEvents(
      SqlConnection tx, List<TopicEvent> topicEvents, Instant now) {
    var more = new TreeMap<String, Long>();
    topicEvents.forEach(event -> more.merge(event.recipient().topic(), 1L, Long::sum));
    return tx.preparedQuery(ADVANCE_TOPICS)
        .execute(Tuple.tuple()
            .addArrayOfString(more.keySet().toArray(String[]::new))
            .addArrayOfLong(more.values().toArray(Long[]::new)))
        .compose(rows -> {
          var topics = new HashMap<String, TopicHead>();
          rows.forEach(row -> topics.put(
              row.getString("name"),
              new TopicHead(
                  row.getString("epoch"), row.getLong("seq") - more.get(row.getString("name")))));
          return tx.preparedQuery(ADVANCE_LOG)
              .execute(Tuple.of(topicEvents.size()))
              .compose(log -> {
                var row = log.iterator().next();
                var head = row.getLong("head");
                var events = events(topicEvents, topics, head - topicEvents.size());
                var page =
                    new LogPage(row.getString("epoch"), head, row.getLong("oldest"), List.of());
                return tx.preparedQuery(INSERT)
                    .executeBatch(tuples(topicEvents, events, now))
                    .map(written -> page);
              });
        });
  }

  private static List<Event> events(
      List<TopicEvent> topicEvents, HashMap<String, TopicHead> topics, long before) {
    var events = new ArrayList<Event>();
    for (var topicEvent : topicEvents) {
      var topic = topicEvent.recipient().topic();
      var head = topics.compute(topic, (name, last) -> new TopicHead(last.epoch(), last.seq() + 1));
      events.add(new Event(
          before + events.size() + 1,
          topic,
          head.epoch(),
          head.seq(),
          topicEvent.entry().at(),
          topicEvent.recipient().audience(),
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
              Rows.utc(event.at()),
              Rows.utc(now),
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
