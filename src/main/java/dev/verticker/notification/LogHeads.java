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
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reports the newest position of each family of topics that this node has received; 0 if none is among the last events. */
final class LogHeads {
  private static final Logger log = LoggerFactory.getLogger(LogHeads.class);
  private static final List<String> FAMILIES = List.of("users", "user", "orders");

  /** The number of newest positions that are searched for the newest event of each family. */
  private static final int SCANNED = 10_000;

  private static final String HEAD =
      "SELECT COALESCE(pg_catalog.max(head), 0) AS head FROM notification.log";

  private static final String READ =
      """
      SELECT COALESCE(pg_catalog.max(position) FILTER (WHERE topic = 'users'), 0) AS users,
             COALESCE(pg_catalog.max(position) FILTER (WHERE topic LIKE 'user.%'), 0) AS "user",
             COALESCE(pg_catalog.max(position) FILTER (WHERE topic LIKE 'orders.%'), 0) AS orders
        FROM notification.events
       WHERE position > $1
         AND position <= $2
      """;

  private final Map<String, AtomicLong> heads;
  private final Database database;

  LogHeads(Database database, MeterRegistry metrics) {
    this.database = database;
    this.heads = FAMILIES.stream()
        .collect(Collectors.toUnmodifiableMap(Function.identity(), name -> gauge(metrics, name)));
  }

  /** Reads the positions from the log; never fails. */
  Future<Void> read() {
    return database
        .query(HEAD, Tuple.tuple())
        .map(rows -> rows.iterator().next().getLong("head"))
        .compose(head -> database.query(READ, Tuple.of(head - SCANNED, head)))
        .map(rows -> rows.iterator().next())
        .onSuccess(row -> heads.forEach((family, head) -> raise(family, row.getLong(family))))
        .onFailure(
            failure -> log.debug("heads of the event log not read: {}", failure.getMessage()))
        .otherwiseEmpty()
        .mapEmpty();
  }

  void onAppended(LogPage page) {
    if (page.events().isEmpty()) {
      // Sent by version 1.0.0: there were too many events for one message.
      read();
    }
    page.events().forEach(event -> raise(family(event.topic()), event.position()));
  }

  private void raise(String family, long position) {
    var head = heads.get(family);
    if (head != null) {
      head.accumulateAndGet(position, Math::max);
    }
  }

  private static AtomicLong gauge(MeterRegistry metrics, String family) {
    return metrics.gauge(
        "notification_log_head", List.of(Tag.of("family", family)), new AtomicLong());
  }

  /** {@code user} for {@code user.7}. */
  private static String family(String topic) {
    var end = topic.indexOf('.');
    return end < 0 ? topic : topic.substring(0, end);
  }
}
