package dev.verticker.price.candle;

import static dev.verticker.price.candle.FakeExchange.after;
import static dev.verticker.price.candle.FakeExchange.forming;
import static dev.verticker.price.candle.FakeExchange.kline;
import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Bus;
import dev.verticker.data.AdvisoryLock;
import dev.verticker.data.Database;
import dev.verticker.data.MonthlyPartitions;
import dev.verticker.data.PendingRows;
import dev.verticker.dev.TcpProxy;
import dev.verticker.message.Candles;
import dev.verticker.message.Candles.FindCandles;
import dev.verticker.message.Candles.State;
import dev.verticker.message.Interval;
import dev.verticker.settings.PostgresSettings;
import dev.verticker.settings.SettingsFiles;
import dev.verticker.settings.SettingsReader;
import dev.verticker.testing.SteppedClock;
import dev.verticker.testing.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Every stored candle equals the exchange's to the last digit, after interruptions of the stream, silent symbols, lost
 * leaders and an outage of PostgreSQL. The minutes follow each other as fast as they are processed.
 */
class CandleLawTest {
  private static final Instant START = Instant.parse("2026-11-18T22:00:00Z");
  private static final List<String> SYMBOLS = List.of("BTCUSDT", "ETHUSDT", "ETHBTC");
  private static final String VENUE = "simulated";

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final SteppedClock clock = new SteppedClock(START);
  private final AtomicLong nanos = new AtomicLong();
  private final Bus bus = new Bus(vertx, clock, new SimpleMeterRegistry());
  private final FakeExchange exchange = new FakeExchange();
  private final TestDatabase rows = TestDatabase.create();
  private TcpProxy proxy;
  private Node leader;

  /** The part of a node that keeps candles. */
  private final class Node {
    final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    final Database database = Database.open(vertx, settings());
    final MarketTime time = new MarketTime();
    final LiveCandles live = new LiveCandles(time);
    final CandleRepository repository = new CandleRepository(database, VENUE);
    final PendingRows<StoredCandle> pending = repository.queue(metrics);
    final CandleFeed feed = new CandleFeed(
        vertx, bus, new CandleFeed.Source(VENUE, Set.copyOf(SYMBOLS)), () -> 1, pending, metrics);
    boolean leads = true;
    final CandleHistory history = new CandleHistory(
        vertx,
        new CandleHistory.Store(
            repository, new CandleReconciler(exchange, repository, time, nanos::get)),
        exchange,
        time,
        feed,
        new CandleHistory.ReconcileOptions(
            SYMBOLS, () -> leads, () -> leads, Duration.ofMinutes(1), clock, metrics));
    final CandleFinder finder = new CandleFinder(
        repository,
        live,
        time,
        new ExchangeCandles(exchange, time),
        new CandleFinder.Symbols(VENUE, Set.copyOf(SYMBOLS), symbol -> true),
        clock);

    void start() {
      await(context, () -> {
        history.start();
        return bus.subscribe(Candles.UPDATES, live::onUpdate);
      });
    }

    /** Ends without storing what waits. */
    void kill() {
      await(context, () -> {
        leads = false;
        history.stop();
        return database.close();
      });
    }
  }

  @BeforeEach
  void start() {
    proxy = TcpProxy.before(vertx, Integer.parseInt(rows.settings().get("POSTGRES_PORT")));
    leader = new Node();
    until(
        "PostgreSQL is available",
        () -> await(leader.repository.find(List.of()).map(true).otherwise(false)));
    await(new MonthlyPartitions(
            leader.database, new AdvisoryLock(1, 1), "market.candles_1m", 1, clock)
        .create());
  }

  @AfterEach
  void stop() {
    await(vertx.close());
  }

  @Test
  void stored_candles_and_roll_ups_of_four_hours_with_faults_equal_those_of_the_exchange() {
    keepTheLaw(Duration.ofHours(4));
  }

  @Test
  @Tag("faults")
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void stored_candles_and_roll_ups_of_a_day_with_faults_equal_those_of_the_exchange() {
    keepTheLaw(Duration.ofHours(24));
  }

  private void keepTheLaw(Duration duration) {
    var total = (int) duration.toMinutes();
    var random = new Random(total);
    var cuts = periods(random, total, 20, 1, 4);
    var silences = periods(random, total, 3, 3, 8);
    var kills = List.of(total / 3, total * 2 / 3);
    var outage = total / 2;
    put(0);
    leader.start();
    for (var minute = 0; minute < total; minute++) {
      if (minute == outage) {
        proxy.cut();
      } else if (minute == outage + 10) {
        proxy.passOn();
      }
      put(minute + 1);
      for (var symbol : SYMBOLS) {
        var silent = symbol.equals(SYMBOLS.get(minute % 3)) && silences.contains(minute);
        if (!cuts.contains(minute) && !silent) {
          receive(symbol, minute, random);
        }
      }
      if (kills.contains(minute)) {
        leader.kill();
        leader = new Node();
        leader.start();
      }
      if (cuts.contains(minute) && !cuts.contains(minute + 1)
          || silences.contains(minute) && !silences.contains(minute + 1)) {
        run(() -> leader.history.fillGap(SYMBOLS));
      }
      clock.step(Duration.ofMinutes(1));
      nanos.addAndGet(Duration.ofMinutes(1).toNanos());
      settle(minute < outage || minute > outage + 10);
    }
    // The exchange has no candle for two of the minutes, which two more rounds find out.
    for (var round = 0; round < 3; round++) {
      clock.step(Duration.ofMinutes(1));
      nanos.addAndGet(Duration.ofMinutes(1).toNanos());
      settle(true);
    }
    var end = after(START, total);
    until("all minutes are stored and confirmed", () -> stored() == (long) total * SYMBOLS.size());
    assertStoredCandlesEqual(end);
    assertFoundCandlesEqual(end);
  }

  /** The exchange has a candle of the minute, except for two of them, in which it stood still. */
  private void put(int minute) {
    for (var symbol : SYMBOLS) {
      if (minute != 71 && minute != 72) {
        exchange.put(kline(symbol, after(START, minute), symbol.hashCode()));
      }
    }
  }

  /** The stream sends some states of the minute; one in fifty closed ones differs from what REST returns later. */
  private void receive(String symbol, int minute, Random random) {
    var closed = exchange.rollUp(symbol, Interval.ONE_MINUTE).get(after(START, minute));
    if (closed == null) {
      return;
    }
    var sent = random.nextInt(50) == 0 ? kline(symbol, closed.openTime(), -1) : closed;
    run(() -> {
      leader.feed.onKline(forming(closed, 1));
      leader.feed.onKline(sent);
      return Future.succeededFuture();
    });
  }

  /** Waits until the leader has processed the minute; not while PostgreSQL is unavailable. */
  private void settle(boolean available) {
    run(() -> {
      leader.history.check();
      return Future.succeededFuture();
    });
    if (available) {
      until(
          "settled",
          () -> await(context, () -> leader
              .pending
              .flush()
              .map(stored -> leader.history.isSettled())
              .otherwise(false)));
    }
  }

  private void assertStoredCandlesEqual(Instant end) {
    for (var series : BaseSeries.values()) {
      for (var symbol : SYMBOLS) {
        var range = new CandleRepository.Range(symbol, series, START, end);
        var expected = exchange.rollUp(symbol, series.interval());
        for (var candle : await(leader.repository.find(List.of(range)))) {
          if (!candle.isAbsent()) {
            var kline = expected.get(candle.openTime());
            assertTrue(candle.hasSameValues(kline), () -> candle + " instead of " + kline);
            assertEquals(
                StoredCandle.of(kline, series, candle.candle().state(), candle.confirmed()),
                candle);
          } else {
            assertTrue(!expected.containsKey(candle.openTime()), candle::toString);
          }
        }
      }
    }
  }

  private void assertFoundCandlesEqual(Instant end) {
    for (var interval : Interval.values()) {
      for (var symbol : SYMBOLS) {
        if (interval == Interval.THREE_DAYS) {
          continue;
        }
        var first = interval.openTime(START).equals(START)
            ? START
            : interval.next(interval.openTime(START));
        var find = new FindCandles(List.of(symbol), interval, first, end, 1000);
        var found =
            await(context, () -> leader.finder.find(find)).series().get(0).candles();
        for (var candle : found) {
          if (candle.state() == State.FORMING || candle.state() == State.ABSENT) {
            continue;
          }
          var kline = exchange.rollUp(symbol, interval).get(candle.openTime());
          assertEquals(StoredCandle.candle(kline, candle.state()), candle, interval.wireName());
        }
      }
    }
  }

  private long stored() {
    return rows.number("SELECT count(*) FROM market.candles WHERE series = '1m' AND confirmed"
        + " AND open_time >= '" + START + "'");
  }

  private static Set<Integer> periods(Random random, int total, int count, int min, int max) {
    var minutes = new HashSet<Integer>();
    for (var i = 0; i < count; i++) {
      var first = total * i / count + random.nextInt(5);
      var length = min + random.nextInt(max - min + 1);
      for (var minute = first; minute < first + length && minute < total; minute++) {
        minutes.add(minute);
      }
    }
    return minutes;
  }

  private <T> T run(java.util.function.Supplier<Future<T>> work) {
    return await(context, work);
  }

  private PostgresSettings settings() {
    var values = rows.settings();
    values.put("POSTGRES_PORT", Integer.toString(proxy.port()));
    return SettingsReader.read(
        SettingsFiles.load(values, Path.of("target")),
        reader -> PostgresSettings.read("market", reader));
  }
}
