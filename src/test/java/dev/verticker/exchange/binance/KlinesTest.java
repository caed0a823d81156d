package dev.verticker.exchange.binance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.dev.RecordedMarket;
import dev.verticker.exchange.ExchangeException;
import dev.verticker.exchange.Kline;
import dev.verticker.message.Interval;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KlinesTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final String ROW =
      "[1634943780000,\"60685.22000000\",\"60729.84000000\",\"60670.90000000\",\"60719.27000000\","
          + "\"21.63272000\",1634943839999,\"1313200.01340410\",617,\"12.28492000\",\"745719.41022840\",\"0\"]";
  private static final String NEXT = ROW.replace("1634943780000", "1634943840000");

  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final KlineParser parser = new KlineParser(metrics);

  @Test
  void figures_are_exact_and_only_a_candle_before_another_is_closed() {
    var klines = parse("[" + ROW + "," + NEXT + "]", Interval.ONE_MINUTE);

    var first = klines.get(0);
    assertEquals(Instant.parse("2021-10-22T23:03:00Z"), first.openTime());
    assertEquals(
        "60685.22000000 60729.84000000 60670.90000000 60719.27000000 21.63272000 1313200.01340410 617"
            + " 12.28492000 745719.41022840",
        figures(first));
    assertTrue(first.closed());
    assertFalse(klines.get(1).closed());
    assertEquals(NOW, first.eventTime());
    assertEquals(List.of(), parse("[]", Interval.ONE_MINUTE));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[",
        "[[]]",
        "[ROW,ROW]",
        "[NEXT,ROW]",
        "[ROW] x",
        "1634943780000>1634943780001",
        "1634943780000>\"1634943780000\"",
        "1634943780000>-60000",
        "1634943780000>99999999999960000",
        "\"60685.22000000\">60685.22",
        "\"60685.22000000\">\"-1\"",
        "\"60685.22000000\">\"0\"",
        "\"60685.22000000\">\"NaN\"",
        "\"60685.22000000\">\"1e5\"",
        "\"60685.22000000\">\"60729.85\"",
        "\"60670.90000000\">\"60685.23\"",
        "\"21.63272000\">\"-0.1\"",
        "\"21.63272000\">null",
        "617>-1",
        "617>6.5",
        "617>\"617\""
      })
  void a_response_with_an_invalid_candle_is_rejected_as_a_whole(String change) {
    var body = change.contains(">")
        ? "[" + ROW.replace(change.split(">")[0], change.split(">")[1]) + "," + NEXT + "]"
        : change.replace("ROW", ROW).replace("NEXT", NEXT);
    assertThrows(
        ExchangeException.ExchangeUnavailableException.class,
        () -> parse(body, Interval.ONE_MINUTE));
    assertEquals(
        1, metrics.counter("price_rejected_total", "reason", "malformed-kline").count());
  }

  @ParameterizedTest
  @CsvSource({
    "klines-BTCUSDT-1m-2021-10.json, 1m",
    "klines-BNBUSDT-1h-5-2019.json, 1h",
    "klines-BTCUSDT-3d.json, 3d",
    "klines-ETHBTC-3d.json, 3d"
  })
  void recorded_responses_are_parsed_completely(String file, String interval) throws IOException {
    var body = Buffer.buffer(Files.readAllBytes(RecordedMarket.responses().resolve(file)));
    var klines = parser.parse(body, "X", Interval.of(interval).orElseThrow(), NOW);
    assertEquals(new JsonArray(body).size(), klines.size());
  }

  private List<Kline> parse(String body, Interval interval) {
    return parser.parse(Buffer.buffer(body), "BTCUSDT", interval, NOW);
  }

  private static String figures(Kline kline) {
    return String.join(
        " ",
        kline.open().toPlainString(),
        kline.high().toPlainString(),
        kline.low().toPlainString(),
        kline.close().toPlainString(),
        kline.volume().toPlainString(),
        kline.quoteVolume().toPlainString(),
        Long.toString(kline.trades()),
        kline.takerVolume().toPlainString(),
        kline.takerQuoteVolume().toPlainString());
  }
}
