package dev.verticker.price.observation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TimeSlotsTest {
  private static final Instant TIME = Instant.parse("2026-03-01T12:00:30.250Z");

  @Test
  void a_slot_is_the_number_of_whole_intervals_since_the_epoch() {
    assertEquals(TIME.getEpochSecond() / 60, new TimeSlots(Duration.ofMinutes(1)).of(TIME));
    assertEquals(TIME.toEpochMilli() / 250, new TimeSlots(Duration.ofMillis(250)).of(TIME));
  }

  @Test
  void
      the_wait_ends_just_after_the_next_slot_began_also_for_intervals_with_fractions_of_a_millisecond() {
    for (var interval :
        new Duration[] {Duration.ofMinutes(1), Duration.ofNanos(166_666_667), Duration.ofMillis(100)
        }) {
      var slots = new TimeSlots(interval);
      var wait = slots.millisToNext(TIME);
      assertEquals(slots.of(TIME) + 1, slots.of(TIME.plusMillis(wait)), "interval " + interval);
      assertTrue(wait <= interval.toMillis() + 1);
    }
  }
}
