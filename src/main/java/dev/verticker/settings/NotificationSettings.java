package dev.verticker.settings;

import java.time.Duration;

/**
 * What the event log keeps.
 *
 * @param retention events older than this are removed
 * @param mostPerTopic of a topic no more than its newest so many events are kept
 */
public record NotificationSettings(Duration retention, int mostPerTopic) {
  public static NotificationSettings read(SettingsReader reader) {
    return new NotificationSettings(
        Duration.ofDays(reader.number("EVENT_RETENTION_DAYS", 1, 36500)),
        reader.number("EVENT_RETENTION_COUNT", 1, 10_000_000));
  }
}
