package dev.verticker.dev.exchange;

import static dev.verticker.testing.Await.until;
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
      combined-depth100ms-BTCUSDT-2025-12-07.json  | btcusdt@depth@100ms
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

  @Test
  void an_event_of_the_best_levels_has_the_shape_of_the_recorded_response() throws IOException {
    var path = RecordedMarket.responses().resolve("depth-BTCUSDT-2021-10.json");
    var options = SimulatorOptions.defaults().withSymbols("BTCUSDT");
    assertEquals(
        RecordedShapesTest.shape(Json.decodeValue(Files.readString(path))),
        RecordedShapesTest.shape(event(options, "/ws/btcusdt@depth20@100ms")));
    assertEquals(
        List.of("stream", "data"),
        List.copyOf(event(options, "/stream?streams=btcusdt@depth20@100ms").fieldNames()));
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
      // A response means that the streams are subscribed.
      client.subscriptions();
      fixture.advance(Duration.ofMinutes(1));
      until("an event", () -> client.received().size() > 1);
      return client.received().stream()
          .filter(text -> !text.startsWith("{\"result\""))
          .findFirst()
          .map(JsonObject::new)
          .orElseThrow();
    }
  }

  private static JsonObject recorded(String file) throws IOException {
    var path = RecordedMarket.inside("frames").resolve(file);
    return ((JsonArray) Json.decodeValue(Files.readString(path))).getJsonObject(0);
  }
}
