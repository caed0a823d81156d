package dev.verticker.settings;

import java.time.Duration;

/**
 * Retention of the event log.
 *
 * @param retention events older than this are deleted
 * @param maxPerTopic number of events kept per topic, the newest ones
 */
public record NotificationSettings(Duration retention, int maxPerTopic) {
  public static NotificationSettings read(SettingsReader reader) {
    return new NotificationSettings(
        Duration.ofDays(reader.number("EVENT_RETENTION_DAYS", 1, 36500)),
        reader.number("EVENT_RETENTION_COUNT", 1, 10_000_000));
  }
}
