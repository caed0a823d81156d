package dev.verticker.api.http;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** ISO-8601 as clients of this API have always got it: microseconds and {@code +00:00}. */
public final class Timestamps {
  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'+00:00'").withZone(ZoneOffset.UTC);

  private Timestamps() {}

  public static String write(Instant instant) {
    return FORMAT.format(instant);
  }
}
