package dev.verticker.exchange.binance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.verticker.exchange.MarketStream.Kind;
import dev.verticker.exchange.MarketStream.Stream;
import dev.verticker.exchange.TickerParser;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Parses frames of the exchange that were recorded. */
class StreamFrameParserTest {
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final StreamFrameParser parser =
      new StreamFrameParser(new TickerParser(metrics), metrics);
  private final RecordedEvents events = new RecordedEvents();
  private final List<JsonNode> responses = new ArrayList<>();

  @Test
  void recorded_tickers_have_the_fields_of_a_rest_ticker_in_their_order() throws IOException {
    parse("combined-ticker-BTCUSDT-2020.json");
    assertEquals(
        "{\"symbol\":\"BTCUSDT\",\"priceChange\":\"-65.00000000\",\"priceChangePercent\":\"-0.693\","
            + "\"weightedAvgPrice\":\"9343.29777965\",\"prevClosePrice\":\"9383.27000000\","
            + "\"lastPrice\":\"9318.48000000\",\"lastQty\":\"0.00250000\",\"bidPrice\":\"9318.18000000\","
            + "\"bidQty\":\"0.32000000\",\"askPrice\":\"9318.47000000\",\"askQty\":\"0.35414300\","
            + "\"openPrice\":\"9383.48000000\",\"highPrice\":\"9438.30000000\",\"lowPrice\":\"9215.79000000\","
            + "\"volume\":\"48745.36667100\",\"quoteVolume\":\"455442476.18534620\","
            + "\"openTime\":1592507327001,\"closeTime\":1592593727001,\"firstId\":343178738,"
            + "\"lastId\":343729077,\"count\":550340,\"price\":\"9318.48000000\"}",
        events.tickers.get(0).json());
    assertEquals(343729077, events.tickers.get(0).tradeId());
    assertEquals(1592593727001L, events.tickers.get(0).eventTime().toEpochMilli());
  }

  @Test
  void every_recorded_frame_of_a_known_stream_is_parsed() throws IOException {
    parse("combined-ticker-BTCUSDT-2020.json");
    parse("combined-ticker-BTCUSDT-2025.json");
    parse("combined-kline_1m-BTCUSDT-2020.json");
    parse("combined-aggTrade-BTCUSDT-2020.json");
    parse("combined-aggTrade-BTCUSDT-2025.json");
    parse("combined-aggTrade-ETHUSDT-2023.json");
    parse("control-subscribe-ack.json");
    assertEquals(2, events.tickers.size());
    assertEquals(1, events.klines.size());
    assertEquals(List.of(315753210L, 3735249564L, 226532L), events.tradeIds());
    assertEquals(1, responses.size());
    assertTrue(metrics.find("price_rejected_total").counters().isEmpty());
  }

  @Test
  void frames_of_streams_that_were_not_subscribed_are_counted() throws IOException {
    parse("combined-miniTicker-BTCUSDT-2020.json");
    parse("combined-bookTicker-BTCUSDT-2025.json");
    assertEquals(
        2,
        metrics
            .get("price_rejected_total")
            .tag("reason", "wrong-symbol")
            .counter()
            .count());
  }

  private void parse(String file) throws IOException {
    var folder = System.getProperty("market.data");
    assumeTrue(folder != null, "recorded frames are missing: set -Dmarket.data to their folder");
    var path = Path.of(folder, "frames", file);
    assumeTrue(Files.exists(path), "recorded frames are missing: " + path);
    for (var frame : new JsonArray(Files.readString(path))) {
      parser.parse(((JsonObject) frame).encode(), new StreamFrameParser.Sink() {
        @Override
        public Stream stream(String name) {
          var symbol = name.substring(0, name.indexOf('@')).toUpperCase(java.util.Locale.ROOT);
          for (var kind : Kind.values()) {
            var stream = new Stream(symbol, kind);
            if (StreamNames.of(stream).equals(name)) {
              return stream;
            }
          }
          return null;
        }

        @Override
        public void onEvent(StreamEvent event) {
          event.delivery().accept(events);
        }

        @Override
        public void onResponse(JsonNode response) {
          responses.add(response);
        }

        @Override
        public void onShutdown() {
          throw new AssertionError("no frame announces a shutdown");
        }
      });
    }
  }
}
