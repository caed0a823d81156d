package dev.verticker.dev.exchange.order;

import java.time.Duration;
import java.time.Instant;

/** Counts the orders of an account that were not filled, in intervals that start at whole multiples of their length. */
final class UnfilledOrders {
  static final Duration SHORT = Duration.ofSeconds(10);
  static final Duration DAY = Duration.ofDays(1);

  private long shortSlot;
  private long daySlot;
  private int inShort;
  private int inDay;

  void add(Instant now) {
    move(now);
    inShort++;
    inDay++;
  }

  void onFirstFill(Instant now) {
    move(now);
    inShort = Math.max(0, inShort - 1);
    inDay = Math.max(0, inDay - 1);
  }

  int inShort(Instant now) {
    move(now);
    return inShort;
  }

  int inDay(Instant now) {
    move(now);
    return inDay;
  }

  /** Time until the next short interval, in whole seconds rounded up. */
  static Duration untilReset(Instant now) {
    var left = SHORT.toMillis() - Math.floorMod(now.toEpochMilli(), SHORT.toMillis());
    return Duration.ofSeconds((left + 999) / 1000);
  }

  private void move(Instant now) {
    var slot = Math.floorDiv(now.toEpochMilli(), SHORT.toMillis());
    if (slot != shortSlot) {
      shortSlot = slot;
      inShort = 0;
    }
    var day = Math.floorDiv(now.toEpochMilli(), DAY.toMillis());
    if (day != daySlot) {
      daySlot = day;
      inDay = 0;
    }
  }
}
