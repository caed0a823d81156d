package dev.verticker.exchange;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;

/** Reads the fields of an exchange's JSON strictly: a value of another type or range is missing. */
public final class JsonFields {
  private static final JsonMapper MAPPER = JsonMapper.builder()
      .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
      .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
      .build();

  private static final int MAX_WHOLE_DIGITS = 30;
  private static final int MAX_DECIMALS = 18;

  /** Exclusive: 10000-01-01T00:00Z in milliseconds; RFC 3339 times have years of four digits. */
  private static final long MAX_TIME = 253_402_300_800_000L;

  private JsonFields() {}

  /**
   * Returns the array {@code field} of a response; fails with {@link ExchangeException.ExchangeUnavailableException} if the
   * body is not JSON or has no such array.
   */
  public static JsonNode array(Buffer body, String field) {
    var array = tree(body).path(field);
    if (array.isArray()) {
      return array;
    }
    throw new ExchangeException.ExchangeUnavailableException(
        "the exchange sent a malformed response without " + field);
  }

  /** Returns the JSON of a response; a missing node if it is none. */
  public static JsonNode tree(Buffer body) {
    try {
      return MAPPER.readTree(body.getBytes());
    } catch (IOException e) {
      return MAPPER.missingNode();
    }
  }

  /** Returns the texts in {@code field} of each element; elements without one are left out. */
  public static Set<String> texts(JsonNode array, String field) {
    var texts = new HashSet<String>();
    array.forEach(element -> {
      if (element.path(field).isTextual()) {
        texts.add(element.get(field).textValue());
      }
    });
    return texts;
  }

  /** Returns the decimal in a string; null if missing. */
  public static BigDecimal decimal(JsonNode node) {
    return node != null && node.isTextual() && isDecimal(node.textValue())
        ? new BigDecimal(node.textValue())
        : null;
  }

  /** Scans the text, because a pattern allocates a matcher for each of the many figures of books and candles. */
  private static boolean isDecimal(String text) {
    var start = text.startsWith("-") ? 1 : 0;
    var point = text.indexOf('.');
    return point < 0
        ? areDigits(text, start, text.length(), MAX_WHOLE_DIGITS)
        : areDigits(text, start, point, MAX_WHOLE_DIGITS)
            && areDigits(text, point + 1, text.length(), MAX_DECIMALS);
  }

  private static boolean areDigits(String text, int from, int to, int max) {
    for (var i = from; i < to; i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return from < to && to - from <= max;
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
