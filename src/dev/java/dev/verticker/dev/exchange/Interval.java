package dev.verticker.dev.exchange;

import java.util.Arrays;
import java.util.Optional;

/** The intervals of candles; 1s and 1M are not simulated. */
enum Interval {
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
  ONE_DAY("1d", 1_440),
  THREE_DAYS("3d", 4_320),
  ONE_WEEK("1w", 10_080);

  /** The epoch was a Thursday; the exchange's weeks begin on Monday. */
  private static final long MONDAY = 4 * 1_440;

  private final String text;
  private final long minutes;

  Interval(String text, long minutes) {
    this.text = text;
    this.minutes = minutes;
  }

  static Optional<Interval> of(String text) {
    return Arrays.stream(values())
        .filter(interval -> interval.text.equals(text))
        .findFirst();
  }

  long minutes() {
    return minutes;
  }

  /** First minute of the candle that contains the minute. */
  long first(long minute) {
    var offset = this == ONE_WEEK ? MONDAY : 0;
    return minute - Math.floorMod(minute - offset, minutes);
  }
}
