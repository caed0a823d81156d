package dev.verticker.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.regex.Pattern;

/** Reads the fields of an exchange's JSON strictly: a value of another type or range is missing. */
public final class JsonFields {
  private static final Pattern DECIMAL = Pattern.compile("-?\\d{1,30}(\\.\\d{1,18})?");

  /** Exclusive: 10000-01-01T00:00Z in milliseconds; RFC 3339 times have years of four digits. */
  private static final long MAX_TIME = 253_402_300_800_000L;

  private JsonFields() {}

  /** Returns the decimal in a string; null if missing. */
  public static BigDecimal decimal(JsonNode node) {
    return node != null && node.isTextual() && DECIMAL.matcher(node.textValue()).matches()
        ? new BigDecimal(node.textValue())
        : null;
  }

  /** Returns the time in positive milliseconds; null if missing. */
  public static Instant time(JsonNode node) {
    var millis = number(node);
    return millis > 0 && millis < MAX_TIME ? Instant.ofEpochMilli(millis) : null;
  }

  /** Returns the whole number; -1 if it is missing or negative. */
  public static long number(JsonNode node) {
    return node != null && node.isIntegralNumber() && node.canConvertToLong()
        ? Math.max(-1, node.longValue())
        : -1;
  }
}
