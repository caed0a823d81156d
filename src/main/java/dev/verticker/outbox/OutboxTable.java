package dev.verticker.outbox;

import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.OutboxEntry;
import io.vertx.sqlclient.Row;
import java.util.function.Function;

/**
 * The table {@code outbox} of a schema, with the columns {@code id} (an identity) and {@code at}, and the trigger
 * {@code outbox_writer}.
 *
 * @param schema also the source of the entries in the event log
 * @param entry maps a row with all columns to an entry
 */
public record OutboxTable(String schema, Function<Row, OutboxEntry> entry) {
  /** The oldest entry after an id ($1), with the state that {@link DeliveredIds} needs; always one row. */
  String selectOldest() {
    return """
        SELECT oldest.id, oldest.at, last_value AS last,
               pg_catalog.pg_snapshot_xmin(snapshot)::text::bigint AS running,
               pg_catalog.pg_snapshot_xmax(snapshot)::text::bigint AS next
          FROM pg_catalog.pg_current_snapshot() AS snapshot
         CROSS JOIN %1$s.outbox_id_seq
          LEFT JOIN (SELECT id, at FROM %1$s.outbox WHERE id > $1 ORDER BY id LIMIT 1) AS oldest ON true
        """
        .formatted(schema);
  }

  /** The oldest entries after an id ($1). */
  String selectBatch() {
    return "SELECT * FROM %s.outbox WHERE id > $1 ORDER BY id LIMIT %d"
        .formatted(schema, Notifications.MAX_EVENTS);
  }

  String delete() {
    return "DELETE FROM %s.outbox WHERE id = ANY ($1)".formatted(schema);
  }
}
