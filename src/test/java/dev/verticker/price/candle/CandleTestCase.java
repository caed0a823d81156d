package dev.verticker.price.candle;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;

import dev.verticker.bus.Bus;
import dev.verticker.data.AdvisoryLock;
import dev.verticker.data.Database;
import dev.verticker.data.MonthlyPartitions;
import dev.verticker.data.PendingRows;
import dev.verticker.message.Candles;
import dev.verticker.price.candle.CandleRepository.Range;
import dev.verticker.testing.SteppedClock;
import dev.verticker.testing.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Candles on a real PostgreSQL in front of a {@link FakeExchange}. */
abstract class CandleTestCase {
  static final String SYMBOL = FakeExchange.SYMBOL;
  static final String VENUE = "simulated";
  static final Instant NOON = Instant.parse("2026-11-18T12:00:00Z");

  final Vertx vertx = Vertx.vertx();
  final Context context = vertx.getOrCreateContext();
  final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  final SteppedClock clock = new SteppedClock(NOON);
  final Bus bus = new Bus(vertx, clock, metrics);
  final FakeExchange exchange = new FakeExchange();
  final MarketTime time = new MarketTime();
  final LiveCandles live = new LiveCandles(time);
  final AtomicLong nanos = new AtomicLong();
  final List<Candles.SymbolCandle> published = new CopyOnWriteArrayList<>();
  final TestDatabase rows = TestDatabase.create();
  final Database database = Database.open(vertx, rows.settings("market"));
  final CandleRepository repository = new CandleRepository(database, VENUE);
  final PendingRows<StoredCandle> pending = repository.queue(metrics);
  final CandleReconciler reconciler = new CandleReconciler(exchange, repository, time, nanos::get);
  final CandleFeed feed = new CandleFeed(
      vertx, bus, new CandleFeed.Source(VENUE, Set.of(SYMBOL)), () -> 7, pending, metrics);
  final MonthlyPartitions partitions =
      new MonthlyPartitions(database, new AdvisoryLock(1, 1), "market.candles_1m", 1, clock);

  @BeforeEach
  void open() {
    until(
        "PostgreSQL is available",
        () -> await(database.query("SELECT 1", Tuple.tuple()).map(true).otherwise(false)));
    await(partitions.create());
    await(
        context,
        () -> bus.subscribe(Candles.UPDATES, update -> {
          published.addAll(update.candles());
          live.onUpdate(update);
        }));
  }

  @AfterEach
  void close() {
    await(vertx.close());
  }

  List<StoredCandle> stored(BaseSeries series) {
    return await(repository.find(
        List.of(new Range(SYMBOL, series, Instant.EPOCH, Instant.parse("2030-01-01T00:00:00Z")))));
  }

  static Range minutes(Instant first, Instant until) {
    return new Range(SYMBOL, BaseSeries.MINUTES, first, until);
  }
}
