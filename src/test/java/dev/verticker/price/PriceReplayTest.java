package dev.verticker.price;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Bus;
import dev.verticker.data.Database;
import dev.verticker.data.MonthlyPartitions;
import dev.verticker.data.RedisClient;
import dev.verticker.dev.RecordedMarket;
import dev.verticker.dev.exchange.Candle;
import dev.verticker.dev.exchange.ExchangeSimulator;
import dev.verticker.dev.exchange.ServedMarket;
import dev.verticker.dev.exchange.SimulatorOptions;
import dev.verticker.exchange.BanRepository;
import dev.verticker.exchange.ExchangeClient;
import dev.verticker.exchange.RateLimits;
import dev.verticker.exchange.TickerBatches;
import dev.verticker.exchange.TickerParser;
import dev.verticker.exchange.binance.BinanceMarketData;
import dev.verticker.exchange.binance.KlineParser;
import dev.verticker.message.Prices;
import dev.verticker.message.Prices.Quote;
import dev.verticker.price.feed.FeedLeader;
import dev.verticker.price.observation.ObservationRepository;
import dev.verticker.price.observation.PriceLocks;
import dev.verticker.price.observation.QuoteIds;
import dev.verticker.price.observation.TimeSlots;
import dev.verticker.settings.PostgresSettings;
import dev.verticker.settings.PriceSettings;
import dev.verticker.settings.RedisSettings;
import dev.verticker.settings.SettingsReader;
import dev.verticker.testing.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Replays the recorded market from the simulated exchange to the stored rows. */
class PriceReplayTest {
  private static final int SPEED = 60;
  private static final Duration HOUR_AT_SPEED = Duration.ofHours(1).dividedBy(SPEED);
  private static final List<String> SYMBOLS = List.of(
      "BTCUSDT", "ETHUSDT", "ETHBTC", "LTCUSDT", "XRPUSDT", "ADAUSDT", "DOGEUSDT", "LTCBTC");

  private final Vertx vertx = Vertx.vertx();
  private final TestDatabase database = TestDatabase.create();
  private final List<Quote> published = new CopyOnWriteArrayList<>();

  @AfterEach
  void stop() {
    await(vertx.close());
  }

  @Test
  void
      after_a_simulated_hour_every_row_equals_a_served_price_and_each_minute_ends_on_the_recorded_close() {
    var nanos = new AtomicLong();
    var start = Instant.now().truncatedTo(ChronoUnit.MINUTES);
    var clock = steppedClock(start, nanos);
    var exchange = exchange(options().withClock(clock).withNanos(nanos::get));
    var interval = Duration.ofSeconds(60).dividedBy(6L * SPEED);
    var scheduler = scheduler(exchange, clock, interval);

    // Half a step in, so that each step lands in the middle of a slot and ten seconds of simulated
    // time apart.
    nanos.addAndGet(interval.toNanos() / 2);
    var polls = HOUR_AT_SPEED.dividedBy(interval);
    for (var poll = 1; poll <= polls; poll++) {
      var calls = poll;
      vertx.runOnContext(now -> scheduler.refreshIfDue());
      until("poll " + poll + " is stored", () -> published.size() == calls * SYMBOLS.size());
      nanos.addAndGet(interval.toNanos());
    }

    until(
        "all are stored",
        () -> database.number("SELECT count(*) FROM market.observations") >= published.size());
    assertRowsAreWhatWasServed(exchange);
    // The hour begins with a whole minute; its last minute is incomplete.
    assertEquals(59, wholeMinutesEndingOnTheRecordedClose(exchange));
  }

  @Test
  @Tag("faults")
  void the_deployed_verticle_replays_the_market_in_real_time() {
    var exchange = exchange(options());
    try (var node = PriceNode.start(
        exchange,
        database,
        Map.of("SYMBOLS", String.join(",", SYMBOLS), "REFRESH_INTERVAL_SECONDS", "0.1"))) {
      var end = exchange.market().now().plus(1, ChronoUnit.HOURS);
      until(Duration.ofSeconds(90), "an hour", () -> exchange.market().now().isAfter(end));
      assertEquals(SYMBOLS.size(), node.latest().size());
    }
    assertRowsAreWhatWasServed(exchange);
    SYMBOLS.forEach(symbol -> {
      var rows = rows(symbol);
      // A poll that a busy machine delays misses the end of a minute, but never the minute.
      rows.forEach(row -> assertTrue(
          isWithinTheRecordedMinute(exchange, symbol, row), symbol + " was never at " + row));
      var minutes = rows.stream()
          .map(row -> row.at().truncatedTo(ChronoUnit.MINUTES))
          .distinct()
          .count();
      assertTrue(minutes >= 55, () -> minutes + " minutes of " + symbol);
    });
  }

  private static boolean isWithinTheRecordedMinute(
      ExchangeSimulator exchange, String symbol, ServedMarket row) {
    var candle = exchange
        .market()
        .candle(symbol, row.at().truncatedTo(ChronoUnit.MINUTES))
        .orElseThrow();
    var price = new BigDecimal(row.price());
    return price.compareTo(candle.low()) >= 0 && price.compareTo(candle.high()) <= 0;
  }

  /** The parts of the verticle without its timers: the test decides when a slot begins. */
  private RefreshScheduler scheduler(ExchangeSimulator simulator, Clock clock, Duration interval) {
    var values =
        PriceNode.settings(simulator.url(), database, Map.of("SYMBOLS", String.join(",", SYMBOLS)));
    var settings = SettingsReader.read(values, PriceSettings::read);
    var metrics = new SimpleMeterRegistry();
    var postgres =
        Database.open(vertx, SettingsReader.read(values, r -> PostgresSettings.read("market", r)));
    var redis = await(RedisClient.open(vertx, SettingsReader.read(values, RedisSettings::read)));
    var bus = new Bus(vertx, clock, metrics);
    var limits =
        new RateLimits("replay", "", redis, new BanRepository(postgres, "market"), bus, clock);
    var client = new ExchangeClient(vertx, settings.exchange(), interval, limits, metrics);
    var exchange = new BinanceMarketData(
        vertx, client, limits, new TickerParser(metrics), new KlineParser(metrics), clock);
    var slots = new TimeSlots(interval);
    var repository = new ObservationRepository(postgres, "simulated", slots, settings.staleAfter());
    await(new MonthlyPartitions(postgres, PriceLocks.HOUSEKEEPING, "market.observations", 0, clock)
        .create());
    var latest = new LatestQuotes(SYMBOLS);
    var ids = new QuoteIds(repository);
    await(ids.reserve());
    await(bus.subscribe(Prices.TICK, tick -> published.addAll(tick.quotes())));
    var keys = "verticker:replay-" + UUID.randomUUID() + ":simulated:";
    var leader = new FeedLeader(
        vertx,
        redis,
        bus,
        clock,
        new FeedLeader.Candidate(
            new FeedLeader.Market("simulated", 1, clock::instant), "replay", keys + "lease"),
        FeedLeader.ElectionTiming.DEFAULT);
    var recorder = new QuoteRecorder(
        new QuoteFactory("simulated", "replay", settings.staleAfter(), ids, leader::epoch, clock),
        slots,
        repository.queue(metrics),
        latest,
        new PriceCache(redis, settings.cacheTtl(), keys),
        bus);
    var refresher = new QuoteRefresher(
        new TickerBatches(exchange),
        new ListedSymbols(vertx, exchange, "simulated", clock),
        latest,
        new OnDemandSymbols(),
        recorder,
        clock);
    await(leader.start());
    until("this node leads", leader::isLeading);
    return new RefreshScheduler(vertx, clock, slots, leader, refresher, limits);
  }

  private static SimulatorOptions options() {
    return SimulatorOptions.defaults()
        .withKlines(RecordedMarket.klines())
        .withExchangeInfo(RecordedMarket.exchangeInfo())
        .withSpeed(SPEED)
        .withWeightLimit(1_000_000);
  }

  private ExchangeSimulator exchange(SimulatorOptions options) {
    return await(ExchangeSimulator.start(vertx, options));
  }

  private void assertRowsAreWhatWasServed(ExchangeSimulator exchange) {
    for (var symbol : SYMBOLS) {
      var rows = rows(symbol);
      var served = exchange.market().served(symbol).stream()
          .map(PriceReplayTest::text)
          .collect(Collectors.toSet());
      rows.forEach(
          row -> assertTrue(served.contains(text(row)), symbol + " was never served as " + row));
      assertEquals(
          exchange.market().served(symbol).size(), rows.size(), 1.0, "number of rows of " + symbol);
    }
  }

  /** Returns the number of whole minutes; fails if one of them does not end at the recorded close. */
  private int wholeMinutesEndingOnTheRecordedClose(ExchangeSimulator exchange) {
    var minutes = 0;
    for (var symbol : SYMBOLS) {
      var last = new TreeMap<Instant, ServedMarket>();
      rows(symbol).forEach(row -> last.put(row.at().truncatedTo(ChronoUnit.MINUTES), row));
      last.pollLastEntry();
      last.forEach((minute, row) -> assertEquals(
          exchange
              .market()
              .candle(symbol, minute)
              .map(Candle::close)
              .map(BigDecimal::toPlainString)
              .orElseThrow(),
          row.price(),
          symbol + " at " + minute));
      minutes = last.size();
    }
    return minutes;
  }

  private List<ServedMarket> rows(String symbol) {
    return database
        .rows(
            """
            SELECT extract(epoch FROM event_time) * 1000000, exchange_info ->> 'price'
              FROM market.observations WHERE symbol = '%s' ORDER BY event_time"""
                .formatted(symbol))
        .stream()
        .map(row -> new ServedMarket(
            Instant.EPOCH.plus(new BigDecimal(row.get(0)).longValue(), ChronoUnit.MICROS),
            row.get(1)))
        .toList();
  }

  private static String text(ServedMarket price) {
    return price.at().toEpochMilli() + " " + price.price();
  }

  private static Clock steppedClock(Instant start, AtomicLong nanos) {
    return new Clock() {
      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        return this;
      }

      @Override
      public Instant instant() {
        return start.plusNanos(nanos.get());
      }
    };
  }
}
