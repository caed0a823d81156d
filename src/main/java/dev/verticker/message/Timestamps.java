package dev.verticker.message;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** Formats timestamps as ISO 8601 with microseconds and {@code +00:00}, like the earlier system. */
public final class Timestamps {
  private Timestamps() {}

  public static String write(Instant instant) {
    var time = instant.atOffset(ZoneOffset.UTC);
    var text = seconds(new StringBuilder(32), time).append('.');
    return digits(text, time.getNano() / 1000, 100_000).append("+00:00").toString();
  }

  /** Appends a time of whole seconds as {@link Instant#toString} does, but without an interpreting formatter. */
  public static StringBuilder appendSeconds(StringBuilder text, Instant instant) {
    return seconds(text, instant.atOffset(ZoneOffset.UTC)).append('Z');
  }

  private static StringBuilder seconds(StringBuilder text, OffsetDateTime time) {
    digits(text, time.getYear(), 1000).append('-');
    digits(text, time.getMonthValue(), 10).append('-');
    digits(text, time.getDayOfMonth(), 10).append('T');
    digits(text, time.getHour(), 10).append(':');
    digits(text, time.getMinute(), 10).append(':');
    return digits(text, time.getSecond(), 10);
  }

  /** @param unit of the first digit */
  private static StringBuilder digits(StringBuilder text, int number, int unit) {
    for (var rest = unit; rest > 0; rest /= 10) {
      text.append((char) ('0' + number / rest % 10));
    }
    return text;
  }
}
