package dev.verticker.user.change;

import dev.verticker.data.Rows;
import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.Audience;
import dev.verticker.message.Notifications.OutboxEntry;
import dev.verticker.message.Notifications.Recipient;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;

/**
 * The rows of {@code account.outbox}. An event is inserted by the transaction that makes the change, so it is published if
 * and only if that transaction commits. Housekeeping deletes events that no notification verticle received within a week, which
 * bounds the table.
 */
public final class UserOutbox {
  private static final String INSERT =
      """
      INSERT INTO account.outbox (at, event, user_id, topics, payload)
      VALUES ($1, $2, $3, $4, $5)
      """;

  private final Clock clock;
  private final Runnable onCommit;

  /** @param onCommit called after each commit that inserted events */
  public UserOutbox(Clock clock, Runnable onCommit) {
    this.clock = clock;
    this.onCommit = onCommit;
  }

  public static OutboxEntry entry(Row row) {
    var payload = row.get(JsonObject.class, "payload");
    var by = payload.getJsonObject("by");
    var userId = row.getLong("user_id");
    return new OutboxEntry(
        row.getLong("id"),
        Rows.instant(row, "at"),
        row.getString("event"),
        userId,
        by == null ? null : by.getLong("id"),
        UserEvent.isErasure(payload),
        Stream.of(row.getArrayOfStrings("topics"))
            .map(topic -> new Recipient(topic, audience(topic, userId)))
            .toList(),
        payload.encode());
  }

  Future<Void> write(SqlConnection tx, List<UserEvent> events) {
    if (events.isEmpty()) {
      return Future.succeededFuture();
    }
    var at = Rows.utc(clock.instant());
    var rows = events.stream()
        .map(event -> Tuple.of(
            at,
            event.event(),
            event.userId(),
            event.topics().toArray(String[]::new),
            event.payload()))
        .toList();
    tx.transaction().completion().onSuccess(done -> onCommit.run());
    return tx.preparedQuery(INSERT).executeBatch(rows).mapEmpty();
  }

  private static Audience audience(String topic, long userId) {
    return topic.equals(Notifications.USERS)
        ? Audience.permission("users.read")
        : Audience.user(userId);
  }
}
