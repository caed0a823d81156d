package dev.verticker.price;

import dev.verticker.context.NodeContext;
import dev.verticker.data.Database;
import dev.verticker.data.Housekeeping;
import dev.verticker.data.MonthlyPartitions;
import dev.verticker.data.RedisClient;
import dev.verticker.exchange.BanRepository;
import dev.verticker.exchange.ExchangeClient;
import dev.verticker.exchange.MarketData;
import dev.verticker.exchange.MarketStream;
import dev.verticker.exchange.MarketStream.Kind;
import dev.verticker.exchange.RateLimits;
import dev.verticker.exchange.TickerBatches;
import dev.verticker.exchange.TickerParser;
import dev.verticker.exchange.binance.BinanceMarketData;
import dev.verticker.exchange.binance.BinanceMarketStream;
import dev.verticker.exchange.binance.KlineParser;
import dev.verticker.exchange.binance.StreamOptions;
import dev.verticker.message.Candles;
import dev.verticker.message.Feed;
import dev.verticker.message.Listings;
import dev.verticker.message.Prices;
import dev.verticker.price.candle.CandleFeed;
import dev.verticker.price.candle.CandleFinder;
import dev.verticker.price.candle.CandleHistory;
import dev.verticker.price.candle.CandleReconciler;
import dev.verticker.price.candle.CandleRepository;
import dev.verticker.price.candle.ExchangeCandles;
import dev.verticker.price.candle.LiveCandles;
import dev.verticker.price.candle.MarketTime;
import dev.verticker.price.candle.PendingCandles;
import dev.verticker.price.feed.FeedGaps;
import dev.verticker.price.feed.FeedLeader;
import dev.verticker.price.feed.FeedLeader.Candidate;
import dev.verticker.price.feed.FeedLeader.Market;
import dev.verticker.price.feed.FeedLeader.Terms;
import dev.verticker.price.feed.FeedQuotes;
import dev.verticker.price.feed.FeedTiming;
import dev.verticker.price.feed.FeedWatchdog;
import dev.verticker.price.feed.MarketFeed;
import dev.verticker.price.feed.MergedMarketData;
import dev.verticker.price.feed.NewestTickers;
import dev.verticker.price.observation.ObservationRepository;
import dev.verticker.price.observation.PendingObservations;
import dev.verticker.price.observation.PriceLocks;
import dev.verticker.price.observation.QuoteIds;
import dev.verticker.price.observation.TimeSlots;
import dev.verticker.settings.PostgresSettings;
import dev.verticker.settings.PriceSettings;
import dev.verticker.settings.RedisSettings;
import dev.verticker.settings.SettingsReader;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Polls the exchange, stores the quotes and publishes them. Schema {@code market}. */
public final class PriceVerticle extends VerticleBase {
  private static final Logger log = LoggerFactory.getLogger(PriceVerticle.class);
  private static final String SCHEMA = "market";
  private static final Duration FLUSH_INTERVAL = Duration.ofSeconds(1);
  private static final Duration CANDLE_ROUND = Duration.ofMinutes(1);

  /** Their candles take so much disk that operators should know. */
  private static final int MANY_SYMBOLS = 100;

  /** The backfill of minutes reaches back a week. */
  private static final int PAST_MONTHS_OF_CANDLES = 1;

  private static final Duration MAX_PROBE_DELAY = Duration.ofSeconds(10);

  private final NodeContext node;
  private Database database;
  private RedisClient redis;
  private FeedLeader leader;
  private RefreshScheduler scheduler;
  private PendingObservations pending;
  private PendingCandles pendingCandles;
  private CandleFeed candleFeed;
  private LiveCandles liveCandles;
  private CandleHistory candleHistory;

  public PriceVerticle(NodeContext node) {
    this.node = node;
  }

  @Override
  public Future<?> start() {
    var settings = SettingsReader.read(config(), PriceSettings::read);
    database = Database.open(
        vertx, SettingsReader.read(config(), reader -> PostgresSettings.read(SCHEMA, reader)));
    return RedisClient.open(vertx, SettingsReader.read(config(), RedisSettings::read))
        .compose(client -> {
          redis = client;
          return start(settings);
        });
  }

  @Override
  public Future<?> stop() {
    candleHistory.stop();
    return leader
        .stop()
        .eventually(scheduler::stop)
        .eventually(pending::flush)
        .eventually(pendingCandles::flush)
        .eventually(redis::close)
        .eventually(database::close);
  }

  private Future<?> start(PriceSettings settings) {
    var bus = node.bus();
    var clock = node.clock();
    var metrics = node.metrics();
    var run = UUID.randomUUID().toString();
    var slots = new TimeSlots(settings.refreshInterval());

    var keys = "verticker:" + settings.cluster() + ":" + settings.venue() + ":";

    var limits = new RateLimits(
        settings.exchange().getAuthority(),
        settings.egress(),
        redis,
        new BanRepository(database),
        bus,
        clock);
    var client =
        new ExchangeClient(vertx, settings.exchange(), probeDelay(settings), limits, metrics);
    var parser = new TickerParser(metrics);
    var newest = new NewestTickers();
    var exchange = new MergedMarketData(
        new BinanceMarketData(vertx, client, limits, parser, new KlineParser(metrics), clock),
        newest);
    var batches = new TickerBatches(exchange);
    var listed = new ListedSymbols(vertx, exchange, settings.venue(), clock);

    var repository = new ObservationRepository(
        database, settings.venue(), slots, settings.staleAfter(), metrics);
    var partitions =
        new MonthlyPartitions(database, PriceLocks.HOUSEKEEPING, "market.observations", 0, clock);
    var ids = new QuoteIds(repository);
    pending = new PendingObservations(repository, metrics);
    var latest = new LatestQuotes(settings.symbols());
    var cache = new PriceCache(redis, settings.cacheTtl(), keys);
    leader = new FeedLeader(
        vertx,
        redis,
        bus,
        clock,
        new Candidate(market(settings, newest), run, keys + "lease"),
        Terms.DEFAULT);
    var factory =
        new QuoteFactory(settings.venue(), run, settings.staleAfter(), ids, leader::epoch, clock);
    var recorder = new QuoteRecorder(factory, slots, pending, latest, cache, bus);

    var onDemand = new OnDemandSymbols();
    var refresher = new QuoteRefresher(batches, listed, latest, onDemand, recorder, clock);
    scheduler = new RefreshScheduler(vertx, clock, slots, leader, refresher, limits);
    leader.addListener(newest);
    leader.addListener(scheduler);
    var fetcher = new OnDemandFetcher(vertx, batches, recorder, cache, bus, clock);
    var loader = new QuoteLoader(latest, cache, repository, listed, fetcher, clock);
    var service = new PriceService(latest, loader, onDemand, repository, clock);

    var minutes = new MonthlyPartitions(
        database, PriceLocks.HOUSEKEEPING, "market.candles_1m", PAST_MONTHS_OF_CANDLES, clock);
    var candles = candles(settings, exchange, listed);
    if (settings.feed().streaming()) {
      var live = new LiveQuotes(vertx, newest, factory, latest, cache, bus);
      var quotes = new FeedQuotes(batches, newest, live);
      var watchdog = new FeedWatchdog(quotes, newest, leader, FeedTiming.DEFAULT);
      leader.addListener(new MarketFeed(
          vertx,
          () -> stream(settings, parser),
          refresher::symbols,
          watchdog,
          List.of(
              quotes,
              candleFeed,
              gaps(settings, Kind.TICKER, Feed.Kind.QUOTES, quotes::fetch),
              gaps(settings, Kind.KLINE_1M, Feed.Kind.CANDLES, candleHistory::fillGap)),
          clock));
    }

    if (settings.symbols().size() > MANY_SYMBOLS) {
      log.warn(
          "minutes of {} symbols take about {} GB in {} days (CANDLE_RETENTION_DAYS)",
          settings.symbols().size(),
          settings.candleGigabytes(),
          settings.candleRetention().toDays());
    }
    reportHealth(settings, refresher, listed);
    reportMetrics(settings, latest, listed);
    // Subscribe before restoring: a quote that another node records in between arrives as a tick or
    // is restored.
    return bus.subscribe(Prices.TICK, service::onTick)
        // In sequence: concurrent queries would open three connections, which takes longer.
        .compose(subscribed -> limits.start())
        .compose(started -> ids.reserve().otherwiseEmpty())
        .compose(reserved -> partitions.create().otherwiseEmpty())
        .compose(created -> minutes.create().otherwiseEmpty())
        .compose(started -> loader.restore())
        .compose(restored -> Future.all(List.of(
            bus.serve(Prices.LATEST, service::latest),
            bus.serve(Prices.FIND, service::find),
            bus.serve(Prices.HISTORY, database.whileAvailable(service::history)),
            bus.serve(Candles.FIND, candles::find),
            bus.serve(Listings.FIND, listed::find),
            bus.subscribe(Candles.UPDATES, liveCandles::onUpdate),
            bus.subscribe(Prices.READ, service::onRead),
            bus.subscribe(Prices.UNLISTED, service::onUnlisted))))
        .compose(serving -> leader.start())
        .onSuccess(started -> {
          listed.start();
          scheduler.start();
          candleHistory.start();
          var housekeeping =
              new Housekeeping(vertx, database, PriceLocks.HOUSEKEEPING, clock, metrics);
          partitions.addTo(housekeeping, "observation-partitions", settings.retention());
          minutes.addTo(housekeeping, "candle-partitions", settings.candleRetention());
          housekeeping
              .deleteOlderThan(
                  settings.retention(), "observations", "market.exchange_info", "id", "called_at")
              .start();
          vertx.setPeriodic(FLUSH_INTERVAL.toMillis(), id -> flush());
        });
  }

  /** The clock of a simulated market is known from its messages. */
  private Market market(PriceSettings settings, NewestTickers newest) {
    return settings.marketSpeed() == 1 && !settings.venue().equals("replayed")
        ? new Market(settings.venue(), 1, node.clock()::instant)
        : new Market(settings.venue(), settings.marketSpeed(), newest::latestTime);
  }

  private MarketStream stream(PriceSettings settings, TickerParser parser) {
    var options = new StreamOptions(
        settings.feed().host(), settings.feed().rotation(), StreamOptions.DEFAULT_MAX_SILENCE);
    return new BinanceMarketStream(vertx, options, parser, node.clock(), node.metrics());
  }

  private FeedGaps gaps(
      PriceSettings settings,
      Kind stream,
      Feed.Kind kind,
      Function<List<String>, Future<Boolean>> fetch) {
    var missed = new FeedGaps.Missed(stream, kind, fetch);
    return new FeedGaps(missed, settings.venue(), node.bus(), node.clock(), node.metrics());
  }

  /** Creates what keeps and serves candles, and subscribes to the live ones. */
  private CandleFinder candles(PriceSettings settings, MarketData exchange, ListedSymbols listed) {
    var symbols = Set.copyOf(settings.symbols());
    var repository = new CandleRepository(database, settings.venue());
    var time = new MarketTime();
    liveCandles = new LiveCandles(time);
    pendingCandles = new PendingCandles(repository, node.metrics());
    candleFeed = new CandleFeed(
        vertx,
        node.bus(),
        new CandleFeed.Source(settings.venue(), symbols),
        leader::epoch,
        pendingCandles,
        node.metrics());
    candleHistory = new CandleHistory(
        vertx,
        new CandleHistory.Store(
            repository, new CandleReconciler(exchange, repository, time, System::nanoTime)),
        exchange,
        time,
        candleFeed,
        new CandleHistory.Setup(
            settings.symbols(),
            leader::isLeading,
            leader::holdsLease,
            CANDLE_ROUND,
            node.clock(),
            node.metrics()));
    return new CandleFinder(
        repository,
        liveCandles,
        time,
        new ExchangeCandles(exchange, time),
        new CandleFinder.Symbols(settings.venue(), symbols, listed::mayExist),
        node.clock());
  }

  private void flush() {
    if (!pending.isEmpty() && database.outage().isEmpty()) {
      pending.flush();
    }
    if (database.outage().isEmpty()) {
      pendingCandles.flush();
    }
  }

  private void reportHealth(
      PriceSettings settings, QuoteRefresher refresher, ListedSymbols listed) {
    var health = node.health();
    health.notReadyWhen("postgres market", database::outage);
    health.note("redis", redis::outage);
    health.note("exchange", refresher::outage);
    health.note("candles", candleHistory::progress);
    health.note(
        "venue",
        () -> settings.ofTheMarket()
            ? Optional.empty()
            : Optional.of("prices are " + settings.venue() + ", from "
                + settings.exchange().getAuthority()));
    health.note("symbols", () -> Optional.of(listed.missing(settings.symbols()))
        .filter(missing -> !missing.isEmpty())
        .map(missing -> "the exchange does not list " + String.join(", ", missing)));
  }

  private void reportMetrics(PriceSettings settings, LatestQuotes latest, ListedSymbols listed) {
    var metrics = node.metrics();
    metrics.gauge("feed_leading", leader, feed -> feed.isLeading() ? 1 : 0);
    metrics.gauge("price_symbols_unlisted", listed, known -> known
        .missing(settings.symbols())
        .size());
    // NaN without a quote, because 0 is the age of a new one.
    metrics.gauge("price_oldest_age_seconds", latest, quotes -> quotes
        .oldestAge(node.clock().instant(), listed::mayExist)
        .map(PriceVerticle::seconds)
        .orElse(Double.NaN));
    // Micrometer references the object of a gauge weakly, so this must be an object that stays
    // reachable.
    var staleAfter = seconds(settings.staleAfter());
    metrics.gauge("price_stale_after_seconds", latest, quotes -> staleAfter);
    metrics.gauge("price_symbols_awaited", latest, LatestQuotes::awaited);
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1e3;
  }

  /** Returns at most the refresh interval, so that quotes are fresh one interval after an outage. */
  private static Duration probeDelay(PriceSettings settings) {
    return settings.refreshInterval().compareTo(MAX_PROBE_DELAY) < 0
        ? settings.refreshInterval()
        : MAX_PROBE_DELAY;
  }
}
