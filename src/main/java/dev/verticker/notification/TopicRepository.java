package dev.verticker.notification;

import static dev.verticker.data.Rows.all;

import dev.verticker.bus.Failure;
import dev.verticker.data.Database;
import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.Event;
import dev.verticker.message.Notifications.FindUnread;
import dev.verticker.message.Notifications.MarkRead;
import dev.verticker.message.Notifications.ReadBefore;
import dev.verticker.message.Notifications.ReadTopic;
import dev.verticker.message.Notifications.ReplayFrom;
import dev.verticker.message.Notifications.ReplayTopics;
import dev.verticker.message.Notifications.TopicPage;
import dev.verticker.message.Notifications.TopicReplay;
import dev.verticker.message.Notifications.TopicReplays;
import dev.verticker.message.Notifications.Unread;
import dev.verticker.notification.TopicState.Range;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** {@code notification.topics} and {@code notification.read_marks}: events of topics and how far they were read. */
final class TopicRepository {
  /** Any number of topics in one statement: thousands of sockets reconnect at once when a node restarts. */
  private static final String FIND =
      """
      SELECT topic.name, topic.epoch::text AS epoch, topic.seq AS newest, topic.partitions, topic.first_seqs,
             COALESCE(mark.up_to, 0) AS read_up_to, COALESCE(log.oldest, 1) AS oldest_position
        FROM pg_catalog.unnest($1::text[]) AS requested (name)
        JOIN notification.topics AS topic ON topic.name = requested.name
        LEFT JOIN notification.read_marks AS mark ON mark.topic = topic.name
        LEFT JOIN notification.log ON true
       ORDER BY topic.name
      """;

  /**
   * The limits of the positions are part of the text, so that the planner always leaves out other partitions. The inner order and
   * limit make it use the index of the topic; the subquery tells it that the log has one row.
   */
  static final String FIND_EVENTS =
      """
      SELECT log.oldest AS oldest_position, event.*
        FROM (SELECT oldest FROM notification.log LIMIT 1) AS log
        LEFT JOIN (
               SELECT events.position, events.topic, events.seq, events.at, events.audience_permission,
                      events.audience_user, %s AS payload
                 FROM ROWS FROM (
                        pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::bigint[]), pg_catalog.unnest($3::bigint[])
                      ) AS requested (topic, after, up_to)
                CROSS JOIN LATERAL (
                        SELECT *
                          FROM notification.events
                         WHERE topic = requested.topic
                           AND seq > requested.after
                           AND seq <= requested.up_to
                           AND position >= %%d
                           AND position <= %%d
                         ORDER BY seq
                         LIMIT $4
                      ) AS events
                 %s
             ) AS event ON true
       ORDER BY event.topic, event.seq
      """
          .formatted(EventErasure.REDACTED_PAYLOAD, EventErasure.TOMBSTONES);

  /** A topic that is read before its first event gets the epoch which that event will have. */
  private static final String CREATE =
      """
      INSERT INTO notification.topics (name, seq)
      SELECT name, 0
        FROM pg_catalog.unnest($1::text[]) AS name
       WHERE NOT EXISTS (
               SELECT
                 FROM notification.erased_users
                WHERE user_id = pg_catalog.substring(name, '^(?:user|orders)[.]([0-9]{1,18})$')::bigint
             )
       ORDER BY name
      ON CONFLICT (name) DO NOTHING
      """;

  private static final String MARK =
      """
      INSERT INTO notification.read_marks AS mark (topic, up_to)
      SELECT name, $2::bigint
        FROM notification.topics
       WHERE name = $1
         AND epoch::text = $3
         FOR KEY SHARE
      ON CONFLICT (topic) DO UPDATE SET up_to = excluded.up_to
       WHERE mark.up_to < excluded.up_to
      """;

  private final Database database;
  private final LogPartitions partitions;
  private final int maxPerTopic;

  /**
   * Topics at one moment.
   *
   * @param oldestPosition the oldest position that is retained
   */
  private record Topics(long oldestPosition, Map<String, TopicState> states) {}

  /** @param events after the requested sequence, without gaps */
  private record Replayed(TopicState state, List<Event> events) {}

  /** @param maxPerTopic number of newest events of each topic that can be read */
  TopicRepository(Database database, LogPartitions partitions, int maxPerTopic) {
    this.database = database;
    this.partitions = partitions;
    this.maxPerTopic = maxPerTopic;
  }

  Future<TopicPage> read(ReadTopic read) {
    if (read.limit() < 1 || read.limit() > Notifications.MAX_EVENTS) {
      return Future.failedFuture(Failure.Invalid.of(
          "query/limit", "range", "The limit must be 1 to " + Notifications.MAX_EVENTS + "."));
    }
    var after = Objects.requireNonNullElse(read.after(), 0L);
    return findOrCreate(new ReplayFrom(read.topic(), after), read.limit())
        .compose(topic -> read.after() == null
            ? Future.succeededFuture(topic)
            : checkResume(topic.state(), read.epoch(), read.after()).map(topic))
        .map(topic -> page(topic.state(), topic.events()));
  }

  /** Reads forwards from the sequence where the page begins, as the sequences of a topic have no gaps. */
  Future<TopicPage> readBefore(ReadBefore read) {
    return findOrCreate(new ReplayFrom(read.topic(), null), 0)
        .map(Replayed::state)
        .compose(topic -> read.before() == null
            ? Future.succeededFuture(topic.newest() + 1)
            : checkEpoch(topic, read.epoch(), read.before()).map(read.before()))
        .compose(before -> {
          var after = Math.max(0, before - 1 - read.limit());
          var limit = (int) Math.max(0, before - 1 - after);
          return findOrCreate(new ReplayFrom(read.topic(), after), limit)
              .map(topic -> page(topic.state(), newestFirst(topic.events(), before)));
        });
  }

  Future<TopicReplays> replay(ReplayTopics replay) {
    return findOrCreate(replay.topics(), replay.limit())
        .map(topics -> new TopicReplays(topics.values().stream()
            .map(topic -> new TopicReplay(
                topic.state().name(),
                topic.state().epoch(),
                topic.state().oldest(),
                topic.state().newest(),
                topic.events()))
            .toList()));
  }

  Future<Unread> unread(FindUnread find) {
    return find(List.of(new ReplayFrom(find.topic(), null)), 0).map(topics -> {
      var topic = topics.get(find.topic());
      return topic == null
          ? new Unread(null, 0, 0)
          : new Unread(
              topic.state().epoch(), topic.state().readUpTo(), topic.state().unread());
    });
  }

  /** @param changed whether the read position has moved */
  record Marked(Unread unread, boolean changed) {}

  Future<Marked> mark(MarkRead mark) {
    return findOrCreate(new ReplayFrom(mark.topic(), null), 0)
        .map(Replayed::state)
        .compose(topic -> {
          if (!topic.epoch().equals(mark.epoch())) {
            return Future.failedFuture(epochChanged(topic));
          }
          return mark.upTo() > topic.newest()
              ? Future.failedFuture(beyondNewest(topic))
              : database.query(MARK, Tuple.of(mark.topic(), mark.upTo(), mark.epoch()));
        })
        .compose(marked -> unread(new FindUnread(mark.topic()))
            .map(unread -> new Marked(unread, marked.rowCount() > 0)));
  }

  private Future<Replayed> findOrCreate(ReplayFrom start, int limit) {
    return findOrCreate(List.of(start), limit)
        .compose(topics -> topics.isEmpty()
            ? Future.failedFuture(new Failure.NotFound(
                "topic-not-found", "The topic " + start.topic() + " no longer exists."))
            : Future.succeededFuture(topics.get(start.topic())));
  }

  /** Returns the topics by name, without those of erased users. */
  private Future<Map<String, Replayed>> findOrCreate(List<ReplayFrom> starts, int limit) {
    return find(starts, limit).compose(found -> {
      var missing = names(starts).filter(name -> !found.containsKey(name)).toArray(String[]::new);
      return missing.length == 0
          ? Future.succeededFuture(found)
          : database
              .query(CREATE, Tuple.tuple().addArrayOfString(missing))
              .compose(created -> find(starts, limit));
    });
  }

  private Future<Map<String, Replayed>> find(List<ReplayFrom> starts, int limit) {
    var names = names(starts).toArray(String[]::new);
    return database
        .query(FIND, Tuple.tuple().addArrayOfString(names))
        .map(this::topics)
        .compose(topics -> {
          var ranges = ranges(topics, starts, limit);
          return ranges.isEmpty()
              ? Future.succeededFuture(replayed(topics, List.of()))
              : findEvents(ranges).compose(rows -> {
                var events = all(rows, row -> row);
                var moved = events.stream()
                    .anyMatch(row -> row.getLong("oldest_position") != topics.oldestPosition());
                // Retention has dropped a partition since the topics were read.
                return moved
                    ? find(starts, limit)
                    : Future.succeededFuture(replayed(topics, events));
              });
        });
  }

  private static List<Range> ranges(Topics topics, List<ReplayFrom> starts, int limit) {
    return starts.stream()
        .filter(start -> start.after() != null && topics.states().containsKey(start.topic()))
        .map(start -> topics.states().get(start.topic()).range(start.after(), limit))
        .filter(Objects::nonNull)
        .toList();
  }

  private Future<RowSet<Row>> findEvents(List<Range> ranges) {
    var first = ranges.stream().mapToLong(Range::firstPartition).min().orElseThrow();
    var last = ranges.stream().mapToLong(Range::lastPartition).max().orElseThrow();
    return database.query(
        FIND_EVENTS.formatted(
            partitions.firstPosition(first), partitions.firstPosition(last + 1) - 1),
        Tuple.tuple()
            .addArrayOfString(ranges.stream().map(Range::topic).toArray(String[]::new))
            .addArrayOfLong(ranges.stream().map(Range::after).toArray(Long[]::new))
            .addArrayOfLong(ranges.stream().map(Range::upTo).toArray(Long[]::new))
            .addLong(ranges.stream().mapToLong(Range::size).max().orElseThrow()));
  }

  private static Stream<String> names(List<ReplayFrom> starts) {
    return starts.stream().map(ReplayFrom::topic);
  }

  private Topics topics(RowSet<Row> rows) {
    var oldestPosition = 1L;
    var states = new LinkedHashMap<String, TopicState>();
    for (var row : rows) {
      oldestPosition = row.getLong("oldest_position");
      var state = TopicState.of(row, partitions.number(oldestPosition), maxPerTopic);
      states.put(state.name(), state);
    }
    return new Topics(oldestPosition, states);
  }

  private static Map<String, Replayed> replayed(Topics topics, List<Row> rows) {
    var replayed = new LinkedHashMap<String, Replayed>();
    topics
        .states()
        .forEach((name, state) -> replayed.put(name, new Replayed(state, new ArrayList<>())));
    for (var row : rows) {
      var topic = replayed.get(row.getString("topic"));
      if (topic != null) {
        topic.events().add(EventLog.event(row, topic.state().epoch()));
      }
    }
    return replayed;
  }

  private static TopicPage page(TopicState topic, List<Event> events) {
    return new TopicPage(
        topic.name(),
        topic.epoch(),
        topic.oldest(),
        topic.newest(),
        topic.readUpTo(),
        topic.unread(),
        events);
  }

  /** Without the events that were appended after the page was chosen. */
  private static List<Event> newestFirst(List<Event> events, long before) {
    var newestFirst = new ArrayList<Event>();
    events.stream().filter(event -> event.seq() < before).forEach(newestFirst::add);
    Collections.reverse(newestFirst);
    return newestFirst;
  }

  private static Future<TopicState> checkEpoch(TopicState topic, String epoch, long seq) {
    if (!topic.epoch().equals(epoch)) {
      return Future.failedFuture(epochChanged(topic));
    }
    return seq > topic.newest()
        ? Future.failedFuture(new Failure.Gone(
            "sequence-not-reached",
            "The topic has no event with the sequence " + seq + ": the newest one is "
                + topic.newest() + ".",
            resumeFrom(topic)))
        : Future.succeededFuture(topic);
  }

  private static Future<TopicState> checkResume(TopicState topic, String epoch, long after) {
    return checkEpoch(topic, epoch, after)
        .compose(checked -> after < topic.oldest() - 1
            ? Future.failedFuture(new Failure.Gone(
                "events-expired",
                "Some of the events after sequence " + after + " are no longer retained.",
                resumeFrom(topic)))
            : Future.succeededFuture(topic));
  }

  private static Failure epochChanged(TopicState topic) {
    return new Failure.Gone(
        "epoch-changed",
        "The topic was reset: its sequences belong to another epoch.",
        resumeFrom(topic));
  }

  private static Failure beyondNewest(TopicState topic) {
    return Failure.Invalid.of(
        "/up_to", "beyond-newest", "The newest sequence is " + topic.newest() + ".");
  }

  private static Failure.Gone.ResumeFrom resumeFrom(TopicState topic) {
    return new Failure.Gone.ResumeFrom(topic.epoch(), topic.oldest());
  }
}
