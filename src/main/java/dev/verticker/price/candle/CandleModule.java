package dev.verticker.price.candle;

import dev.verticker.context.NodeContext;
import dev.verticker.data.Database;
import dev.verticker.data.Housekeeping;
import dev.verticker.data.MonthlyPartitions;
import dev.verticker.data.PendingRows;
import dev.verticker.exchange.MarketData;
import dev.verticker.exchange.MarketStream;
import dev.verticker.exchange.MarketStream.Kind;
import dev.verticker.message.Candles;
import dev.verticker.message.Feed;
import dev.verticker.price.feed.FeedModule;
import dev.verticker.price.observation.PriceLocks;
import dev.verticker.settings.PriceSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Wires the classes that publish, store and serve candles. */
public final class CandleModule {
  private static final Logger log = LoggerFactory.getLogger(CandleModule.class);
  private static final Duration ROUND = Duration.ofMinutes(1);

  /** With more symbols a warning at the start states the disk space of their candles. */
  private static final int MANY_SYMBOLS = 100;

  /** The backfill of minutes reaches back a week. */
  private static final int PAST_MONTHS = 1;

  private final NodeContext node;
  private final PriceSettings settings;
  private final CandleRepository repository;
  private final MonthlyPartitions partitions;
  private final PendingRows<StoredCandle> pending;
  private final MarketTime time = new MarketTime();
  private final LiveCandles live = new LiveCandles(time);
  private final ExchangeCandles exchange;
  private final CandleHistory history;
  private final List<MarketStream.Listener> consumers;

  public CandleModule(
      Vertx vertx,
      NodeContext node,
      PriceSettings settings,
      Database database,
      MarketData exchange,
      FeedModule feeds) {
    this.node = node;
    this.settings = settings;
    this.repository = new CandleRepository(database, settings.venue());
    this.partitions = new MonthlyPartitions(
        database, PriceLocks.HOUSEKEEPING, "market.candles_1m", PAST_MONTHS, node.clock());
    this.pending = repository.queue(node.metrics());
    this.exchange = new ExchangeCandles(exchange, time);
    var leader = feeds.leader();
    var feed = new CandleFeed(
        vertx,
        node.bus(),
        new CandleFeed.Source(settings.venue(), Set.copyOf(settings.symbols())),
        leader::epoch,
        pending,
        node.metrics());
    this.history = new CandleHistory(
        vertx,
        new CandleHistory.Store(
            repository, new CandleReconciler(exchange, repository, time, System::nanoTime)),
        exchange,
        time,
        feed,
        new CandleHistory.ReconcileOptions(
            settings.symbols(),
            leader::isLeading,
            leader::holdsLease,
            ROUND,
            node.clock(),
            node.metrics()));
    this.consumers = List.of(feed, feeds.gaps(Kind.KLINE_1M, Feed.Kind.CANDLES, history::fillGap));
  }

  /** Returns the consumers of the leader's stream. */
  public List<MarketStream.Listener> consumers() {
    return consumers;
  }

  public Future<?> createPartitions() {
    if (settings.symbols().size() > MANY_SYMBOLS) {
      log.warn(
          "minutes of {} symbols take about {} GB in {} days (CANDLE_RETENTION_DAYS)",
          settings.symbols().size(),
          settings.candleGigabytes(),
          settings.candleRetention().toDays());
    }
    return partitions.create();
  }

  /** @param mayExist false only if the exchange does not list the symbol */
  public Future<?> serve(Predicate<String> mayExist) {
    var symbols =
        new CandleFinder.Symbols(settings.venue(), Set.copyOf(settings.symbols()), mayExist);
    var finder = new CandleFinder(repository, live, time, exchange, symbols, node.clock());
    return Future.all(
        node.bus().serve(Candles.FIND, finder::find),
        node.bus().subscribe(Candles.UPDATES, live::onUpdate));
  }

  /** Starts the comparison with the exchange. */
  public void start(Housekeeping housekeeping) {
    node.health().note("candles", history::progress);
    partitions.addTo(housekeeping, "candle-partitions", settings.candleRetention());
    history.start();
  }

  public void stop() {
    history.stop();
  }

  /** Stores the candles that wait for PostgreSQL. */
  public Future<Void> flush() {
    return pending.flush();
  }
}
