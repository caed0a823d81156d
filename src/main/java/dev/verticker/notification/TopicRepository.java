package dev.verticker.notification;

import dev.verticker.bus.Failure;
import dev.verticker.data.Database;
import dev.verticker.message.Notifications.Event;
import dev.verticker.message.Notifications.MarkRead;
import dev.verticker.message.Notifications.ReadTopic;
import dev.verticker.message.Notifications.TopicPage;
import dev.verticker.message.Notifications.Unread;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;

/** One topic at a time: its events from a sequence on, and how far they were seen. */
final class TopicRepository {
  /** One statement, so one moment. What was removed by age or count cannot be unread any more. */
  private static final String STANDING =
      """
      SELECT topic.name, topic.epoch::text AS topic_epoch, topic.seq AS newest,
             COALESCE((SELECT min(seq) FROM notification.events WHERE topic = $1), topic.seq + 1) AS oldest,
             COALESCE(mark.up_to, 0) AS read_up_to
        FROM notification.topics AS topic
        LEFT JOIN notification.read_marks AS mark ON mark.topic = topic.name
       WHERE topic.name = $1
      """;

  private static final String READ =
      """
      WITH standing AS (
      %s)
      SELECT standing.*, event.*
        FROM standing
        LEFT JOIN LATERAL (
               SELECT events.position, events.topic, standing.topic_epoch AS epoch, events.seq, events.at,
                      events.audience_permission, events.audience_user, events.payload
                 FROM notification.events
                WHERE events.topic = $1
                  AND events.seq > $2
                ORDER BY events.seq
                LIMIT $3
             ) AS event ON true
       ORDER BY event.seq
      """
          .formatted(STANDING);

  /** Who asks before anything was told gets the epoch that the first event will have. */
  private static final String BEGIN =
      """
      INSERT INTO notification.topics (name, seq)
      SELECT $1::text, 0
       WHERE NOT EXISTS (
               SELECT
                 FROM notification.erased_users
                WHERE 'user.' || user_id = $1::text
             )
      ON CONFLICT (name) DO NOTHING
      """;

  private static final String MARK =
      """
      INSERT INTO notification.read_marks AS mark (topic, up_to)
      SELECT name, $2::bigint
        FROM notification.topics
       WHERE name = $1
         AND epoch::text = $3
      ON CONFLICT (topic) DO UPDATE SET up_to = GREATEST(mark.up_to, excluded.up_to)
      """;

  private final Database database;

  TopicRepository(Database database) {
    this.database = database;
  }

  Future<TopicPage> read(ReadTopic read) {
    var after = read.after() == null ? 0 : read.after();
    return database
        .query(READ, Tuple.of(read.topic(), after, read.limit()))
        .compose(rows -> rows.size() == 0
            ? begin(read.topic()).compose(begun -> read(read))
            : Future.succeededFuture(page(rows)))
        .compose(page -> read.after() == null
            ? Future.succeededFuture(page)
            : refuseWhatIsGone(page, read.epoch(), read.after()).map(page));
  }

  Future<Unread> unread(String topic) {
    return database
        .query(STANDING, Tuple.of(topic))
        .map(rows ->
            rows.size() == 0 ? new Unread(null, 0, 0) : unread(rows.iterator().next()));
  }

  Future<Unread> mark(MarkRead mark) {
    return read(new ReadTopic(mark.topic(), null, null, 1))
        .compose(page -> {
          if (!page.epoch().equals(mark.epoch())) {
            return Future.failedFuture(epochChanged(page));
          }
          return mark.upTo() > page.newest()
              ? Future.failedFuture(beyondNewest(page))
              : database.query(MARK, Tuple.of(mark.topic(), mark.upTo(), mark.epoch()));
        })
        .compose(marked -> unread(mark.topic()));
  }

  /** A topic of its own for whoever is not erased. */
  private Future<Void> begin(String topic) {
    return database
        .query(BEGIN, Tuple.of(topic))
        .compose(begun -> begun.rowCount() == 1
            ? Future.succeededFuture(begun)
            : database.query(STANDING, Tuple.of(topic)))
        .compose(rows -> rows.rowCount() == 1
            ? Future.succeededFuture()
            : Future.failedFuture(
                new Failure.NotFound("topic-not-found", "There is no such topic any more.")));
  }

  private static Future<Void> refuseWhatIsGone(TopicPage page, String epoch, long after) {
    // A sequence that was never reached is one of a log that was set back.
    if (!page.epoch().equals(epoch) || after > page.newest()) {
      return Future.failedFuture(epochChanged(page));
    }
    return after < page.oldest() - 1
        ? Future.failedFuture(new Failure.Gone(
            "events-expired", "Some of what follows is not kept any more.", start(page)))
        : Future.succeededFuture();
  }

  private static Failure epochChanged(TopicPage page) {
    return new Failure.Gone(
        "epoch-changed", "The topic counts anew, in another epoch.", start(page));
  }

  private static Failure beyondNewest(TopicPage page) {
    return Failure.Invalid.of(
        "/up_to", "beyond-newest", "The newest sequence is " + page.newest() + ".");
  }

  private static Failure.Gone.ResumeFrom start(TopicPage page) {
    return new Failure.Gone.ResumeFrom(page.epoch(), page.oldest());
  }

  private static TopicPage page(RowSet<Row> rows) {
    var topic = rows.iterator().next();
    var events = new ArrayList<Event>();
    rows.forEach(row -> EventLog.event(row).ifPresent(events::add));
    var standing = unread(topic);
    return new TopicPage(
        topic.getString("name"),
        standing.epoch(),
        topic.getLong("oldest"),
        topic.getLong("newest"),
        standing.upTo(),
        standing.count(),
        events);
  }

  private static Unread unread(Row row) {
    var seen = Math.max(row.getLong("read_up_to"), row.getLong("oldest") - 1);
    return new Unread(
        row.getString("topic_epoch"), row.getLong("read_up_to"), row.getLong("newest") - seen);
  }
}
