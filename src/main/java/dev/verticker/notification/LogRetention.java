package dev.verticker.notification;

import dev.verticker.data.Housekeeping;
import dev.verticker.settings.NotificationSettings;
import java.time.Duration;

/** Deletes old events. The oldest of a topic are deleted first, so the retained ones have no gaps. */
final class LogRetention {
  /** More than twice as long as an outbox retains an entry. */
  private static final Duration RECEIVED_RETENTION = Duration.ofDays(14);

  /** Deletes by position, not by time: clocks of nodes may differ, and a gap would look like a lost event. */
  private static final String TOO_OLD =
      """
      DELETE FROM notification.events
       WHERE position IN (
               SELECT position
                 FROM notification.events
                WHERE position <= (SELECT max(position) FROM notification.events WHERE logged_at < $1)
                ORDER BY position
                LIMIT $2
             )
      """;

  private static final String TOO_MANY =
      """
      DELETE FROM notification.events
       WHERE position IN (
               SELECT events.position
                 FROM notification.topics
                 JOIN notification.events ON events.topic = topics.name AND events.seq <= topics.seq - $1
                WHERE topics.seq > $1
                ORDER BY events.topic, events.seq
                LIMIT $2
             )
      """;

  private LogRetention() {}

  static void addCleanupTasks(Housekeeping housekeeping, NotificationSettings settings) {
    housekeeping
        .deleteOlderThan(settings.retention(), "events-by-age", TOO_OLD)
        .deleteAllBut(settings.maxPerTopic(), "events-by-count", TOO_MANY)
        .deleteOlderThan(
            RECEIVED_RETENTION, "received", "notification.received", "source, entry", "received_at")
        .deleteOlderThan(
            RECEIVED_RETENTION,
            "erased-users",
            "notification.erased_users",
            "user_id",
            "erased_at");
  }
}
