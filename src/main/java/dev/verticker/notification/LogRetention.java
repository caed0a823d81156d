package dev.verticker.notification;

import dev.verticker.data.Housekeeping;
import java.time.Duration;

/** The cleanup tasks of the log. Events leave the log with their partition, the oldest partition first. */
final class LogRetention {
  /** More than twice as long as an outbox retains an entry. */
  private static final Duration RECEIVED_RETENTION = Duration.ofDays(14);

  /** Rows are short and never read again: ten times as many at once keep up with thousands of entries per second. */
  private static final String OLD_RECEIVED =
      """
      DELETE FROM notification.received
       WHERE (source, entry) IN (
               SELECT source, entry
                 FROM notification.received
                WHERE received_at < $1
                ORDER BY received_at
                LIMIT 10 * $2
                  FOR UPDATE SKIP LOCKED
             )
      """;

  /** A tombstone outlives the events that were not rewritten: reads redact them. */
  private static final String FINISHED_TOMBSTONES =
      """
      DELETE FROM notification.erased_users
       WHERE user_id IN (
               SELECT user_id
                 FROM notification.erased_users
                WHERE erased_at < $1
                  AND rewritten_to >= up_to
                ORDER BY erased_at
                LIMIT $2
             )
      """;

  private LogRetention() {}

  static void addCleanupTasks(
      Housekeeping housekeeping,
      LogPartitions partitions,
      EventErasure erasure,
      Duration retention) {
    housekeeping
        .rewriteOlderThan(
            LogPartitions.MAX_OPEN,
            "open-partitions",
            (tx, before, limit) -> partitions.close(tx, before))
        .rewriteOlderThan(
            Duration.ZERO, "new-partitions", (tx, before, limit) -> partitions.create(tx))
        .rewriteOlderThan(
            retention, "event-partitions", (tx, before, limit) -> partitions.drop(tx, before))
        .rewriteOlderThan(
            Duration.ZERO, "redacted-events", (tx, before, limit) -> erasure.rewrite(tx, limit))
        .deleteOlderThan(RECEIVED_RETENTION, "received", OLD_RECEIVED)
        .deleteOlderThan(RECEIVED_RETENTION, "erased-users", FINISHED_TOMBSTONES);
  }
}
