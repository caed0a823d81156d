package dev.verticker.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.message.Candles.Candle;
import dev.verticker.message.Candles.State;
import java.math.BigDecimal;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CandleRollUpTest {
  private static final Instant START = Instant.parse("2026-02-27T21:00:00Z");

  @RepeatedTest(40)
  void random_minutes_roll_up_to_every_interval_as_the_naive_reference_does(
      RepetitionInfo repetition) {
    var random = new Random(repetition.getCurrentRepetition());
    var minutes = minutes(random, 1 + random.nextInt(6000));
    var now =
        minutes.get(minutes.size() - 1).openTime().plus(random.nextInt(2), ChronoUnit.MINUTES);
    for (var interval : Interval.values()) {
      assertEquals(
          reference(minutes, interval, now),
          CandleRollUp.rollUp(minutes, interval, now),
          interval.wireName());
    }
  }

  @RepeatedTest(20)
  void rolling_up_in_steps_equals_rolling_up_minutes(RepetitionInfo repetition) {
    var random = new Random(1000 + repetition.getCurrentRepetition());
    var minutes = minutes(random, 4000);
    var now = Instant.MAX.minus(1000, ChronoUnit.DAYS);
    var quarters = CandleRollUp.rollUp(minutes, Interval.FIFTEEN_MINUTES, now);
    var hours = CandleRollUp.rollUp(quarters, Interval.ONE_HOUR, now);
    var days = CandleRollUp.rollUp(hours, Interval.ONE_DAY, now);
    assertEquals(CandleRollUp.rollUp(minutes, Interval.ONE_HOUR, now), hours);
    assertEquals(CandleRollUp.rollUp(minutes, Interval.ONE_DAY, now), days);
    assertEquals(
        CandleRollUp.rollUp(minutes, Interval.ONE_WEEK, now),
        CandleRollUp.rollUp(days, Interval.ONE_WEEK, now));
    assertEquals(
        CandleRollUp.rollUp(minutes, Interval.ONE_MONTH, now),
        CandleRollUp.rollUp(days, Interval.ONE_MONTH, now));
  }

  @ParameterizedTest
  @CsvSource({
    "1w, 2026-03-01T23:59:00Z, 2026-02-23T00:00:00Z, 2026-03-02T00:00:00Z",
    "1w, 2026-03-02T00:00:00Z, 2026-03-02T00:00:00Z, 2026-03-09T00:00:00Z",
    "1M, 2024-02-29T23:59:00Z, 2024-02-01T00:00:00Z, 2024-03-01T00:00:00Z",
    "1M, 2026-12-31T00:00:00Z, 2026-12-01T00:00:00Z, 2027-01-01T00:00:00Z",
    "4h, 2026-03-01T03:59:00Z, 2026-03-01T00:00:00Z, 2026-03-01T04:00:00Z",
    "1w, 1969-12-31T00:00:00Z, 1969-12-29T00:00:00Z, 1970-01-05T00:00:00Z"
  })
  void weeks_begin_on_monday_and_months_on_their_first_day(
      String name, Instant time, Instant openTime, Instant next) {
    var interval = Interval.of(name).orElseThrow();
    assertEquals(openTime, interval.openTime(time));
    assertEquals(next, interval.next(openTime));
  }

  @Test
  void a_pending_part_makes_the_candle_pending_and_an_absent_part_is_left_out() {
    var one = candle(START, "10", State.FINAL);
    var pending = candle(START.plusSeconds(60), "12", State.PENDING);
    var absent = Candle.unknown(START.plusSeconds(120), State.ABSENT);
    var now = START.plusSeconds(180);

    assertEquals(State.PENDING, merged(List.of(one, pending, absent), now).state());
    var withoutAbsent = merged(List.of(one, absent), now);
    assertEquals(State.FINAL, withoutAbsent.state());
    assertTrue(withoutAbsent.hasSameValues(one));
    assertEquals(State.ABSENT, merged(List.of(absent), now).state());
    assertEquals(State.FORMING, merged(List.of(one), START.plusSeconds(60)).state());
    var unknown = Candle.unknown(START.plusSeconds(60), State.PENDING);
    assertEquals(one.in(State.PENDING), merged(List.of(one, unknown), now));
  }

  private static Candle merged(List<Candle> parts, Instant now) {
    var candles = CandleRollUp.rollUp(parts, Interval.THREE_MINUTES, now);
    assertEquals(1, candles.size());
    return candles.get(0);
  }

  private static Candle candle(Instant openTime, String price, State state) {
    var value = new BigDecimal(price);
    return new Candle(
        openTime,
        value,
        value,
        value,
        value,
        BigDecimal.ONE,
        value,
        1,
        BigDecimal.ONE,
        value,
        state);
  }

  private static List<Candle> minutes(Random random, int count) {
    var minutes = new ArrayList<Candle>();
    for (var i = 0; i < count; i++) {
      var openTime = START.plus(i, ChronoUnit.MINUTES);
      if (random.nextInt(50) == 0) {
        minutes.add(Candle.unknown(openTime, State.ABSENT));
        continue;
      }
      var open = decimal(random);
      var close = decimal(random);
      var state = random.nextInt(300) == 0
          ? State.PENDING
          : random.nextInt(100) == 0 ? State.AMENDED : State.FINAL;
      minutes.add(new Candle(
          openTime,
          open,
          open.max(close).add(decimal(random)),
          open.min(close).divide(new BigDecimal(2)),
          close,
          decimal(random),
          decimal(random),
          random.nextInt(1000),
          decimal(random),
          decimal(random),
          state));
    }
    return minutes;
  }

  private static BigDecimal decimal(Random random) {
    return BigDecimal.valueOf(1 + random.nextInt(1_000_000_000), 1 + random.nextInt(8));
  }

  /** Collects the minutes by calendar arithmetic, then compares and adds their figures one by one. */
  private static List<Candle> reference(List<Candle> minutes, Interval interval, Instant now) {
    var groups = new TreeMap<Instant, List<Candle>>();
    for (var minute : minutes) {
      groups
          .computeIfAbsent(start(minute.openTime(), interval), key -> new ArrayList<>())
          .add(minute);
    }
    var candles = new ArrayList<Candle>();
    groups.forEach(
        (openTime, parts) -> candles.add(sum(openTime, parts, end(openTime, interval), now)));
    return candles;
  }

  private static Instant start(Instant time, Interval interval) {
    var utc = time.atOffset(ZoneOffset.UTC);
    var day = utc.truncatedTo(ChronoUnit.DAYS);
    return switch (interval) {
      case ONE_MONTH -> day.withDayOfMonth(1).toInstant();
      case ONE_WEEK -> monday(day).toInstant();
      case THREE_DAYS ->
        day.minusDays(Math.floorMod(day.toLocalDate().toEpochDay(), 3L)).toInstant();
      default -> {
        var ofDay = utc.getHour() * 60 + utc.getMinute();
        yield day.plusMinutes(ofDay - ofDay % minutes(interval)).toInstant();
      }
    };
  }

  private static OffsetDateTime monday(OffsetDateTime day) {
    var monday = day;
    while (monday.getDayOfWeek() != DayOfWeek.MONDAY) {
      monday = monday.minusDays(1);
    }
    return monday;
  }

  private static Instant end(Instant start, Interval interval) {
    var utc = start.atOffset(ZoneOffset.UTC);
    return switch (interval) {
      case ONE_MONTH -> utc.plusMonths(1).toInstant();
      case ONE_WEEK -> utc.plusDays(7).toInstant();
      case THREE_DAYS -> utc.plusDays(3).toInstant();
      default -> utc.plusMinutes(minutes(interval)).toInstant();
    };
  }

  private static int minutes(Interval interval) {
    return switch (interval) {
      case ONE_MINUTE -> 1;
      case THREE_MINUTES -> 3;
      case FIVE_MINUTES -> 5;
      case FIFTEEN_MINUTES -> 15;
      case THIRTY_MINUTES -> 30;
      case ONE_HOUR -> 60;
      case TWO_HOURS -> 120;
      case FOUR_HOURS -> 240;
      case SIX_HOURS -> 360;
      case EIGHT_HOURS -> 480;
      case TWELVE_HOURS -> 720;
      case ONE_DAY -> 1440;
      default -> throw new IllegalArgumentException(interval.wireName());
    };
  }

  private static Candle sum(Instant openTime, List<Candle> parts, Instant end, Instant now) {
    BigDecimal open = null;
    BigDecimal high = null;
    BigDecimal low = null;
    BigDecimal close = null;
    BigDecimal volume = null;
    BigDecimal quoteVolume = null;
    BigDecimal takerVolume = null;
    BigDecimal takerQuoteVolume = null;
    var trades = 0L;
    var pending = false;
    var amended = false;
    for (var part : parts) {
      pending |= part.state() == State.PENDING;
      amended |= part.state() == State.AMENDED;
      if (part.state() == State.ABSENT) {
        continue;
      }
      open = open == null ? part.open() : open;
      high = high == null || part.high().compareTo(high) > 0 ? part.high() : high;
      low = low == null || part.low().compareTo(low) < 0 ? part.low() : low;
      close = part.close();
      volume = sum(volume, part.volume());
      quoteVolume = sum(quoteVolume, part.quoteVolume());
      takerVolume = sum(takerVolume, part.takerVolume());
      takerQuoteVolume = sum(takerQuoteVolume, part.takerQuoteVolume());
      trades += part.trades();
    }
    var state = end.isAfter(now)
        ? State.FORMING
        : pending
            ? State.PENDING
            : amended ? State.AMENDED : open == null ? State.ABSENT : State.FINAL;
    return new Candle(
        openTime,
        open,
        high,
        low,
        close,
        volume,
        quoteVolume,
        trades,
        takerVolume,
        takerQuoteVolume,
        state);
  }

  private static BigDecimal sum(BigDecimal sum, BigDecimal part) {
    return sum == null ? part : sum.add(part);
  }
}
