package dev.verticker.dev.exchange;

import java.time.Instant;

/**
 * Maps simulated time to the recording. Minutes are counted from the epoch. The first 24 hours of a recording are before
 * the start; a shorter recording starts with its first minute. The recording repeats endlessly, each round at later times.
 *
 * @param firstMinute the first minute of the first round
 * @param oldestMinute the first minute of the generated history
 * @param minutes of the recording
 */
record Timeline(long firstMinute, long oldestMinute, int minutes) {
  static final long MINUTE = 60_000;

  static Timeline startingAt(Instant start, int minutes, int historyDays) {
    var now = minute(start);
    var played = minutes > History.DAY ? History.DAY : 0;
    return new Timeline(now - played, now - historyDays * History.DAY, minutes);
  }

  static long minute(Instant instant) {
    return Math.floorDiv(instant.toEpochMilli(), MINUTE);
  }

  static Instant start(long minute) {
    return Instant.ofEpochMilli(minute * MINUTE);
  }

  /** Index of a simulated minute in the recording. */
  int index(long minute) {
    return (int) Math.floorMod(minute - firstMinute, (long) minutes);
  }

  /** The minute, counted from the first minute of the first round; negative in the generated history. */
  long played(long minute) {
    return minute - firstMinute;
  }
}
