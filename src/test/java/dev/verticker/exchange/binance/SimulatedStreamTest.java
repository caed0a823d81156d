package dev.verticker.exchange.binance;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.dev.exchange.Candle;
import dev.verticker.dev.exchange.ExchangeSimulator;
import dev.verticker.dev.exchange.SimulatedTrade;
import dev.verticker.dev.exchange.SimulatorOptions;
import dev.verticker.exchange.Kline;
import dev.verticker.exchange.MarketStream.Kind;
import dev.verticker.exchange.MarketStream.Stream;
import dev.verticker.exchange.TickerParser;
import dev.verticker.message.Interval;
import dev.verticker.message.Trades.Trade;
import dev.verticker.testing.Provokes;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Streams of a simulated exchange on which a minute takes a second. */
@Tag("faults")
class SimulatedStreamTest {
  private static final List<String> SYMBOLS = List.of("BTCUSDT", "ETHUSDT", "币安人生USDT");

  private final Vertx vertx = Vertx.vertx();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final RecordedEvents events = new RecordedEvents();
  private ExchangeSimulator exchange;

  @AfterEach
  void stop() {
    await(vertx.close());
  }

  @Test
  @Provokes(29)
  void rotations_and_a_shutdown_neither_miss_nor_duplicate_a_trade_or_candle() {
    open();
    until("all streams are connected", () -> events.connected.size() == 1);
    until("two rotations", () -> reconnects("rotation") >= 2);
    await(exchange.streams().shutDown(Duration.ofSeconds(5)));
    var rotations = reconnects("rotation");
    until("three more rotations", () -> reconnects("rotation") >= rotations + 3);
    until("one connection remains", () -> await(exchange.streams().connections()) == 1);

    assertEquals(List.of(), events.disconnected);
    for (var symbol : SYMBOLS) {
      assertTradesAreThoseOfTheExchange(symbol);
      assertCandlesAreThoseOfTheExchange(symbol);
    }
    assertTrue(metrics.find("price_rejected_total").counters().isEmpty());
  }

  private void assertTradesAreThoseOfTheExchange(String symbol) {
    var trades = events.tradesOf(symbol);
    var ids = trades.stream().map(Trade::id).toList();
    assertEquals(
        LongStream.rangeClosed(ids.get(0), ids.get(ids.size() - 1)).boxed().toList(), ids);
    var first = trades.get(0).time();
    var last = trades.get(trades.size() - 1).time();
    var expected = exchange.market().trades(symbol, first, last.plusMillis(1)).stream()
        .collect(Collectors.toMap(
            SimulatedTrade::aggregateId, trade -> trade.price() + " " + trade.quantity()));
    trades.forEach(
        trade -> assertEquals(expected.get(trade.id()), trade.price() + " " + trade.quantity()));
  }

  private void assertCandlesAreThoseOfTheExchange(String symbol) {
    var closed = events.klines.stream()
        .filter(kline -> kline.closed() && kline.symbol().equals(symbol))
        .toList();
    assertTrue(closed.size() >= 3, "closed candles: " + closed.size());
    var next = closed.get(0).openTime();
    for (var kline : closed) {
      assertEquals(next, kline.openTime());
      next = Interval.ONE_MINUTE.next(next);
      var candle = exchange.market().candle(symbol, kline.openTime()).orElseThrow();
      assertEquals(figures(candle), figures(kline));
    }
  }

  private static String figures(Candle candle) {
    return candle.open() + " " + candle.high() + " " + candle.low() + " " + candle.close() + " "
        + candle.volume();
  }

  private static String figures(Kline kline) {
    return kline.open() + " " + kline.high() + " " + kline.low() + " " + kline.close() + " "
        + kline.volume();
  }

  private void open() {
    exchange = await(ExchangeSimulator.start(
        vertx, SimulatorOptions.defaults().withSymbols(SYMBOLS).withSpeed(60)));
    var options = new StreamOptions(
        URI.create("ws://127.0.0.1:" + exchange.port()),
        Duration.ofSeconds(2),
        StreamOptions.DEFAULT_MAX_SILENCE);
    var streams = SYMBOLS.stream()
        .flatMap(symbol -> Arrays.stream(Kind.values()).map(kind -> new Stream(symbol, kind)))
        .collect(Collectors.toSet());
    await(vertx.getOrCreateContext(), () -> {
      var stream = new BinanceMarketStream(
          vertx, options, new TickerParser(metrics), Clock.systemUTC(), metrics);
      stream.open(events);
      stream.expect(Set.copyOf(streams));
      return Future.succeededFuture();
    });
  }

  private double reconnects(String cause) {
    var counter =
        metrics.find("price_stream_reconnects_total").tag("cause", cause).counter();
    return counter == null ? 0 : counter.count();
  }
}
