package dev.verticker.notification;

import dev.verticker.data.Database;
import dev.verticker.message.Notifications.Event;
import dev.verticker.message.Notifications.ReplayFrom;
import dev.verticker.message.Notifications.ReplayTopics;
import dev.verticker.message.Notifications.TopicReplay;
import dev.verticker.message.Notifications.TopicReplays;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;

/** Many topics in one statement: when a node restarts thousands of sockets come back at once. */
final class ReplayRepository {
  private static final String REPLAY =
      """
      SELECT topic.name, topic.epoch::text AS topic_epoch, topic.seq AS newest,
             COALESCE((SELECT min(seq) FROM notification.events WHERE topic = topic.name), topic.seq + 1) AS oldest,
             event.*
        FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::bigint[])) AS asked (name, after)
        JOIN notification.topics AS topic ON topic.name = asked.name
        LEFT JOIN LATERAL (
               SELECT events.position, events.topic, topic.epoch::text AS epoch, events.seq, events.at,
                      events.audience_permission, events.audience_user, events.payload
                 FROM notification.events
                WHERE events.topic = topic.name
                  AND events.seq > asked.after
                ORDER BY events.seq
                LIMIT $3
             ) AS event ON true
       ORDER BY topic.name, event.seq
      """;

  /** Who asks before anything was told gets the epoch that the first event will have. */
  private static final String BEGIN =
      """
      INSERT INTO notification.topics (name, seq)
      SELECT name, 0
        FROM pg_catalog.unnest($1::text[]) AS name
       WHERE NOT EXISTS (
               SELECT
                 FROM notification.erased_users
                WHERE 'user.' || user_id = name
             )
       ORDER BY name
      ON CONFLICT (name) DO NOTHING
      """;

  private final Database database;

  ReplayRepository(Database database) {
    this.database = database;
  }

  Future<TopicReplays> replay(ReplayTopics replay) {
    return read(replay).compose(found -> {
      var known = found.topics().stream().map(TopicReplay::topic).collect(Collectors.toSet());
      var missing = replay.topics().stream()
          .map(ReplayFrom::topic)
          .filter(topic -> !known.contains(topic))
          .toArray(String[]::new);
      return missing.length == 0
          ? Future.succeededFuture(found)
          : database
              .query(BEGIN, Tuple.tuple().addArrayOfString(missing))
              .compose(
                  begun -> begun.rowCount() == 0 ? Future.succeededFuture(found) : read(replay));
    });
  }

  private Future<TopicReplays> read(ReplayTopics replay) {
    var names = replay.topics().stream().map(ReplayFrom::topic).toArray(String[]::new);
    var after = replay.topics().stream().map(ReplayFrom::after).toArray(Long[]::new);
    return database
        .query(
            REPLAY,
            Tuple.tuple().addArrayOfString(names).addArrayOfLong(after).addInteger(replay.limit()))
        .map(ReplayRepository::replayed);
  }

  private static TopicReplays replayed(RowSet<Row> rows) {
    var topics = new LinkedHashMap<String, TopicReplay>();
    var events = new LinkedHashMap<String, ArrayList<Event>>();
    for (var row : rows) {
      var name = row.getString("name");
      topics.putIfAbsent(
          name,
          new TopicReplay(
              name,
              row.getString("topic_epoch"),
              row.getLong("oldest"),
              row.getLong("newest"),
              List.of()));
      EventLog.event(row)
          .ifPresent(
              event -> events.computeIfAbsent(name, fresh -> new ArrayList<>()).add(event));
    }
    return new TopicReplays(topics.values().stream()
        .map(topic -> new TopicReplay(
            topic.topic(),
            topic.epoch(),
            topic.oldest(),
            topic.newest(),
            events.getOrDefault(topic.topic(), new ArrayList<>())))
        .toList());
  }
}
