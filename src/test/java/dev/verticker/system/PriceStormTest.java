package dev.verticker.system;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.dev.TestServers;
import dev.verticker.dev.exchange.Endpoint;
import dev.verticker.dev.exchange.ExchangeSimulator;
import dev.verticker.dev.exchange.Fault;
import dev.verticker.dev.exchange.FaultKind;
import dev.verticker.dev.exchange.SimulatorOptions;
import dev.verticker.node.Node;
import dev.verticker.testing.LongInterval;
import dev.verticker.testing.TestDatabase;
import dev.verticker.testing.TestNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.junit5.VertxExtension;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests many concurrent readers with an empty cache. */
@Tag("alone")
@ExtendWith(VertxExtension.class)
class PriceStormTest {
  private static final int CONNECTIONS = 1000;
  private static final int REQUESTS = 10_000;
  private static final Duration MAX_STORM = Duration.ofSeconds(90);
  private static final String KEY = "punapiinternalkey";

  /** So many that the feed does not compare quiet symbols with the exchange: a starved simulator is quiet. */
  private static final List<String> CONFIGURED = Stream.concat(
          Stream.of("BTCUSDT", "ETHBTC", "ETHUSDT"),
          IntStream.range(0, 18).mapToObj(i -> "S" + i + "USDT"))
      .toList();

  private static final List<String> COLD = List.of("LTCUSDT", "XRPUSDT");

  private final Vertx vertx;
  private final HttpClient client;
  private final List<Node> nodes = new ArrayList<>();
  private final TestDatabase database = TestDatabase.create();
  private ExchangeSimulator exchange;

  PriceStormTest(Vertx vertx) {
    this.vertx = vertx;
    this.client = vertx.createHttpClient(
        new HttpClientOptions().setKeepAlive(true),
        new PoolOptions().setHttp1MaxSize(CONNECTIONS).setMaxWaitQueueSize(REQUESTS));
  }

  @BeforeEach
  void start() {
    exchange = await(ExchangeSimulator.start(
        vertx,
        SimulatorOptions.defaults()
            .withHistoryDays(2)
            .withSymbols(Stream.concat(CONFIGURED.stream(), COLD.stream()).toList())));
    await(Redis.createClient(vertx, TestServers.redis().url()).send(Request.cmd(Command.FLUSHALL)));
    // The first responses are slow, so that every reader finds an empty cache.
    exchange.faults().add(Fault.of(FaultKind.SLOW).delay(Duration.ofMillis(300)));
  }

  @AfterEach
  void stop() {
    nodes.forEach(Node::stop);
  }

  @Test
  void ten_thousand_readers_of_one_node_cause_one_call_per_symbol_and_no_double_row() {
    nodes.add(TestNode.start(settings(), List.of("price", "price-api")));
    storm();
  }

  @Test
  void ten_thousand_readers_of_two_nodes_cause_one_call_per_symbol_and_no_double_row() {
    nodes.addAll(TestNode.startPair(settings(), List.of("price", "price-api")));
    storm();
  }

  private void storm() {
    // Warms up the code and the connections, but not the cache of the tested symbols.
    until("BTCUSDT is quoted", () -> await(get(nodes.get(0), "BTCUSDT")) == 200);
    await(MAX_STORM, Future.all(reads(CONNECTIONS * 2, i -> "BTCUSDT")));
    until("the streams are connected", () -> await(exchange.streams().subscriptions())
        .containsKey("s17usdt@ticker"));
    var calls = calls("ETHBTC");

    var cold = reads(REQUESTS, i -> COLD.get(i % COLD.size()));
    await(MAX_STORM, Future.all(cold));

    cold.forEach(answer -> assertEquals(200, answer.result()));
    assertEquals(calls, calls("ETHBTC"));
    // None if the first quote of the stream arrives before the request is sent.
    COLD.forEach(symbol -> assertTrue(calls(symbol) <= 1, symbol + ": " + calls(symbol)));
    until(
        "configured symbols are stored",
        () -> database.number("SELECT count(DISTINCT symbol) FROM market.observations")
            >= CONFIGURED.size());
    assertEquals(
        0,
        database.number("SELECT count(*) - count(DISTINCT symbol) FROM market.observations"),
        "no double row");
  }

  private long calls(String symbol) {
    return exchange.calls().of(Endpoint.TICKER_24HR, symbol);
  }

  private List<Future<Integer>> reads(int count, IntFunction<String> symbol) {
    return IntStream.range(0, count)
        .mapToObj(i -> get(nodes.get(i % nodes.size()), symbol.apply(i)))
        .toList();
  }

  private Future<Integer> get(Node node, String symbol) {
    var options = new RequestOptions()
        .setMethod(HttpMethod.GET)
        .setHost("127.0.0.1")
        .setPort(node.ports().get("price-api"))
        .setURI("/internal/price/" + symbol)
        .putHeader("X-API-Key", KEY);
    return client.request(options).compose(request -> request
        .send()
        // On the event loop: a body without a handler is discarded.
        .compose(response -> response.body().map(body -> response.statusCode())));
  }

  private Map<String, String> settings() {
    var settings = database.settings();
    settings.put("BINANCE_BASE_URL", exchange.url());
    settings.put("SYMBOLS", String.join(",", CONFIGURED));
    settings.put("FEED", "stream");
    settings.put("INTERNAL_API_KEY", KEY);
    settings.put("REFRESH_INTERVAL_SECONDS", LongInterval.seconds());
    return settings;
  }
}
