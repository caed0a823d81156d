package dev.verticker.user.change;

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
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;

/**
 * Writes what must be told, as the last statement of the transaction that changed it: told if and only if it happened.
 * Where no notifications ever run, housekeeping removes what is older than a week, so it cannot grow for ever.
 */
public final class UserOutbox {
  private static final String INSERT =
      """
      INSERT INTO account.outbox (at, event, user_id, topics, payload)
      VALUES ($1, $2, $3, $4, $5)
      """;

  /** What still waits about an erased user is told without anything personal, in its place. */
  private static final String ERASE =
      """
      UPDATE account.outbox
         SET payload = pg_catalog.jsonb_build_object('event', event, 'user_id', user_id, 'redacted', true)
       WHERE user_id = $1
      """;

  /** What they did to others keeps their id. */
  private static final String ERASE_ACTOR =
      """
      UPDATE account.outbox
         SET payload = pg_catalog.jsonb_set(payload, '{by,username}', 'null')
       WHERE payload #>> '{by,id}' = $1::text
      """;

  /** A reader away for longer has lost more than events. */
  public static final Duration KEPT = Duration.ofDays(7);

  /** For housekeeping. */
  public static final String REMOVE_OLD =
      """
      DELETE FROM account.outbox
       WHERE id IN (SELECT id FROM account.outbox WHERE at < $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED)
      """;

  private final Clock clock;
  private final Runnable committed;

  /** @param committed called after each commit that left something here */
  public UserOutbox(Clock clock, Runnable committed) {
    this.clock = clock;
    this.committed = committed;
  }

  /** A row as it is handed over. */
  public static OutboxEntry entry(Row row) {
    var payload = row.get(JsonObject.class, "payload");
    var by = payload.getJsonObject("by");
    var userId = row.getLong("user_id");
    return new OutboxEntry(
        row.getLong("id"),
        row.getOffsetDateTime("at").toInstant(),
        row.getString("event"),
        userId,
        by == null ? null : by.getLong("id"),
        UserEvent.erases(payload),
        Stream.of(row.getArrayOfStrings("topics"))
            .map(topic -> new Recipient(topic, audience(topic, userId)))
            .toList(),
        payload.encode());
  }

  private static Audience audience(String topic, long userId) {
    return topic.equals(Notifications.USERS)
        ? Audience.permission("users.read")
        : Audience.user(userId);
  }

  public Future<Void> write(SqlConnection transaction, List<UserEvent> events) {
    if (events.isEmpty()) {
      return Future.succeededFuture();
    }
    var at = clock.instant().atOffset(ZoneOffset.UTC);
    var rows = events.stream()
        .map(event -> Tuple.of(
            at,
            event.event(),
            event.userId(),
            event.topics().toArray(String[]::new),
            event.payload()))
        .toList();
    transaction.transaction().completion().onSuccess(done -> committed.run());
    return transaction.preparedQuery(INSERT).executeBatch(rows).mapEmpty();
  }

  public Future<Void> erase(SqlConnection transaction, long userId) {
    return transaction
        .preparedQuery(ERASE)
        .execute(Tuple.of(userId))
        .compose(
            rows -> transaction.preparedQuery(ERASE_ACTOR).execute(Tuple.of(Long.toString(userId))))
        .mapEmpty();
  }
}
