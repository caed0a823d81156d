package dev.verticker.dev.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.dev.RecordedMarket;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares stream events with recorded ones: keys and their order, JSON types, decimals of numbers in strings. */
class RecordedFramesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
      combined-ticker-BTCUSDT-2020.json            | btcusdt@ticker
      combined-ticker-BTCUSDT-2025.json            | btcusdt@ticker
      combined-kline_1m-BTCUSDT-2020.json          | btcusdt@kline_1m
      combined-aggTrade-BTCUSDT-2020.json          | btcusdt@aggTrade
      combined-aggTrade-BTCUSDT-2025.json          | btcusdt@aggTrade
      combined-trade-BTCUSDT-2025.json             | btcusdt@trade
      combined-miniTicker-BTCUSDT-2025.json        | btcusdt@miniTicker
      combined-bookTicker-BTCUSDT-2025.json        | btcusdt@bookTicker
      combined-bookTicker-LINKUSDT-2026.json       | btcusdt@bookTicker
      """)
  void a_combined_event_has_the_shape_of_the_recorded_one(String file, String stream)
      throws IOException {
    var recorded = recorded(file);
    for (var options : List.of(
        SimulatorOptions.defaults().withSymbols("BTCUSDT"),
        SimulatorOptions.defaults().withKlines(RecordedMarket.klines()))) {
      assertEquals(
          RecordedShapesTest.shape(recorded),
          RecordedShapesTest.shape(event(options, "/stream?streams=" + stream)),
          file);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
      raw-kline_5m-BTCUSDT-2021-09-14.json         | BTCUSDT | btcusdt@kline_5m
      raw-miniTicker-ETHBTC-2022-10-14.json        | ETHBTC  | ethbtc@miniTicker
      """)
  void a_raw_event_has_the_shape_of_the_recorded_one(String file, String symbol, String stream)
      throws IOException {
    assertEquals(
        RecordedShapesTest.shape(recorded(file)),
        RecordedShapesTest.shape(
            event(SimulatorOptions.defaults().withSymbols(symbol), "/ws/" + stream)));
  }

  @Test
  void an_acknowledgement_has_the_shape_of_the_recorded_one() throws IOException {
    var recorded = recorded("control-subscribe-ack.json");
    try (var fixture = new SimulatorFixture(SimulatorOptions.defaults())) {
      var sent = new JsonObject()
          .put("method", "SUBSCRIBE")
          .put("params", JsonArray.of("btcusdt@trade"))
          .put("id", recorded.getValue("id"));
      assertEquals(recorded.encode(), fixture.stream("/ws").send(sent.encode()).encode());
    }
  }

  private static JsonObject event(SimulatorOptions options, String uri) {
    try (var fixture = new SimulatorFixture(options)) {
      var client = fixture.stream(uri);
      fixture.advance(Duration.ofMinutes(1));
      client.awaitReceived("an event", text -> true);
      return new JsonObject(client.received().get(0));
    }
  }

  private static JsonObject recorded(String file) throws IOException {
    var path = RecordedMarket.inside("frames").resolve(file);
    return ((JsonArray) Json.decodeValue(Files.readString(path))).getJsonObject(0);
  }
}
