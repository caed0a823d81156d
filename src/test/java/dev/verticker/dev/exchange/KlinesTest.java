package dev.verticker.dev.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KlinesTest {
  private static final Instant START = SteppedTime.START;
  private final SimulatorFixture fixture =
      new SimulatorFixture(SimulatorOptions.defaults().withSymbols("BTCUSDT"));

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void a_closed_minute_is_its_candle_in_twelve_columns() {
    fixture.advance(Duration.ofMinutes(5));
    var minute = START.plus(Duration.ofMinutes(4));
    var candle = fixture.market().candle("BTCUSDT", minute).orElseThrow();
    var expected = new JsonArray()
        .add(minute.toEpochMilli())
        .add(candle.open().toPlainString())
        .add(candle.high().toPlainString())
        .add(candle.low().toPlainString())
        .add(candle.close().toPlainString())
        .add(candle.volume().toPlainString())
        .add(minute.toEpochMilli() + 59_999)
        .add(candle.quoteVolume().toPlainString())
        .add(candle.trades())
        .add(candle.takerVolume().toPlainString())
        .add(candle.takerQuoteVolume().toPlainString())
        .add("0");
    assertEquals(expected, rows("1m&limit=2").getJsonArray(0));
  }

  @Test
  void the_forming_candle_closes_at_the_current_price() {
    for (int step = 0; step < 12; step++) {
      var price = fixture.get("ticker/price?symbol=BTCUSDT").object().getString("price");
      var row = rows("1m&limit=1").getJsonArray(0);
      assertEquals(START.toEpochMilli(), row.getLong(0));
      assertEquals(price, row.getString(4));
      assertTrue(new BigDecimal(row.getString(2)).compareTo(new BigDecimal(price)) >= 0);
      fixture.advance(Duration.ofSeconds(5));
    }
  }

  @Test
  void without_times_the_newest_candles_are_returned_oldest_first() {
    assertEquals(500, rows("1m").size());
    assertEquals(1000, rows("1m&limit=5000").size());
    assertEquals(List.of(-2L, -1L, 0L), minutes(rows("1m&limit=3")));
  }

  @Test
  void start_and_end_limit_the_response() {
    var from = START.minusSeconds(600).toEpochMilli();
    assertEquals(List.of(-10L, -9L), minutes(rows("1m&limit=2&startTime=" + from)));
    assertEquals(List.of(-9L, -8L), minutes(rows("1m&limit=2&startTime=" + (from + 1))));
    assertEquals(List.of(-11L, -10L), minutes(rows("1m&limit=2&endTime=" + from)));
    assertEquals(List.of(-12L, -11L), minutes(rows("1m&limit=2&endTime=" + (from - 1))));
    assertEquals(
        List.of(-10L, -9L, -8L),
        minutes(rows("1m&startTime=" + from + "&endTime=" + (from + 120_000))));
    assertEquals(List.of(), minutes(rows("1m&startTime=" + from + "&endTime=" + (from - 60_000))));
    assertEquals(List.of(), minutes(rows("1m&startTime=99999999999999999999")));
    assertEquals(1000, rows("1m&startTime=0&limit=1000").size());
  }

  @ParameterizedTest
  @CsvSource({
    "1m,1", "3m,3", "5m,5", "15m,15", "30m,30", "1h,60", "2h,120", "4h,240", "6h,360", "8h,480",
    "12h,720", "1d,1440"
  })
  void longer_intervals_are_rolled_up_from_aligned_minutes(String interval, int minutes) {
    fixture.advanceTo(Instant.parse("2030-03-06T00:00:00Z"));
    var row = rows(interval + "&limit=2").getJsonArray(0);
    var open = Instant.ofEpochMilli(row.getLong(0));
    assertEquals(Instant.parse("2030-03-06T00:00:00Z").minus(Duration.ofMinutes(minutes)), open);
    assertEquals(open.plus(Duration.ofMinutes(minutes)).toEpochMilli() - 1, row.getLong(6));
    var high = BigDecimal.ZERO;
    var volume = BigDecimal.ZERO;
    for (int minute = 0; minute < minutes; minute++) {
      var candle = candle(open.plus(Duration.ofMinutes(minute)));
      high = high.max(candle.high());
      volume = volume.add(candle.volume());
    }
    assertEquals(candle(open).open().toPlainString(), row.getString(1));
    assertEquals(high.toPlainString(), row.getString(2));
    assertEquals(
        candle(open.plus(Duration.ofMinutes(minutes - 1))).close().toPlainString(),
        row.getString(4));
    assertEquals(volume.toPlainString(), row.getString(5));
  }

  @Test
  void weeks_begin_on_monday() {
    assertEquals(
        Instant.parse("2030-03-04T00:00:00Z").toEpochMilli(),
        rows("1w&limit=1").getJsonArray(0).getLong(0));
  }

  private JsonArray rows(String interval) {
    return fixture.get("klines?symbol=BTCUSDT&interval=" + interval).array();
  }

  private Candle candle(Instant minute) {
    return fixture.market().candle("BTCUSDT", minute).orElseThrow();
  }

  private static List<Long> minutes(JsonArray rows) {
    return rows.stream()
        .map(row -> (((JsonArray) row).getLong(0) - START.toEpochMilli()) / 60_000)
        .toList();
  }
}
