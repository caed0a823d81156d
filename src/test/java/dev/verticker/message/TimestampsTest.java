package dev.verticker.message;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampsTest {
  private static final DateTimeFormatter EXPECTED =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSxxx").withZone(ZoneOffset.UTC);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1970-01-01T00:00:00Z",
        "2026-11-29T09:08:07.000001Z",
        "2026-12-31T23:59:59.999999999Z",
        "0999-02-28T10:20:30.1Z",
        "9999-12-31T23:59:59.5Z"
      })
  void timestamps_have_four_digit_years_microseconds_and_a_numeric_offset(Instant time) {
    assertEquals(EXPECTED.format(time), Timestamps.write(time));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1970-01-01T00:00:00Z", "2026-11-29T09:08:07Z", "9999-12-31T23:59:00Z"})
  void times_of_whole_seconds_are_those_of_an_instant(Instant time) {
    assertEquals(
        time.toString(), Timestamps.appendSeconds(new StringBuilder(), time).toString());
  }
}
