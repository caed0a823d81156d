package dev.verticker.price;

import dev.verticker.context.NodeContext;
import dev.verticker.data.Database;
import dev.verticker.data.Housekeeping;
import dev.verticker.data.MonthlyPartitions;
import dev.verticker.data.PendingRows;
import dev.verticker.data.RedisClient;
import dev.verticker.exchange.TickerBatches;
import dev.verticker.message.Listings;
import dev.verticker.message.Prices;
import dev.verticker.price.book.BookModule;
import dev.verticker.price.candle.CandleModule;
import dev.verticker.price.feed.FeedDemand;
import dev.verticker.price.feed.FeedModule;
import dev.verticker.price.feed.FeedQuotes;
import dev.verticker.price.feed.MergedMarketData;
import dev.verticker.price.observation.ObservationRepository;
import dev.verticker.price.observation.PriceLocks;
import dev.verticker.price.observation.QuoteIds;
import dev.verticker.price.observation.SlotQuote;
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
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Receives market data by streams and polls, publishes and stores it, and serves quotes, candles, trades, order books and
 * symbols. Schema {@code market}.
 */
public final class PriceVerticle extends VerticleBase {
  private static final String SCHEMA = "market";
  private static final Duration FLUSH_INTERVAL = Duration.ofSeconds(1);

  private final NodeContext node;
  private Database database;
  private RedisClient redis;
  private FeedModule feed;
  private CandleModule candles;
  private RefreshScheduler scheduler;
  private PendingRows<SlotQuote> pending;

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
    candles.stop();
    return feed.leader()
        .stop()
        .eventually(scheduler::stop)
        .eventually(pending::flush)
        .eventually(candles::flush)
        .eventually(redis::close)
        .eventually(database::close);
  }

  private Future<?> start(PriceSettings settings) {
    var bus = node.bus();
    var clock = node.clock();
    var metrics = node.metrics();
    var run = UUID.randomUUID().toString();

    feed = new FeedModule(vertx, node, settings, redis, run);
    var leader = feed.leader();
    var upstream = new ExchangeModule(vertx, node, settings, database, redis);
    var exchange = new MergedMarketData(upstream.requests(), feed.newest());
    var batches = new TickerBatches(exchange);
    var listed = new ListedSymbols(vertx, exchange, settings.venue(), clock);

    var slots = new TimeSlots(settings.refreshInterval());
    var repository =
        new ObservationRepository(database, settings.venue(), slots, settings.staleAfter());
    var partitions =
        new MonthlyPartitions(database, PriceLocks.HOUSEKEEPING, "market.observations", 0, clock);
    var ids = new QuoteIds(repository);
    pending = repository.queue(metrics);
    var latest = new LatestQuotes(settings.symbols());
    var cache = new PriceCache(redis, settings.cacheTtl(), settings.redisKeys());
    var factory =
        new QuoteFactory(settings.venue(), run, settings.staleAfter(), ids, leader::epoch, clock);
    var recorder = new QuoteRecorder(factory, slots, pending, latest, cache, bus);

    var onDemand = new OnDemandSymbols();
    var refresher = new QuoteRefresher(batches, listed, latest, onDemand, recorder, clock);
    scheduler = new RefreshScheduler(vertx, clock, slots, leader, refresher, upstream.limits());
    leader.addListener(scheduler);
    var fetcher = new OnDemandFetcher(vertx, batches, recorder, cache, bus, clock);
    var loader = new QuoteLoader(latest, cache, repository, listed, fetcher, clock);
    var service = new PriceService(latest, loader, onDemand, repository, clock);

    candles = new CandleModule(vertx, node, settings, database, exchange, feed);
    var books = new BookModule(vertx, node, settings, exchange, feed);
    if (settings.feed().streaming()) {
      var live = new LiveQuotes(vertx, feed.newest(), factory, latest, cache, bus);
      feed.stream(
          upstream::stream,
          new FeedDemand.Symbols(settings.symbols(), refresher::symbols, listed::isListed),
          new FeedQuotes(batches, feed.newest(), live),
          Stream.concat(candles.consumers().stream(), books.consumers().stream())
              .toList());
    }

    reportHealth(settings, refresher, listed);
    reportMetrics(settings, latest, listed);
    // Subscribe before restoring: a quote that another node records in between arrives as a tick or
    // is restored.
    return bus.subscribe(Prices.TICK, service::onTick)
        // In sequence: concurrent queries would open three connections, which takes longer.
        .compose(subscribed -> upstream.limits().start())
        .compose(started -> ids.reserve().otherwiseEmpty())
        .compose(reserved -> partitions.create().otherwiseEmpty())
        .compose(created -> candles.createPartitions().otherwiseEmpty())
        .compose(created -> loader.restore())
        .compose(restored -> Future.all(List.of(
            bus.serve(Prices.LATEST, service::latest),
            bus.serve(Prices.FIND, service::find),
            bus.serve(Prices.HISTORY, database.whileAvailable(service::history)),
            bus.serve(Listings.FIND, listed::find),
            bus.serve(Listings.OBJECTS, listed::objects),
            bus.subscribe(Prices.READ, service::onRead),
            bus.subscribe(Prices.UNLISTED, service::onUnlisted),
            candles.serve(listed::mayExist),
            books.serve(listed::mayExist))))
        .compose(serving -> feed.start())
        .onSuccess(started -> {
          listed.start();
          scheduler.start();
          var housekeeping =
              new Housekeeping(vertx, database, PriceLocks.HOUSEKEEPING, clock, metrics);
          candles.start(housekeeping);
          partitions.addTo(housekeeping, "observation-partitions", settings.retention());
          housekeeping
              .deleteOlderThan(
                  settings.retention(), "observations", "market.exchange_info", "id", "called_at")
              .start();
          vertx.setPeriodic(FLUSH_INTERVAL.toMillis(), id -> flush());
        });
  }

  private void flush() {
    if (database.outage().isEmpty()) {
      if (!pending.isEmpty()) {
        pending.flush();
      }
      candles.flush();
    }
  }

  private void reportHealth(
      PriceSettings settings, QuoteRefresher refresher, ListedSymbols listed) {
    var health = node.health();
    health.notReadyWhen("postgres market", database::outage);
    health.note("redis", redis::outage);
    health.note("exchange", refresher::outage);
    health.note(
        "venue",
        () -> settings.isRealMarket()
            ? Optional.empty()
            : Optional.of("prices are " + settings.venue() + ", from "
                + settings.exchange().getAuthority()));
    health.note("symbols", () -> Optional.of(listed.missing(settings.symbols()))
        .filter(missing -> !missing.isEmpty())
        .map(missing -> "the exchange does not list " + String.join(", ", missing)));
  }

  private void reportMetrics(PriceSettings settings, LatestQuotes latest, ListedSymbols listed) {
    var metrics = node.metrics();
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
}
