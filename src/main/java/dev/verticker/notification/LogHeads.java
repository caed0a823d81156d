package dev.verticker.notification;

import dev.verticker.data.Database;
import dev.verticker.message.Notifications.LogPage;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reports the newest position of each family of topics that this node has received; 0 if there is none. */
final class LogHeads {
  private static final Logger log = LoggerFactory.getLogger(LogHeads.class);
  private static final String USERS = "users";
  private static final String USER = "user";

  /** Scans backwards, because the newest event of each family is among the last ones. */
  private static final String READ =
      """
      SELECT COALESCE((SELECT position FROM notification.events
                        WHERE topic = 'users' ORDER BY position DESC LIMIT 1), 0) AS users,
             COALESCE((SELECT position FROM notification.events
                        WHERE topic LIKE 'user.%' ORDER BY position DESC LIMIT 1), 0) AS "user"
      """;

  private final Map<String, AtomicLong> heads;
  private final Database database;

  LogHeads(Database database, MeterRegistry metrics) {
    this.database = database;
    this.heads = Map.of(USERS, gauge(metrics, USERS), USER, gauge(metrics, USER));
  }

  /** Reads the positions from the log; never fails. */
  Future<Void> read() {
    return database
        .query(READ, Tuple.tuple())
        .map(rows -> rows.iterator().next())
        .onSuccess(row -> heads.forEach((family, head) -> raise(family, row.getLong(family))))
        .onFailure(
            failure -> log.debug("heads of the event log not read: {}", failure.getMessage()))
        .otherwiseEmpty()
        .mapEmpty();
  }

  void onAppended(LogPage page) {
    if (page.events().isEmpty()) {
      // There were too many events for one message.
      read();
    }
    page.events().forEach(event -> raise(family(event.topic()), event.position()));
  }

  private void raise(String family, long position) {
    heads.get(family).accumulateAndGet(position, Math::max);
  }

  private static AtomicLong gauge(MeterRegistry metrics, String family) {
    return metrics.gauge(
        "notification_log_head", List.of(Tag.of("family", family)), new AtomicLong());
  }

  /** {@code user} for {@code user.7}. */
  private static String family(String topic) {
    return topic.equals(USERS) ? USERS : USER;
  }
}
