package dev.verticker.dev.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.dev.RecordedMarket;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares responses with recorded ones: keys and their order, JSON types, decimals of numbers in strings. */
class RecordedShapesTest {
  private SimulatorOptions recorded;

  @BeforeEach
  void needsRecordedData() {
    recorded = SimulatorOptions.defaults()
        .withKlines(RecordedMarket.klines())
        .withExchangeInfo(RecordedMarket.exchangeInfo());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
      ping.json                                | ping
      time-2021-10.json                        | time
      ticker-price-BTCUSDT-2021-10.json        | ticker/price?symbol=BTCUSDT
      ticker-price-all-2021-04.json            | ticker/price
      ticker-24hr-BTCUSDT-2021-10.json         | ticker/24hr?symbol=BTCUSDT
      ticker-24hr-all-2024-01.json             | ticker/24hr
      klines-BTCUSDT-1m-2021-10.json           | klines?symbol=BTCUSDT&interval=1m&limit=10
      klines-ETHBTC-3d.json                    | klines?symbol=ETHBTC&interval=3d&limit=30
      klines-ETHBTC-3d.json                    | uiKlines?symbol=ETHBTC&interval=3d&limit=30
      trades-BTCUSDT-2021-10.json              | trades?symbol=BTCUSDT&limit=10
      aggTrades-BTCUSDT-2021-10.json           | aggTrades?symbol=BTCUSDT&limit=10
      ticker-bookTicker-BTCUSDT-2021-10.json   | ticker/bookTicker?symbol=BTCUSDT
      depth-BTCUSDT-2021-10.json               | depth?symbol=BTCUSDT&limit=10
      error-400-1121-klines.json               | klines?symbol=BOGUS&limit=2&interval=1h
      """)
  void a_response_has_the_shape_of_the_recorded_one(String file, String path) throws IOException {
    for (var options : List.of(recorded, SimulatorOptions.defaults())) {
      try (var fixture = new SimulatorFixture(options)) {
        fixture.advance(Duration.ofMinutes(10));
        assertEquals(
            shape(read(RecordedMarket.responses().resolve(file))),
            shape(fixture.get(path).json()),
            path);
      }
    }
  }

  @Test
  void a_recorded_exchange_info_is_served_with_the_symbols_that_have_prices() throws IOException {
    try (var fixture = new SimulatorFixture(recorded)) {
      var served = fixture.get("exchangeInfo").object();
      var original = (JsonObject) read(RecordedMarket.exchangeInfo());
      assertEquals(List.copyOf(original.fieldNames()), List.copyOf(served.fieldNames()));
      assertEquals(entries(original, "BTCUSDT"), entries(served, "BTCUSDT"));
      assertEquals(8, served.getJsonArray("symbols").size());
      assertEquals(
          shape(original.getJsonArray("rateLimits")), shape(served.getJsonArray("rateLimits")));
    }
  }

  @Test
  void a_generated_exchange_info_has_the_recorded_shape() throws IOException {
    try (var fixture = new SimulatorFixture(SimulatorOptions.defaults())) {
      var served = fixture.get("exchangeInfo").object();
      var original = (JsonObject) read(RecordedMarket.inside("exchangeInfo-testnet-2024-09.json"));
      assertEquals(List.copyOf(original.fieldNames()), List.copyOf(served.fieldNames()));
      var expected = entries(original, "BTCUSDT");
      var actual = entries(served, "BTCUSDT");
      // The exchange added this mode after the recording.
      expected.getJsonArray("allowedSelfTradePreventionModes").add("DECREMENT");
      assertEquals(shape(expected), shape(actual));
      assertEquals(filters(expected), filters(actual));
    }
  }

  @Test
  void the_recorded_week_is_replayed_to_the_last_digit() throws IOException {
    try (var fixture = new SimulatorFixture(recorded)) {
      // The recording starts on 2021-05-16 00:00, the simulation a day later.
      assertEquals("46762.99000000", at(fixture, Duration.ofDays(-1)).open().toPlainString());
      assertEquals("46969.15000000", at(fixture, Duration.ofDays(-1)).close().toPlainString());
      fixture.advance(Duration.ofMinutes(6990 - 1440 - 1).plusSeconds(59));
      assertEquals(
          "40456.89000000", fixture.get("ticker/price?symbol=BTCUSDT").object().getString("price"));
      fixture.advance(Duration.ofSeconds(1));
      assertEquals(
          "46762.99000000", fixture.get("ticker/price?symbol=BTCUSDT").object().getString("price"));
    }
  }

  @Test
  void a_recorded_outage_of_the_exchange_is_replayed() {
    var options = SimulatorOptions.defaults().withKlines(RecordedMarket.inside("klines-outage"));
    try (var fixture = new SimulatorFixture(options)) {
      var before = fixture.get("ticker/24hr?symbol=BTCUSDT").object();
      fixture.advance(Duration.ofHours(12));
      var price = fixture.get("ticker/price?symbol=BTCUSDT").object().getString("price");
      fixture.advance(Duration.ofHours(1));
      assertEquals(price, fixture.get("ticker/price?symbol=BTCUSDT").object().getString("price"));
      assertEquals(
          true, fixture.market().candle("BTCUSDT", fixture.market().now()).isEmpty());
      assertEquals(
          before.fieldNames(),
          fixture.get("ticker/24hr?symbol=BTCUSDT").object().fieldNames());
    }
  }

  private static Candle at(SimulatorFixture fixture, Duration offset) {
    Instant minute = SteppedTime.START.plus(offset);
    return fixture.market().candle("BTCUSDT", minute).orElseThrow();
  }

  private static Object read(Path file) throws IOException {
    return Json.decodeValue(Files.readString(file));
  }

  private static JsonObject entries(JsonObject info, String symbol) {
    return info.getJsonArray("symbols").stream()
        .map(JsonObject.class::cast)
        .filter(entry -> symbol.equals(entry.getString("symbol")))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> filters(JsonObject entry) {
    return entry.getJsonArray("filters").stream()
        .map(filter -> ((JsonObject) filter).getString("filterType"))
        .toList();
  }

  /** Returns the keys in order, lists as the set of shapes of their elements, numbers in strings by their decimals. */
  static Object shape(Object json) {
    if (json instanceof JsonObject object) {
      return object.stream()
          .map(entry -> entry.getKey() + ": " + shape(entry.getValue()))
          .toList();
    }
    if (json instanceof JsonArray list) {
      return list.stream().anyMatch(JsonObject.class::isInstance)
              || list.stream().anyMatch(JsonArray.class::isInstance)
          ? list.stream().map(RecordedShapesTest::shape).distinct().toList()
          : list.stream().map(RecordedShapesTest::shape).toList();
    }
    if (json instanceof String text) {
      return text.matches("-?[0-9]+(\\.[0-9]+)?")
          ? "text of a number, decimals " + new BigDecimal(text).scale()
          : "text";
    }
    return json instanceof Number number
        ? "whole number " + !(number instanceof Double)
        : json.getClass().getSimpleName();
  }
}
