package dev.verticker.price;

import dev.verticker.context.NodeContext;
import dev.verticker.data.Database;
import dev.verticker.data.Housekeeping;
import dev.verticker.data.RedisClient;
import dev.verticker.exchange.BanRepository;
import dev.verticker.exchange.RateLimits;
import dev.verticker.exchange.binance.BinanceMarketData;
import dev.verticker.message.Prices;
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

/** Prices: asks the exchange, keeps what it said, tells everyone. */
public final class PriceVerticle extends VerticleBase {
  private static final String SCHEMA = "market";
  private static final Duration FLUSH = Duration.ofSeconds(1);
  private static final Duration MAX_PROBE = Duration.ofSeconds(10);

  private final NodeContext node;
  private Database database;
  private RedisClient redis;
  private QuoteRefresher refresher;
  private PendingObservations backlog;

  public PriceVerticle(NodeContext node) {
    this.node = node;
  }

  @Override
  public Future<?> start() {
    var settings = SettingsReader.read(config(), PriceSettings::read);
    database = Database.open(
        vertx, SettingsReader.read(config(), reader -> PostgresSettings.read(SCHEMA, reader)));
    return RedisClient.open(vertx, SettingsReader.read(config(), RedisSettings::read))
        .compose(link -> {
          redis = link;
          return start(settings);
        });
  }

  @Override
  public Future<?> stop() {
    return refresher
        .stop()
        .eventually(backlog::flush)
        .eventually(redis::close)
        .eventually(database::close);
  }

  private Future<?> start(PriceSettings settings) {
    var bus = node.bus();
    var clock = node.clock();
    var run = UUID.randomUUID().toString();
    var slots = new TimeSlots(settings.refreshInterval());
    var limits = new RateLimits(
        settings.exchange().getAuthority(), redis, new BanRepository(database), bus, clock);
    var exchange = new BinanceMarketData(
        vertx, settings.exchange(), probeAfter(settings), limits, clock, node.metrics());
    var symbols = new ListedSymbols(vertx, exchange);
    var quotes = new QuoteFactory(settings.venue(), run, settings.staleAfter());
    var repository = new PriceRepository(database, quotes, node.metrics());
    var latest = new LatestQuotes(settings.symbols());
    var cache = new PriceCache(redis, settings.cacheTtl());
    var ids = new QuoteIds(repository);
    var demand = new OnDemandSymbols(settings.symbols().size());
    backlog = new PendingObservations(repository, node.metrics());
    var recorder = new QuoteRecorder(ids, quotes, repository, backlog, latest, cache, bus, clock);
    refresher = new QuoteRefresher(
        vertx, clock, slots, new Lease(redis, run), exchange, symbols, latest, demand, recorder);
    var coldReads = new QuoteLoader(
        latest, cache, repository, symbols, exchange, recorder, refresher, slots, bus, clock);
    var service = new PriceService(latest, coldReads, demand, refresher, repository, clock);
    tellHealth(settings, symbols);
    // No number while nothing is quoted: 0 would be the age of the freshest price there can be.
    node.metrics().gauge("price_oldest_age_seconds", latest, quoted -> quoted
        .oldestAge(clock.instant())
        .map(PriceVerticle::seconds)
        .orElse(Double.NaN));
    // Of an object that lives on: the registry holds it weakly.
    var staleAfter = seconds(settings.staleAfter());
    node.metrics().gauge("price_stale_after_seconds", latest, quoted -> staleAfter);
    node.metrics().gauge("price_symbols_awaited", latest, LatestQuotes::awaited);
    // Heard first, restored then: what another node records meanwhile is in one of the two.
    return bus.subscribe(Prices.TICK, service::heard)
        // One after the other: at once they would take three connections, each slower than all
        // three.
        .compose(hearing -> limits.start())
        .compose(limited -> ids.start().otherwiseEmpty())
        .compose(numbered -> restore(latest, cache, repository))
        .compose(ready -> Future.all(List.of(
            bus.serve(Prices.LATEST, service::latest),
            bus.serve(Prices.FIND, service::find),
            bus.serve(Prices.HISTORY, service::history),
            bus.subscribe(Prices.READ, service::read),
            bus.subscribe(Prices.UNLISTED, event -> coldReads.unlisted(event.symbol())))))
        .onSuccess(serving -> {
          symbols.start();
          refresher.start();
          new Housekeeping(vertx, database, PriceLocks.HOUSEKEEPING, clock, node.metrics())
              .deleteOlderThan(settings.retention(), "observations", PriceRepository.REMOVE_OLD)
              .start();
          vertx.setPeriodic(FLUSH.toMillis(), id -> flush());
        });
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1e3;
  }

  /** What was known before this node started, so that the first answer need not wait for the exchange. */
  private static Future<Void> restore(
      LatestQuotes latest, PriceCache cache, PriceRepository repository) {
    return Future.all(
            repository
                .newest(latest.configured())
                .otherwise(List.of())
                .onSuccess(stored -> stored.forEach(latest::accept)),
            cache.find(latest.configured()).onSuccess(cached -> cached.forEach(latest::accept)))
        .mapEmpty();
  }

  private void flush() {
    if (!backlog.isEmpty() && database.outage().isEmpty()) {
      backlog.flush();
    }
  }

  private void tellHealth(PriceSettings settings, ListedSymbols symbols) {
    var health = node.health();
    health.notReadyWhen("postgres market", database::outage);
    health.note("redis", redis::outage);
    health.note("exchange", refresher::trouble);
    health.note(
        "venue",
        () -> settings.ofTheMarket()
            ? Optional.empty()
            : Optional.of("prices are " + settings.venue() + ", from "
                + settings.exchange().getAuthority()));
    health.note("symbols", () -> Optional.of(symbols.missing(settings.symbols()))
        .filter(missing -> !missing.isEmpty())
        .map(missing -> "the exchange does not list " + String.join(", ", missing)));
  }

  /** Fresh again within one interval after a fault ends. */
  private static Duration probeAfter(PriceSettings settings) {
    return settings.refreshInterval().compareTo(MAX_PROBE) < 0
        ? settings.refreshInterval()
        : MAX_PROBE;
  }
}
