package dev.verticker.price;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.dev.TestServers;
import dev.verticker.dev.exchange.ExchangeSimulator;
import dev.verticker.dev.exchange.SimulatorOptions;
import dev.verticker.dev.exchange.StreamFault;
import dev.verticker.dev.exchange.StreamFaultKind;
import dev.verticker.message.Candles;
import dev.verticker.message.Candles.Candle;
import dev.verticker.message.Candles.FindCandles;
import dev.verticker.message.Candles.State;
import dev.verticker.message.Interval;
import dev.verticker.testing.Provokes;
import dev.verticker.testing.TestDatabase;
import dev.verticker.testing.TestHttpClient;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Candles of a market that runs sixty times as fast as the clock, through cuts and silences of the stream, lost leaders and an
 * outage of PostgreSQL: whatever is stored or found equals the exchange's REST candle to the last digit.
 */
@Tag("faults")
class StreamedCandlesTest {
  private static final List<String> SYMBOLS = List.of("BTCUSDT", "ETHBTC", "ETHUSDT");
  private static final int SPEED = 60;

  private final String cluster = "test-" + UUID.randomUUID();
  private final Vertx exchangeVertx = Vertx.vertx();
  private final List<PriceNode> nodes = new ArrayList<>();
  private ExchangeSimulator exchange;
  private TestDatabase database;
  private TestHttpClient rest;

  /** @param seconds of real time */
  private record Schedule(int seconds, int cuts, int silences, int kills, int outageSeconds) {}

  @BeforeEach
  void start() {
    exchange = await(ExchangeSimulator.start(
        exchangeVertx,
        SimulatorOptions.defaults()
            .withSymbols(SYMBOLS)
            .withSpeed(SPEED)
            .withWeightLimit(1_000_000)));
    rest = new TestHttpClient(exchangeVertx, exchange.port());
    database = TestDatabase.create();
  }

  @AfterEach
  void stop() {
    nodes.forEach(PriceNode::close);
    await(exchangeVertx.close());
  }

  @Test
  @Provokes(30)
  void candles_of_fifteen_market_minutes_equal_those_of_the_exchange() {
    keepTheLaw(new Schedule(16, 2, 1, 1, 2));
  }

  @Test
  @Tag("faults")
  @Timeout(value = 30, unit = TimeUnit.MINUTES)
  @Provokes({25, 26, 27})
  void candles_of_one_market_day_equal_those_of_the_exchange() {
    keepTheLaw(new Schedule(24 * 60, 20, 3, 2, 60));
  }

  private void keepTheLaw(Schedule schedule) {
    nodes.add(node());
    nodes.add(node());
    until("minutes are streamed", () -> stored("1m", "NOT confirmed") > 0);
    var start = newestMinute();
    var outage = schedule.seconds() / 2;
    for (var second = 0; second < schedule.seconds(); second++) {
      if (isDue(second, schedule.seconds(), schedule.cuts(), 2)) {
        await(exchange.streams().drop());
      }
      if (isDue(second, schedule.seconds(), schedule.silences(), 5)) {
        exchange
            .streams()
            .faults()
            .add(StreamFault.of(StreamFaultKind.SILENCE).forSymbol(SYMBOLS.get(second % 3)));
      }
      if (isDue(second, schedule.seconds(), schedule.silences(), 9)) {
        exchange.streams().faults().clear();
      }
      if (isDue(second, schedule.seconds(), schedule.kills(), 12)) {
        replaceLeader();
      }
      if (second == outage) {
        TestServers.postgres().kill();
      } else if (second == outage + schedule.outageSeconds()) {
        TestServers.postgres().start();
      }
      pause();
    }
    var end = newestMinute();
    until(Duration.ofSeconds(100), "all minutes are stored", () -> SYMBOLS.stream()
        .allMatch(symbol -> stored(
                "1m",
                "symbol = '" + symbol + "' AND open_time >= '" + start + "' AND open_time < '" + end
                    + "'")
            == Duration.between(start, end).toMinutes()));
    assertStoredEqual(start, end);
    assertFoundEqual(end);
  }

  /** Spreads {@code count} events over the time, each {@code offset} seconds after the start of its part. */
  private static boolean isDue(int second, int total, int count, int offset) {
    var part = total / count;
    return second % part == offset % part && second / part < count;
  }

  private void replaceLeader() {
    var leader = nodes.stream()
        .filter(node -> node.metrics.get("feed_leading").gauge().value() > 0)
        .findFirst();
    leader.ifPresent(node -> {
      nodes.remove(node);
      node.close();
      nodes.add(node());
    });
  }

  private void assertStoredEqual(Instant start, Instant end) {
    for (var series : List.of("1m", "15m", "1h", "1d")) {
      for (var symbol : SYMBOLS) {
        var stored = database.rows(
            "SELECT extract(epoch FROM open_time)::bigint * 1000, open, high, low, close, volume,"
                + " quote_volume, trades, taker_volume, taker_quote_volume FROM market.candles"
                + " WHERE state <> 'absent' AND series = '" + series + "' AND symbol = '" + symbol
                + "'"
                + " AND open_time < '" + end + "' ORDER BY open_time DESC LIMIT 900");
        assertTrue(!stored.isEmpty() || series.equals("1d"));
        if (stored.isEmpty()) {
          continue;
        }
        var klines =
            klines(symbol, series, Long.parseLong(stored.get(stored.size() - 1).get(0)));
        for (var row : stored) {
          assertEquals(klines.get(Long.parseLong(row.get(0))), row, symbol + " " + series);
        }
      }
    }
  }

  private void assertFoundEqual(Instant end) {
    for (var interval : Interval.values()) {
      for (var symbol : SYMBOLS) {
        var find = new FindCandles(List.of(symbol), interval, null, end, 50);
        var found =
            await(nodes.get(0).bus.request(Candles.FIND, find)).series().get(0).candles();
        var klines = klines(symbol, interval.wireName(), found.get(0).openTime().toEpochMilli());
        for (var candle : found) {
          if (candle.state() == State.FINAL || candle.state() == State.AMENDED) {
            var expected = klines.get(candle.openTime().toEpochMilli());
            assertEquals(
                expected.subList(1, 8), figures(candle), symbol + " " + interval.wireName());
          }
        }
        assertTrue(found.stream().anyMatch(candle -> candle.state() == State.FINAL)
            || interval == Interval.ONE_MONTH);
      }
    }
  }

  private static List<String> figures(Candle candle) {
    return List.of(
        candle.open().toPlainString(),
        candle.high().toPlainString(),
        candle.low().toPlainString(),
        candle.close().toPlainString(),
        candle.volume().toPlainString(),
        candle.quoteVolume().toPlainString(),
        Long.toString(candle.trades()));
  }

  /** Returns the candles of the exchange by open time: open time, prices, volumes, trades, taker volumes. */
  private Map<Long, List<String>> klines(String symbol, String interval, long from) {
    var body = rest.get("/api/v3/klines?symbol=" + symbol + "&interval=" + interval + "&startTime="
            + from + "&limit=1000")
        .expect(200)
        .array();
    var byTime = new HashMap<Long, List<String>>();
    for (var i = 0; i < body.size(); i++) {
      byTime.put(body.getJsonArray(i).getLong(0), row(body.getJsonArray(i)));
    }
    return byTime;
  }

  private static List<String> row(JsonArray kline) {
    var row = new ArrayList<String>();
    for (var field : List.of(0, 1, 2, 3, 4, 5, 7, 8, 9, 10)) {
      row.add(kline.getValue(field).toString());
    }
    return row;
  }

  private Instant newestMinute() {
    var newest = rest.get("/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=1")
        .expect(200)
        .array();
    return Instant.ofEpochMilli(newest.getJsonArray(0).getLong(0));
  }

  private long stored(String series, String condition) {
    return database.number(
        "SELECT count(*) FROM market.candles WHERE series = '" + series + "' AND " + condition);
  }

  /** Faults are spread over real time, in which the market runs. */
  private static void pause() {
    var end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
    until("a second has passed", () -> System.nanoTime() > end);
  }

  private PriceNode node() {
    return PriceNode.start(
        exchange,
        database,
        Map.of(
            "FEED", "stream",
            "CLUSTER_NAME", cluster,
            "REFRESH_INTERVAL_SECONDS", "60",
            "CACHE_TTL_SECONDS", "55",
            "PRICE_STALE_GRACE_SECONDS", "10"));
  }
}
