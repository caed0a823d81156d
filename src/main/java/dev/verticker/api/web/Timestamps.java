package dev.verticker.api.web;

import java.time.Instant;
import java.time.ZoneOffset;

/** Formats timestamps as ISO 8601 with microseconds and {@code +00:00}, like the earlier system. */
public final class Timestamps {
  private static final String ZEROES = "000000";

  private Timestamps() {}

  public static String write(Instant instant) {
    var time = instant.atOffset(ZoneOffset.UTC).toLocalDateTime();
    var text = new StringBuilder(32).append(time.toLocalDate()).append('T');
    digits(text, time.getHour(), 2).append(':');
    digits(text, time.getMinute(), 2).append(':');
    digits(text, time.getSecond(), 2).append('.');
    return digits(text, time.getNano() / 1000, 6).append("+00:00").toString();
  }

  private static StringBuilder digits(StringBuilder text, int number, int width) {
    var digits = Integer.toString(number);
    return text.append(ZEROES, 0, width - digits.length()).append(digits);
  }
}
