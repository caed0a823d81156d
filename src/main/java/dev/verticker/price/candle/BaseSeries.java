package dev.verticker.price.candle;

import dev.verticker.message.Interval;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The intervals whose candles are stored; those of other intervals are rolled up from them. */
enum BaseSeries {
  MINUTES(Interval.ONE_MINUTE, Duration.ofDays(7)),
  QUARTER_HOURS(Interval.FIFTEEN_MINUTES, Duration.ofDays(30)),
  HOURS(Interval.ONE_HOUR, Duration.ofDays(365)),
  DAYS(Interval.ONE_DAY, Duration.ofDays(36_500));

  /** The series that are rolled up from the one before them. */
  static final List<BaseSeries> ROLLED_UP = List.of(QUARTER_HOURS, HOURS, DAYS);

  private final Interval interval;
  private final Duration backfill;

  BaseSeries(Interval interval, Duration backfill) {
    this.interval = interval;
    this.backfill = backfill;
  }

  Interval interval() {
    return interval;
  }

  Duration length() {
    return Duration.between(Instant.EPOCH, interval.next(Instant.EPOCH));
  }

  /** How far back the candles are requested from the exchange when they are missing. */
  Duration backfill() {
    return backfill;
  }

  /** The series from which this one is rolled up; null for minutes. */
  BaseSeries finer() {
    return this == MINUTES ? null : values()[ordinal() - 1];
  }

  String wireName() {
    return interval.wireName();
  }

  static BaseSeries of(String wireName) {
    return Arrays.stream(values())
        .filter(series -> series.wireName().equals(wireName))
        .findFirst()
        .orElseThrow();
  }

  /** Returns the longest series from which candles of the interval are rolled up; empty for the interval of three days. */
  static Optional<BaseSeries> baseOf(Interval interval) {
    return Optional.ofNullable(
        switch (interval) {
          case ONE_MINUTE, THREE_MINUTES, FIVE_MINUTES -> MINUTES;
          case FIFTEEN_MINUTES, THIRTY_MINUTES -> QUARTER_HOURS;
          case ONE_HOUR, TWO_HOURS, FOUR_HOURS, SIX_HOURS, EIGHT_HOURS, TWELVE_HOURS -> HOURS;
          case ONE_DAY, ONE_WEEK, ONE_MONTH -> DAYS;
          // They start at a day that depends on the symbol.
          case THREE_DAYS -> null;
        });
  }
}
