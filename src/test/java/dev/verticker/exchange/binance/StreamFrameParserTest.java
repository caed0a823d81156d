package dev.verticker.exchange.binance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.verticker.exchange.MarketStream.Kind;
import dev.verticker.exchange.MarketStream.Stream;
import dev.verticker.exchange.OrderBook;
import dev.verticker.exchange.TickerParser;
import dev.verticker.message.Books.Level;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Parses frames of the exchange that were recorded. */
class StreamFrameParserTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final StreamFrameParser parser =
      new StreamFrameParser(new TickerParser(metrics), CLOCK, metrics);
  private final RecordedEvents events = new RecordedEvents();
  private final List<JsonNode> responses = new ArrayList<>();
  private final StreamFrameParser.Sink sink = new StreamFrameParser.Sink() {
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
  };

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
    parse("combined-bookTicker-BTCUSDT-2025.json");
    parse("combined-bookTicker-ETHUSDT.json");
    parse("combined-bookTicker-LINKUSDT-2026.json");
    parse("control-subscribe-ack.json");
    assertEquals(2, events.tickers.size());
    assertEquals(1, events.klines.size());
    assertEquals(List.of(315753210L, 3735249564L, 226532L), events.tradeIds());
    assertFalse(events.bookTickers.isEmpty());
    assertEquals(1, responses.size());
    assertTrue(metrics.find("price_rejected_total").counters().isEmpty());
  }

  @Test
  void recorded_best_prices_have_an_update_id_and_the_time_of_receipt() throws IOException {
    parse("combined-bookTicker-BTCUSDT-2025-11-14.json");
    assertEquals(List.of(80630992451L, 80630992453L), RecordedEvents.updateIds(events.bookTickers));
    assertEquals(
        new OrderBook(
            "BTCUSDT",
            80630992451L,
            List.of(level("95794.61000000", "0.41915000")),
            List.of(level("95794.62000000", "2.20768000")),
            NOW),
        events.bookTickers.get(0));
  }

  @Test
  void the_name_of_the_stream_is_the_symbol_of_a_book() {
    parse(
        "币安人生usdt@depth20@100ms",
        """
        {"lastUpdateId":160,"bids":[["0.0024","10"],["0.0023","1.50"]],"asks":[["0.0026","100"]]}""");
    assertEquals(
        new OrderBook(
            "币安人生USDT",
            160,
            List.of(level("0.0024", "10"), level("0.0023", "1.50")),
            List.of(level("0.0026", "100")),
            NOW),
        events.books.get(0));
  }

  @Test
  void a_book_has_at_most_twenty_levels_on_each_side() {
    var bids = new JsonArray();
    IntStream.range(0, 30).forEach(i -> bids.add(JsonArray.of(Integer.toString(100 - i), "1")));
    parse(
        "btcusdt@depth20@100ms",
        new JsonObject()
            .put("lastUpdateId", 1)
            .put("bids", bids)
            .put("asks", new JsonArray())
            .encode());
    assertEquals(20, events.books.get(0).bids().size());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "btcusdt@depth20@100ms | 7",
        "btcusdt@depth20@100ms | {'lastUpdateId':1,'bids':[]}",
        "btcusdt@depth20@100ms | {'lastUpdateId':'1','bids':[],'asks':[]}",
        "btcusdt@depth20@100ms | {'lastUpdateId':1,'bids':[['1','1'],['2','1']],'asks':[]}",
        "btcusdt@depth20@100ms | {'lastUpdateId':1,'bids':[],'asks':[['NaN','1']]}",
        "btcusdt@bookTicker    | {'s':'BTCUSDT','u':1,'b':'2','B':'1','a':'1','A':'1'}",
        "btcusdt@bookTicker    | {'s':'BTCUSDT','u':1,'b':'-2','B':'1','a':'1','A':'1'}",
        "btcusdt@bookTicker    | {'s':'BTCUSDT','b':'2','B':'1','a':'3','A':'1'}"
      })
  void books_that_break_a_rule_are_counted(String stream, String data) {
    parse(stream, data.replace('\'', '"'));
    assertEquals(List.of(), events.books);
    assertEquals(List.of(), events.bookTickers);
    assertEquals(
        1,
        metrics
            .get("price_rejected_total")
            .tag("reason", "not-a-book")
            .counter()
            .count());
  }

  @Test
  void best_prices_of_another_symbol_are_counted() {
    parse(
        "btcusdt@bookTicker",
        "{\"s\":\"ETHUSDT\",\"u\":1,\"b\":\"2\",\"B\":\"1\",\"a\":\"3\",\"A\":\"1\"}");
    assertEquals(
        1,
        metrics
            .get("price_rejected_total")
            .tag("reason", "wrong-symbol")
            .counter()
            .count());
  }

  @Test
  void a_price_of_zero_is_a_side_without_orders() {
    parse(
        "btcusdt@bookTicker",
        "{\"s\":\"BTCUSDT\",\"u\":1,\"b\":\"0.00\",\"B\":\"0.00\",\"a\":\"3\",\"A\":\"1\"}");
    assertEquals(List.of(), events.bookTickers.get(0).bids());
    assertEquals(List.of(level("3", "1")), events.bookTickers.get(0).asks());
  }

  private static Level level(String price, String quantity) {
    return new Level(new BigDecimal(price), new BigDecimal(quantity));
  }

  private void parse(String stream, String data) {
    parser.parse("{\"stream\":\"" + stream + "\",\"data\":" + data + "}", sink);
  }

  @Test
  void frames_of_streams_that_were_not_subscribed_are_counted() throws IOException {
    parse("combined-miniTicker-BTCUSDT-2020.json");
    assertEquals(
        1,
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
      parser.parse(((JsonObject) frame).encode(), sink);
    }
  }
}
