package dev.verticker.price;

import dev.verticker.bus.NodeContext;
import dev.verticker.data.Database;
import dev.verticker.data.Housekeeping;
import dev.verticker.data.RedisLink;
import dev.verticker.message.Prices;
import dev.verticker.price.exchange.BinanceExchange;
import dev.verticker.price.exchange.BlockRepository;
import dev.verticker.price.exchange.RateLimits;
import dev.verticker.settings.PostgresSettings;
import dev.verticker.settings.PriceSettings;
import dev.verticker.settings.Reader;
import dev.verticker.settings.RedisSettings;
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
  private static final Duration LONGEST_PROBE = Duration.ofSeconds(10);

  private final NodeContext node;
  private Database database;
  private RedisLink redis;
  private Refresher refresher;
  private Backlog backlog;

  public PriceVerticle(NodeContext node) {
    this.node = node;
  }

  @Override
  public Future<?> start() {
    var settings = Reader.read(config(), PriceSettings::read);
    database = Database.open(
        vertx, Reader.read(config(), reader -> PostgresSettings.read(SCHEMA, reader)));
    return RedisLink.open(vertx, Reader.read(config(), RedisSettings::read)).compose(link -> {
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
    var slots = new Slots(settings.refreshInterval());
    var limits = new RateLimits(
        settings.exchange().getAuthority(), redis, new BlockRepository(database), bus, clock);
    var exchange = new BinanceExchange(
        vertx, settings.exchange(), probeAfter(settings), limits, clock, node.metrics());
    var symbols = new SymbolList(vertx, exchange);
    var quotes = new Quotes(settings.venue(), run, settings.staleAfter());
    var repository = new PriceRepository(database, quotes, node.metrics());
    var latest = new LatestQuotes(settings.symbols());
    var cache = new PriceCache(redis, settings.cacheTtl());
    var ids = new Ids(repository);
    var demand = new Demand(settings.symbols().size());
    backlog = new Backlog(repository, node.metrics());
    var recorder = new Recorder(ids, quotes, repository, backlog, latest, cache, bus, clock);
    refresher = new Refresher(
        vertx, clock, slots, new Lease(redis, run), exchange, symbols, latest, demand, recorder);
    var coldReads = new ColdReads(
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
          new Housekeeping(vertx, database, Locks.HOUSEKEEPING, clock, node.metrics())
              .removing("observations", PriceRepository.REMOVE_OLD, settings.retention())
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

  private void tellHealth(PriceSettings settings, SymbolList symbols) {
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
    return settings.refreshInterval().compareTo(LONGEST_PROBE) < 0
        ? settings.refreshInterval()
        : LONGEST_PROBE;
  }
}
