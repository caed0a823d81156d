package dev.verticker.api.binance;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** The unit of timestamps in a response, which the client selects with {@code X-MBX-TIME-UNIT}. */
enum TimestampUnit {
  MILLISECOND(ChronoUnit.MILLIS),
  MICROSECOND(ChronoUnit.MICROS);

  private final ChronoUnit unit;

  TimestampUnit(ChronoUnit unit) {
    this.unit = unit;
  }

  /** @param header null = milliseconds */
  static TimestampUnit of(String header) {
    if (header == null) {
      return MILLISECOND;
    }
    for (var unit : values()) {
      if (unit.name().equals(header.toUpperCase(Locale.ROOT))) {
        return unit;
      }
    }
    throw BinanceException.unknownTimeUnit();
  }

  /** Returns the timestamp of the time. */
  long timestamp(Instant time) {
    return unit.between(Instant.EPOCH, time);
  }
}
