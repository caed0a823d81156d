package dev.verticker.dev.exchange;

import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.dev.RecordedMarket;
import dev.verticker.message.Interval;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Trades, candles, tickers and events of the same market agree to the last digit. */
class AgreementTest {
  private static final Instant START = SteppedTime.START;
  private static final Duration DAY = Duration.ofDays(1);

  @Test
  void the_candle_of_any_minute_is_that_of_its_trades() {
    try (var fixture = walk()) {
      assertMinutesAreTheirTrades(fixture, "BTCUSDT");
      assertMinutesAreTheirTrades(fixture, "ETHBTC");
    }
  }

  @Test
  void a_recorded_minute_keeps_its_prices_and_volume_and_gets_the_figures_of_its_trades() {
    var options = SimulatorOptions.defaults().withKlines(RecordedMarket.klines());
    var recording = KlineFiles.read(RecordedMarket.klines(), 1);
    try (var fixture = new SimulatorFixture(options)) {
      for (var symbol : recording.symbols()) {
        var units = recording.of(symbol).units();
        for (int index = 0; index < recording.minutes(); index += 7) {
          var bar = recording.of(symbol).at(index).orElseThrow();
          var candle = fixture
              .market()
              .candle(symbol, START.minus(DAY).plus(Duration.ofMinutes(index)))
              .orElseThrow();
          assertEquals(
              List.of(
                  units.price(bar.open()),
                  units.price(bar.high()),
                  units.price(bar.low()),
                  units.price(bar.close()),
                  units.quantity(bar.volume()),
                  (long) bar.trades()),
              List.of(
                  candle.open(),
                  candle.high(),
                  candle.low(),
                  candle.close(),
                  candle.volume(),
                  candle.trades()));
        }
        assertMinutesAreTheirTrades(fixture, symbol);
      }
    }
  }

  @Test
  void trade_ids_are_consecutive_from_the_oldest_minute_to_the_next_round_of_a_recording() {
    try (var fixture = walk()) {
      var oldest = fixture.get("aggTrades?symbol=BTCUSDT&fromId=0&limit=3").array();
      assertTrue(oldest.getJsonObject(0).getLong("f") > 0);
      // The history ends a day before the start, the first round a day after it.
      for (var boundary : List.of(START.minus(DAY), START.plus(DAY))) {
        var trades = fixture
            .market()
            .trades("BTCUSDT", boundary.minusSeconds(300), boundary.plusSeconds(300));
        assertTrue(trades.size() > 50);
        for (int index = 1; index < trades.size(); index++) {
          assertEquals(trades.get(index - 1).id() + 1, trades.get(index).id());
          assertTrue(!trades.get(index).time().isBefore(trades.get(index - 1).time()));
        }
      }
    }
  }

  @Test
  void aggregate_trades_are_found_by_id_by_time_and_as_the_newest() {
    try (var fixture = walk()) {
      fixture.advance(Duration.ofMinutes(3));
      var path = "aggTrades?symbol=BTCUSDT";
      var newest = fixture.get(path + "&limit=40").array();
      assertEquals(40, newest.size());
      var first = newest.getJsonObject(0);
      assertEquals(
          newest, fixture.get(path + "&limit=1000&fromId=" + first.getLong("a")).array());
      var last = newest.getJsonObject(39);
      assertEquals(
          fixture.get("trades?symbol=BTCUSDT&limit=1").array().getJsonObject(0).getLong("id"),
          last.getLong("l"));
      assertEquals(
          JsonArray.of(),
          fixture.get(path + "&fromId=" + (last.getLong("a") + 1)).array());
      assertEquals(
          JsonArray.of(), fixture.get(path + "&fromId=99999999999999999999").array());

      var from = START.plusSeconds(60).toEpochMilli();
      var minute = fixture
          .get(path + "&startTime=" + from + "&endTime=" + (from + 59_999) + "&limit=1000")
          .array();
      var candle = fixture.market().candle("BTCUSDT", START.plusSeconds(60)).orElseThrow();
      assertEquals(candle.trades(), minute.size());
      assertEquals(candle.firstTrade(), minute.getJsonObject(0).getLong("f"));
      assertEquals(
          candle.volume(),
          minute.stream()
              .map(trade -> new BigDecimal(((JsonObject) trade).getString("q")))
              .reduce(BigDecimal.ZERO, BigDecimal::add));
      var until = fixture.get(path + "&endTime=" + (from + 59_999) + "&limit=1").array();
      assertEquals(candle.lastTrade(), until.getJsonObject(0).getLong("l"));
      var since = fixture.get(path + "&startTime=" + from + "&limit=1").array();
      assertEquals(candle.firstTrade(), since.getJsonObject(0).getLong("f"));
    }
  }

  @Test
  void closed_candles_on_the_stream_equal_those_over_rest_and_the_trades_on_the_stream() {
    try (var fixture = walk()) {
      var client = fixture.stream(
          "/stream?streams=btcusdt@kline_1m/btcusdt@kline_3m/btcusdt@aggTrade/btcusdt@trade");
      for (int second = 0; second < 370; second += 5) {
        fixture.advance(Duration.ofSeconds(5));
      }
      until("six minutes and two intervals", () -> client.closedKlines().size() == 6 + 2);
      for (var interval : List.of(Interval.ONE_MINUTE, Interval.THREE_MINUTES)) {
        var closed = client.closedKlines().stream()
            .filter(kline -> kline.getString("i").equals(interval.wireName()))
            .toList();
        assertTrue(closed.size() >= 2, closed::toString);
        for (var kline : closed) {
          assertEquals(rest(fixture, interval, kline.getLong("t")), row(kline));
        }
      }
      assertTradesOfTheStream(client, fixture);
    }
  }

  @Test
  void the_ticker_shows_the_newest_trade_and_the_day_of_the_candles() {
    try (var fixture = walk()) {
      var client = fixture.stream("/ws/btcusdt@ticker");
      fixture.advance(Duration.ofMinutes(2).plusSeconds(7));
      var event = client.awaitEvent("24hrTicker", fixture.market().now());
      var at = Instant.ofEpochMilli(event.getLong("C"));
      var newest = fixture.market().trades("BTCUSDT", at.minusSeconds(300), at.plusMillis(1));
      var trade = newest.get(newest.size() - 1);
      var rest = fixture.get("ticker/24hr?symbol=BTCUSDT").object();
      assertEquals(trade.price().toPlainString(), event.getString("c"));
      assertEquals(trade.quantity().toPlainString(), event.getString("Q"));
      assertEquals(trade.id(), event.getLong("L"));
      assertEquals(event.getLong("n"), event.getLong("L") - event.getLong("F") + 1);
      assertEquals(
          List.of(
              rest.getString("lastPrice"),
              rest.getString("priceChange"),
              rest.getString("priceChangePercent"),
              rest.getString("weightedAvgPrice"),
              rest.getString("prevClosePrice"),
              rest.getString("bidPrice"),
              rest.getString("bidQty"),
              rest.getString("askPrice"),
              rest.getString("askQty"),
              rest.getString("openPrice"),
              rest.getString("highPrice"),
              rest.getString("lowPrice"),
              rest.getString("volume"),
              rest.getString("quoteVolume"),
              rest.getLong("lastId")),
          List.of(
              event.getString("c"),
              event.getString("p"),
              event.getString("P"),
              event.getString("w"),
              event.getString("x"),
              event.getString("b"),
              event.getString("B"),
              event.getString("a"),
              event.getString("A"),
              event.getString("o"),
              event.getString("h"),
              event.getString("l"),
              event.getString("v"),
              event.getString("q"),
              event.getLong("L")));
      assertTrue(
          new BigDecimal(event.getString("b")).compareTo(new BigDecimal(event.getString("a"))) < 0);
      assertEquals(
          rest.getString("bidPrice"),
          fixture.get("ticker/bookTicker?symbol=BTCUSDT").object().getString("bidPrice"));
    }
  }

  @Test
  void a_forming_candle_grows_to_the_closed_one() {
    try (var fixture = walk()) {
      var earlier = candle(fixture);
      for (int second = 1; second < 60; second++) {
        fixture.advance(Duration.ofSeconds(1));
        var later = candle(fixture);
        assertEquals(earlier.open(), later.open());
        assertTrue(later.high().compareTo(earlier.high()) >= 0);
        assertTrue(later.low().compareTo(earlier.low()) <= 0);
        assertTrue(later.volume().compareTo(earlier.volume()) >= 0);
        assertTrue(later.trades() >= earlier.trades());
        earlier = later;
      }
      fixture.advance(Duration.ofSeconds(1));
      assertEquals(
          fixture.market().candle("BTCUSDT", START),
          fixture.market().candle("BTCUSDT", Interval.ONE_MINUTE, START));
    }
  }

  @ParameterizedTest
  @EnumSource
  void every_interval_has_history_that_adds_up(Interval interval) {
    try (var fixture = walk()) {
      var rows = fixture
          .get("klines?symbol=ETHUSDT&limit=1000&interval=" + interval.wireName())
          .array();
      var oldest = Duration.between(Instant.ofEpochMilli(rows.getJsonArray(0).getLong(0)), START);
      assertTrue(rows.size() == 1000 || oldest.toDays() >= 399, () -> rows.size() + " " + oldest);
      var row = rows.getJsonArray(rows.size() / 2);
      var sum = new BigDecimal("0.00000000");
      var trades = 0L;
      for (var minute = Instant.ofEpochMilli(row.getLong(0));
          minute.toEpochMilli() < row.getLong(6);
          minute = minute.plusSeconds(60)) {
        var candle = fixture.market().candle("ETHUSDT", minute).orElseThrow();
        sum = sum.add(candle.quoteVolume());
        trades += candle.trades();
      }
      assertEquals(sum.toPlainString(), row.getString(7));
      assertEquals(trades, row.getLong(8));
    }
  }

  @Test
  void the_history_joins_the_first_price_without_a_jump() {
    for (var options : List.of(
        SimulatorOptions.defaults().withSymbols("BTCUSDT", "ETHBTC", "WEIRD"),
        SimulatorOptions.defaults().withKlines(RecordedMarket.klines()))) {
      try (var fixture = new SimulatorFixture(options)) {
        for (var symbol : fixture.market().symbols()) {
          var rows = fixture
              .get("klines?symbol=" + symbol + "&interval=1m&limit=1000&endTime="
                  + START.minus(DAY).toEpochMilli())
              .array();
          for (int index = 1; index < rows.size(); index++) {
            assertEquals(
                rows.getJsonArray(index - 1).getString(4),
                rows.getJsonArray(index).getString(1));
          }
          assertSteady(
              fixture.get("klines?symbol=" + symbol + "&interval=1d&limit=398").array());
        }
      }
    }
  }

  @Test
  void the_history_is_as_long_as_requested() {
    try (var fixture = new SimulatorFixture(
        SimulatorOptions.defaults().withSymbols("BTCUSDT").withHistoryDays(3))) {
      var rows = fixture.get("klines?symbol=BTCUSDT&interval=1h&limit=1000").array();
      assertEquals(3 * 24 + 1, rows.size());
    }
  }

  @Test
  void history_belongs_to_its_run() {
    var minute = START.minus(Duration.ofDays(3));
    var options = SimulatorOptions.defaults().withSymbols("BTCUSDT");
    try (var fixture = new SimulatorFixture(options);
        var again = new SimulatorFixture(options);
        var otherSeed = new SimulatorFixture(options.withSeed(2))) {
      var candle = fixture.market().candle("BTCUSDT", minute).orElseThrow();
      assertEquals(candle, again.market().candle("BTCUSDT", minute).orElseThrow());
      assertNotEquals(candle, otherSeed.market().candle("BTCUSDT", minute).orElseThrow());
    }
  }

  @Test
  void the_venue_says_whether_prices_were_recorded() {
    try (var fixture = walk()) {
      assertEquals("simulated", fixture.market().venue());
    }
    var recorded = SimulatorOptions.defaults().withKlines(RecordedMarket.klines());
    try (var fixture = new SimulatorFixture(recorded)) {
      assertEquals("replayed", fixture.market().venue());
      assertEquals("replayed", fixture.control("GET", "clock", "").object().getString("venue"));
    }
  }

  private static SimulatorFixture walk() {
    return new SimulatorFixture(
        SimulatorOptions.defaults().withSymbols("BTCUSDT", "ETHUSDT", "ETHBTC"));
  }

  private static Candle candle(SimulatorFixture fixture) {
    return fixture.market().candle("BTCUSDT", Interval.ONE_MINUTE, START).orElseThrow();
  }

  /** No day differs from the day before by more than 10 %. */
  private static void assertSteady(JsonArray days) {
    for (int day = 0; day < days.size() - 6; day++) {
      var ratio = new BigDecimal(days.getJsonArray(day).getString(4))
          .divide(new BigDecimal(days.getJsonArray(day).getString(1)), 4, RoundingMode.HALF_UP);
      assertTrue(
          ratio.compareTo(new BigDecimal("0.9")) > 0 && ratio.compareTo(new BigDecimal("1.1")) < 0,
          ratio::toString);
    }
  }

  private static void assertMinutesAreTheirTrades(SimulatorFixture fixture, String symbol) {
    var random = new SplittableRandom(symbol.hashCode());
    // In the history, in the recording before and after the start, and in later rounds.
    var minutes = IntStream.range(0, 300)
        .map(number -> random.nextInt(-390 * 1440, number % 2 == 0 ? -1440 : 20_000));
    minutes.forEach(minute -> {
      var from = START.plus(Duration.ofMinutes(minute));
      var candle = fixture.market().candle(symbol, from).orElseThrow();
      var trades = fixture.market().trades(symbol, from, from.plusSeconds(60));
      assertEquals(sum(from, trades), candle, symbol + " " + from);
    });
  }

  private static Candle sum(Instant openTime, List<SimulatedTrade> trades) {
    var volume = Candle.NONE;
    var quote = Candle.NONE;
    var taker = Candle.NONE;
    var takerQuote = Candle.NONE;
    var prices = trades.stream().map(SimulatedTrade::price).toList();
    for (var trade : trades) {
      volume = volume.add(trade.quantity());
      quote = quote.add(trade.quoteQuantity());
      if (!trade.buyerIsMaker()) {
        taker = taker.add(trade.quantity());
        takerQuote = takerQuote.add(trade.quoteQuantity());
      }
    }
    return new Candle(
        openTime,
        prices.get(0),
        prices.stream().max(BigDecimal::compareTo).orElseThrow(),
        prices.stream().min(BigDecimal::compareTo).orElseThrow(),
        prices.get(prices.size() - 1),
        volume,
        quote,
        trades.size(),
        taker,
        takerQuote,
        trades.get(0).id());
  }

  private static JsonArray rest(SimulatorFixture fixture, Interval interval, long openTime) {
    return fixture
        .get("klines?symbol=BTCUSDT&limit=1&interval=" + interval.wireName() + "&startTime="
            + openTime)
        .array()
        .getJsonArray(0);
  }

  private static JsonArray row(JsonObject kline) {
    return new JsonArray()
        .add(kline.getLong("t"))
        .add(kline.getString("o"))
        .add(kline.getString("h"))
        .add(kline.getString("l"))
        .add(kline.getString("c"))
        .add(kline.getString("v"))
        .add(kline.getLong("T"))
        .add(kline.getString("q"))
        .add(kline.getLong("n"))
        .add(kline.getString("V"))
        .add(kline.getString("Q"))
        .add(kline.getString("B"));
  }

  private static void assertTradesOfTheStream(StreamClient client, SimulatorFixture fixture) {
    var aggregates = client.events("aggTrade");
    var ids = aggregates.stream().map(trade -> trade.getLong("a")).toList();
    var expected = new ArrayList<Long>();
    for (var id = ids.get(0); id <= ids.get(ids.size() - 1); id++) {
      expected.add(id);
    }
    assertEquals(expected, ids);
    assertEquals(
        aggregates.stream().map(trade -> trade.getLong("l")).toList(),
        client.events("trade").stream().map(trade -> trade.getLong("t")).toList());
    var minute = client.closedKlines().get(1);
    var traded = aggregates.stream()
        .filter(trade ->
            trade.getLong("T") >= minute.getLong("t") && trade.getLong("T") <= minute.getLong("T"))
        .map(trade -> new BigDecimal(trade.getString("q")))
        .toList();
    assertEquals(minute.getLong("n"), traded.size());
    assertEquals(
        minute.getString("v"),
        traded.stream().reduce(Candle.NONE, BigDecimal::add).toPlainString());
    var served =
        fixture.get("aggTrades?symbol=BTCUSDT&limit=1000&fromId=" + ids.get(0)).array();
    for (int index = 0; index < aggregates.size(); index++) {
      var event = aggregates.get(index).copy();
      event.remove("e");
      event.remove("E");
      event.remove("s");
      assertEquals(served.getJsonObject(index), event);
    }
  }
}
