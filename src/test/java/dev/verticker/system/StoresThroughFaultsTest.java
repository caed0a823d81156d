package dev.verticker.system;

import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.dev.TcpProxy;
import dev.verticker.dev.TestServers;
import dev.verticker.dev.exchange.ExchangeSimulator;
import dev.verticker.dev.exchange.SimulatorOptions;
import dev.verticker.node.Node;
import dev.verticker.testing.Provokes;
import dev.verticker.testing.TestDatabase;
import dev.verticker.testing.TestHttpClient.Response;
import dev.verticker.testing.TestNode;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests a node while PostgreSQL or Redis is slow or does not respond, or both are stopped. */
@Tag("alone")
@Tag("faults")
@ExtendWith(VertxExtension.class)
class StoresThroughFaultsTest {

  /** Three seconds are promised; the rest allows for a busy test machine. */
  private static final Duration MAX_ANSWER = Duration.ofMillis(3500);

  private static final Duration AT_ONCE = Duration.ofMillis(300);

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Vertx vertx;
  private final TcpProxy postgres;
  private final TcpProxy redis;
  private Node node;
  private NodeClient client;

  StoresThroughFaultsTest(Vertx vertx) {
    this.vertx = vertx;
    this.postgres = TcpProxy.before(vertx, TestServers.postgres().port());
    this.redis = TcpProxy.before(vertx, TestServers.redis().port());
  }

  @BeforeEach
  void start() {
    var exchange = ExchangeSimulator.start(
            vertx,
            SimulatorOptions.defaults()
                .withHistoryDays(2)
                .withSymbols("BTCUSDT", "ETHBTC", "ETHUSDT")
                .withWeightLimit(1_000_000))
        .await();
    var settings = TestDatabase.create().settings();
    settings.put("POSTGRES_PORT", Integer.toString(postgres.port()));
    settings.put("REDIS_URL", "redis://127.0.0.1:" + redis.port());
    settings.put("JWT_SECRET", "a secret of this test " + UUID.randomUUID());
    settings.put("INTERNAL_API_KEY", NodeClient.KEY);
    settings.put("BINANCE_BASE_URL", exchange.url());
    settings.put("REFRESH_INTERVAL_SECONDS", "0.5");
    settings.put("CACHE_TTL_SECONDS", "0.4");
    settings.put("PRICE_STALE_GRACE_SECONDS", "3");
    node = TestNode.start(settings, List.of());
    client = new NodeClient(vertx, node);
    client.signIn();
    until("prices", () -> fresh());
  }

  @AfterEach
  void stop() {
    postgres.passOn();
    redis.passOn();
    threads.shutdownNow();
    node.stop();
  }

  @Test
  @Provokes(3)
  void a_slow_database_delays_only_requests_that_need_it() {
    var before = slowestPrice();
    postgres.delay(Duration.ofSeconds(2));
    until(Duration.ofSeconds(30), "it is left alone", () -> {
      var together = Stream.generate(() -> CompletableFuture.supplyAsync(this::me, threads))
          .limit(20)
          .toList();
      var answers = together.stream().map(CompletableFuture::join).toList();
      answers.forEach(this::expectLateOrUnavailable);
      // One request is the probe of the circuit breaker.
      return answers.stream().filter(answer -> answer.isWithin(AT_ONCE)).count() >= 18;
    });
    var during = slowestPrice();
    assertTrue(during.compareTo(AT_ONCE) < 0, () -> before + " before, now " + during);
    assertTrue(fresh());
    assertEquals(503, client.health().status());

    postgres.passOn();
    until(
        Duration.ofSeconds(5),
        "all is well",
        () -> client.get("/users/me").status() == 200
            && client.rename("after it").status() == 200
            && client.health().status() == 200);
  }

  /** @param delay of each response in seconds; null = no response */
  @ParameterizedTest
  @NullSource
  @ValueSource(doubles = {0.5, 1, 2})
  @Provokes(5)
  void an_unresponsive_redis_delays_no_reader_and_makes_no_price_stale(Double delay) {
    if (delay == null) {
      redis.silence();
    } else {
      redis.delay(Duration.ofMillis((long) (delay * 1000)));
    }
    // Longer than a node waits before it takes over from an unavailable one.
    var end = System.nanoTime() + Duration.ofSeconds(12).toNanos();
    while (System.nanoTime() < end) {
      var slowest = slowestPrice();
      assertTrue(slowest.compareTo(AT_ONCE) < 0, slowest::toString);
      var login = client.login();
      assertEquals(200, login.status(), login::toString);
      assertTrue(login.isWithin(Duration.ofSeconds(2)), login::toString);
      assertEquals(200, client.health().status());
    }
    until("prices are refreshed", this::fresh);

    redis.passOn();
    until(
        Duration.ofSeconds(5),
        "all is well",
        () -> fresh() && !client.health().text().contains("Redis"));
  }

  @Test
  @Provokes(22)
  void an_outage_of_both_stores_loses_no_acknowledged_change() throws Exception {
    var acknowledged = new CopyOnWriteArrayList<String>();
    var done = new AtomicBoolean();
    var writer = CompletableFuture.runAsync(() -> rename(acknowledged, done), threads);
    until("changes", () -> acknowledged.size() > 10);

    TestServers.redis().kill();
    TestServers.postgres().kill();
    try {
      until("noticed", () -> client.health().status() == 503);
      client.get("/users/me").expectUnavailable();
      assertEquals(200, client.price("").status());
    } finally {
      TestServers.redis().start();
      TestServers.postgres().start();
    }
    until(
        "all is well",
        () -> client.health().status() == 200
            && !client.health().text().contains("Redis")
            && client.login().status() == 200
            && client.rename("all is well").status() == 200
            && fresh());
    var before = acknowledged.size();
    until("more changes", () -> acknowledged.size() > before + 10);
    done.set(true);
    writer.join();

    until("every change is delivered", () -> delivered().containsAll(acknowledged));
    var delivered = delivered();
    assertEquals(delivered.size(), Set.copyOf(delivered).size(), "each once");
    assertEquals(
        acknowledged, delivered.stream().filter(acknowledged::contains).toList(), "in their order");
  }

  /** Renames the user sequentially; only a 200 counts. */
  private void rename(List<String> acknowledged, AtomicBoolean done) {
    for (var change = 0; !done.get(); change++) {
      var name = "name " + change;
      var answer = client.rename(name);
      if (answer.status() == 200) {
        acknowledged.add(name);
      } else {
        answer.expectUnavailable();
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
  }

  /** Returns the names in the order of their events. */
  private List<String> delivered() {
    var names = new ArrayList<String>();
    var after = "";
    while (true) {
      var page = client.get("/events?topic=users&limit=100" + after).object();
      var events = page.getJsonArray("events");
      if (events.isEmpty()) {
        return names;
      }
      after = "&epoch=" + page.getString("epoch") + "&after="
          + events.getJsonObject(events.size() - 1).getLong("seq");
      for (var each : events) {
        var event = (JsonObject) each;
        var name = event.getJsonObject("changes", new JsonObject()).getString("full_name");
        if (name != null && name.startsWith("name ")) {
          names.add(name);
        }
      }
    }
  }

  private Response me() {
    return client.get("/users/me");
  }

  /** Asserts a late 200 or a 503 within the promised time. */
  private void expectLateOrUnavailable(Response answer) {
    assertTrue(answer.isWithin(MAX_ANSWER), answer::toString);
    if (answer.status() != 200) {
      answer.expectUnavailable();
    }
  }

  private boolean fresh() {
    var answer = client.price("");
    return answer.status() == 200
        && answer.array().stream()
            .map(JsonObject.class::cast)
            .noneMatch(price -> price.getBoolean("stale"));
  }

  /** Returns the second longest response time of a hundred reads. */
  private Duration slowestPrice() {
    var took = new ArrayList<Duration>();
    for (var read = 0; read < 100; read++) {
      var answer = client.price("");
      answer.expect(200);
      took.add(answer.took());
    }
    return took.stream().sorted().toList().get(98);
  }
}
