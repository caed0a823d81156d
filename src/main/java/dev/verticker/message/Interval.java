package dev.verticker.message;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * The length of a candle. Candles start at multiples of it in UTC; weeks start on Monday, months on their first day. The
 * names are case-sensitive: {@code 1m} is a minute, {@code 1M} a month.
 */
public enum Interval {
  ONE_MINUTE("1m", 1),
  THREE_MINUTES("3m", 3),
  FIVE_MINUTES("5m", 5),
  FIFTEEN_MINUTES("15m", 15),
  THIRTY_MINUTES("30m", 30),
  ONE_HOUR("1h", 60),
  TWO_HOURS("2h", 120),
  FOUR_HOURS("4h", 240),
  SIX_HOURS("6h", 360),
  EIGHT_HOURS("8h", 480),
  TWELVE_HOURS("12h", 720),
  ONE_DAY("1d", 1440),
  THREE_DAYS("3d", 4320),
  ONE_WEEK("1w", 10_080),
  ONE_MONTH("1M", 0);

  /** 1970-01-05, the first Monday of the epoch, in minutes. */
  private static final long FIRST_MONDAY = 4 * 1440;

  private final String wireName;

  /** Zero for a month, which has no fixed length. */
  private final long minutes;

  Interval(String wireName, long minutes) {
    this.wireName = wireName;
    this.minutes = minutes;
  }

  @JsonValue
  public String wireName() {
    return wireName;
  }

  /** Returns the interval of the name; empty if there is none. */
  public static Optional<Interval> of(String wireName) {
    for (var interval : values()) {
      if (interval.wireName.equals(wireName)) {
        return Optional.of(interval);
      }
    }
    return Optional.empty();
  }

  @JsonCreator
  static Interval ofWireName(String wireName) {
    return of(wireName)
        .orElseThrow(() -> new IllegalArgumentException("unknown interval: " + wireName));
  }

  /** Returns the open time of the candle that contains {@code time}. */
  public Instant openTime(Instant time) {
    if (this == ONE_MONTH) {
      var date = LocalDate.ofInstant(time, ZoneOffset.UTC).withDayOfMonth(1);
      return date.atStartOfDay(ZoneOffset.UTC).toInstant();
    }
    var offset = this == ONE_WEEK ? FIRST_MONDAY : 0;
    var minute = Math.floorDiv(time.getEpochSecond(), 60) - offset;
    return Instant.ofEpochSecond((Math.floorDiv(minute, minutes) * minutes + offset) * 60);
  }

  /** Returns the open time of the candle after the one that opens at {@code openTime}. */
  public Instant next(Instant openTime) {
    return this == ONE_MONTH
        ? openTime.atOffset(ZoneOffset.UTC).plusMonths(1).toInstant()
        : openTime.plus(minutes, ChronoUnit.MINUTES);
  }
}
