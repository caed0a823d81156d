package dev.verticker.api.candles;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.message.CandleRollUp;
import dev.verticker.message.Candles.Candle;
import dev.verticker.message.Candles.Live;
import dev.verticker.message.Candles.Series;
import dev.verticker.message.Candles.State;
import dev.verticker.message.Interval;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class LiveSeriesTest {
  private static final Instant START = Instant.parse("2026-11-29T23:40:00Z");

  @RepeatedTest(20)
  void a_continued_series_equals_a_roll_up_of_all_minutes(RepetitionInfo repetition) {
    var random = new Random(repetition.getCurrentRepetition());
    for (var interval :
        List.of(Interval.ONE_MINUTE, Interval.FIVE_MINUTES, Interval.ONE_HOUR, Interval.ONE_DAY)) {
      var minutes = new TreeMap<Instant, Candle>();
      var first = random.nextInt(40);
      for (var i = 0; i < first; i++) {
        put(minutes, minute(random, i, State.FINAL));
      }
      put(minutes, minute(random, first, State.FORMING));
      var series = new LiveSeries(interval);
      series.onRead(read(interval, minutes));
      var received = new TreeMap<Instant, Candle>();
      for (var i = first; i < first + 150; i++) {
        for (var change = random.nextInt(3); change > 0; change--) {
          var forming = minute(random, i, State.FORMING);
          if (forming.trades() >= trades(minutes, forming.openTime())) {
            put(minutes, forming);
          }
          apply(series, received, forming);
        }
        // The last state of a minute may be lost.
        if (random.nextInt(20) > 0 || !minutes.containsKey(time(i))) {
          var closed = minute(random, i, State.FINAL);
          put(minutes, closed);
          apply(series, received, closed);
        }
      }
      var expected =
          CandleRollUp.rollUp(pending(minutes), interval, minutes.lastKey().plusSeconds(60));
      var newest = expected.get(expected.size() - 1);
      assertEquals(
          figures(newest),
          figures(series.candles().get(series.candles().size() - 1)),
          interval.wireName());
      received.forEach((openTime, candle) -> assertEquals(
          figures(expected.stream()
              .filter(e -> e.openTime().equals(openTime))
              .findFirst()
              .orElseThrow()),
          figures(candle),
          interval.wireName() + " " + openTime));
      assertFalse(series.isReadRequired());
    }
  }

  @Test
  void the_candle_is_final_when_its_last_minute_is() {
    var series = new LiveSeries(Interval.THREE_MINUTES);
    var start = Interval.THREE_MINUTES.openTime(START);
    series.onRead(new Series(
        "A", "simulated", Interval.THREE_MINUTES, List.of(), null, new Live(null, start, null)));
    assertEquals(State.FORMING, only(series.onMinute(at(start, State.FINAL))).state());
    assertEquals(
        State.FORMING,
        only(series.onMinute(at(start.plusSeconds(60), State.FINAL))).state());
    assertEquals(
        State.FORMING,
        only(series.onMinute(at(start.plusSeconds(120), State.FORMING))).state());
    var last = only(series.onMinute(at(start.plusSeconds(120), State.FINAL)));
    assertEquals(State.FINAL, last.state());
    assertEquals(new BigDecimal("3"), last.volume());
    var next = series.onMinute(at(start.plusSeconds(180), State.FORMING));
    assertEquals(start.plusSeconds(180), only(next).openTime());
  }

  @Test
  void a_minute_without_its_last_state_makes_the_candle_pending() {
    var series = new LiveSeries(Interval.ONE_MINUTE);
    series.onRead(new Series(
        "A", "simulated", Interval.ONE_MINUTE, List.of(), null, new Live(null, START, null)));
    series.onMinute(at(START, State.FORMING));
    var changed = series.onMinute(at(START.plusSeconds(60), State.FORMING));
    assertEquals(
        List.of(State.PENDING, State.FORMING),
        changed.stream().map(Candle::state).toList());
  }

  @Test
  void a_missed_minute_and_a_change_of_an_earlier_one_require_a_read() {
    var series = new LiveSeries(Interval.ONE_HOUR);
    var read = new Series(
        "A", "simulated", Interval.ONE_HOUR, List.of(), null, new Live(null, START, null));
    assertTrue(series.isReadRequired());
    series.onRead(read);
    var first = at(START, State.FINAL);
    series.onMinute(first);
    series.onMinute(first);
    assertFalse(series.isReadRequired());
    assertEquals(List.of(), series.onMinute(at(START.plusSeconds(120), State.FORMING)));
    assertTrue(series.isReadRequired());

    series.onRead(read);
    series.onMinute(first);
    assertEquals(List.of(), series.onMinute(at(START, State.AMENDED)));
    assertTrue(series.isReadRequired());
  }

  @Test
  void a_series_whose_parts_are_unknown_is_changed_by_reads_only() {
    var series = new LiveSeries(Interval.THREE_DAYS);
    var candle = at(START, State.FORMING);
    assertEquals(List.of(candle), series.onRead(series(candle)));
    assertEquals(List.of(), series.onRead(series(candle)));
    assertFalse(series.isContinued());
    assertEquals(List.of(), series.onMinute(at(START.plusSeconds(60), State.FORMING)));
    assertTrue(series.isReadRequired());
  }

  private static Series series(Candle candle) {
    return new Series("A", "simulated", Interval.THREE_DAYS, List.of(candle), null, null);
  }

  private static void apply(LiveSeries series, TreeMap<Instant, Candle> received, Candle minute) {
    series.onMinute(minute).forEach(candle -> received.put(candle.openTime(), candle));
  }

  private static Series read(Interval interval, TreeMap<Instant, Candle> minutes) {
    var now = minutes.lastKey();
    var candles = CandleRollUp.rollUp(List.copyOf(minutes.values()), interval, now);
    var ended = minutes.subMap(interval.openTime(now), now);
    var live = new Live(
        ended.isEmpty()
            ? null
            : CandleRollUp.merge(List.copyOf(ended.values()), interval.openTime(now), true),
        now,
        minutes.get(now));
    return new Series("A", "simulated", interval, candles, null, live);
  }

  /** Minutes whose last state was lost are pending when a later one exists. */
  private static List<Candle> pending(TreeMap<Instant, Candle> minutes) {
    var all = new ArrayList<Candle>();
    minutes.forEach((time, minute) -> all.add(
        minute.state() == State.FORMING && !time.equals(minutes.lastKey())
            ? minute.in(State.PENDING)
            : minute));
    return all;
  }

  private static List<Object> figures(Candle candle) {
    return List.of(
        candle.openTime(),
        candle.open(),
        candle.high(),
        candle.low(),
        candle.close(),
        candle.volume(),
        candle.quoteVolume(),
        candle.trades());
  }

  private static void put(TreeMap<Instant, Candle> minutes, Candle minute) {
    minutes.put(minute.openTime(), minute);
  }

  private static long trades(TreeMap<Instant, Candle> minutes, Instant openTime) {
    return minutes.containsKey(openTime) ? minutes.get(openTime).trades() : -1;
  }

  private static Candle only(List<Candle> candles) {
    assertEquals(1, candles.size());
    return candles.get(0);
  }

  private static Instant time(int minute) {
    return START.plus(minute, ChronoUnit.MINUTES);
  }

  private static Candle at(Instant openTime, State state) {
    var price = new BigDecimal("10");
    return new Candle(
        openTime,
        price,
        price,
        price,
        price,
        BigDecimal.ONE,
        price,
        1,
        BigDecimal.ONE,
        price,
        state);
  }

  private static Candle minute(Random random, int minute, State state) {
    var open = decimal(random);
    var close = decimal(random);
    return new Candle(
        time(minute),
        open,
        open.max(close),
        open.min(close),
        close,
        decimal(random),
        decimal(random),
        random.nextInt(1000),
        decimal(random),
        decimal(random),
        state);
  }

  private static BigDecimal decimal(Random random) {
    return BigDecimal.valueOf(1_000_000 + random.nextInt(1_000_000), 4);
  }
}
