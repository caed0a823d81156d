package dev.verticker.dev.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ExchangeSimulatorTest {
  private static final String TWO = SimulatorFixture.encoded("[\"ETHBTC\",\"BTCUSDT\"]");
  private final SimulatorFixture fixture =
      new SimulatorFixture(SimulatorOptions.defaults().withSymbols("BTCUSDT", "ETHUSDT", "ETHBTC"));

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void the_simulator_responds_to_ping_and_reports_its_simulated_time() {
    assertEquals("{}", fixture.get("ping").body());
    fixture.advance(Duration.ofSeconds(90));
    assertEquals(
        new JsonObject().put("serverTime", SteppedTime.START.plusSeconds(90).toEpochMilli()),
        fixture.get("time").object());
  }

  @Test
  void one_symbol_is_an_object_and_several_are_a_list_in_the_exchanges_order() {
    assertEquals(
        "BTCUSDT", fixture.get("ticker/price?symbol=BTCUSDT").object().getString("symbol"));
    assertEquals(
        List.of("BTCUSDT", "ETHBTC"),
        symbols(fixture.get("ticker/price?symbols=" + TWO).array()));
    assertEquals(
        List.of("BTCUSDT", "ETHUSDT", "ETHBTC"),
        symbols(fixture.get("ticker/price").array()));
    assertEquals("ETHUSDT", fixture.get("ticker/24hr?symbol=ETHUSDT").object().getString("symbol"));
    assertEquals(
        List.of("BTCUSDT", "ETHBTC"),
        symbols(fixture.get("ticker/24hr?symbols=" + TWO).array()));
    assertEquals(
        List.of("BTCUSDT", "ETHUSDT", "ETHBTC"),
        symbols(fixture.get("ticker/24hr").array()));
  }

  @Test
  void the_mini_ticker_is_the_full_ticker_without_change_average_and_book() {
    var full = fixture.get("ticker/24hr?symbol=ETHBTC&type=FULL").object();
    var mini = fixture.get("ticker/24hr?symbol=ETHBTC&type=MINI").object();
    assertEquals(
        List.of(
            "symbol",
            "openPrice",
            "highPrice",
            "lowPrice",
            "lastPrice",
            "volume",
            "quoteVolume",
            "openTime",
            "closeTime",
            "firstId",
            "lastId",
            "count"),
        List.copyOf(mini.fieldNames()));
    mini.fieldNames().forEach(key -> assertEquals(full.getValue(key), mini.getValue(key), key));
  }

  @Test
  void exchange_info_lists_all_one_or_several_symbols_and_the_enforced_limit() {
    assertEquals(List.of("BTCUSDT", "ETHUSDT", "ETHBTC"), listed("exchangeInfo"));
    assertEquals(List.of("ETHUSDT"), listed("exchangeInfo?symbol=ETHUSDT"));
    assertEquals(List.of("BTCUSDT", "ETHBTC"), listed("exchangeInfo?symbols=" + TWO));
    assertEquals(List.of(), listed("exchangeInfo?symbolStatus=BREAK"));
    var limit = fixture.get("exchangeInfo").object().getJsonArray("rateLimits").getJsonObject(0);
    assertEquals(
        new JsonObject(
            "{\"rateLimitType\":\"REQUEST_WEIGHT\",\"interval\":\"MINUTE\",\"intervalNum\":1,\"limit\":6000}"),
        limit);
  }

  @Test
  void permission_sets_are_left_out_on_request() {
    var entry = fixture
        .get("exchangeInfo?symbol=ETHUSDT&showPermissionSets=false")
        .object()
        .getJsonArray("symbols");
    assertTrue(!entry.getJsonObject(0).containsKey("permissionSets"));
  }

  @Test
  void a_unicode_symbol_is_served_under_its_percent_encoded_name() {
    try (var unicode = new SimulatorFixture(SimulatorOptions.defaults().withSymbols("测试币USDT"))) {
      var answer = unicode
          .get("ticker/price?symbol=" + SimulatorFixture.encoded("测试币USDT"))
          .object();
      assertEquals("测试币USDT", answer.getString("symbol"));
      var list = unicode
          .get("ticker/24hr?symbols=" + SimulatorFixture.encoded("[\"测试币USDT\"]"))
          .array();
      assertEquals(List.of("测试币USDT"), symbols(list));
    }
  }

  @Test
  void records_served_prices_as_on_the_wire() {
    var first = fixture.get("ticker/24hr?symbols=" + TWO).array().getJsonObject(0);
    fixture.advance(Duration.ofSeconds(20));
    var second = fixture.get("ticker/price?symbol=BTCUSDT").object();
    assertEquals(
        List.of(
            new ServedMarket(SteppedTime.START, first.getString("lastPrice")),
            new ServedMarket(SteppedTime.START.plusSeconds(20), second.getString("price"))),
        fixture.market().served("BTCUSDT"));
    assertEquals(List.of(), fixture.market().served("ETHUSDT"));
  }

  @Test
  @Timeout(20)
  void runs_on_the_system_clock_by_default() {
    var vertx = Vertx.vertx();
    try {
      var before = Instant.now().truncatedTo(ChronoUnit.MILLIS);
      var options = SimulatorOptions.defaults().withSymbols("BTCUSDT").withSpeed(3600);
      var market = ExchangeSimulator.start(vertx, options).await().market();
      assertTrue(!market.now().isBefore(before));
      while (market.now().isBefore(before.plus(Duration.ofMinutes(2)))) {
        Thread.onSpinWait();
      }
    } finally {
      vertx.close().await();
    }
  }

  @Test
  void a_used_port_or_a_missing_file_fails_the_start() {
    var port = fixture.simulator().port();
    assertThrows(
        Exception.class,
        () -> new SimulatorFixture(SimulatorOptions.defaults().withPort(port)).close());
    var missing = Path.of("does", "not", "exist.json");
    var failure = assertThrows(
        UncheckedIOException.class,
        () -> new SimulatorFixture(SimulatorOptions.defaults().withExchangeInfo(missing)).close());
    assertEquals("cannot read the exchange info in " + missing, failure.getMessage());
  }

  @Test
  void an_unknown_path_is_not_found_and_not_counted() {
    assertEquals(404, fixture.get("orders").status());
    assertEquals(0, fixture.simulator().calls().total());
  }

  private List<String> listed(String path) {
    return symbols(fixture.get(path).object().getJsonArray("symbols"));
  }

  private static List<String> symbols(JsonArray entries) {
    return entries.stream()
        .map(entry -> ((JsonObject) entry).getString("symbol"))
        .toList();
  }
}
