package dev.verticker.price;

import static dev.verticker.testing.Await.await;

import dev.verticker.bus.Bus;
import dev.verticker.context.NodeContext;
import dev.verticker.dev.exchange.ExchangeSimulator;
import dev.verticker.message.Prices;
import dev.verticker.message.Prices.Quote;
import dev.verticker.settings.SettingsFiles;
import dev.verticker.testing.RecordedHealth;
import dev.verticker.testing.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** One node with the price verticle alone, on real PostgreSQL and Redis, in front of a simulated exchange. */
final class PriceNode implements AutoCloseable {
  static final Duration INTERVAL = Duration.ofMillis(300);

  final Vertx vertx = Vertx.vertx();
  final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  final RecordedHealth health = new RecordedHealth();
  final List<Quote> published = new CopyOnWriteArrayList<>();
  final Clock clock;
  final Bus bus;
  private final TestDatabase database;

  private PriceNode(TestDatabase database, Clock clock) {
    this.database = database;
    this.clock = clock;
    this.bus = new Bus(vertx, clock, metrics);
  }

  static PriceNode start(
      ExchangeSimulator exchange, TestDatabase database, Map<String, String> more) {
    var node = new PriceNode(database, Clock.systemUTC());
    await(node.bus.subscribe(Prices.TICK, tick -> node.published.addAll(tick.quotes())));
    var context = new NodeContext(node.bus, node.clock, node.health, handler -> {}, node.metrics);
    await(node.vertx.deployVerticle(
        new PriceVerticle(context),
        new DeploymentOptions().setConfig(settings(exchange.url(), database, more))));
    return node;
  }

  static PriceNode start(ExchangeSimulator exchange, TestDatabase database) {
    return start(exchange, database, Map.of());
  }

  static JsonObject settings(String exchange, TestDatabase database, Map<String, String> more) {
    var environment = new HashMap<>(database.settings());
    environment.put("BINANCE_BASE_URL", exchange);
    environment.put("FEED", "poll");
    environment.put("SYMBOLS", "BTCUSDT,ETHBTC,ETHUSDT");
    environment.put("REFRESH_INTERVAL_SECONDS", "0.3");
    environment.put("CACHE_TTL_SECONDS", "0.25");
    environment.put("PRICE_STALE_GRACE_SECONDS", "0.5");
    environment.putAll(more);
    return SettingsFiles.load(environment, Path.of("target"));
  }

  List<Quote> latest() {
    return await(bus.request(Prices.LATEST, new Prices.Latest())).quotes();
  }

  Future<Prices.Quotes> find(String... symbols) {
    return bus.request(Prices.FIND, new Prices.FindQuotes(List.of(symbols)));
  }

  List<String> query(String sql) {
    return database.column(sql);
  }

  double rejected() {
    return metrics.find("price_rejected_total").counters().stream()
        .mapToDouble(c -> c.count())
        .sum();
  }

  @Override
  public void close() {
    await(vertx.close());
  }
}
