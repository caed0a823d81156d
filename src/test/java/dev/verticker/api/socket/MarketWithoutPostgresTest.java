package dev.verticker.api.socket;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.user.UserFrontDoor;
import dev.verticker.dev.TcpProxy;
import dev.verticker.dev.exchange.ExchangeSimulator;
import dev.verticker.dev.exchange.SimulatorOptions;
import dev.verticker.node.Node;
import dev.verticker.testing.Provokes;
import dev.verticker.testing.TestDatabase;
import dev.verticker.testing.TestHttpClient;
import dev.verticker.testing.TestNode;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A node with a live market, which is faster than the clock, while PostgreSQL is unavailable to it. */
@ExtendWith(VertxExtension.class)
class MarketWithoutPostgresTest {
  /** Longer than a busy host delays a poll, which would leave out a slot. */
  private static final int SLOT_SECONDS = 5;

  private static final List<String> SYMBOLS = List.of("BTCUSDT", "ETHBTC", "ETHUSDT");
  private static final String CANDLES = "candles.BTCUSDT.1m";

  /** Prices and candles of a market arrive within a second; the other seconds allow for a busy machine. */
  private static final Duration MAX_PAUSE = Duration.ofSeconds(10);

  private static final Duration MAX_STORED = Duration.ofSeconds(60);
  private static final long MAX_HEAP_GROWTH = 64 << 20;

  private final Vertx vertx;
  private final TestDatabase database = TestDatabase.create();
  private final TcpProxy postgres;
  private ExchangeSimulator exchange;
  private Node node;
  private TestHttpClient door;
  private TestHttpClient management;

  MarketWithoutPostgresTest(Vertx vertx) {
    this.vertx = vertx;
    this.postgres =
        TcpProxy.before(vertx, Integer.parseInt(database.settings().get("POSTGRES_PORT")));
  }

  @AfterEach
  void stop() {
    node.stop();
  }

  @Test
  @Provokes(30)
  void prices_candles_and_sockets_continue_without_postgres_and_everything_is_stored_afterwards() {
    start(30);
    survive(Duration.ofSeconds(6));
  }

  @Test
  @Tag("faults")
  @Timeout(value = 15, unit = TimeUnit.MINUTES)
  @Provokes(30)
  void an_outage_of_postgres_of_ten_minutes_stops_neither_prices_nor_candles_and_loses_none() {
    start(10);
    survive(Duration.ofMinutes(10));
  }

  private void start(int speed) {
    exchange = await(ExchangeSimulator.start(
        vertx,
        SimulatorOptions.defaults()
            .withHistoryDays(2)
            .withSymbols(SYMBOLS)
            .withSpeed(speed)
            .withWeightLimit(1_000_000)));
    var settings = new HashMap<>(UserFrontDoor.environment(
        database, Map.of("PUBLIC_MARKET_DATA", "true", "POSTGRES_PORT", "" + postgres.port())));
    settings.put("BINANCE_BASE_URL", exchange.url());
    settings.put("SYMBOLS", String.join(",", SYMBOLS));
    settings.put("FEED", "stream");
    settings.put("REFRESH_INTERVAL_SECONDS", Integer.toString(SLOT_SECONDS));
    settings.put("MANAGEMENT_PORT", "0");
    node = TestNode.start(settings, List.of("user-api", "price"));
    door = new TestHttpClient(vertx, node.ports().get("user-api"));
    management = new TestHttpClient(vertx, node.managementPort());
    until("minutes are stored", () -> stored() > 0);
    until("history is stored", () -> metric("candle_backfill_requests_waiting") == 0);
    until("prices are stored", () -> slots(Instant.EPOCH, Instant.now()) > 0);
  }

  private void survive(Duration outage) {
    var socket = SocketClient.plain(vertx, node.ports().get("user-api"), "");
    socket.send(subscribe("prices")).send(subscribe(CANDLES));
    until("frames arrive", () -> count(socket, "prices") > 0 && count(socket, "candles") > 0);
    var heap = heap();
    var first = newestMinute();

    var began = Instant.now();
    postgres.cut();
    while (Instant.now().isBefore(began.plus(outage))) {
      assertServes(socket);
    }
    var minutes = Duration.between(first, newestMinute()).toMinutes();
    assertTrue(metric("candle_writes_waiting") >= (minutes - 1) * SYMBOLS.size() / 2.0);
    var growth = heap() - heap;
    assertTrue(growth < MAX_HEAP_GROWTH, "the heap grew by " + growth);
    var ended = Instant.now();
    postgres.passOn();

    var end = newestMinute();
    until(
        MAX_STORED,
        "all candles and prices are stored",
        () -> stored(first, end) == Duration.between(first, end).toMinutes() * SYMBOLS.size()
            && slots(began, ended) == slotsOf(began, ended) * SYMBOLS.size());
    assertEquals(0, metric("candle_writes_dropped_total"));
    assertEquals(0, metric("price_observations_dropped_total"));
    assertCandlesOfExchange(first, end);
    SocketClient.closeAll(node.ports().get("user-api"));
  }

  /** A price and a candle newer than those before reach the socket, and a request receives a fresh price. */
  private void assertServes(SocketClient socket) {
    var prices = count(socket, "prices");
    var candles = count(socket, "candles");
    until(
        MAX_PAUSE,
        "frames arrive without PostgreSQL",
        () -> count(socket, "prices") > prices && count(socket, "candles") > candles);
    // The oldest frames are not needed, and ten minutes of them would fill the heap of the test.
    socket.frames.clear();
    var price = door.get("/prices/BTCUSDT").expect(200).object();
    assertEquals(false, price.getBoolean("stale"), price::encode);
  }

  private static JsonObject subscribe(String topic) {
    return new JsonObject().put("op", "subscribe").put("topic", topic).put("every_ms", 250);
  }

  private static long count(SocketClient socket, String event) {
    return socket.frames.stream()
        .filter(frame -> event.equals(frame.getString("event")))
        .count();
  }

  private static long heap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private void assertCandlesOfExchange(Instant first, Instant end) {
    for (var symbol : SYMBOLS) {
      var rows = database.rows(
          "SELECT extract(epoch FROM open_time)::bigint * 1000, open, high, low, close, volume,"
              + " quote_volume, trades FROM market.candles WHERE " + minutes(first, end)
              + " AND symbol = '" + symbol + "' ORDER BY open_time");
      var klines = klines(symbol, first, rows.size()).stream()
          .map(kline -> row((JsonArray) kline))
          .toList();
      assertEquals(klines, rows, symbol);
    }
  }

  private static List<String> row(JsonArray kline) {
    return List.of(0, 1, 2, 3, 4, 5, 7, 8).stream()
        .map(field -> kline.getValue(field).toString())
        .toList();
  }

  private JsonArray klines(String symbol, Instant from, int limit) {
    return new TestHttpClient(vertx, exchange.port())
        .get("/api/v3/klines?symbol=" + symbol + "&interval=1m&startTime=" + from.toEpochMilli()
            + "&limit=" + limit)
        .expect(200)
        .array();
  }

  /** Returns the open time of the minute that the market is in. */
  private Instant newestMinute() {
    return Instant.ofEpochMilli(exchange.market().now().toEpochMilli() / 60_000 * 60_000);
  }

  private long stored() {
    return database.number("SELECT count(*) FROM market.candles WHERE series = '1m'");
  }

  private long stored(Instant first, Instant end) {
    return database.number("SELECT count(*) FROM market.candles WHERE state IN ('final', 'amended')"
        + " AND " + minutes(first, end));
  }

  private static String minutes(Instant first, Instant end) {
    return "series = '1m' AND open_time >= '" + first + "' AND open_time < '" + end + "'";
  }

  private long slots(Instant from, Instant to) {
    return database.number("SELECT count(*) FROM market.observations WHERE slot_start >= '" + from
        + "' AND slot_start < '" + to + "'");
  }

  /** Returns the number of slots that start in this time. */
  private static long slotsOf(Instant from, Instant to) {
    return to.minusNanos(1).getEpochSecond() / SLOT_SECONDS
        - from.minusNanos(1).getEpochSecond() / SLOT_SECONDS;
  }

  private double metric(String name) {
    return management
        .get("/metrics")
        .expect(200)
        .text()
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}
