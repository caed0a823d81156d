package dev.verticker.api.candles;

import static dev.verticker.api.price.FakeCandles.candle;
import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Failure;
import dev.verticker.message.Candles;
import dev.verticker.message.Candles.Candle;
import dev.verticker.message.Candles.FindCandles;
import dev.verticker.message.Candles.Live;
import dev.verticker.message.Candles.Series;
import dev.verticker.message.Candles.State;
import dev.verticker.message.Interval;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LiveSeriesReaderTest {
  private static final String SYMBOL = "BTCUSDT";

  /** A multiple of three days. */
  private static final Instant OPEN = Instant.parse("2026-03-02T00:00:00Z");

  private static final Instant HOUR = OPEN.plusSeconds(3600);
  private static final Instant MINUTE = HOUR.plusSeconds(120);

  private final Map<Interval, Series> series = new EnumMap<>(Interval.class);
  private final List<FindCandles> requests = new ArrayList<>();

  @Test
  void known_parts_need_one_request() {
    var live = new Live(null, OPEN, candle(OPEN, "1", "1", State.FORMING));
    holds(Interval.ONE_HOUR, live, candle(OPEN, "1", "1", State.FORMING));

    assertEquals(live, read(Interval.ONE_HOUR).live());
    assertEquals(List.of(find(Interval.ONE_HOUR, null, 300)), requests);
  }

  @Test
  void three_days_are_continued_from_their_hours_and_the_minutes_of_the_current_hour() {
    holds(Interval.THREE_DAYS, null, candle(OPEN, "12", "6", State.FORMING));
    holds(
        Interval.ONE_HOUR,
        null,
        candle(OPEN, "11", "3", State.FINAL),
        candle(HOUR, "12", "3", State.FORMING));
    holds(
        Interval.ONE_MINUTE,
        null,
        candle(HOUR, "15", "1", State.FINAL),
        candle(HOUR.plusSeconds(60), "8", "1", State.FINAL),
        candle(MINUTE, "12", "1", State.FORMING));

    var read = read(Interval.THREE_DAYS);

    assertEquals(
        List.of(
            find(Interval.THREE_DAYS, null, 300),
            find(Interval.ONE_HOUR, OPEN, 1000),
            find(Interval.ONE_MINUTE, HOUR, 1000)),
        requests);
    assertEquals(MINUTE, read.live().minute());
    assertEquals(candle(MINUTE, "12", "1", State.FORMING), read.live().forming());
    var continued = new LiveSeries(Interval.THREE_DAYS);
    continued.onRead(read);
    var changed = continued.onMinute(candle(MINUTE, "13", "2", State.FORMING)).get(0);
    assertEquals(
        "13 15 8 7",
        changed.close() + " " + changed.high() + " " + changed.low() + " " + changed.volume());
    assertEquals(State.FORMING, changed.state());
  }

  @Test
  void hours_with_known_parts_need_no_minutes() {
    var forming = candle(MINUTE, "12", "1", State.FORMING);
    holds(Interval.THREE_DAYS, null, candle(OPEN, "12", "6", State.FORMING));
    holds(
        Interval.ONE_HOUR,
        new Live(candle(HOUR, "15", "2", State.FINAL), MINUTE, forming),
        candle(OPEN, "11", "3", State.FINAL),
        candle(HOUR, "12", "3", State.FORMING));

    var live = read(Interval.THREE_DAYS).live();

    assertEquals(2, requests.size());
    assertEquals("5", live.ended().volume().toPlainString());
    assertEquals(forming, live.forming());
  }

  @Test
  void short_intervals_are_continued_from_their_minutes() {
    holds(Interval.FIFTEEN_MINUTES, null, candle(OPEN, "1", "1", State.FORMING));
    holds(Interval.ONE_MINUTE, null, candle(OPEN, "1", "1", State.FORMING));

    var live = read(Interval.FIFTEEN_MINUTES).live();

    assertEquals(new Live(null, OPEN, candle(OPEN, "1", "1", State.FORMING)), live);
    assertEquals(find(Interval.ONE_MINUTE, OPEN, 1000), requests.get(1));
  }

  @Test
  void a_candle_that_ends_during_the_reads_has_no_parts() {
    holds(Interval.FIFTEEN_MINUTES, null, candle(OPEN, "1", "1", State.FORMING));
    holds(Interval.ONE_MINUTE, null, candle(OPEN.plusSeconds(900), "1", "1", State.FORMING));

    assertNull(read(Interval.FIFTEEN_MINUTES).live());
  }

  @Test
  void a_candle_that_opens_at_another_time_than_expected_has_no_parts() {
    var other = OPEN.plusSeconds(86_400);
    holds(Interval.THREE_DAYS, null, candle(other, "1", "1", State.FORMING));
    holds(Interval.ONE_HOUR, null, candle(other, "1", "1", State.FORMING));
    holds(Interval.ONE_MINUTE, null, candle(other, "1", "1", State.FORMING));

    assertNull(read(Interval.THREE_DAYS).live());
  }

  @Test
  void a_series_is_returned_without_parts_that_cannot_be_read() {
    holds(Interval.ONE_DAY, null, candle(OPEN, "1", "1", State.FORMING));

    var read = read(Interval.ONE_DAY);

    assertNull(read.live());
    assertEquals(1, read.candles().size());
    assertTrue(requests.size() > 1);
  }

  private Series read(Interval interval) {
    return await(new LiveSeriesReader(SYMBOL, interval, this::find).read(300));
  }

  private Future<Candles.Found> find(FindCandles request) {
    requests.add(request);
    var found = series.get(request.interval());
    return found == null
        ? Future.failedFuture(new Failure.Unavailable("candles-not-available", "Not stored."))
        : Future.succeededFuture(new Candles.Found(List.of(found)));
  }

  private void holds(Interval interval, Live live, Candle... candles) {
    series.put(interval, new Series(SYMBOL, "simulated", interval, List.of(candles), null, live));
  }

  private static FindCandles find(Interval interval, Instant from, int limit) {
    return new FindCandles(List.of(SYMBOL), interval, from, null, limit);
  }
}
