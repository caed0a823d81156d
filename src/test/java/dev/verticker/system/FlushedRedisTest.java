package dev.verticker.system;

import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.dev.TestServers;
import dev.verticker.dev.exchange.Endpoint;
import dev.verticker.dev.exchange.ExchangeSimulator;
import dev.verticker.dev.exchange.SimulatorOptions;
import dev.verticker.node.Node;
import dev.verticker.testing.Provokes;
import dev.verticker.testing.TestDatabase;
import dev.verticker.testing.TestNode;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests two nodes under constant reads while Redis is flushed repeatedly. */
@Tag("alone")
@Tag("faults")
@ExtendWith(VertxExtension.class)
class FlushedRedisTest {
  private static final int FLUSHES = 25;
  private static final Duration BETWEEN = Duration.ofMillis(400);
  private static final long INTERVAL_MS = 1000;

  private final Vertx vertx;
  private ExchangeSimulator exchange;
  private List<Node> nodes;
  private List<NodeClient> clients;

  FlushedRedisTest(Vertx vertx) {
    this.vertx = vertx;
  }

  @BeforeEach
  void start() {
    exchange = ExchangeSimulator.start(
            vertx,
            SimulatorOptions.defaults()
                .withHistoryDays(2)
                .withSymbols("BTCUSDT", "ETHBTC", "ETHUSDT", "LTCUSDT")
                .withWeightLimit(1_000_000))
        .await();
    var settings = TestDatabase.create().settings();
    settings.put("BINANCE_BASE_URL", exchange.url());
    settings.put("SYMBOLS", "BTCUSDT,ETHBTC,ETHUSDT");
    settings.put("INTERNAL_API_KEY", NodeClient.KEY);
    // The watchdog of streams would request quiet symbols, too.
    settings.put("FEED", "poll");
    settings.put("REFRESH_INTERVAL_SECONDS", "1");
    settings.put("CACHE_TTL_SECONDS", "0.8");
    nodes = TestNode.startPair(settings, List.of("price", "price-api"));
    clients = nodes.stream().map(node -> new NodeClient(vertx, node)).toList();
    // LTCUSDT is refreshed only on demand.
    clients.forEach(client -> until(
        "prices",
        () -> client.price("").status() == 200 && client.price("/LTCUSDT").status() == 200));
  }

  @AfterEach
  void stop() {
    nodes.forEach(Node::stop);
  }

  @Test
  @Provokes(6)
  void repeated_flushes_of_redis_cause_one_exchange_call_per_interval() {
    exchange.calls().reset();
    var first = interval();
    var redis = Redis.createClient(vertx, TestServers.redis().url());
    for (var flush = 0; flush < FLUSHES; flush++) {
      redis.send(Request.cmd(Command.FLUSHALL)).await();
      var end = System.nanoTime() + BETWEEN.toNanos();
      while (System.nanoTime() < end) {
        for (var client : clients) {
          for (var target : List.of("", "/LTCUSDT")) {
            var answer = client.price(target);
            assertEquals(200, answer.status(), answer::toString);
          }
        }
      }
    }
    var calls = exchange.calls().of(Endpoint.TICKER_24HR);
    var intervals = interval() - first + 1;
    System.out.printf("%d calls in %d intervals with %d flushes%n", calls, intervals, FLUSHES);

    assertTrue(calls >= intervals / 2, "prices are refreshed");
    // A flush between the lease requests of both nodes gives the lease to both.
    assertTrue(calls <= intervals + 1, calls + " calls in " + intervals + " intervals");
    assertTrue(exchange.calls().of("LTCUSDT") <= intervals + 1);
  }

  private static long interval() {
    return System.currentTimeMillis() / INTERVAL_MS;
  }
}
