package dev.verticker.dev.exchange;

import java.time.Instant;

/**
 * Maps simulated time to the recording. Minutes are counted from the epoch. The first 24 hours of a recording are the
 * history before the start; a shorter recording starts with its first minute and is its own history. The recording
 * repeats endlessly, each round at later times.
 */
record Timeline(long firstMinute, long oldestMinute, int minutes) {
  static final long MINUTE = 60_000;
  private static final long QUARTER = MINUTE / 4;

  static Timeline startingAt(Instant start, int minutes) {
    var now = minute(start);
    var history = minutes > RecordedMarketData.HISTORY ? RecordedMarketData.HISTORY : 0;
    return new Timeline(now - history, now - RecordedMarketData.HISTORY, minutes);
  }

  static long minute(Instant instant) {
    return Math.floorDiv(instant.toEpochMilli(), MINUTE);
  }

  static Instant start(long minute) {
    return Instant.ofEpochMilli(minute * MINUTE);
  }

  static int quarter(Instant instant) {
    return (int) (Math.floorMod(instant.toEpochMilli(), MINUTE) / QUARTER);
  }

  /** Index of a simulated minute in the recording. */
  int index(long minute) {
    return (int) Math.floorMod(minute - firstMinute, (long) minutes);
  }

  /** The minute, counted from the first minute of the first round. */
  long played(long minute) {
    return minute - firstMinute;
  }
}
