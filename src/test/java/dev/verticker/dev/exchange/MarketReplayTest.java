package dev.verticker.dev.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MarketReplayTest {
  private static final int DAY = 1440;
  private static final Instant START = SteppedTime.START;

  @TempDir
  Path folder;

  @Test
  void the_first_day_of_the_recording_is_before_the_start() {
    Candles.write(folder, "BTCUSDT", DAY + 60);
    try (var fixture = fixture()) {
      assertEquals(START, fixture.market().now());
      assertEquals("100.14400000", open(fixture, START));
      assertEquals("100.00000000", open(fixture, START.minus(Duration.ofDays(1))));
      assertTrue(
          fixture
              .market()
              .candle("BTCUSDT", START.minus(Duration.ofDays(1)).minusSeconds(1))
              .isPresent(),
          "generated history");
      assertEquals(
          Optional.empty(),
          fixture.market().candle("BTCUSDT", START.minus(Duration.ofDays(400)).minusSeconds(1)));
      assertEquals(Optional.empty(), fixture.market().candle("NOPEUSDT", START));
    }
  }

  @Test
  void a_minute_opens_visits_both_extremes_in_random_order_and_closes_within_45_seconds() {
    Candles.write(folder, "BTCUSDT", DAY + 60);
    try (var fixture = fixture()) {
      var orders = new HashSet<List<String>>();
      for (int minute = DAY; minute < DAY + 30; minute++) {
        var seen = new ArrayList<String>();
        for (int second = 0; second < 60; second++) {
          var price = price(fixture);
          assertTrue(price.endsWith(".%04d0000".formatted(minute)), price);
          var whole = price.substring(0, price.indexOf('.'));
          if (seen.isEmpty() || !seen.get(seen.size() - 1).equals(whole)) {
            seen.add(whole);
          }
          assertTrue(second < 45 || whole.equals("110"), price);
          fixture.advance(Duration.ofSeconds(1));
        }
        orders.add(seen);
      }
      assertTrue(orders.contains(List.of("100", "90", "120", "110")), orders::toString);
      assertTrue(orders.contains(List.of("100", "120", "90", "110")), orders::toString);
    }
  }

  @Test
  void
      a_client_that_polls_every_ten_seconds_receives_the_recorded_close_as_the_last_price_of_each_minute() {
    Candles.write(folder, "BTCUSDT", DAY + 60);
    try (var fixture = fixture()) {
      fixture.advance(Duration.ofSeconds(7));
      for (var poll = 0; poll < 6 * 20; poll++) {
        fixture.get("ticker/24hr?symbol=BTCUSDT");
        fixture.advance(Duration.ofSeconds(10));
      }
      for (var minute = START;
          minute.isBefore(START.plus(Duration.ofMinutes(20)));
          minute = minute.plusSeconds(60)) {
        var from = minute;
        var last = fixture.market().served("BTCUSDT").stream()
            .filter(
                served -> !served.at().isBefore(from) && served.at().isBefore(from.plusSeconds(60)))
            .reduce((earlier, later) -> later)
            .orElseThrow();
        assertEquals(close(fixture, minute), last.price());
      }
    }
  }

  @Test
  void a_recording_repeats_with_later_times_and_increasing_trade_ids() {
    Candles.write(folder, "BTCUSDT", DAY + 2);
    try (var fixture = fixture()) {
      fixture.advance(Duration.ofMinutes(1));
      var before = fixture.get("ticker/24hr?symbol=BTCUSDT").object();
      assertEquals("100.14410000", price(fixture));
      fixture.advance(Duration.ofMinutes(1));
      var after = fixture.get("ticker/24hr?symbol=BTCUSDT").object();
      assertEquals("100.00000000", price(fixture));
      assertEquals(60_000, after.getLong("closeTime") - before.getLong("closeTime"));
      assertTrue(after.getLong("lastId") > before.getLong("lastId"));
      assertTrue(after.getLong("firstId") > before.getLong("firstId"));
      fixture.advance(Duration.ofMinutes(DAY + 2));
      assertEquals("100.00000000", price(fixture));
    }
  }

  @Test
  void a_recording_shorter_than_a_day_starts_with_its_first_minute_after_generated_history() {
    Candles.write(folder, "BTCUSDT", 10);
    try (var fixture = fixture()) {
      assertEquals("100.00000000", price(fixture));
      assertEquals("100.00000000", close(fixture, START.minusSeconds(60)));
      var day = fixture.get("ticker/24hr?symbol=BTCUSDT").object();
      assertTrue(new BigDecimal(day.getString("highPrice")).compareTo(new BigDecimal("115")) < 0);
      assertEquals(History.TRADES * (DAY - 1) + 1, day.getLong("count"));
    }
  }

  @Test
  void simulated_time_moves_at_the_given_speed_and_only_forward() {
    Candles.write(folder, "BTCUSDT", DAY + 120);
    try (var fixture =
        new SimulatorFixture(SimulatorOptions.defaults().withKlines(folder).withSpeed(60))) {
      fixture.advance(Duration.ofSeconds(60));
      assertEquals(START.plus(Duration.ofHours(1)), fixture.market().now());
      assertEquals("100.15000000", price(fixture));
    }
  }

  @Test
  void in_a_gap_the_replay_keeps_the_last_price_and_the_24_hour_window_moves_on() {
    var file = folder.resolve("BTCUSDT-1m.csv");
    var gap = IntStream.range(0, DAY + 60).filter(minute -> minute < DAY + 2 || minute > DAY + 31);
    Candles.write(file, "", gap, Candles::line);
    Candles.write(folder, "ETHUSDT", DAY + 60);
    try (var fixture = fixture()) {
      fixture.advance(Duration.ofMinutes(20));
      assertEquals("110.14410000", price(fixture));
      assertEquals(
          Optional.empty(), fixture.market().candle("BTCUSDT", fixture.market().now()));
      var day = fixture.get("ticker/24hr?symbol=BTCUSDT").object();
      assertEquals("110.14410000", day.getString("lastPrice"));
      assertEquals("120.14410000", day.getString("highPrice"));
      assertEquals(START.plus(Duration.ofMinutes(20)).toEpochMilli(), day.getLong("closeTime"));
      // 1439 closed minutes of 4 each, 18 of them missing
      assertEquals("5684.00000000", day.getString("volume"));
      var rows =
          fixture.get("klines?symbol=BTCUSDT&interval=1m&limit=1").array().getJsonArray(0);
      assertEquals(START.plus(Duration.ofMinutes(1)).toEpochMilli(), rows.getLong(0));
    }
  }

  @Test
  void the_24_hour_figures_match_the_candles() {
    Candles.write(folder, "BTCUSDT", DAY + 60);
    try (var fixture = fixture()) {
      fixture.advance(Duration.ofMinutes(30).plusSeconds(50));
      var day = fixture.get("ticker/24hr?symbol=BTCUSDT").object();
      var now = fixture.market().now();
      var high = BigDecimal.ZERO;
      var low = new BigDecimal("1000");
      var volume = BigDecimal.ZERO;
      var quoteVolume = BigDecimal.ZERO;
      var count = 0L;
      for (int back = 0; back < DAY; back++) {
        var candle =
            fixture.market().candle("BTCUSDT", now.minusSeconds(60L * back)).orElseThrow();
        high = high.max(candle.high());
        low = low.min(candle.low());
        volume = volume.add(candle.volume());
        quoteVolume = quoteVolume.add(candle.quoteVolume());
        count += candle.trades();
      }
      assertEquals(
          List.of(
              high.toPlainString(),
              low.toPlainString(),
              volume.toPlainString(),
              quoteVolume.toPlainString(),
              count),
          List.of(
              day.getString("highPrice"),
              day.getString("lowPrice"),
              day.getString("volume"),
              day.getString("quoteVolume"),
              day.getLong("count")));
      assertEquals("100.00310000", day.getString("openPrice"));
      assertEquals("110.00300000", day.getString("prevClosePrice"));
      assertEquals("10.14390000", day.getString("priceChange"));
      assertEquals("10.144", day.getString("priceChangePercent"));
      assertEquals(count, day.getLong("lastId") - day.getLong("firstId") + 1);
      assertEquals(
          Duration.ofDays(1).toMillis(), day.getLong("closeTime") - day.getLong("openTime"));
    }
  }

  @Test
  void equal_seeds_generate_equal_random_walks_and_different_seeds_different_ones() {
    assertEquals(walk(7), walk(7));
    assertNotEquals(walk(7), walk(8));
  }

  @Test
  void a_walk_stays_on_the_tick_size_and_repeats_without_a_jump() {
    try (var fixture =
        new SimulatorFixture(SimulatorOptions.defaults().withSymbols("ETHBTC", "WEIRD"))) {
      for (int minute = 0; minute < 2 * DAY; minute++) {
        var at = START.minus(Duration.ofDays(1)).plusSeconds(60L * minute);
        var candle = fixture.market().candle("ETHBTC", at).orElseThrow();
        assertEquals(0, candle.close().remainder(new BigDecimal("0.00001")).signum());
        assertEquals(
            fixture.market().candle("ETHBTC", at.plusSeconds(60)).orElseThrow().open(),
            candle.close());
      }
      assertTrue(fixture.market().candle("WEIRD", START).isPresent());
    }
  }

  @Test
  void a_symbol_without_a_file_has_a_random_walk() {
    Candles.write(folder, "BTCUSDT", DAY + 60);
    var options = SimulatorOptions.defaults().withKlines(folder).withSymbols("BTCUSDT", "SOLUSDT");
    try (var fixture = new SimulatorFixture(options)) {
      assertEquals(List.of("BTCUSDT", "SOLUSDT"), fixture.market().symbols());
      assertEquals("100.14400000", price(fixture));
      assertTrue(fixture.get("ticker/24hr?symbol=SOLUSDT").object().containsKey("lastPrice"));
    }
  }

  private SimulatorFixture fixture() {
    return new SimulatorFixture(SimulatorOptions.defaults().withKlines(folder));
  }

  private static List<Candle> walk(long seed) {
    try (var fixture =
        new SimulatorFixture(SimulatorOptions.defaults().withSymbols("BTCUSDT").withSeed(seed))) {
      return IntStream.range(0, 50)
          .mapToObj(minute -> fixture
              .market()
              .candle("BTCUSDT", START.plusSeconds(60L * minute))
              .orElseThrow())
          .toList();
    }
  }

  private static String price(SimulatorFixture fixture) {
    return fixture.get("ticker/price?symbol=BTCUSDT").object().getString("price");
  }

  private static String open(SimulatorFixture fixture, Instant at) {
    return fixture.market().candle("BTCUSDT", at).orElseThrow().open().toPlainString();
  }

  private static String close(SimulatorFixture fixture, Instant at) {
    return fixture.market().candle("BTCUSDT", at).orElseThrow().close().toPlainString();
  }
}
