package dev.verticker.outbox;

import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.OutboxEntry;
import io.vertx.sqlclient.Row;
import java.util.function.Function;

/**
 * The table {@code outbox} of a schema, with the columns {@code id} and {@code at}.
 *
 * @param schema also the source of the entries in the event log
 * @param entry maps a row with all columns to an entry
 */
public record OutboxTable(String schema, Function<Row, OutboxEntry> entry) {
  String selectOldest() {
    return "SELECT at FROM %s.outbox ORDER BY id LIMIT 1".formatted(schema);
  }

  String selectBatch() {
    return "SELECT * FROM %s.outbox ORDER BY id LIMIT %d"
        .formatted(schema, Notifications.MAX_EVENTS);
  }

  String delete() {
    return "DELETE FROM %s.outbox WHERE id = ANY ($1)".formatted(schema);
  }
}
